"""What maximizing images are measured by. NumPy only, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.probing.statistics import bootstrap, moran
from reportgen.records import Measure

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_GRAY = np.full(3, 3**-0.5)
_ACROSS = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])


def structures(images: Floats) -> Doubles:
    """Moran's I of each image (n, h, w, c), mean over its channels."""
    n, height, width, depth = images.shape
    planes = images.transpose(0, 3, 1, 2).reshape(n * depth, height, width)
    return np.asarray(moran(planes).reshape(n, depth).mean(axis=1))


def chroma_shares(deviations: Floats) -> Doubles:
    """Share of an image's contrast against gray that is color, for each image with contrast.

    Args:
        deviations: from the middle of the range, shape (n, h, w, 3).

    Returns:
        Energy off the gray axis (1, 1, 1) / sqrt 3 divided by all energy; 2/3 for noise.
    """
    total = np.square(deviations, dtype=np.float64).sum((1, 2, 3))
    gray = np.square(deviations @ _GRAY).sum((1, 2))
    return np.asarray(1 - gray[total > 0] / total[total > 0])


def hue_spread(deviations: Floats) -> float | None:
    """How far the mean colors of images differ in hue: 0 all alike, 1 all around the circle.

    1 - |sum_k c_k| / sum_k |c_k|, c_k the mean color of image k in the plane across the gray
    axis; so a hue counts by its chroma. None where no image has any color.
    """
    vectors = deviations.mean(axis=(1, 2), dtype=np.float64) @ _ACROSS.T
    lengths = np.linalg.norm(vectors, axis=1).sum()
    return float(1 - np.linalg.norm(vectors.sum(axis=0)) / lengths) if lengths > 1e-9 else None


def ratios(reached: Floats, largest: Floats) -> Doubles:
    """Response reached / largest response in the data, for filters that respond to any image."""
    alive = largest > 0
    return np.asarray(reached[alive] / largest[alive], dtype=np.float64)


def response(name: str, values: Doubles, how: str, seed: int) -> Measure:
    """The median ratio over filters."""
    if not values.size:
        return Measure(name, None, n=0, baseline=1.0, how=how + "; no filter responds to any image")
    interval = bootstrap(values, seed, np.median)
    return Measure(name, float(np.median(values)), "", values.size, interval, 1.0, how)


def mean(name: str, values: Doubles, baseline: Doubles, how: str, seed: int) -> Measure:
    """A mean over filters, with the mean of the same for a model with fresh random weights."""
    if not values.size:
        return Measure(name, None, n=0, how=how + "; no image has any contrast")
    chance = float(baseline.mean()) if baseline.size else None
    interval = bootstrap(values, seed)
    return Measure(name, float(values.mean()), "", values.size, interval, chance, how)
