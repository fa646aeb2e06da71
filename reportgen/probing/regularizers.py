"""What pulls the image of an ascent towards plainness, as directions in the space of images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from reportgen.types import Floats

_NEIGHBORS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)


def puller(shape: tuple[int, ...], decay: Any, variation: Any) -> Callable[[Any], Any]:
    """The direction that both regularizers pull against, as a function of images.

    It takes how far the images (k, h, w, c) are from the middle of the input range, in units of
    the range, and gives the gradient, by them, of half of

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
