"""How alike the maps of classes are, and how filters differ. NumPy only, on arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.figures.parts import class_qualifier
from reportgen.metrics.edges import edges, orientations
from reportgen.metrics.statistics import auc_interval, bootstrap, picked_level
from reportgen.records import Measure
from reportgen.types import Array, Booleans, Doubles, Floats

ROUNDING = 1e-6
"""Share of the largest of some values up to which they count as equal."""


class LayerStatistics:
    """Measurements of one layer's maps of two classes of images, collected batch by batch."""

    def __init__(self) -> None:
        self._orientations: list[Doubles] = []
        self._mean_maps: list[Doubles] = []
        self._means: list[Doubles] = []

    def add(self, maps: Floats, images: Array) -> None:
        """Measure maps (n, h, w, c) and the part of the images (n, H, W, c) that they cover."""
        vertical, horizontal = edges(images, (maps.shape[1], maps.shape[2]))
        self._orientations.append(orientations(maps, vertical, horizontal))
        self._mean_maps.append(maps.mean(axis=-1, dtype=np.float64).reshape(len(maps), -1))
        self._means.append(np.asarray(maps.mean(axis=(1, 2), dtype=np.float64)))

    @property
    def orientations(self) -> Doubles:
        """How much more each filter follows vertical than horizontal edges, (images, filters)."""
        return np.concatenate(self._orientations)

    def measures(
        self, path: str, is_second: Booleans, classes: Sequence[str], channel: int, seed: int
    ) -> list[Measure]:
        """The layer's measures.

        Args:
            path: of the layer.
            is_second: which images belong to the second class, shape (images,).
            classes: names of the two classes.
            channel: the filter that is shown.
            seed: of the intervals.
        """
        shown = self.orientations[:, channel]
        first, second = (f"{path}.{class_qualifier(name)}" for name in classes)
        return [
            _orientation(first, shown[~is_second], channel, seed),
            _orientation(second, shown[is_second], channel, seed),
            *_separation(path, np.concatenate(self._mean_maps), is_second, seed),
            *_filters(path, np.concatenate(self._means), is_second),
        ]


def _orientation(qualifier: str, values: Doubles, channel: int, seed: int) -> Measure:
    """The orientation of the filter shown, from its values (n,) for the images of one class."""
    how = "correlation of |activation - the map's median| with the strength of vertical edges of "
    how += "the image, minus that with horizontal edges, mean over test images of the class, for "
    how += f"channel {channel}"
    name, interval = f"orientation@{qualifier}", bootstrap(values, seed, (-2.0, 2.0))
    return Measure(name, float(values.mean()), "", len(values), interval, 0.0, how)


# --- likeness of mean maps ---


def even(maps: Doubles) -> bool:
    """Whether all maps hold one and the same value up to rounding, as the mean of a softmax does.

    Args:
        maps: one row for each image, shape (n, positions).
    """
    return bool(np.ptp(maps) <= ROUNDING * np.abs(maps).max())


def similarities(maps: Doubles, is_second: Booleans) -> tuple[Doubles, Doubles]:
    """For each image its mean cosine with the others of its class, and with the other class.

    Args:
        maps: one row for each image, shape (n, positions).
        is_second: which images belong to the second class; each class has at least two.

    Returns:
        Two arrays of shape (n,).
    """
    norms = np.linalg.norm(maps, axis=1, keepdims=True)
    unit = maps / np.where(norms > 0, norms, 1)
    cosines = unit @ unit.T
    same = is_second[:, None] == is_second
    np.fill_diagonal(same, False)
    other = is_second[:, None] != is_second
    return (
        np.asarray((cosines * same).sum(axis=1) / same.sum(axis=1)),
        np.asarray((cosines * other).sum(axis=1) / other.sum(axis=1)),
    )


def _separation(path: str, maps: Doubles, is_second: Booleans, seed: int) -> list[Measure]:
    how = "cosine of the maps' means over channels, of each image with "
    if even(maps):
        why = "; undefined, as these means are the same everywhere in every image"
        names = ("within_class", "between_classes", "separation")
        return [Measure(f"{name}@{path}", None, n=0, how=how + "others" + why) for name in names]
    within, between = similarities(maps, is_second)
    others = "the others of its class"
    rows = (
        ("within_class", within, f"{others}, mean over images", None),
        ("between_classes", between, "those of the other class, mean over images", None),
        (
            "separation",
            within - between,
            f"{others}, minus that with the other class, mean over images",
            0.0,
        ),
    )
    return [
        Measure(
            f"{name}@{path}",
            float(values.mean()),
            n=len(values),
            interval=bootstrap(values, seed, (-2.0, 2.0)),
            baseline=baseline,
            how=how + with_whom,
        )
        for name, values, with_whom, baseline in rows
    ]


# --- filters that differ between the classes ---


def wins(first: Doubles, second: Doubles) -> Doubles:
    """For each pair of images (n, m) whether the first's value is larger; a tie counts half."""
    difference = first[:, None] - second
    return np.asarray((difference > 0) + 0.5 * (difference == 0), np.float64)


def _filters(path: str, means: Doubles, is_second: Booleans) -> list[Measure]:
    """The filter that differs most between the classes, and the active one that differs least.

    Args:
        path: of the layer.
        means: mean activations, shape (images, filters).
        is_second: which images belong to the second class.
    """
    first, second = means[~is_second], means[is_second]
    tables = [wins(first[:, k], second[:, k]) for k in range(means.shape[1])]
    gaps = np.array([abs(float(table.mean()) - 0.5) for table in tables])
    magnitudes = np.abs(means.mean(axis=0))
    active = np.flatnonzero((magnitudes >= np.median(magnitudes)) & (magnitudes > 0))
    how = "share of pairs of images, one of each class, in which the first class has the larger "
    how += "mean activation in this filter; "
    most = int(gaps.argmax())
    name = f"telling_apart@{path}.{most}"
    measures = [_win(name, tables[most], len(gaps), how + "picked as farthest from half")]
    if len(active):
        least = int(active[gaps[active].argmin()])
        how += "picked as nearest to half among the more active half of filters"
        measures.append(_win(f"shared@{path}.{least}", tables[least], len(active), how))
    return measures


def _win(name: str, table: Doubles, candidates: int, how: str) -> Measure:
    """The share of wins of a filter picked among some candidates."""
    value, (n, m) = float(table.mean()), table.shape
    interval = auc_interval(value, n, m, picked_level(candidates))
    how += f" of {candidates}; interval by Newcombe, at the level that allows for the choice; "
    how += "baseline: no difference"
    return Measure(name, value, "", n + m, interval, 0.5, how)
