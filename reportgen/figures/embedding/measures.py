"""Measures of embeddings: lengths, and angles to the centers and weight vectors of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reportgen.figures.class_weights.measures import aligned, between, lengths
from reportgen.metrics.embeddings import (
    angles,
    directions,
    mean_directions,
    own_and_nearest,
    silhouettes,
)
from reportgen.metrics.statistics import bootstrap, wilson
from reportgen.network.embeddings import Classifier
from reportgen.records import Measure
from reportgen.types import Doubles, Floats, Integers


@dataclass(frozen=True)
class Seen:
    """Embeddings of one split, (n, d), and their classes, (n,), or None without labels."""

    split: str
    vectors: Floats
    labels: Integers | None


def of_lengths(part: Seen, seed: int) -> list[Measure]:
    """Mean length and spread of lengths, and how many are zero."""
    norms, split = np.linalg.norm(part.vectors.astype(np.float64), axis=1), part.split
    zero = int((norms == 0).sum())
    how = f"{split} images whose embedding is zero, so that it has no direction and no angles"
    return [
        *lengths(("length", "length_spread"), norms, f"{split} embeddings", seed, f"@{split}"),
        Measure(f"no_direction@{split}", zero, "images", len(norms), how=how),
    ]


def of_angles(
    seen: Sequence[Seen], classes: Sequence[str], made: Classifier | None, seed: int
) -> tuple[dict[str, Any], list[Measure]]:
    """Angles of every split to the centers of the first, and between centers and weights.

    Returns:
        Arrays `own@<split>`, `nearest@<split>`, `centers`, `between`, `weights`; and the measures.
    """
    first = seen[0]
    assert first.labels is not None
    centers = mean_directions(first.vectors, first.labels, len(classes))
    arrays: dict[str, Any] = {"centers": centers, "between": angles(centers, centers)}
    found: list[Measure] = []
    for part in seen:
        assert part.labels is not None
        table = angles(part.vectors, centers)
        own, nearest = own_and_nearest(table, part.labels)
        arrays[f"own@{part.split}"] = own.astype(np.float32)
        arrays[f"nearest@{part.split}"] = nearest.astype(np.float32)
        found += _of_split(part, own, nearest, first.split, seed)
        if made is not None:
            by_weight = own_and_nearest(angles(part.vectors, made.weights), part.labels)
            found += _hits("nearest_weight", part, *by_weight, "weight vector of the last layer")
    what = f"class centers (mean directions of {first.split} embeddings)"
    found += between(("center_angle", "closest_centers"), centers, classes, what)
    if made is not None:
        arrays["weights"] = directions(made.weights)
        found += aligned(made, centers, first.split, seed)
    return arrays, found


def _of_split(part: Seen, own: Doubles, nearest: Doubles, first: str, seed: int) -> list[Measure]:
    held = own[~np.isnan(own)]
    if not len(held):
        return []
    center = f"center of {{}}, the mean direction of its {first} images"
    how = f"mean angle between the embedding of a {part.split} image and the "
    how += center.format("its class") + "; baseline: a random direction"
    split, each = part.split, "angles" if len(part.vectors) else ""
    found = [
        Measure(
            f"within_angle@{split}", float(held.mean()), "degrees", len(held),
            bootstrap(held, seed), 90, how, each,
        )
    ]  # fmt: skip
    kept = ~np.isnan(own) & ~np.isnan(nearest)
    if not kept.any():
        return found
    far, apart = nearest[kept], silhouettes(own[kept], nearest[kept])
    how = f"mean angle between the embedding of a {split} image and the nearest "
    how += center.format("another class")
    found.append(
        Measure(
            f"nearest_other_angle@{split}", float(far.mean()), "degrees", len(far),
            bootstrap(far, seed), None, how, each,
        )
    )  # fmt: skip
    how = f"(b - a) / max(a, b) of a {split} image's angle a to the center of its class and its "
    how += "angle b to the nearest other center, mean over images: 1 on the own center, 0 halfway"
    found.append(
        Measure(
            f"separation@{split}", float(apart.mean()), "", len(apart), bootstrap(apart, seed), 0,
            how, each,
        )
    )  # fmt: skip
    return found + _hits("nearest_center", part, own, nearest, "class center")


def _hits(name: str, part: Seen, own: Doubles, nearest: Doubles, what: str) -> list[Measure]:
    """The share of images whose own class is nearest by angle."""
    assert part.labels is not None
    kept = ~np.isnan(own) & ~np.isnan(nearest)
    n, hits = int(kept.sum()), int((own[kept] < nearest[kept]).sum())
    if not n:
        return []
    common = float(np.bincount(part.labels[kept]).max() / n)
    how = f"share of {part.split} images whose nearest {what}, by angle, is that of their class, "
    how += "interval by Wilson; baseline: always the most frequent class"
    return [Measure(f"{name}@{part.split}", hits / n, "", n, wilson(hits, n), common, how)]
