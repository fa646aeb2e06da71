"""Class activation maps of any Keras model: the layer, the passes, and the library's function."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from reportgen.attribution.cam_methods import METHODS, NAMES, Maps, joined
from reportgen.attribution.score_cam import score_cams
from reportgen.errors import UndefinedError
from reportgen.network.arguments import (
    ImageArguments,
    LayerName,
    check_classes,
    check_images,
    check_layer,
    check_targets,
    choice,
    count_images,
    pair,
    require_model,
)
from reportgen.network.dependencies import dependencies_of
from reportgen.network.gradients import layer_gradients
from reportgen.network.heads import output_index
from reportgen.network.layer_selection import (
    choose_seeing,
    find,
    last_convolution,
    last_with_places,
)
from reportgen.network.layers import is_conv, output_shapes
from reportgen.network.network import Network
from reportgen.network.outputs import require_answers
from reportgen.network.resizing import bilinear
from reportgen.types import Array, Booleans, Floats, Images, Model


def grad_cam(
    model: Model,
    images: ImageArguments,
    targets: int | ArrayLike | None = None,
    layer: LayerName | None = None,
    output: int | str | None = None,
    method: str = "grad_cam",
    size: tuple[int, int] | None = None,
) -> Floats:
    """Class activation maps: where in each image the evidence for a class lies.

    They explain the logit (before softmax or sigmoid). The model stays as it is.

    Args:
        model: any Sequential or Functional Keras model, nested to any depth.
        images: model input, already preprocessed, shape (n, h, w, c).
        targets: class to explain: one index for all images, or one for each, shape (n,). None for
            the predicted classes. Of an output with one sigmoid unit the classes are 0 and 1.
        layer: path of a layer with maps, e.g. "backbone/block5_conv3", or "conv[1]" for the second
            use of a layer; None for the last convolution of the model, nested models included,
            whose maps have several positions.
        output: index or name of the output to explain; may be None where there is only one.
        method: "grad_cam" (arXiv 1610.02391), "grad_cam_plus_plus" (1710.11063), "layer_cam"
            (TIP 2021), "hires_cam" (2011.08891), "xgrad_cam" (2008.02312) or "score_cam"
            (1910.01279), which takes a forward pass for each channel and image.
        size: (height, width) to resize the maps to, bilinear with half-pixel centers; None to
            leave them at the resolution of the feature maps.

    Returns:
        Raw maps, float32, shape (n, h, w): never negative, not normalized, all zero where there
        is no evidence.

    Raises:
        UserError: no such layer, output, method or class.
        UndefinedError: the model has no convolution, or its inside cannot be reached.
    """
    network = require_model(model)
    name = check_layer(network, layer)
    index = output_index(network.heads, output)
    arrays = check_images(network, images)
    classes = check_targets(targets, count_images(arrays))
    path = network.keep(("target layer", name, index), lambda: target_layer(network, name, [index]))
    size = None if size is None else pair("size", size, "a height and a width", 1)
    maps = cams(network, arrays, [index], classes[None], path, method)[0].maps
    return maps if size is None else bilinear(maps, size)


def cams(
    network: Network,
    images: Images,
    outputs: Sequence[int],
    targets: Array,
    layer: str,
    method: str = "grad_cam",
    *,
    by_position: bool = False,
) -> list[Maps]:
    """Maps of several outputs from one forward pass; `targets` has shape (outputs, n).

    `by_position` asks for those of HiResCAM beside them, where the method has gradients.
    """
    choice("method", method, NAMES)
    require_answers(network, outputs)
    check_classes(network, outputs, targets.T)
    if method == "score_cam":
        return score_cams(network, images, outputs, targets, layer)
    parts: list[list[Maps]] = [[] for _ in outputs]
    for batch in layer_gradients(network, images, layer, outputs, targets):
        for place, gradients in enumerate(batch.gradients):
            maps = METHODS[method](batch.activations, gradients)
            dark, flat = (_are_zero(values, maps) for values in (batch.activations, gradients))
            logits = batch.logits[outputs[place]]
            none = np.zeros((len(maps), 0), dtype=bool)
            exact = (
                METHODS["hires_cam"](batch.activations, gradients)
                if by_position
                else np.zeros((len(maps), 0), np.float32)
            )
            parts[place].append(Maps(maps, batch.targets[place], flat, dark, logits, none, exact))
    return [joined(part, layer) for part in parts]


def _are_zero(values: Floats, maps: Floats) -> Booleans:
    """Whether all values of an image, which enter its map as a factor, are zero, shape (n,)."""
    zero = np.asarray(~maps.reshape(len(maps), -1).any(axis=1))
    if zero.any():
        zero[zero] = ~values[zero].reshape(int(zero.sum()), -1).any(axis=1)
    return zero


def target_layer(network: Network, layer: str | None, outputs: Sequence[int] = ()) -> str:
    """The path of the layer to explain at: the one named, else the last convolution.

    Of several outputs one may be an image, whose own last convolution no other depends on.

    Args:
        network: with a graph.
        layer: its name or path; None for the last convolution.
        outputs: indices of those to explain; a convolution that none depends on is passed over.

    Raises:
        UndefinedError: none is named and the model has no convolution; or no layer has maps.
        UserError: no layer with maps has this name.
    """
    if layer is None:
        last = _last_convolution_before(network, outputs)
        return last or last_convolution(network, lambda: _alternative(network))
    fitting = _with_maps(network)
    if not fitting:
        raise UndefinedError("No layer of the model has maps, so there is none to explain at.")
    return find(network, layer, fitting)


def _last_convolution_before(network: Network, outputs: Sequence[int]) -> str:
    """The last convolution before some of several outputs; "" of a model with one output."""
    if not outputs or len(network.output_names) == 1:
        return ""
    before = {path for index in outputs for path in dependencies_of(network, index).layers}
    paths = [path for path in choose_seeing(network, "all", is_conv) if path in before]
    return last_with_places(network, paths) if paths else ""


def _alternative(network: Network) -> str:
    """The end of a sentence: what remains for a model without a convolution."""
    if _with_maps(network):
        return "no last one to take; another layer with maps can be named"
    return "no last one to take, and no other layer has maps"


def _with_maps(network: Network) -> list[str]:
    return [
        path
        for path, layer in network.layers.items()
        if any(len(shape) > 2 for shape in output_shapes(layer))
    ]
