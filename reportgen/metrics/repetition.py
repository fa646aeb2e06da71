"""Filters that nearly repeat one another. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.types import Booleans

ALIKE = 0.9
"""Filters with a larger |cosine| count as repeating one another."""


def redundant(rows: NDArray[np.floating]) -> Booleans:
    """Whether each filter (n, weights) has |cosine| above 0.9 with another, means taken off.

    A filter without variation is like no other.
    """
    exact = rows.astype(np.float64)
    centered = exact - exact.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centered, axis=1)
    # What is left of equal weights after rounding is no direction.
    usable = norms > 1e-9 * np.maximum(np.abs(exact).max(axis=1), 1e-300)
    unit = np.where(usable[:, None], centered, 0) / np.where(usable, norms, 1)[:, None]
    cosines = np.abs(unit @ unit.T)
    np.fill_diagonal(cosines, 0)
    return np.asarray(cosines.max(axis=1, initial=0) > ALIKE)
