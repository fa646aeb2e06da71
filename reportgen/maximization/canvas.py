"""The images that an ascent changes, as (h, w, c) for any shape of input."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.inputs import reads_channels_first, require_one_input
from reportgen.network.network import Network

Shape = tuple[int, int, int]

_FREE_SIDE = 128
"""Of an input whose sides the model leaves open, where nothing else says it."""

IMAGE = 4
"""Axes of a batch of images."""


def canvas_shape(network: Network, size: tuple[int, int] | None = None) -> Shape:
    """Height, width and channels of the images that stand for a model's input.

    Args:
        model: with a graph.
        size: of sides that the model leaves open, (h, w); None for 128.

    Raises:
        UndefinedError: the model has several inputs, or one whose axes stand for no place.
    """
    require_one_input(network)
    taken = _taken(network)
    if not 1 <= len(taken) <= IMAGE or taken[-1] is None:
        raise UndefinedError(
            "The input of the model is no image, line, volume or row of numbers, so there is "
            "nothing that could be changed to raise a response."
        )
    height, width = size or (_FREE_SIDE, _FREE_SIDE)
    free = ((), (height,), (height, width), (height, height, width))[len(taken) - 1]
    sides = [int(side or one) for side, one in zip(taken, free, strict=False)]
    return _as_image(sides, int(taken[-1]))


def is_image(network: Network) -> bool:
    """Whether the one input of a model has two axes of places and one of channels."""
    return len(_taken(network)) == IMAGE - 1


def channels_of(network: Network) -> int:
    """Channels of the input itself, which of a volume are fewer than those of its canvas."""
    return int(_taken(network)[-1] or 0)


def as_read(network: Network, images: Any, *, ops: Any = tf, turned: bool = True) -> Any:
    """What a model is given for images (k, h, w, c) that stand for its input.

    Args:
        model: with a graph and one input.
        images: a tensor, or an array with `ops=np`.
        ops: has `reshape` and `transpose`.
        turned: whether channels come first where the model reads them there; else last.
    """
    axes, (height, width, depth) = len(_taken(network)), images.shape[1:]
    if axes == 1:
        return ops.reshape(images, (-1, depth))
    if axes == 2:
        images = ops.reshape(images, (-1, height, depth))
    elif axes == 4:
        own = channels_of(network)
        piled = ops.reshape(images, (-1, height, width, depth // own, own))
        images = ops.transpose(piled, (0, 3, 1, 2, 4))
    if not (turned and reads_channels_first(network)):
        return images
    return ops.transpose(images, (0, axes, *range(1, axes)))


def _as_image(sides: list[int], depth: int) -> Shape:
    if len(sides) == 3:
        return sides[1], sides[2], sides[0] * depth
    height, width = [*sides, 1, 1][:2]
    return height, width, depth


def _taken(network: Network) -> tuple[int | None, ...]:
    """The shape of the input without the batch, channels last."""
    sides = tuple(network.graph.inputs[0].shape)[1:]
    first = len(sides) > 1 and reads_channels_first(network)
    return (*sides[1:], sides[0]) if first else sides
