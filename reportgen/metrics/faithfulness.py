"""Deletion and insertion of pixels in the order of a map. NumPy only.

Source: Petsiuk et al., "RISE", 2018, arXiv 1806.07421. The area under a curve depends on how sure
the network is, so it counts only beside that of a random order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.types import Array, Doubles, Floats, Integers

_SIGMA, _RADIUS = 5.0, 5
"""Of the Gaussian blur of RISE: standard deviation, and 11 pixels wide."""


def orders(maps: NDArray[np.floating], rng: np.random.Generator) -> Integers:
    """The pixels of each map (n, h, w) from the largest value down, (n, pixels); ties at random.

    A threshold at a percentile would take all ties at once: of a map that is zero over most of the
    image, the whole image.
    """
    flat = maps.reshape(len(maps), -1)
    ties = random_orders(*flat.shape, rng)
    mixed = np.take_along_axis(flat, ties, axis=1)
    return np.take_along_axis(ties, np.argsort(-mixed, axis=1, kind="stable"), axis=1)


def random_orders(n: int, pixels: int, rng: np.random.Generator) -> Integers:
    """A random order of the pixels for each of n images, (n, pixels)."""
    return np.asarray(rng.permuted(np.tile(np.arange(pixels), (n, 1)), axis=1), np.int64)


def exchanged(start: Array, end: Array, order: Integers, steps: int) -> Floats:
    """Images on the way from `start` to `end`, the pixels exchanged in an order.

    Args:
        start, end: shape (n, h, w, c).
        order: of the pixels, shape (n, h * w).
        steps: equal shares in which pixels are exchanged.

    Returns:
        Shape (n, steps - 1, h, w, c), without `start` and `end` themselves.
    """
    n, height, width, _ = start.shape
    rank = np.argsort(order, axis=1).reshape(n, 1, height, width, 1)
    counts = np.round(np.arange(1, steps) / steps * height * width)
    done = rank < counts[None, :, None, None, None]
    return np.asarray(np.where(done, end[:, None], start[:, None]), np.float32)


def area(curves: Doubles) -> Doubles:
    """The area under curves (..., points) over an interval of length 1, by trapezoids."""
    inner = curves[..., 1:-1].sum(axis=-1)
    ends = (curves[..., 0] + curves[..., -1]) / 2
    return np.asarray((inner + ends) / (curves.shape[-1] - 1))


def blurred(images: Array) -> Floats:
    """Images (n, h, w, c) blurred as in RISE, the border repeated: where insertion begins."""
    steps = np.arange(-_RADIUS, _RADIUS + 1)
    weights = np.exp(-0.5 * (steps / _SIGMA) ** 2)
    weights /= weights.sum()
    result = np.asarray(images, np.float64)
    for axis in (1, 2):
        side = result.shape[axis]
        places = np.arange(side)
        result = np.asarray(
            sum(
                weight * np.take(result, np.clip(places + step, 0, side - 1), axis=axis)
                for step, weight in zip(steps, weights, strict=True)
            )
        )
    return result.astype(np.float32)
