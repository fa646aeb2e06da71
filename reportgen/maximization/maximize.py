"""Activation maximization for any Keras model, without a spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from math import lcm
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.maximization.ascent import COPIES, Climbed, climb
from reportgen.maximization.canvas import as_read, canvas_shape, channels_of, is_image
from reportgen.maximization.objectives import Objective
from reportgen.maximization.parameterization import KINDS
from reportgen.maximization.recipes import Ends, Recipe, recipe
from reportgen.maximization.transformations import draw_moves
from reportgen.network.arguments import (
    effective,
    given_layer,
    index_rows,
    known,
    number,
    require_model,
    several,
    sides,
    span,
    whole,
)
from reportgen.network.axes import channels_first
from reportgen.network.batching import batch_size
from reportgen.network.finite import require_finite
from reportgen.network.heads import output_index
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.types import Array, Floats, Model

Targets = Sequence[int | Sequence[int]]
"""For each image one index, or several."""


PLACES = ("", "a place on its one axis", "a row and a column", "a depth, a row and a column")
"""What a unit's place in a map of so many axes consists of."""


def layer_objective(
    network: Network,
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
    count = channels(network, path)
    chosen = _rows(filters, count, f"filters of layer '{path}'")
    if kind == "filter":
        return Objective("filter", chosen, path)
    return Objective("unit", chosen, path, _place(network, path, position, size))


def class_objective(
    network: Network, output: int, classes: int | Targets | None = None
) -> Objective:
    """Classes of an output; all of them where none is named.

    Raises:
        UserError: no such class.
    """
    head = network.heads[output]
    count = max(head.units, 2)
    chosen = _rows(classes, count, f"classes of output '{head.name}'")
    return Objective("class", chosen, output=output)


def channels(network: Network, layer: str) -> int:
    """How many channels a layer's output has.

    Raises:
        UndefinedError: its output has more axes than maps of three dimensions.
    """
    shapes = [shape for shape in network.shapes_at(layer) if len(shape) - 2 in range(len(PLACES))]
    if not shapes:
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps of one, two or three dimensions to maximize."
        )
    return int(shapes[0][1 if channels_first(network, layer) else -1] or 0)


def image_shape(network: Network, size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Height, width and channels of a model's input; `size` fills in what the model leaves free.

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


def _place(
    network: Network,
    path: str,
    position: int | tuple[int, ...] | None,
    size: tuple[int, int] | None,
) -> tuple[int, ...]:
    """An index along each axis of a layer's map, of the middle where none is named."""
    space = _map_size(network, path, size)
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


def _map_size(network: Network, path: str, size: tuple[int, int] | None) -> tuple[int, ...]:
    """How long each axis of a layer's map is, for inputs of this size."""
    blank = np.zeros((1, *canvas_shape(network, size)), np.float32)
    maps = observe(network, as_read(network, blank, ops=np), [path], logits=False).activations[path]
    return tuple(maps.shape[1:-1])


def _rows(targets: int | Targets | None, count: int, what: str) -> NDArray[np.int32]:
    """Targets as (k, m); where some images have fewer, theirs are repeated evenly."""
    rows = index_rows(what, range(count) if targets is None else targets, count)
    width = lcm(*(len(row) for row in rows))
    return np.array([row * (width // len(row)) for row in rows], np.int32)


NOISE = 0.01
"""Standard deviation of the noise on the blank image, as a share of the input range."""


def activation_maximization(
    model: Model,
    layer: str | None = None,
    filters: int | Targets | None = None,
    *,
    objective: str = "filter",
    position: int | tuple[int, ...] | None = None,
    classes: int | Targets | None = None,
    output: int | str | None = None,
    steps: int = 40,
    learning_rate: float = 0.05,
    parameterization: str | None = None,
    jitter: int | None = None,
    pad: int = 0,
    rotate: float = 0.0,
    scale: float = 0.0,
    l2: float | None = None,
    total_variation: float | None = None,
    input_range: tuple[Ends, Ends] = (0.0, 1.0),
    size: int | None = None,
    seed: int = 0,
) -> Floats:
    """For each filter, unit or class an input, mostly an image, that it responds to strongly.

    Gradient ascent in input space (Erhan et al., 2009; Simonyan et al., arXiv 1312.6034) from a
    gray image with faint noise. All images climb at once. Values stay inside the input range in
    every step; one step in four leaves the image where it is, and the best of those and the last
    is kept, so that more steps never give less. The model and all global random state are
    left as they were; the same seed gives the same images.

    Args:
        model: a Keras model with one input, nested to any depth: an image, or a line, a volume or a
            row of numbers (of a volume, jitter and smoothing stay within its planes).
        layer: path of the layer, e.g. "backbone/block3_conv1", for filters and units. Its maps may
            have one, two or three axes; of a layer without maps each value counts as a map.
        filters: indices of channels, for each image one, or several that it is to excite at once
            (their mean is maximized); None for an image for each channel.
        objective: "filter" for a channel's mean over its map, "unit" for one position of it,
            "class" for the logit of a class.
        position: row and column of the unit, or its index along each axis of maps with one or
            three; None for the middle of the map.
        classes: like `filters`, for classes; of a single sigmoid unit they are 0 and 1.
        output: index or name of the output that has the classes.
        steps: of the ascent.
        learning_rate: length of a step (root mean square), as a share of the input range.
        parameterization: "pixels", or "fourier" for waves, with decorrelated colors where there
            are three channels (Olah et al., "Feature Visualization", Distill 2017); None for
            waves from 64 pixels on.
        jitter: largest random shift at each step in pixels; None for a fourteenth of the side.
        pad: width in pixels of a mid-gray frame that the image is moved in.
        rotate: largest random rotation at each step, in degrees.
        scale: largest random change of size at each step, as a share (0.05: 0.95 to 1.05).
        l2, total_variation: weights of the regularizers against a gradient of unit length; None
            for 0.3 and 0.3 in pixels, 0.3 and 0 in waves.
        input_range: smallest and largest value that the model is given; one number each, or one
            for each channel.
        size: side of the images in pixels where the model takes any; None for 128.
        seed: of the noise and the movements, all of which are undone in the image.

    Returns:
        Images as model input, channels last, float32, shape (k, h, w, c), or the shape of what the
        model takes: (k, length, c), (k, depth, h, w, c), (k, n).

    Raises:
        UserError: no such layer, filter, class or position, one that the objective does not look
            at, or a number that makes no ascent.
        UndefinedError: the model has no image input, its inside cannot be reached, or what it
            responds is not finite.
    """
    network = require_model(model)
    side = None if size is None else sides("size", whole("size", size, 1))
    shape = canvas_shape(network, side)
    if (rotate or scale) and not is_image(network):
        raise UserError(Problem("rotate and scale move images, and the model takes none"))
    kind = None if parameterization is None else known("parameterization", parameterization, KINDS)
    others = whole("pad", pad, 0), number("rotate", rotate), number("scale", scale, below=1)
    dials = recipe(
        shape, whole("steps", steps, 1), number("learning_rate", learning_rate, 1e-12), kind,
        None if l2 is None else number("l2", l2),
        None if total_variation is None else number("total_variation", total_variation),
        None if jitter is None else whole("jitter", jitter, 0),
        others, _ends(network, input_range, shape[-1]),
    )  # fmt: skip
    seed, layer = whole("seed", seed, 0), given_layer(network, layer)
    known("objective", objective, ("filter", "unit", "class"))
    given = {"layer": layer, "filters": filters, "position": position, "classes": classes,
             "output": output}  # fmt: skip
    for name, value in given.items():
        effective(name, value, None, {"objective": _ONLY[name]}, objective=objective)
    if objective == "class":
        goal = class_objective(network, output_index(network.heads, output), classes)
    elif layer is None:
        raise UserError(Problem(f"objective '{objective}' needs a layer", hint="name one"))
    else:
        goal = layer_objective(network, find(network, layer), filters, objective, position, side)
    found = ascend(network, goal, dials, seed, side).images
    return np.asarray(as_read(network, found, ops=np, turned=False))


def _ends(network: Network, input_range: tuple[Ends, Ends], depth: int) -> tuple[Ends, Ends]:
    """The input range for every channel of the canvas: a volume's are those of all its planes."""
    own = channels_of(network)

    def spread(end: Ends) -> Ends:
        return end if isinstance(end, float) else end * (depth // own)

    low, high = span("input_range", input_range, own)
    return spread(low), spread(high)


_ONLY = {
    **dict.fromkeys(("layer", "filters"), ("filter", "unit")),
    "position": ("unit",),
    **dict.fromkeys(("classes", "output"), ("class",)),
}
"""With which objectives an argument has an effect."""


def ascend(
    network: Network,
    objective: Objective,
    recipe: Recipe,
    seed: int,
    size: tuple[int, int] | None = None,
    values: list[Array] | None = None,
) -> Climbed:
    """The same with all that was measured on the way; `values` stand in for the weights.

    Raises:
        UndefinedError: see `activation_maximization`. Other weights may answer with infinity: they
            are compared by their images alone.
    """
    shape = canvas_shape(network, size)
    require_finite(network, [objective.layer] if objective.layer else None)
    rng = np.random.default_rng(seed)
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    blank = (low + high) / 2 + (high - low) * NOISE * rng.standard_normal(shape)
    blank = np.clip(blank, low, high)
    moves = draw_moves(rng, recipe.steps, recipe.transforms)
    taken = as_read(network, np.empty((1, *shape), np.float32), ops=np, turned=False).shape[1:]
    room = batch_size(network, taken, COPIES)
    parts = []
    for start in range(0, len(objective.picks), room):
        some = replace(objective, picks=objective.picks[start : start + room])
        first = np.broadcast_to(blank, (len(some.picks), *shape)).astype(np.float32)
        parts.append(climb(network, some, first, moves, recipe, values))
    names = [field.name for field in fields(Climbed)]
    found = Climbed(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    if values is None:
        _require_responses(objective, found)
    return found


def _require_responses(objective: Objective, found: Climbed) -> None:
    """Refuse images for what answers with NaN or infinity: of those none is the largest."""
    bad = objective.picks[~np.isfinite(found.reached)]
    if len(bad):
        of = f"layer '{objective.layer}'" if objective.layer else f"output {objective.output}"
        what = "filters" if objective.layer else "classes"
        raise UndefinedError(
            f"The responses of {of} are not finite (NaN or infinite) for {what} "
            f"{', '.join(map(str, np.unique(bad)[:5]))}, so no image excites them most."
        )
