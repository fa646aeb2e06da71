"""Class activation maps of any Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reportgen.attribution.cam_methods import METHODS, TITLES, Maps, joined
from reportgen.attribution.score_cam import score_cams
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.arguments import (
    count_of,
    given_images,
    given_layer,
    given_targets,
    known,
    pair,
    require_model,
)
from reportgen.network.dependencies import way_to
from reportgen.network.gradients import PREDICTED, slopes
from reportgen.network.heads import output_index
from reportgen.network.layer_selection import choose, find, last_convolution, last_with_places
from reportgen.network.layers import is_conv, output_shapes
from reportgen.network.network import Network
from reportgen.network.resizing import bilinear
from reportgen.types import Array, Booleans, Floats, Model


def grad_cam(
    model: Model,
    images: Any,
    targets: int | ArrayLike | None = None,
    layer: str | None = None,
    output: int | str | None = None,
    method: str = "grad_cam",
    size: tuple[int, int] | None = None,
) -> Floats:
    """Class activation maps: where in each image the evidence for a class lies.

    What is explained is the logit (before softmax or sigmoid). The model is left as it was.

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
    layer = given_layer(network, layer)
    index = output_index(network.heads, output)
    images = given_images(network, images)
    wanted = given_targets(targets, count_of(images))
    path = network.keep(
        ("target layer", layer, index), lambda: target_layer(network, layer, [index])
    )
    size = None if size is None else pair("size", size, "a height and a width", 1)
    found = cams(network, images, [index], wanted[None], path, method)[0].maps
    return found if size is None else bilinear(found, size)


def cams(
    network: Network,
    images: Any,
    outputs: Sequence[int],
    targets: Array,
    layer: str,
    method: str = "grad_cam",
) -> list[Maps]:
    """Maps of several outputs from one forward pass; `targets` has shape (outputs, n)."""
    known("method", method, TITLES)
    _check(network, outputs, targets)
    if method == "score_cam":
        return score_cams(network, images, outputs, targets, layer)
    parts: list[list[Maps]] = [[] for _ in outputs]
    for slope in slopes(network, images, layer, outputs, targets):
        for place, gradient in enumerate(slope.gradients):
            maps = METHODS[method](slope.activations, gradient)
            dark, flat = (_zero(values, maps) for values in (slope.activations, gradient))
            logits = slope.logits[outputs[place]]
            every = np.zeros((len(maps), 0), dtype=bool)
            parts[place].append(Maps(maps, slope.targets[place], flat, dark, logits, every))
    return [joined(part, layer) for part in parts]


def _zero(values: Floats, maps: Floats) -> Booleans:
    """Whether all values of an image, which enter its map as a factor, are zero, shape (n,)."""
    zero = np.asarray(~maps.reshape(len(maps), -1).any(axis=1))
    if zero.any():
        zero[zero] = ~values[zero].reshape(int(zero.sum()), -1).any(axis=1)
    return zero


def target_layer(network: Network, layer: str | None, outputs: Sequence[int] = ()) -> str:
    """The path of the layer to explain at: the one named, else the last convolution.

    Of several outputs one may be an image, whose own last convolution no other depends on.

    Args:
        model: with a graph.
        layer: the one named.
        outputs: indices of those to explain; a convolution that none depends on is passed over.

    Raises:
        UndefinedError: none was named and the model has no convolution; or no layer has maps.
        UserError: no layer with maps has this name.
    """
    if layer is None:
        return _before(network, outputs) or last_convolution(network, lambda: _instead(network))
    fitting = _with_maps(network)
    if not fitting:
        raise UndefinedError("No layer of the model has maps, so there is none to explain at.")
    return find(network, layer, fitting)


def _before(network: Network, outputs: Sequence[int]) -> str:
    """The last convolution before one of several outputs; "" where that need not be looked for."""
    if not outputs or len(network.output_names) == 1:
        return ""
    ways = [way_to(network, index).layers for index in outputs]
    found = [path for path in choose(network, "all", is_conv) if any(path in way for way in ways)]
    return last_with_places(network, found) if found else ""


def _instead(network: Network) -> str:
    """What is left to a model without a convolution."""
    if _with_maps(network):
        return "no last one to take; another layer with maps can be named"
    return "no last one to take, and no other layer has maps"


def _with_maps(network: Network) -> list[str]:
    layers = network.layers.items()
    return [path for path, one in layers if any(len(shape) > 2 for shape in output_shapes(one))]


def _check(network: Network, outputs: Sequence[int], targets: Array) -> None:
    for index, wanted in zip(outputs, targets, strict=True):
        if wanted.size and wanted.min() == wanted.max() == PREDICTED:
            continue
        head = network.heads[index]
        classes = max(head.units, 2)
        if wanted.size and not (wanted.min() >= PREDICTED and wanted.max() < classes):
            message = f"targets of output '{head.name}' must lie in 0..{classes - 1}"
            raise UserError(Problem(f"{message}, got {wanted.min()}..{wanted.max()}"))
