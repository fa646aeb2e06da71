"""How the image of an ascent is written: as its pixels, or as its waves.

In "pixels" the numbers that change are the pixels, cut off at the ends of the input range. In
"fourier" they are the amplitudes of the image's waves in colors that do not go together in
photographs, so that a step changes coarse forms sooner than fine ones; a sigmoid keeps the pixels
inside the range. Source: Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Kind = Literal["pixels", "fourier"]
KINDS: tuple[Kind, ...] = ("pixels", "fourier")

_EDGE = 1e-3
"""How close to an end of the range, as its share, an image to start from may come."""

_COLORS = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
"""A square root of the covariance of colors in photographs, as published with the source."""


def encode(images: Any, low: Any, high: Any, kind: str) -> Any:
    """The numbers that stand for images (k, h, w, c) between `low` and `high`, each (c,)."""
    if kind == "pixels":
        return images
    share = tf.clip_by_value((images - low) / (high - low), _EDGE, 1 - _EDGE)
    flat = _mixed(tf.math.log(share) - tf.math.log1p(-share), _matrix(images.shape[-1], True))
    waves = tf.signal.rfft2d(tf.transpose(flat, [0, 3, 1, 2]))
    scaled = tf.stack([tf.math.real(waves), tf.math.imag(waves)], axis=-1)
    return scaled / _scale(*images.shape[1:3])


def decode(numbers: Any, shape: tuple[int, ...], low: Any, high: Any, kind: str) -> Any:
    """The images (k, h, w, c) that numbers stand for."""
    if kind == "pixels":
        return numbers
    return low + (high - low) * tf.sigmoid(unbounded(numbers, shape))


def unbounded(numbers: Any, shape: tuple[int, ...]) -> Any:
    """What the sigmoid is applied to; linear in the numbers of "fourier"."""
    scaled = numbers * _scale(*shape[:2])
    waves = tf.complex(scaled[..., 0], scaled[..., 1])
    flat = tf.signal.irfft2d(waves, fft_length=list(shape[:2]))
    return _mixed(tf.transpose(flat, [0, 2, 3, 1]), _matrix(shape[-1], False))


def _scale(height: int, width: int) -> NDArray[np.float32]:
    """Of each wave 1 / frequency, the constant one as the slowest; shape (h, w // 2 + 1, 1)."""
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.maximum(np.hypot(rows, columns), 1 / max(height, width))
    return np.asarray(1 / frequency / max(height, width), np.float32)[..., None]


def _matrix(channels: int, back: bool) -> NDArray[np.float32] | None:
    """From independent colors to red, green and blue, or back; None for other than three."""
    if channels != 3:
        return None
    matrix = _COLORS / np.linalg.norm(_COLORS, axis=0).max()
    return np.asarray(np.linalg.inv(matrix) if back else matrix, np.float32)


def _mixed(images: Any, matrix: NDArray[np.float32] | None) -> Any:
    return images if matrix is None else tf.einsum("khwi,oi->khwo", images, matrix)
