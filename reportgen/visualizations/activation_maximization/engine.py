"""Activation maximization for any Keras model: the library side, without a spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.ascent import Climbed, Recipe, climb
from reportgen.probing.compiled import batch_size, reads_channels_first
from reportgen.probing.finite import require_finite
from reportgen.probing.graphs import require_graph
from reportgen.probing.layers import find, named, output_shapes
from reportgen.probing.outputs import channels_first

Floats = NDArray[np.float32]

NOISE = 0.01
"""Standard deviation of the noise on the blank image, as a share of the input range."""

_FREE_SIDE = 128


def activation_maximization(
    model: Any,
    layer: str,
    filters: Sequence[int] | None = None,
    *,
    steps: int = 40,
    learning_rate: float = 0.05,
    l2: float = 3.0,
    total_variation: float = 0.3,
    jitter: int = 2,
    input_range: tuple[float, float] = (0.0, 1.0),
    size: int | None = None,
    seed: int = 0,
) -> Floats:
    """For each filter of a layer an image that it responds to strongly.

    Gradient ascent in input space (Erhan et al., 2009; Simonyan et al., arXiv 1312.6034) from a
    gray image with faint noise, on the filter's mean response over its map. All filters climb at
    once. Values stay inside the input range in every step; the best image of all steps is kept.
    The model and all global random state are left as they were; the same seed gives the same
    images.

    Args:
        model: a Sequential or Functional Keras model with one image input, nested to any depth.
        layer: path of the layer, e.g. "backbone/block3_conv1".
        filters: indices of channels; None for all.
        steps: of the ascent.
        learning_rate: length of a step (root mean square), as a share of the input range.
        l2, total_variation: weights of the regularizers against a gradient of unit length.
        jitter: largest random shift at each step in pixels; it is undone after the step.
        input_range: smallest and largest value that the model is given.
        size: side of the images in pixels where the model takes any; None for 128.
        seed: of the noise and the jitter.

    Returns:
        Images as model input, float32, shape (k, h, w, c).

    Raises:
        UserError: no such layer or filter.
        UndefinedError: the model has no image input, or its inside cannot be reached.
    """
    recipe = Recipe(steps, learning_rate, l2, total_variation, jitter, *input_range)
    side = None if size is None else (size, size)
    path = find(model, layer)
    chosen = np.arange(channels(model, path)) if filters is None else np.asarray(filters)
    return ascend(model, path, chosen, recipe, seed, side).images


def ascend(
    model: Any,
    layer: str,
    filters: NDArray[Any],
    recipe: Recipe,
    seed: int,
    size: tuple[int, int] | None = None,
    values: list[NDArray[Any]] | None = None,
) -> Climbed:
    """The same with all that was measured on the way; `values` stand in for the weights."""
    _check_filters(filters, channels(model, layer), layer)
    require_finite(model, [layer])
    shape = image_shape(model, size)
    rng = np.random.default_rng(seed)
    span, middle = recipe.high - recipe.low, (recipe.low + recipe.high) / 2
    blank = middle + span * NOISE * rng.standard_normal(shape)
    blank = np.clip(blank, recipe.low, recipe.high)
    reach = recipe.jitter
    shifts = rng.integers(-reach, reach + 1, (recipe.steps, 2))
    room = batch_size(model, shape)
    parts = []
    for start in range(0, len(filters), room):
        some = filters[start : start + room]
        first = np.broadcast_to(blank, (len(some), *shape)).astype(np.float32)
        parts.append(climb(model, layer, some, first, shifts, recipe, values))
    names = [field.name for field in fields(Climbed)]
    return Climbed(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def channels(model: Any, layer: str) -> int:
    """How many channels a layer's output has.

    Raises:
        UndefinedError: its output has no two-dimensional maps.
    """
    one = named(model)[layer]
    shapes = [shape for shape in output_shapes(one) if len(shape) == 4]
    if not shapes:
        raise UndefinedError(f"Layer '{layer}' has no two-dimensional feature maps to maximize.")
    return int(shapes[0][1 if channels_first(one) else -1] or 0)


def image_shape(model: Any, size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Height, width and channels of a model's input; `size` fills in what the model leaves free.

    Raises:
        UndefinedError: the model has several inputs, or its input is not an image.
    """
    inputs = require_graph(model).inputs
    shape = tuple(inputs[0].shape)
    shape = (shape[0], *shape[2:], shape[1]) if reads_channels_first(model) else shape
    if len(inputs) != 1 or len(shape) != 4 or shape[-1] is None:
        raise UndefinedError(
            f"Model '{model.name}' does not have one image as its input, so there is no image "
            "that could be changed to maximize a filter."
        )
    height, width, depth = shape[1:]
    free = size or (_FREE_SIDE, _FREE_SIDE)
    return int(height or free[0]), int(width or free[1]), int(depth)


def _check_filters(filters: NDArray[Any], count: int, layer: str) -> None:
    wrong = [int(index) for index in filters if not 0 <= index < count]
    if wrong or not len(filters):
        got = ", ".join(map(str, wrong)) or "none"
        raise UserError(
            Problem(f"filters of layer '{layer}' must lie in 0..{count - 1}, got {got}")
        )
