"""How alike the maps of classes are, and how filters differ. NumPy only, on arrays."""

from __future__ import annotations

import numpy as np

from reportgen.probing.statistics import RESAMPLES
from reportgen.types import Booleans, Doubles

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
