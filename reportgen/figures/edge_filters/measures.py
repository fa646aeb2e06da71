"""How maps go with edges and brightness, and what filters tell of classes. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reportgen.figures.edge_filters.facts import TABLE
from reportgen.metrics.edges import departures, edges, slopes, unit_length, with_unit
from reportgen.metrics.statistics import Z95, bootstrap, wilson
from reportgen.network.resizing import area
from reportgen.records import Measure
from reportgen.types import Array, Booleans, Doubles, Floats, Integers

GOES_WITH = ("vertical", "horizontal", "outline", "area")
"""What a filter may follow: edges of one direction, edges of any, or brightness."""


@dataclass
class Collected:
    """Of one layer, image by image: correlations (n, filters) by what they are with, the share
    of variance that is local (n,), and the filters' mean activations (n, filters)."""

    found: dict[str, list[Doubles]] = field(default_factory=lambda: {n: [] for n in GOES_WITH})
    local: list[float] = field(default_factory=list)
    levels: list[Doubles] = field(default_factory=list)

    def add(self, maps: Floats, images: Array) -> None:
        """Count a batch: maps (n, h, w, c) of the part of images (n, H, W, channels) they cover."""
        size, units = (maps.shape[1], maps.shape[2]), unit_length(departures(maps), 1)
        for name, wanted in goes_with(images, size).items():
            self.found[name].append(with_unit(units, wanted))
        self.local += [
            share
            for one, image in zip(maps, images, strict=True)
            if (share := explained(one, surroundings(image, size))) is not None
        ]
        self.levels.append(np.asarray(maps.mean(axis=(1, 2), dtype=np.float64)))

    def of(self, name: str) -> Doubles:
        """Correlations of all images and filters with one thing, shape (n, filters)."""
        return np.concatenate(self.found[name])


def goes_with(images: Array, size: tuple[int, int]) -> dict[str, Doubles]:
    """What maps of a size are held against, each of shape (n, h, w).

    Edges are magnitudes of the brightness' slope: along rows ("vertical"), along columns
    ("horizontal"), and both as the length of the gradient ("outline"). "area" is how far
    brightness departs from the image's median, so that it knows the bright from the dark.
    """
    vertical, horizontal = edges(images, size)
    across, down = slopes(images)
    gray = np.asarray(images, np.float64).mean(axis=-1)
    bright = np.abs(gray - np.median(gray, axis=(1, 2), keepdims=True))
    return {
        "vertical": vertical,
        "horizontal": horizontal,
        "outline": _averaged(np.hypot(across, down), size),
        "area": _averaged(bright, size),
    }


def surroundings(image: Array, size: tuple[int, int]) -> Doubles:
    """What the pixels right at a position tell: (positions, 6) for an image (H, W, channels).

    A constant, the brightness, its slopes along rows and columns, and their magnitudes.
    """
    across, down = slopes(image[None])
    gray = np.asarray(image, np.float64).mean(axis=-1)[None]
    told = [gray, across, down, np.abs(across), np.abs(down)]
    columns = [_averaged(one, size).ravel() for one in told]
    return np.stack([np.ones_like(columns[0]), *columns], axis=1)


def explained(maps: Floats, told: Doubles) -> float | None:
    """The share of maps' variance (R squared) that a linear fit explains, mean over channels.

    Args:
        maps: of one image, shape (h, w, c); even maps are left out.
        told: shape (h * w, k), with a constant among its columns.

    Returns:
        None where all maps are even.
    """
    values = maps.reshape(-1, maps.shape[-1]).astype(np.float64)
    values = values[:, np.ptp(values, axis=0) > 0]
    if not values.shape[1]:
        return None
    # Projecting on an orthonormal basis is the least-squares fit, many times faster here.
    basis, sizes, _ = np.linalg.svd(told, full_matrices=False)
    basis = basis[:, sizes > 1e-10 * sizes[0]]
    centered = values - values.mean(axis=0)
    left = centered - basis @ (basis.T @ centered)
    return float(1 - ((left**2).sum(axis=0) / (centered**2).sum(axis=0)).mean())


def nearest_mean(levels: Doubles, labels: Integers) -> Booleans:
    """Whether each image is nearest to the mean of its own class, itself left out of it.

    Filters are scaled to equal spread. Images that are alone in their class are left out.

    Args:
        levels: mean activations, shape (n, filters).
        labels: shape (n,).
    """
    spread = levels.std(axis=0)
    values = levels / np.where(spread > 0, spread, 1)
    classes, place, counts = np.unique(labels, return_inverse=True, return_counts=True)
    sums = np.stack([values[place == k].sum(axis=0) for k in range(len(classes))])
    hits = []
    for value, own in zip(values, place, strict=True):
        if counts[own] > 1:
            means = sums / counts[:, None]
            means[own] = (sums[own] - value) / (counts[own] - 1)
            hits.append(((means - value) ** 2).sum(axis=1).argmin() == own)
    return np.asarray(hits, bool)


def _averaged(values: Doubles, size: tuple[int, int]) -> Doubles:
    return np.asarray(area(values.astype(np.float32), size), np.float64)


_OF = "correlation over positions of |activation - the map's median| with "
_EDGES = "the strength of the image's {} edges"
_SURE = "differs from 0 by more than 1.96 standard errors over the test images"


def groups(seen: Collected) -> dict[str, list[int]]:
    """Numbers of the filters of each kind, those that follow it most closely first.

    "vertical" and "horizontal" follow edges of one direction surely more than of the other,
    "edges" and "area" edges surely more than brightness or the other way around; "silent" filters
    never answer, "answering" are all others.
    """
    vertical, horizontal = seen.of("vertical"), seen.of("horizontal")
    outline, area = seen.of("outline"), seen.of("area")
    return {
        "vertical": _ranked(vertical, _surely(vertical - horizontal)),
        "horizontal": _ranked(horizontal, _surely(horizontal - vertical)),
        "edges": _ranked(outline, _surely(outline - area)),
        "area": _ranked(area, _surely(area - outline)),
        "answering": [int(place) for place in _answering(seen)],
        "silent": _silent(seen),
    }


def _ranked(values: Doubles, chosen: Integers) -> list[int]:
    """Of the filters chosen, those with the largest mean over images (n, filters) first."""
    order = np.argsort(-values.mean(axis=0)[chosen], kind="stable")
    return [int(place) for place in chosen[order]]


def _answering(seen: Collected) -> Integers:
    silent = np.asarray(_silent(seen), np.int64)
    return np.setdiff1d(np.arange(seen.of("outline").shape[1]), silent)


def _silent(seen: Collected) -> list[int]:
    """Filters whose maps are even for every image."""
    even = np.ones(seen.of("outline").shape[1], bool)
    for values in seen.found.values():
        even &= (np.concatenate(values) == 0).all(axis=0)
    return [int(place) for place in np.flatnonzero(even)]


def _surely(values: Doubles) -> Integers:
    """Filters whose mean over images (n, filters) lies surely above 0."""
    n = len(values)
    if n < 2:
        return np.empty(0, np.int64)
    means, errors = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(n)
    return np.flatnonzero(means > Z95 * errors)


def measured(
    path: str, seen: Collected, found: dict[str, list[int]], labels: Any, seed: int, part: str
) -> list[Measure]:
    """All measures of a layer; `labels` are those of the images, or None, `part` is its sheet."""
    return [
        *_counts(path, found),
        *(replace(m, part=part) for m in _clearest(path, seen, found, seed)),
        *_local(path, seen, seed),
        *(_class_told(path, seen, labels) if labels is not None else []),
    ]


def _counts(path: str, found: dict[str, list[int]]) -> list[Measure]:
    n = len(found["answering"])
    both = f"{_OF}{_EDGES.format('vertical')}, minus that with horizontal edges, {_SURE}"
    any_edge = f"{_OF}{_EDGES.format('vertical and horizontal')}, minus that with how far "
    any_edge += f"brightness departs from its median, {_SURE}"
    told = {
        "vertical_filters": ("vertical", f"{both} and is above it"),
        "horizontal_filters": ("horizontal", f"{both} and is below it"),
        "edge_filters": ("edges", f"{any_edge} and is above it"),
        "area_filters": ("area", f"{any_edge} and is below it"),
    }
    tail = "; each filter is judged by itself, filters that never answer are left out"
    return [
        Measure(
            f"{name}@{path}",
            len(found[group]),
            "filters",
            n,
            how=f"filters whose {how}{tail}",
            part=TABLE,
        )
        for name, (group, how) in told.items()
    ]


def _clearest(path: str, seen: Collected, found: dict[str, list[int]], seed: int) -> list[Measure]:
    """Of the clearest filter of each kind, its correlation; baseline: with what it is not."""
    told = {
        "outline": ("edges", "outline", "area", "vertical and horizontal", "brightness"),
        "most_vertical": ("vertical", "vertical", "horizontal", "vertical", "horizontal edges"),
        "most_horizontal": ("horizontal", "horizontal", "vertical", "horizontal", "vertical edges"),
    }
    measures = []
    for name, (group, wanted, other, followed, instead) in told.items():
        if found[group]:
            k = found[group][0]
            values, base = seen.of(wanted)[:, k], float(seen.of(other)[:, k].mean())
            how = (
                f"{_OF}{_EDGES.format(followed)}, of filter {k}, mean over test images; picked as "
            )
            how += f"the clearest; baseline: the same with {instead}"
            interval = bootstrap(values, seed)
            measures.append(
                Measure(
                    f"{name}@{path}.{k}", float(values.mean()), "", len(values), interval, base, how
                )
            )
    return measures


def _local(path: str, seen: Collected, seed: int) -> list[Measure]:
    if not seen.local:
        return []
    values = np.asarray(seen.local)
    how = "share of a map's variance (R squared) that a linear fit to the brightness at each "
    how += "position, its slopes and their magnitudes explains, mean over filters and test images"
    mean, interval = float(values.mean()), bootstrap(values, seed)
    return [Measure(f"local@{path}", mean, "", len(values), interval, None, how, TABLE)]


def _class_told(path: str, seen: Collected, labels: Integers) -> list[Measure]:
    hits = nearest_mean(np.concatenate(seen.levels), labels)
    if not len(hits):
        return []
    n = len(hits)
    share, most = float(hits.mean()), float(np.unique(labels, return_counts=True)[1].max() / n)
    how = "share of test images whose filters' mean activations, scaled to equal spread, lie "
    how += "nearest to the mean of their own class, themselves left out; interval by Wilson; "
    how += "baseline: the share of the most frequent class"
    interval = wilson(int(hits.sum()), n)
    return [Measure(f"class_told@{path}", share, "", n, interval, min(most, 1.0), how, TABLE)]
