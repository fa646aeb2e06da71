"""Measures of embeddings: lengths, and angles to the centers and weight vectors of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.figures.class_vectors import angle_measures, center_measures, length_measures
from reportgen.metrics.embeddings import (
    angles,
    directions,
    mean_directions,
    own_and_nearest,
    silhouettes,
)
from reportgen.metrics.statistics import bootstrap, wilson
from reportgen.records import Measure
from reportgen.types import Array, Doubles, Floats, Integers

if TYPE_CHECKING:
    from reportgen.network.embeddings import Classifier

DEGREES = (0.0, 180.0)
"""The bounds of an angle."""


@dataclass(frozen=True)
class Embedded:
    """Embeddings of one split, (n, d), and their classes, (n,), or None without labels."""

    split: str
    vectors: Floats
    labels: Integers | None


def lengths_of(embedded: Embedded, seed: int) -> list[Measure]:
    """Mean length and spread of lengths, and how many are zero."""
    norms, split = np.linalg.norm(embedded.vectors.astype(np.float64), axis=1), embedded.split
    zero, what = int((norms == 0).sum()), f"{split} embeddings"
    how = f"{split} images whose embedding is zero, so that it has no direction and no angles"
    return [
        *length_measures(("length", "length_spread"), norms, what, seed, f"@{split}"),
        Measure(f"no_direction@{split}", zero, "images", len(norms), how=how),
    ]


def angles_of(
    splits: Sequence[Embedded], classes: Sequence[str], classifier: Classifier | None, seed: int
) -> tuple[dict[str, Array], list[Measure]]:
    """Angles of every split to the centers of the first, and between centers and weights.

    Args:
        splits: with labels.
        classes: their names.
        classifier: has the weight vectors, or None.
        seed: of the intervals.

    Returns:
        Arrays `own@<split>`, `nearest@<split>`, `centers`, `between`, `weights`; and the measures.
    """
    first = splits[0]
    centers = mean_directions(first.vectors, _labels(first), len(classes))
    arrays: dict[str, Array] = {"centers": centers, "between": angles(centers, centers)}
    measures: list[Measure] = []
    for embedded in splits:
        labels = _labels(embedded)
        own, nearest = own_and_nearest(angles(embedded.vectors, centers), labels)
        arrays[f"own@{embedded.split}"] = own.astype(np.float32)
        arrays[f"nearest@{embedded.split}"] = nearest.astype(np.float32)
        measures += _angles_to_centers(embedded, own, nearest, first.split, seed)
        if classifier is not None:
            own, nearest = own_and_nearest(angles(embedded.vectors, classifier.weights), labels)
            what = "weight vector of the last layer"
            measures += _nearest_share("nearest_weight", embedded, own, nearest, what)
    what = f"class centers (mean directions of {first.split} embeddings)"
    measures += angle_measures(("center_angle", "closest_centers"), centers, classes, what)
    if classifier is not None:
        arrays["weights"] = directions(classifier.weights)
        measures += center_measures(classifier, centers, first.split, seed)
    return arrays, measures


def _labels(embedded: Embedded) -> Integers:
    assert embedded.labels is not None, f"split {embedded.split!r} has no labels"
    return embedded.labels


def _angles_to_centers(
    embedded: Embedded, own: Doubles, nearest: Doubles, first: str, seed: int
) -> list[Measure]:
    """Angles of a split's images (n,) to the own and the nearest other center; NaN left out."""
    split, part = embedded.split, "angles"
    defined = own[~np.isnan(own)]
    if not len(defined):
        return []
    center = f"center of {{}}, the mean direction of its {first} images"
    how = f"mean angle between the embedding of a {split} image and the "
    how += center.format("its class") + "; baseline: a random direction"
    within = Measure(
        f"within_angle@{split}", float(defined.mean()), "degrees", len(defined),
        bootstrap(defined, seed, DEGREES), 90, how, part,
    )  # fmt: skip
    both = ~np.isnan(own) & ~np.isnan(nearest)
    if not both.any():
        return [within]
    to_other, separation = nearest[both], silhouettes(own[both], nearest[both])
    how = f"mean angle between the embedding of a {split} image and the nearest "
    how += center.format("another class")
    other = Measure(
        f"nearest_other_angle@{split}", float(to_other.mean()), "degrees", len(to_other),
        bootstrap(to_other, seed, DEGREES), None, how, part,
    )  # fmt: skip
    how = f"(b - a) / max(a, b) of a {split} image's angle a to the center of its class and its "
    how += "angle b to the nearest other center, mean over images: 1 on the own center, 0 halfway"
    apart = Measure(
        f"separation@{split}", float(separation.mean()), "", len(separation),
        bootstrap(separation, seed, (-1.0, 1.0)), 0, how, part,
    )  # fmt: skip
    share = _nearest_share("nearest_center", embedded, own, nearest, "class center")
    return [within, other, apart, *share]


def _nearest_share(
    name: str, embedded: Embedded, own: Doubles, nearest: Doubles, what: str
) -> list[Measure]:
    """The share of images whose own class is nearest by angle."""
    both = ~np.isnan(own) & ~np.isnan(nearest)
    n, hits = int(both.sum()), int((own[both] < nearest[both]).sum())
    if not n:
        return []
    most_frequent = float(np.bincount(_labels(embedded)[both]).max() / n)
    how = f"share of {embedded.split} images whose nearest {what}, by angle, is that of their "
    how += "class, interval by Wilson; baseline: always the most frequent class"
    interval = wilson(hits, n)
    return [Measure(f"{name}@{embedded.split}", hits / n, "", n, interval, most_frequent, how)]
