"""What an ascent is asked to climb: filters, units and classes by their indices, checked."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.axes import channels_first
from reportgen.probing.canvas import as_read, canvas_shape, is_image
from reportgen.probing.dials import index_rows, several
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.layers import shapes_at
from reportgen.probing.objectives import Objective
from reportgen.probing.outputs import observe
from reportgen.visualizations.activation_maximization.parts import AXES, PLACES

Targets = Sequence[int | Sequence[int]]
"""For each image one index, or several."""


def layer_objective(
    model: Any,
    path: str,
    filters: int | Targets | None = None,
    kind: str = "filter",
    position: int | tuple[int, ...] | None = None,
    size: tuple[int, int] | None = None,
) -> Objective:
    """Filters of a layer, or units at one position of its map.

    Raises:
        UserError: no such filter or position.
    """
    count = channels(model, path)
    chosen = _rows(filters, count, f"filters of layer '{path}'")
    if kind == "filter":
        return Objective("filter", chosen, path)
    return Objective("unit", chosen, path, _place(model, path, position, size))


def class_objective(model: Any, output: int, classes: int | Targets | None = None) -> Objective:
    """Classes of an output; all of them where none is named.

    Raises:
        UserError: no such class.
    """
    head = heads_of(model)[output]
    count = max(head.units, 2)
    chosen = _rows(classes, count, f"classes of output '{head.name}'")
    return Objective("class", chosen, output=output)


def channels(model: Any, layer: str) -> int:
    """How many channels a layer's output has.

    Raises:
        UndefinedError: its output has more axes than maps of three dimensions.
    """
    shapes = [shape for shape in shapes_at(model, layer) if len(shape) - 2 in range(len(AXES))]
    if not shapes:
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps of one, two or three dimensions to maximize."
        )
    return int(shapes[0][1 if channels_first(model, layer) else -1] or 0)


def image_shape(model: Any, size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Height, width and channels of a model's input; `size` fills in what the model leaves free.

    Raises:
        UndefinedError: the model has several inputs, or its input is not an image.
    """
    shape = canvas_shape(model, size)
    if not is_image(model):
        raise UndefinedError(
            "The model does not have one image as its input, so there is no image "
            "that could be changed to maximize a filter."
        )
    return shape


def _place(
    model: Any, path: str, position: int | tuple[int, ...] | None, size: tuple[int, int] | None
) -> tuple[int, ...]:
    """An index along each axis of a layer's map, of the middle where none is named."""
    space = _map_size(model, path, size)
    if position is None:
        return tuple(side // 2 for side in space)
    if not space:
        message = f"layer '{path}' has no maps, so its units have no position"
        raise UserError(Problem(message, hint="leave position out"))
    asked = (position,) if isinstance(position, Integral) else position
    place = several("position", asked, PLACES[len(space)], len(space))
    if not all(0 <= at < side for at, side in zip(place, space, strict=True)):
        message = f"the maps of layer '{path}' have {' x '.join(map(str, space))} positions"
        raise UserError(Problem(f"{message}, and {', '.join(map(str, place))} is none of them"))
    return place


def _map_size(model: Any, path: str, size: tuple[int, int] | None) -> tuple[int, ...]:
    """How long each axis of a layer's map is, for inputs of this size."""
    blank = np.zeros((1, *canvas_shape(model, size)), np.float32)
    maps = observe(model, as_read(model, blank, ops=np), [path], logits=False).activations[path]
    return tuple(maps.shape[1:-1])


def _rows(targets: int | Targets | None, count: int, what: str) -> NDArray[np.int32]:
    """Targets as (k, m); where some images have fewer, theirs are repeated evenly."""
    rows = index_rows(what, range(count) if targets is None else targets, count)
    width = lcm(*(len(row) for row in rows))
    return np.array([row * (width // len(row)) for row in rows], np.int32)
