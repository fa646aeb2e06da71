"""How edges, classes and filters go together. NumPy only, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.probing.resizing import area
from reportgen.probing.statistics import RESAMPLES

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def edges(images: NDArray[np.generic], size: tuple[int, int]) -> tuple[Doubles, Doubles]:
    """Strength of vertical and of horizontal edges at a map's size, each of shape (n, h, w).

    Vertical edges are where the brightness (mean over channels) changes along a row, horizontal
    ones where it changes along a column: magnitudes of central differences, averaged down.

    Args:
        images: shape (n, H, W, c), as stored.
        size: (h, w) of the map.
    """
    gray = np.asarray(images, np.float64).mean(axis=-1)
    across = np.abs(np.gradient(gray, axis=2)) if gray.shape[2] > 1 else np.zeros_like(gray)
    down = np.abs(np.gradient(gray, axis=1)) if gray.shape[1] > 1 else np.zeros_like(gray)
    vertical, horizontal = (area(one.astype(np.float32), size) for one in (across, down))
    return np.asarray(vertical, np.float64), np.asarray(horizontal, np.float64)


def orientations(maps: Floats, vertical: Doubles, horizontal: Doubles) -> Doubles:
    """For each image and filter, how much more its map follows vertical than horizontal edges.

    The correlation over positions of |activation - the map's median| with the strength of
    vertical edges, minus that with horizontal ones; a constant map or image correlates by 0.

    Args:
        maps: shape (n, h, w, c); vertical, horizontal: shape (n, h, w).

    Returns:
        Shape (n, c), between -2 and 2.
    """
    flat = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    departures = np.abs(flat - np.median(flat, axis=1, keepdims=True))
    unit = _unit(departures, 1)
    pair = [_unit(one.reshape(len(one), -1), 1) for one in (vertical, horizontal)]
    return np.asarray(np.einsum("npc,np->nc", unit, pair[0] - pair[1]))


def similarities(maps: Doubles, second: NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
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


def _unit(values: Doubles, axis: int) -> Doubles:
    """Values less their mean along an axis, at length 1; what is constant becomes 0."""
    centered = values - values.mean(axis=axis, keepdims=True)
    norms = np.linalg.norm(centered, axis=axis, keepdims=True)
    usable = norms > 1e-9 * np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-300)
    return np.asarray(np.where(usable, centered, 0) / np.where(usable, norms, 1))
