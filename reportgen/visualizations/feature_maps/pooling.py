"""What pooling does to maps, in numbers. NumPy only, on arrays (n, space..., c)."""

from __future__ import annotations

from math import prod

import numpy as np

from reportgen.probing.resizing import bilinear
from reportgen.types import Doubles, Floats


def gains(before: Floats, after: Floats) -> Doubles:
    """Mean |activation| after pooling divided by that before, for each image that has any.

    Of magnitudes, because what follows a normalization has a mean close to zero; where nothing
    is negative it is the ratio of the means.
    """
    old = np.abs(before).reshape(len(before), -1).mean(axis=1, dtype=np.float64)
    new = np.abs(after).reshape(len(after), -1).mean(axis=1, dtype=np.float64)
    return np.asarray(new[old > 0] / old[old > 0])


def agreements(before: Floats, after: Floats) -> Doubles:
    """Pearson correlation of each pooled map, upsampled, with its input map, mean over channels.

    Channels that are constant before or after are left out; so is an image with no others.
    """
    found = [_agreement(old, new) for old, new in zip(before, after, strict=True)]
    return np.asarray([value for value in found if value is not None])


def size_ratio(before: Floats, after: Floats) -> float:
    """Positions of a map after pooling divided by those before it."""
    return prod(after.shape[1:-1]) / prod(before.shape[1:-1])


def _agreement(before: Floats, after: Floats) -> float | None:
    """Of one image, maps (space..., c)."""
    large = _enlarged(np.moveaxis(after, -1, 0), before.shape[:-1]).astype(np.float64)
    x = large.reshape(len(large), -1)
    y = np.moveaxis(before, -1, 0).reshape(len(large), -1).astype(np.float64)
    varied = (np.ptp(x, axis=1) > 0) & (np.ptp(y, axis=1) > 0)
    x, y = x[varied], y[varied]
    if not len(x):
        return None
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    return float(((x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))).mean())


def _enlarged(maps: Floats, size: tuple[int, ...]) -> Floats:
    """Maps (c, space...) at another size, linear along each axis, with half-pixel centers."""
    if len(size) == 2:
        return bilinear(maps, (size[0], size[1]))
    values = maps.astype(np.float64)
    for axis, side in enumerate(size, start=1):
        values = _along(values, axis, side)
    return values.astype(np.float32)


def _along(values: Doubles, axis: int, side: int) -> Doubles:
    """The same as `bilinear` along one axis, which may be too long for its matrix of weights."""
    old = values.shape[axis]
    place = np.clip((np.arange(side) + 0.5) * old / side - 0.5, 0, old - 1)
    lower = place.astype(int)
    share = (place - lower).reshape(-1, *[1] * (values.ndim - axis - 1))
    upper = values.take(np.minimum(lower + 1, old - 1), axis)
    return np.asarray(values.take(lower, axis) * (1 - share) + upper * share)
