"""Converts stored pixels to model input and back, by a dataset's preprocessing."""

from __future__ import annotations

import numpy as np

from reportgen.records import Preprocessing
from reportgen.types import Array, Doubles, Floats


def prepare(images: Array, preprocessing: Preprocessing) -> Floats:
    """Model input from stored images (n, h, w, c): float32 of the same shape.

    `prepare` puts the channels into the model's order, and scales and shifts each channel.
    """
    scale, offset = coefficients(preprocessing)
    stored = np.asarray(images)
    ordered = stored[..., list(preprocessing.order)] if preprocessing.order else stored
    return np.asarray(ordered, dtype=np.float32) * scale + offset


def restore(inputs: Array, preprocessing: Preprocessing) -> Floats:
    """The inverse of `prepare`: stored values (0..255, not rounded), channels in stored order.

    Use it to show images from a model's input space, such as maximizing images, in true colors.
    """
    scale, offset = coefficients(preprocessing)
    pixels = (np.asarray(inputs, dtype=np.float32) - offset) / scale
    back = np.argsort(preprocessing.order) if preprocessing.order else slice(None)
    return np.asarray(pixels[..., back], dtype=np.float32)


def coefficients(preprocessing: Preprocessing) -> tuple[Floats, Floats]:
    """Scale and offset of the input's channels, each of shape () or (c,)."""
    return np.asarray(preprocessing.scale, np.float32), np.asarray(preprocessing.offset, np.float32)


def value_range(preprocessing: Preprocessing) -> tuple[float, float]:
    """The smallest and largest model input for a stored pixel (0..255)."""
    lows, highs = value_ranges(preprocessing, 1)
    return float(lows.min()), float(highs.max())


def value_ranges(preprocessing: Preprocessing, channels: int) -> tuple[Doubles, Doubles]:
    """The smallest and largest input of each channel, shape (channels,) each.

    The ranges differ where preprocessing subtracts a mean from each channel. A value within
    `value_range` may then still lie outside the range of its channel.
    """
    scale, offset = np.asarray(preprocessing.scale), np.asarray(preprocessing.offset)
    shape = np.broadcast_shapes(scale.shape, offset.shape, (channels,))
    ends = np.stack([np.broadcast_to(offset + scale * pixel, shape) for pixel in (0, 255)])
    lows, highs = np.sort(ends, axis=0)
    return lows, highs
