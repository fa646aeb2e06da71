"""Resizing of maps: one stated choice for the whole package. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.types import Array, Doubles, Floats


def bilinear(maps: NDArray[np.floating], size: tuple[int, int]) -> Floats:
    """Maps (n, h, w) at another size (n, H, W), bilinear with half-pixel centers."""
    rows, columns = (
        bilinear_weights(maps.shape[1], size[0]),
        bilinear_weights(maps.shape[2], size[1]),
    )
    return _apply(maps, rows, columns)


def area(maps: Array, size: tuple[int, int]) -> Floats:
    """Maps (n, h, w) at another size, each new cell the mean of what it covers."""
    rows, columns = _area(maps.shape[1], size[0]), _area(maps.shape[2], size[1])
    return _apply(np.asarray(maps, dtype=np.float64), rows, columns)


def bilinear_weights(old: int, new: int) -> Doubles:
    """Weights (new, old): where each new center lies between two old ones."""
    place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    lower = np.floor(place).astype(int)
    upper = np.minimum(lower + 1, old - 1)
    weights = np.zeros((new, old))
    np.add.at(weights, (np.arange(new), lower), 1 - (place - lower))
    np.add.at(weights, (np.arange(new), upper), place - lower)
    return weights


def _apply(maps: NDArray[np.floating], rows: Doubles, columns: Doubles) -> Floats:
    result = rows @ np.asarray(maps, dtype=np.float64) @ columns.T
    return np.asarray(result, dtype=np.float32)


def _area(old: int, new: int) -> Doubles:
    """Weights (new, old): the share of each new cell that an old one covers."""
    edges = np.arange(new + 1) * old / new
    cells = np.arange(old)
    covered = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.asarray(np.clip(covered, 0, None) * new / old)
