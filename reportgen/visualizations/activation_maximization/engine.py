"""Activation maximization for any Keras model: the library side, without a spec."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.ascent import COPIES, Climbed, climb
from reportgen.probing.asking import given_layer, require_model
from reportgen.probing.budget import batch_size
from reportgen.probing.canvas import as_read, canvas_shape, channels_of, is_image
from reportgen.probing.dials import effective, known, number, sides, span, whole
from reportgen.probing.finite import require_finite
from reportgen.probing.heads import output_index
from reportgen.probing.layers import find
from reportgen.probing.objectives import Objective
from reportgen.probing.parameterizations import KINDS
from reportgen.probing.recipe import Ends, Recipe
from reportgen.probing.transformations import draw_moves
from reportgen.types import Array, Floats
from reportgen.visualizations.activation_maximization.recipes import recipe
from reportgen.visualizations.activation_maximization.targets import (
    Targets,
    class_objective,
    layer_objective,
)

NOISE = 0.01
"""Standard deviation of the noise on the blank image, as a share of the input range."""


def activation_maximization(
    model: Any,
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
    require_model(model)
    side = None if size is None else sides("size", whole("size", size, 1))
    shape = canvas_shape(model, side)
    if (rotate or scale) and not is_image(model):
        raise UserError(Problem("rotate and scale move images, and the model takes none"))
    kind = None if parameterization is None else known("parameterization", parameterization, KINDS)
    others = whole("pad", pad, 0), number("rotate", rotate), number("scale", scale, below=1)
    dials = recipe(
        shape, whole("steps", steps, 1), number("learning_rate", learning_rate, 1e-12), kind,
        None if l2 is None else number("l2", l2),
        None if total_variation is None else number("total_variation", total_variation),
        None if jitter is None else whole("jitter", jitter, 0),
        others, _ends(model, input_range, shape[-1]),
    )  # fmt: skip
    seed, layer = whole("seed", seed, 0), given_layer(model, layer)
    known("objective", objective, ("filter", "unit", "class"))
    given = {"layer": layer, "filters": filters, "position": position, "classes": classes,
             "output": output}  # fmt: skip
    for name, value in given.items():
        effective(name, value, None, {"objective": _ONLY[name]}, objective=objective)
    if objective == "class":
        goal = class_objective(model, output_index(model, output), classes)
    elif layer is None:
        raise UserError(Problem(f"objective '{objective}' needs a layer", hint="name one"))
    else:
        goal = layer_objective(model, find(model, layer), filters, objective, position, side)
    found = ascend(model, goal, dials, seed, side).images
    return np.asarray(as_read(model, found, ops=np, turned=False))


def _ends(model: Any, input_range: tuple[Ends, Ends], depth: int) -> tuple[Ends, Ends]:
    """The input range for every channel of the canvas: a volume's are those of all its planes."""
    own = channels_of(model)

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
    model: Any,
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
    shape = canvas_shape(model, size)
    require_finite(model, [objective.layer] if objective.layer else None)
    rng = np.random.default_rng(seed)
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    blank = (low + high) / 2 + (high - low) * NOISE * rng.standard_normal(shape)
    blank = np.clip(blank, low, high)
    moves = draw_moves(rng, recipe.steps, recipe.transforms)
    taken = as_read(model, np.empty((1, *shape), np.float32), ops=np, turned=False).shape[1:]
    room = batch_size(model, taken, COPIES)
    parts = []
    for start in range(0, len(objective.picks), room):
        some = replace(objective, picks=objective.picks[start : start + room])
        first = np.broadcast_to(blank, (len(some.picks), *shape)).astype(np.float32)
        parts.append(climb(model, some, first, moves, recipe, values))
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
