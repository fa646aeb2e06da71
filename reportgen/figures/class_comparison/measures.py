"""How alike the maps of classes are, and how filters differ. NumPy only, on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from reportgen.figures.parts import class_qualifier
from reportgen.metrics.edges import edges, orientations
from reportgen.metrics.statistics import RESAMPLES, bootstrap
from reportgen.records import Measure
from reportgen.types import Array, Booleans, Doubles, Floats

EVEN = 1e-6
"""What rounding may make of equal numbers, as a share of the largest of them."""


def even(maps: Doubles) -> bool:
    """Whether all maps are one and the same value, but for rounding: what a softmax adds up to.

    Args:
        maps: one row for each image, shape (n, positions).
    """
    return bool(np.ptp(maps) <= EVEN * np.abs(maps).max())


def similarities(maps: Doubles, second: Booleans) -> tuple[Doubles, Doubles]:
    """For each image its mean cosine with the others of its class, and with the other class.

    Args:
        maps: one row for each image, shape (n, positions).
        second: which images belong to the second class; each class has at least two.
    """
    norms = np.linalg.norm(maps, axis=1, keepdims=True)
    unit = maps / np.where(norms > 0, norms, 1)
    cosines = unit @ unit.T
    same = second[:, None] == second
    np.fill_diagonal(same, False)
    other = second[:, None] != second
    return (
        np.asarray((cosines * same).sum(axis=1) / same.sum(axis=1)),
        np.asarray((cosines * other).sum(axis=1) / other.sum(axis=1)),
    )


def wins(first: Doubles, second: Doubles) -> Doubles:
    """For each pair of images (n, m) whether the first's value is larger; a tie counts half."""
    difference = first[:, None] - second
    return np.asarray((difference > 0) + 0.5 * (difference == 0), np.float64)


def win_interval(table: Doubles, seed: int) -> tuple[float, float]:
    """A 95 % interval of the mean of `wins` by 1000 resamples of the images of both classes."""
    rng = np.random.default_rng(seed)
    n, m = table.shape
    a = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES)
    b = rng.multinomial(m, np.full(m, 1 / m), RESAMPLES)
    found = np.einsum("rn,nm,rm->r", a, table, b, optimize=True) / (n * m)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


@dataclass
class Collected:
    """Of one layer: orientations (n, filters), mean maps (n, positions), filters' means."""

    turned: list[Doubles] = field(default_factory=list)
    mean_maps: list[Doubles] = field(default_factory=list)
    levels: list[Doubles] = field(default_factory=list)

    def add(self, maps: Floats, images: Array) -> None:
        """Count a batch: maps (n, h, w, c) of the part of images (n, H, W, channels) they cover."""
        vertical, horizontal = edges(images, (maps.shape[1], maps.shape[2]))
        self.turned.append(orientations(maps, vertical, horizontal))
        self.mean_maps.append(maps.mean(axis=-1, dtype=np.float64).reshape(len(maps), -1))
        self.levels.append(np.asarray(maps.mean(axis=(1, 2), dtype=np.float64)))


def of_layer(
    path: str,
    seen: Collected,
    second: Booleans,
    classes: Sequence[str],
    channel: int,
    seed: int,
) -> list[Measure]:
    """All measures of a layer; `second` tells which images are of the second of two classes."""
    turned = np.concatenate(seen.turned)[:, channel]
    return [
        _orientation(f"{path}.{class_qualifier(classes[0])}", turned[~second], channel, seed),
        _orientation(f"{path}.{class_qualifier(classes[1])}", turned[second], channel, seed),
        *_similarity(path, np.concatenate(seen.mean_maps), second, seed),
        *_filters(path, np.concatenate(seen.levels), second, seed),
    ]


def _orientation(at: str, turned: Doubles, channel: int, seed: int) -> Measure:
    """Of the filter shown, over the images (n,) of one class."""
    how = "correlation of |activation - the map's median| with the strength of vertical edges of "
    how += "the image, minus that with horizontal edges, mean over test images of the class, for "
    how += f"channel {channel}"
    interval = bootstrap(turned, seed)
    return Measure(f"orientation@{at}", float(turned.mean()), "", len(turned), interval, 0.0, how)


def _similarity(path: str, maps: Doubles, second: Booleans, seed: int) -> list[Measure]:
    how = "cosine of the maps' means over channels, of each image with "
    if even(maps):
        why = "; undefined, as these means are the same everywhere in every image"
        names = ("within_class", "between_classes", "separation")
        return [Measure(f"{name}@{path}", None, n=0, how=how + "others" + why) for name in names]
    within, between = similarities(maps, second)
    said = {
        "within_class": (within, how + "the others of its class, mean over images", None),
        "between_classes": (between, how + "those of the other class, mean over images", None),
        "separation": (
            within - between,
            how + "the others of its class, minus that with the other class, mean over images",
            0.0,
        ),
    }
    return [
        Measure(
            f"{name}@{path}",
            float(values.mean()),
            n=len(values),
            interval=bootstrap(values, seed),
            baseline=base,
            how=told,
        )
        for name, (values, told, base) in said.items()
    ]


def _filters(path: str, levels: Doubles, second: Booleans, seed: int) -> list[Measure]:
    """The filter that tells the classes apart best, and the active one that does so least."""
    a, b = levels[~second], levels[second]
    tables = [wins(a[:, k], b[:, k]) for k in range(levels.shape[1])]
    gaps = np.array([abs(float(table.mean()) - 0.5) for table in tables])
    mean = np.abs(levels.mean(axis=0))
    active = np.flatnonzero((mean >= np.median(mean)) & (mean > 0))
    apart = int(gaps.argmax())
    how = "share of pairs of images, one of each class, in which the first class has the larger "
    how += "mean activation in this filter; "
    found = [_win("telling_apart", path, apart, tables, seed, how + "picked as farthest from half")]
    if len(active):
        shared = int(active[gaps[active].argmin()])
        least = how + "picked as nearest to half among the more active half of filters"
        found.append(_win("shared", path, shared, tables, seed, least))
    return found


def _win(name: str, path: str, k: int, tables: list[Doubles], seed: int, how: str) -> Measure:
    table = tables[k]
    low, high = win_interval(table, seed)
    value = float(table.mean())
    interval = (min(low, value), max(high, value))
    told = f"{how}; the interval knows nothing of the choice; baseline: no difference"
    return Measure(f"{name}@{path}.{k}", value, "", sum(table.shape), interval, 0.5, told)
