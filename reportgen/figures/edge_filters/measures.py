"""How maps follow edges and brightness, and what filters tell of classes. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reportgen.figures.edge_filters.facts import TABLE_PART, FilterGroups, LayerFacts
from reportgen.metrics.edges import departures, edges, slopes
from reportgen.metrics.orientation import Tuning
from reportgen.metrics.statistics import (
    SHARE,
    Z95,
    bootstrap,
    picked_level,
    unit_correlations,
    unit_length,
    wilson,
)
from reportgen.network.resizing import area
from reportgen.records import Measure
from reportgen.types import Array, Booleans, Doubles, Floats, Integers

PATTERNS = ("vertical", "horizontal", "outline", "area")
"""What a filter may follow: edges of one direction, edges of any, or brightness."""

_OF = "correlation over positions of |activation - the map's median| with "
_EDGES = "the strength of the image's {} edges"
FLOOR = 0.05
"""Least difference of two mean correlations that counts: a twentieth of a perfect one. On hundreds
of images far smaller ones are sure, and nothing that a map would show."""
_SURE = "differs from 0 by more than 1.96 standard errors over the test images and by 0.05"
FRESH = ("edge_filters", "oriented_filters", "orientation", "local")
"""Measures that are compared with fresh weights."""


class MeanActivations:
    """The mean activation of each filter of a layer, collected batch by batch."""

    def __init__(self) -> None:
        self._means: list[Doubles] = []

    def add(self, maps: Floats, images: Array) -> None:
        """Measure maps (n, h, w, c)."""
        self._means.append(np.asarray(maps.mean(axis=(1, 2), dtype=np.float64)))

    def all(self) -> Doubles:
        """Of all images, shape (images, filters)."""
        return np.concatenate(self._means)


class LayerStatistics:
    """Measurements of one layer's filters, collected batch by batch."""

    def __init__(self) -> None:
        self._correlations: dict[str, list[Doubles]] = {name: [] for name in PATTERNS}
        self._local_shares: list[float] = []
        self._means = MeanActivations()
        self.tuning: Tuning | None = None

    def add(self, maps: Floats, images: Array) -> None:
        """Measure maps (n, h, w, c) and the part of the images (n, H, W, c) that they cover."""
        size, units = (maps.shape[1], maps.shape[2]), unit_length(departures(maps), 1)
        for name, pattern in patterns(images, size).items():
            self._correlations[name].append(unit_correlations(units, pattern))
        self._local_shares += [
            share
            for maps_of_image, image in zip(maps, images, strict=True)
            if (share := explained_variance(maps_of_image, local_features(image, size))) is not None
        ]
        self._means.add(maps, images)

    def correlations(self, pattern: str) -> Doubles:
        """Correlations of all images and filters with one pattern, shape (images, filters)."""
        return np.concatenate(self._correlations[pattern])

    def groups(self) -> FilterGroups:
        """The layer's filters by what they follow."""
        outline, brightness = self.correlations("outline"), self.correlations("area")
        silent = np.all([(self.correlations(name) == 0).all(axis=0) for name in PATTERNS], axis=0)
        tuned = self.tuning
        assert tuned is not None, "the tuning of a layer comes before its groups"
        upright, level = tuned.near(90), tuned.near(0)
        oblique = tuned.oriented & ~upright & ~level
        return FilterGroups(
            vertical=_strongest(tuned, upright & ~silent),
            horizontal=_strongest(tuned, level & ~silent),
            oblique=_strongest(tuned, oblique & ~silent),
            edges=_ranked(outline, _surely_above(outline - brightness)),
            area=_ranked(brightness, _surely_above(brightness - outline)),
            answering=tuple(map(int, np.flatnonzero(~silent))),
            silent=tuple(map(int, np.flatnonzero(silent))),
        )

    def measures(self, layer: LayerFacts, labels: Integers | None, seed: int) -> list[Measure]:
        """The layer's measures.

        Args:
            layer: its facts.
            labels: the classes of the images, shape (images,), or None.
            seed: of the intervals.
        """
        assert self.tuning is not None, "the tuning of a layer comes before its measures"
        measures = [*_counts(layer), *_orientation(layer, self.tuning, seed)]
        measures += [replace(measure, part=layer.part) for measure in self._clearest(layer, seed)]
        measures += _local(layer.path, np.asarray(self._local_shares), seed)
        if labels is not None:
            measures += class_told(layer.path, self._means.all(), labels)
        return measures

    def _clearest(self, layer: LayerFacts, seed: int) -> list[Measure]:
        """The correlation of each group's clearest filter; baseline: with the other pattern."""
        groups, measures = layer.groups, []
        for name, filters, pattern, other, followed, instead in (
            ("outline", groups.edges, "outline", "area", "vertical and horizontal", "brightness"),
            (
                "most_vertical", groups.vertical, "vertical", "horizontal", "vertical",
                "horizontal edges",
            ),
            (
                "most_horizontal", groups.horizontal, "horizontal", "vertical", "horizontal",
                "vertical edges",
            ),
        ):  # fmt: skip
            if (clearest := self._closest(filters, pattern, other)) is not None:
                values = self.correlations(pattern)[:, clearest]
                baseline = float(self.correlations(other)[:, clearest].mean())
                how = f"{_OF}{_EDGES.format(followed)}, of filter {clearest}, mean over test "
                how += f"images; picked as the clearest of {len(filters)}, interval at the level "
                how += f"that allows for the choice; baseline: the same with {instead}"
                qualified, level = f"{name}@{layer.path}.{clearest}", picked_level(len(filters))
                interval = bootstrap(values, seed, (-1.0, 1.0), level)
                measures.append(
                    Measure(
                        qualified, float(values.mean()), "", len(values), interval, baseline, how
                    )
                )
        return measures

    def _closest(self, filters: Sequence[int], pattern: str, other: str) -> int | None:
        """The filter that follows one pattern most closely beyond another; None where none does."""
        if not filters or pattern == "outline":  # those are ranked by it
            return filters[0] if filters else None
        chosen = list(filters)
        more = (self.correlations(pattern) - self.correlations(other)).mean(axis=0)[chosen]
        return chosen[int(more.argmax())] if more.max() > 0 else None


def _ranked(correlations: Doubles, filters: Integers) -> tuple[int, ...]:
    """Some filters, those with the largest mean correlation over images (n, filters) first."""
    order = np.argsort(-correlations.mean(axis=0)[filters], kind="stable")
    return tuple(int(number) for number in filters[order])


def _surely_above(values: Doubles) -> Integers:
    """Filters whose mean over images (n, filters) lies surely above 0."""
    n = len(values)
    if n < 2:
        return np.empty(0, np.int64)
    means, errors = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(n)
    return np.flatnonzero(means > np.maximum(Z95 * errors, FLOOR))


def _strongest(tuned: Tuning, which: Booleans) -> tuple[int, ...]:
    """Some filters, the most oriented first."""
    filters = np.flatnonzero(which)
    order = np.argsort(-tuned.strength[filters], kind="stable")
    return tuple(int(number) for number in filters[order])


def _counts(layer: LayerFacts) -> list[Measure]:
    """How many filters follow each pattern."""
    groups = layer.groups
    edge = f"{_OF}{_EDGES.format('vertical and horizontal')}, minus that with how far "
    edge += f"brightness departs from its median, {_SURE}"
    turned = "are oriented and answer most to edges within 22.5 degrees of {}"
    tail = "; each filter is judged by itself, filters that never answer are left out"
    return [
        Measure(
            f"{name}@{layer.path}",
            len(filters),
            "filters",
            len(groups.answering),
            how=f"filters that {how}{tail}",
            part=TABLE_PART,
        )
        for name, filters, how in (
            ("oriented_filters", groups.oriented, "are oriented: their strength of orientation is "
             "above the least that counts"),
            ("vertical_filters", groups.vertical, turned.format("upright ones")),
            ("horizontal_filters", groups.horizontal, turned.format("level ones")),
            ("edge_filters", groups.edges, f"follow edges: their {edge} and is above it"),
            ("area_filters", groups.area, f"follow brightness: their {edge} and is below it"),
        )
    ]  # fmt: skip


_TUNED = "strength of orientation, one minus the circular variance of the response to waves of all "
_TUNED += "directions"


def _orientation(layer: LayerFacts, tuned: Tuning, seed: int) -> list[Measure]:
    """How oriented the filters that answer are, how many are not, and at which angles."""
    groups, path, part = layer.groups, layer.path, TABLE_PART
    answering = np.asarray(groups.answering, np.int64)
    n, rest = len(answering), len(answering) - len(groups.oriented)
    if not n:
        return []
    how = f"filters whose {_TUNED} is at most {tuned.least:.2f}: no less than the slope of a "
    how += "Gaussian and, by weights alone, than 95 % of kernels of noise"
    strengths = tuned.strength[answering]
    mean = f"{_TUNED}, from 0 (answers all alike) to 1 (only one), mean over filters that answer"
    measures = [
        Measure(
            f"unoriented_share@{path}", rest / n, "", n, wilson(rest, n), None,
            f"share of {how}", part,
        ),
        Measure(
            f"orientation@{path}", float(strengths.mean()), "", n,
            bootstrap(strengths, seed, SHARE), None, mean, part,
        ),
    ]  # fmt: skip
    angle = "angle of the edges that filter {} answers most: 0 level, 90 upright, counterclockwise"
    return measures + [
        Measure(
            f"edge_angle@{path}.{number}", round(float(tuned.edge[number]) % 180, 1), "degrees",
            how=f"{angle.format(number)}; {_TUNED} {tuned.strength[number]:.2f}", part=part,
        )
        for number in sorted(groups.oriented)
    ]  # fmt: skip


def _local(path: str, shares: Doubles, seed: int) -> list[Measure]:
    """The mean share of variance (images,) that is local; nothing where all maps are even."""
    if not len(shares):
        return []
    how = "share of a map's variance (R squared) that a linear fit to the brightness at each "
    how += "position, its slopes and their magnitudes explains, mean over filters and test images"
    mean, interval = float(shares.mean()), bootstrap(shares, seed, SHARE)
    return [Measure(f"local@{path}", mean, "", len(shares), interval, None, how, TABLE_PART)]


def class_told(path: str, means: Doubles, labels: Integers) -> list[Measure]:
    """The share of images whose class the mean activations (images, filters) tell."""
    hits = nearest_mean(means, labels)
    if not len(hits):
        return []
    n = len(hits)
    share, most = float(hits.mean()), float(np.unique(labels, return_counts=True)[1].max() / n)
    how = "share of test images whose filters' mean activations, scaled to equal spread, lie "
    how += "nearest to the mean of their own class, themselves left out; interval by Wilson; "
    how += "baseline: the share of the most frequent class"
    interval = wilson(int(hits.sum()), n)
    return [Measure(f"class_told@{path}", share, "", n, interval, min(most, 1.0), how, TABLE_PART)]


# --- on arrays alone ---


def patterns(images: Array, size: tuple[int, int]) -> dict[str, Doubles]:
    """Patterns of images that filters may follow, at a map's size, each of shape (n, h, w).

    Edges are magnitudes of the brightness' slope: along rows ("vertical"), along columns
    ("horizontal"), and both as the length of the gradient ("outline"). "area" is how far
    brightness departs from the image's median, so that it separates the bright from the dark.

    Args:
        images: as stored, shape (n, H, W, channels).
        size: (h, w) of the map.
    """
    vertical, horizontal = edges(images, size)
    across, down = slopes(images)
    gray = np.asarray(images, np.float64).mean(axis=-1)
    departure = np.abs(gray - np.median(gray, axis=(1, 2), keepdims=True))
    return {
        "vertical": vertical,
        "horizontal": horizontal,
        "outline": _averaged(np.hypot(across, down), size),
        "area": _averaged(departure, size),
    }


def local_features(image: Array, size: tuple[int, int]) -> Doubles:
    """What the pixels right at a position tell, at a map's size.

    Args:
        image: as stored, shape (H, W, channels).
        size: (h, w) of the map.

    Returns:
        Shape (h * w, 6): a constant, the brightness, its slopes along rows and columns, and their
        magnitudes.
    """
    across, down = slopes(image[None])
    gray = np.asarray(image, np.float64).mean(axis=-1)[None]
    features = [gray, across, down, np.abs(across), np.abs(down)]
    columns = [_averaged(feature, size).ravel() for feature in features]
    return np.stack([np.ones_like(columns[0]), *columns], axis=1)


def explained_variance(maps: Floats, features: Doubles) -> float | None:
    """The share of maps' variance (R squared) that a linear fit explains, mean over channels.

    Args:
        maps: of one image, shape (h, w, c); even maps are left out.
        features: shape (h * w, k), with a constant among its columns.

    Returns:
        None where all maps are even.
    """
    values = maps.reshape(-1, maps.shape[-1]).astype(np.float64)
    values = values[:, np.ptp(values, axis=0) > 0]
    if not values.shape[1]:
        return None
    # Projecting on an orthonormal basis is the least-squares fit, many times faster here.
    basis, sizes, _ = np.linalg.svd(features, full_matrices=False)
    basis = basis[:, sizes > 1e-10 * sizes[0]]
    centered = values - values.mean(axis=0)
    residuals = centered - basis @ (basis.T @ centered)
    return float(1 - ((residuals**2).sum(axis=0) / (centered**2).sum(axis=0)).mean())


def nearest_mean(means: Doubles, labels: Integers) -> Booleans:
    """Whether each image is nearest to the mean of its own class, itself left out of it.

    Filters are scaled to equal spread. Images that are alone in their class are left out.

    Args:
        means: mean activations, shape (n, filters).
        labels: shape (n,).
    """
    spread = means.std(axis=0)
    values = means / np.where(spread > 0, spread, 1)
    classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    sums = np.stack([values[places == place].sum(axis=0) for place in range(len(classes))])
    hits = []
    for value, own in zip(values, places, strict=True):
        if counts[own] > 1:
            centers = sums / counts[:, None]
            centers[own] = (sums[own] - value) / (counts[own] - 1)
            hits.append(((centers - value) ** 2).sum(axis=1).argmin() == own)
    return np.asarray(hits, bool)


def _averaged(values: Doubles, size: tuple[int, int]) -> Doubles:
    return np.asarray(area(values.astype(np.float32), size), np.float64)
