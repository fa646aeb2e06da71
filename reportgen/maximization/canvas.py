"""The canvas of an ascent: images (h, w, c) that stand for an input of any shape."""

from __future__ import annotations

from types import ModuleType

import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.inputs import reads_channels_first, require_one_input
from reportgen.network.network import Network
from reportgen.types import Array, Tensor

Shape = tuple[int, int, int]

_FREE_SIDE = 128
"""The length of sides that the model and the caller leave open."""

IMAGE = 4
"""Axes of a batch of images."""


def canvas_shape(network: Network, size: tuple[int, int] | None = None) -> Shape:
    """Height, width and channels of the images that stand for a model's input.

    Args:
        network: with a graph.
        size: of sides that the model leaves open, (h, w); None for 128.

    Raises:
        UndefinedError: the model has several inputs, or one without axes of positions.
    """
    require_one_input(network)
    sides = _input_sides(network)
    if not 1 <= len(sides) <= IMAGE or sides[-1] is None:
        raise UndefinedError(
            "The input of the model is no image, line, volume or row of numbers, so there is "
            "nothing that could be changed to raise a response."
        )
    height, width = size or (_FREE_SIDE, _FREE_SIDE)
    free = ((), (height,), (height, width), (height, height, width))[len(sides) - 1]
    space = [int(side or other) for side, other in zip(sides, free, strict=False)]
    return _as_image(space, int(sides[-1]))


def image_shape(network: Network, size: tuple[int, int] | None) -> Shape:
    """`canvas_shape` of a model whose input is an image.

    Raises:
        UndefinedError: the model has several inputs, or its input is not an image.
    """
    shape = canvas_shape(network, size)
    if not is_image(network):
        raise UndefinedError(
            "The model does not have one image as its input, so there is no image "
            "that could be changed to maximize a filter."
        )
    return shape


def is_image(network: Network) -> bool:
    """Whether the one input of a model has two spatial axes and one of channels."""
    return len(_input_sides(network)) == IMAGE - 1


def input_channels(network: Network) -> int:
    """Channels of the input itself; a volume has fewer than its canvas."""
    return int(_input_sides(network)[-1] or 0)


def as_model_input(
    network: Network, images: Tensor | Array, *, ops: ModuleType = tf, model_order: bool = True
) -> Tensor:
    """Images (k, h, w, c) that stand for a model's input, in the shape of that input.

    Args:
        network: with a graph and one input.
        images: a tensor, or an array with `ops=np`.
        ops: has `reshape` and `transpose`.
        model_order: whether channels come first where the model reads them there; else last.
    """
    axes, (height, width, depth) = len(_input_sides(network)), images.shape[1:]
    if axes == 1:
        return ops.reshape(images, (-1, depth))
    if axes == 2:
        images = ops.reshape(images, (-1, height, depth))
    elif axes == 4:
        own = input_channels(network)
        planes = ops.reshape(images, (-1, height, width, depth // own, own))
        images = ops.transpose(planes, (0, 3, 1, 2, 4))
    if not (model_order and reads_channels_first(network)):
        return images
    return ops.transpose(images, (0, axes, *range(1, axes)))


def _as_image(sides: list[int], depth: int) -> Shape:
    if len(sides) == 3:
        return sides[1], sides[2], sides[0] * depth
    height, width = [*sides, 1, 1][:2]
    return height, width, depth


def _input_sides(network: Network) -> tuple[int | None, ...]:
    """The shape of the input without the batch, channels last."""
    sides = tuple(network.graph.inputs[0].shape)[1:]
    first = len(sides) > 1 and reads_channels_first(network)
    return (*sides[1:], sides[0]) if first else sides
