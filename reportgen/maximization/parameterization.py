"""Parameterizations of an ascent's images: their pixels, or their waves."""

from __future__ import annotations

from typing import Literal

import numpy as np
import tensorflow as tf

from reportgen.types import Floats, Tensor

Kind = Literal["pixels", "fourier"]
KINDS: tuple[Kind, ...] = ("pixels", "fourier")

SMALL = 1e-18
"""A length that counts as zero: squares of smaller numbers are zero in 32 bits."""

_EDGE = 1e-3
"""How close to an end of the range, as its share, an image to start from may come."""

_COLORS = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
"""A square root of the covariance of colors in photographs, as published with the source."""


def encode(images: Tensor, low: Tensor, high: Tensor, kind: str) -> Tensor:
    """The parameters of images (k, h, w, c) between `low` and `high`, each (c,)."""
    if kind == "pixels":
        return images
    share = tf.clip_by_value((images - low) / (high - low), _EDGE, 1 - _EDGE)
    flat = _mixed(tf.math.log(share) - tf.math.log1p(-share), _matrix(images.shape[-1], True))
    waves = tf.signal.rfft2d(tf.transpose(flat, [0, 3, 1, 2]))
    scaled = tf.stack([tf.math.real(waves), tf.math.imag(waves)], axis=-1)
    return scaled / _scale(*images.shape[1:3])


def decode(numbers: Tensor, shape: tuple[int, ...], low: Tensor, high: Tensor, kind: str) -> Tensor:
    """The images (k, h, w, c) of parameters."""
    if kind == "pixels":
        return numbers
    return low + (high - low) * tf.sigmoid(unbounded(numbers, shape))


def unbounded(numbers: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The argument of the sigmoid that bounds images; linear in the parameters of "fourier"."""
    scaled = numbers * _scale(*shape[:2])
    waves = tf.complex(scaled[..., 0], scaled[..., 1])
    flat = tf.signal.irfft2d(waves, fft_length=list(shape[:2]))
    return _mixed(tf.transpose(flat, [0, 2, 3, 1]), _matrix(shape[-1], False))


def stepped(
    numbers: Tensor,
    direction: Tensor,
    shape: tuple[int, ...],
    rate: Tensor,
    low: Tensor,
    high: Tensor,
    kind: str,
) -> Tensor:
    """The parameters after one step of length `rate` along a direction in the space of images.

    Args:
        numbers: the parameters of images.
        direction: as shares of the range, shape (k, h, w, c).
        shape: of one image.
        rate: for a direction of length one, how far the images move, as a share of the range.
        low, high: as in `encode`, or (h, w, c).
        kind: one of `KINDS`.
    """
    if kind == "pixels":
        return tf.clip_by_value(numbers + rate * (high - low) * direction, low, high)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(numbers)
        images = decode(numbers, shape, low, high, kind)
    back = tape.gradient(images, numbers, output_gradients=direction / (high - low))
    # The sigmoid's slope is at most 1/4, so this is how far the images move at mid-gray.
    moved = tf.reshape(length(unbounded(back, shape)), [-1, 1, 1, 1, 1])
    asked = tf.reshape(length(direction), [-1, 1, 1, 1, 1])
    return numbers + 4 * rate * asked * back / tf.maximum(moved, SMALL)


def length(images: Tensor) -> Tensor:
    """Root mean square of each image (k, h, w, c), shape (k, 1, 1, 1)."""
    return tf.sqrt(tf.reduce_mean(images**2, axis=[1, 2, 3], keepdims=True))


def _scale(height: int, width: int) -> Floats:
    """1 / frequency of each wave, the constant one as the slowest; shape (h, w // 2 + 1, 1)."""
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.maximum(np.hypot(rows, columns), 1 / max(height, width))
    return np.asarray(1 / frequency / max(height, width), np.float32)[..., None]


def _matrix(channels: int, back: bool) -> Floats | None:
    """From independent colors to red, green and blue, or back; None for other than three."""
    if channels != 3:
        return None
    matrix = _COLORS / np.linalg.norm(_COLORS, axis=0).max()
    return np.asarray(np.linalg.inv(matrix) if back else matrix, np.float32)


def _mixed(images: Tensor, matrix: Floats | None) -> Tensor:
    return images if matrix is None else tf.einsum("khwi,oi->khwo", images, matrix)
