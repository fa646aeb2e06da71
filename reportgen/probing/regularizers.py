"""What pulls the image of an ascent towards plainness, as directions in the space of images."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def pull(images: Any, middle: Any, span: Any, decay: Any, variation: Any) -> Any:
    """The direction that both regularizers pull against, weighted; shape (k, h, w, c).

    Args:
        images: between the ends of the input range.
        middle, span: of the range, for each channel.
        decay: weight of L2, the distance from the middle in units of the range.
        variation: weight of total variation, in the same units.
    """
    return decay * (images - middle) / span + variation * roughness(images / span)


def roughness(images: Any) -> Any:
    """The gradient of squared differences between neighbors: what total variation pulls at."""
    down = tf.pad(images[:, 1:] - images[:, :-1], [[0, 0], [1, 1], [0, 0], [0, 0]])
    across = tf.pad(images[:, :, 1:] - images[:, :, :-1], [[0, 0], [0, 0], [1, 1], [0, 0]])
    return down[:, :-1] - down[:, 1:] + across[:, :, :-1] - across[:, :, 1:]
