"""Edges of images at the size of a map, and how closely maps follow them. NumPy only."""

from __future__ import annotations

import numpy as np

from reportgen.metrics.statistics import unit_correlations, unit_length
from reportgen.network.resizing import area
from reportgen.types import Array, Doubles, Floats


def edges(images: Array, size: tuple[int, int]) -> tuple[Doubles, Doubles]:
    """Strength of vertical and of horizontal edges at a map's size, each of shape (n, h, w).

    At vertical edges the brightness (mean over channels) changes along a row; at horizontal edges
    it changes along a column. The strength is the magnitude of central differences, averaged down
    to the map's size.

    Args:
        images: the part of the images that the map covers, shape (n, H, W, c), as stored.
        size: (h, w) of the map.
    """
    across, down = slopes(images)
    vertical, horizontal = (
        area(np.abs(change).astype(np.float32), size) for change in (across, down)
    )
    return np.asarray(vertical, np.float64), np.asarray(horizontal, np.float64)


def edge_strength(images: Array) -> Doubles:
    """Magnitude of the gradient of brightness, (n, h, w) from images (n, h, w, c)."""
    across, down = slopes(images)
    return np.asarray(np.sqrt(across**2 + down**2))


def slopes(images: Array) -> tuple[Doubles, Doubles]:
    """Central differences of brightness along rows and along columns, each (n, H, W)."""
    gray = np.asarray(images, np.float64).mean(axis=-1)
    across = np.gradient(gray, axis=2) if gray.shape[2] > 1 else np.zeros_like(gray)
    down = np.gradient(gray, axis=1) if gray.shape[1] > 1 else np.zeros_like(gray)
    return across, down


def departures(maps: Floats) -> Doubles:
    """|activation - the map's median| at each position, shape (n, positions, c)."""
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    # A median along the last axis is several times faster than along any other.
    middle = np.median(np.ascontiguousarray(flat.transpose(0, 2, 1)), axis=2)
    return np.asarray(np.abs(flat.astype(np.float64) - middle[:, None]))


def orientations(maps: Floats, vertical: Doubles, horizontal: Doubles) -> Doubles:
    """How much more the map of each image and filter follows vertical than horizontal edges.

    The measure is the correlation over positions of |activation - the map's median| with the
    strength of vertical edges, minus the correlation with horizontal edges. Correlations of a
    constant map or image are 0.

    Args:
        maps: feature maps, shape (n, h, w, c).
        vertical: strength of vertical edges, shape (n, h, w).
        horizontal: strength of horizontal edges, shape (n, h, w).

    Returns:
        Shape (n, c), between -2 and 2.
    """
    units = unit_length(departures(maps), 1)
    return np.asarray(unit_correlations(units, vertical) - unit_correlations(units, horizontal))
