"""Activation maximization for any Keras model, without a spec: the library's function."""

from __future__ import annotations

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.maximization.ascent import ascend
from reportgen.maximization.canvas import as_model_input, canvas_shape, input_channels, is_image
from reportgen.maximization.objectives import Indices, class_objective, layer_objective
from reportgen.maximization.parameterization import KINDS
from reportgen.maximization.recipes import recipe
from reportgen.network.arguments import (
    Ends,
    LayerName,
    check_layer,
    choice,
    number,
    require_effect,
    require_model,
    sides,
    value_range,
    whole_number,
)
from reportgen.network.heads import output_index
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.types import Floats, Model

_EFFECTIVE = {
    **dict.fromkeys(("layer", "filters"), ("filter", "unit")),
    "position": ("unit",),
    **dict.fromkeys(("classes", "output"), ("class",)),
}
"""The objectives with which an argument has an effect."""


def activation_maximization(
    model: Model,
    layer: LayerName | None = None,
    filters: int | Indices | None = None,
    *,
    objective: str = "filter",
    position: int | tuple[int, ...] | None = None,
    classes: int | Indices | None = None,
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
    """For each filter, unit or class an input, mostly an image, that excites it strongly.

    Gradient ascent in input space (Erhan et al., 2009; Simonyan et al., arXiv 1312.6034) from a
    gray image with faint noise. All images climb at once. Values stay inside the input range in
    every step; one step in four leaves the image where it is, and the best of those and the last
    is kept, so that more steps never give less. The model and all global random state stay
    as they are; the same seed gives the same images.

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
        input_range: smallest and largest value of the model's input; one number each, or one
            for each channel.
        size: side of the images in pixels where the model takes any; None for 128.
        seed: of the noise and the movements, all of which are undone in the image.

    Returns:
        Images as model input, channels last, float32, shape (k, h, w, c), or the shape of what the
        model takes: (k, length, c), (k, depth, h, w, c), (k, n).

    Raises:
        UserError: no such layer, filter, class or position, one without effect on the
            objective, or a number out of range.
        UndefinedError: the model has no image input, its inside cannot be reached, or its
            responses are not finite.
    """
    network = require_model(model)
    side = None if size is None else sides("size", whole_number("size", size, 1))
    shape = canvas_shape(network, side)
    if (rotate or scale) and not is_image(network):
        message = "rotate and scale move images, and the model takes none"
        raise UserError(Problem(message, hint="leave rotate and scale out"))
    kind = None if parameterization is None else choice("parameterization", parameterization, KINDS)
    others = whole_number("pad", pad, 0), number("rotate", rotate), number("scale", scale, below=1)
    settings = recipe(
        shape, whole_number("steps", steps, 1), number("learning_rate", learning_rate, 1e-12), kind,
        None if l2 is None else number("l2", l2),
        None if total_variation is None else number("total_variation", total_variation),
        None if jitter is None else whole_number("jitter", jitter, 0),
        others, _ends(network, input_range, shape[-1]),
    )  # fmt: skip
    seed, name = whole_number("seed", seed, 0), check_layer(network, layer)
    choice("objective", objective, ("filter", "unit", "class"))
    given = {"layer": name, "filters": filters, "position": position, "classes": classes,
             "output": output}  # fmt: skip
    for argument, value in given.items():
        only = {"objective": _EFFECTIVE[argument]}
        require_effect(argument, value, None, only, objective=objective)
    if objective == "class":
        goal = class_objective(network, output_index(network.heads, output), classes)
    elif name is None:
        raise UserError(Problem(f"objective '{objective}' needs a layer", hint="name one"))
    else:
        goal = layer_objective(network, find(network, name), filters, objective, position, side)
    images = ascend(network, goal, settings, seed, side).images
    return np.asarray(as_model_input(network, images, ops=np, model_order=False))


def _ends(network: Network, input_range: tuple[Ends, Ends], depth: int) -> tuple[Ends, Ends]:
    """The input range for every channel of the canvas: a volume's are those of all its planes."""
    own = input_channels(network)

    def repeated(end: Ends) -> Ends:
        return end if isinstance(end, float) else end * (depth // own)

    low, high = value_range("input_range", input_range, own)
    return repeated(low), repeated(high)
