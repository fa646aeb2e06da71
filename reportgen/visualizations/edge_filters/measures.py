"""How maps go with edges and brightness, and what filters tell of classes. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from reportgen.probing.edges import departures, edges, slopes, unit_length, with_unit
from reportgen.probing.resizing import area
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
