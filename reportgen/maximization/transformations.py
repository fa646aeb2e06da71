"""Random movements of an ascent's image before each step, and the pull towards plain images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.types import Floats, Tensor

RESTS = 4
"""One step in so many leaves the images in their place; these steps decide which is the best."""


@dataclass(frozen=True)
class Transforms:
    """How far images are moved at most.

    Attributes:
        jitter: shift in pixels, down and across.
        pad: width of the gray frame in pixels.
        rotate: degrees, either way.
        scale: change of size as a share: 0.05 is from 0.95 to 1.05.
    """

    jitter: int = 2
    pad: int = 0
    rotate: float = 0.0
    scale: float = 0.0

    @property
    def resamples(self) -> bool:
        """Whether images are sampled anew."""
        return self.rotate > 0 or self.scale > 0


@dataclass(frozen=True)
class Moves:
    """The movement of every step: whole pixels (steps, 2), and radians and sizes (steps, 2)."""

    shifts: NDArray[np.int32]
    turns: Floats

    def with_rests(self) -> Moves:
        """The same, but every `RESTS`th step, from the first on, moves nothing."""
        shifts, turns = self.shifts.copy(), self.turns.copy()
        shifts[::RESTS], turns[::RESTS] = 0, (0, 1)
        return Moves(shifts, turns)


def draw_moves(rng: np.random.Generator, steps: int, how: Transforms) -> Moves:
    """The movements of an ascent, from a generator of random numbers."""
    # A row for each step, so that a longer ascent begins like a shorter one.
    drawn = rng.random((steps, 4))
    shifts = np.floor(drawn[:, :2] * (2 * how.jitter + 1)).astype(np.int32) - how.jitter
    angles = np.deg2rad(how.rotate) * (2 * drawn[:, 2] - 1)
    sizes = 1 + how.scale * (2 * drawn[:, 3] - 1)
    return Moves(shifts, np.stack([angles, sizes], axis=1).astype(np.float32))


def moved(
    images: Tensor, shift: Tensor, turn: Tensor, middle: Tensor, pad: int, resamples: bool
) -> Tensor:
    """Images (k, h, w, c) after one movement, of the same size.

    Args:
        images: at least 1 x 1 pixels.
        shift: pixels down and across, (2,); what leaves on one side enters on the other.
        turn: angle in radians and size, (2,); has no effect unless `resamples`.
        middle: mid-gray of each channel, (c,), or of each pixel, (h, w, c).
        pad: width of the frame.
        resamples: whether to sample anew, bilinearly; beyond the frame all is mid-gray.
    """
    height, width = images.shape[1:3]
    framed = tf.pad(images - middle, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) if pad else images
    framed = tf.roll(framed, shift, axis=[1, 2])
    if resamples:
        framed = _turned(framed if pad else framed - middle, turn)
    if pad or resamples:
        framed = framed[:, pad : pad + height, pad : pad + width] + middle
    return framed


def _turned(images: Tensor, turn: Tensor) -> Tensor:
    """Images turned and scaled about their center; zero beyond their edges."""
    height, width, depth = images.shape[1:]
    angle, size = turn[0], turn[1]
    y, x = np.mgrid[:height, :width].astype(np.float32).reshape(2, -1)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    down = (tf.cos(angle) * y - tf.sin(angle) * x) / size + (height - 1) / 2
    across = (tf.sin(angle) * y + tf.cos(angle) * x) / size + (width - 1) / 2
    top, left = tf.floor(down), tf.floor(across)
    flat = tf.reshape(images, [-1, height * width, depth])
    total = tf.zeros_like(flat)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        r, c = top + row, left + column
        share = (1 - tf.abs(down - r)) * (1 - tf.abs(across - c))
        inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
        place = tf.clip_by_value(r, 0, height - 1) * width + tf.clip_by_value(c, 0, width - 1)
        values = tf.gather(flat, tf.cast(place, tf.int32), axis=1)
        total += values * tf.where(inside, share, 0)[None, :, None]
    return tf.reshape(total, tf.shape(images))


_NEIGHBORS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)


def regularizer_gradient(
    shape: tuple[int, ...], decay: Tensor, variation: Tensor
) -> Callable[[Tensor], Tensor]:
    """The gradient of both regularizers, as a function of images.

    It takes how far the images (k, h, w, c) are from the middle of the input range, in units of
    the range, and returns the gradient with respect to them of half of

        decay * (sum of squares) + variation * (sum of squared differences between neighbors):

    each pixel times (decay + variation * number of its neighbors), less variation * their sum.

    Args:
        shape: of one image, (h, w, c).
        decay: weight of L2, the distance from the middle.
        variation: weight of total variation.
    """
    height, width, depth = shape
    own = tf.broadcast_to(decay + variation * _counts(height, width), shape)
    kernel = -variation * np.tile(_NEIGHBORS[:, :, None, None], (1, 1, depth, 1))
    return lambda off: off * own + tf.nn.depthwise_conv2d(off, kernel, [1, 1, 1, 1], "SAME")


def _counts(height: int, width: int) -> Floats:
    """How many neighbors each pixel has, shape (h, w, 1)."""
    rows, columns = (_along(side) for side in (height, width))
    return (rows[:, None] + columns[None])[..., None]


def _along(side: int) -> Floats:
    places = np.arange(side)
    return ((places > 0).astype(np.float32) + (places < side - 1)).astype(np.float32)
