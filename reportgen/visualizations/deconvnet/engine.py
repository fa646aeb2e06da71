"""Deconvnet projections of any Keras model: the library side, without a spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.probing.asking import given_images, given_layer, require_model
from reportgen.probing.axes import channels_first
from reportgen.probing.choosing import last_convolution
from reportgen.probing.dials import indices
from reportgen.probing.finite import require_finite
from reportgen.probing.graphs import require_graph
from reportgen.probing.layers import find, shapes_at
from reportgen.probing.projecting import projections
from reportgen.types import Floats, Integers


def deconvnet(
    model: Any,
    images: Any,
    layer: str | None = None,
    filters: int | Sequence[int] | None = None,
    keep: str = "strongest",
    rule: str = "deconvnet",
) -> Any:
    """What in each image excites a channel: its activation brought back to the input.

    All other activations of the layer are set to zero. The way back goes through the transposed
    filters, to where each max-pooling took its maximum, and at every ReLU, however it is written,
    by max(R, 0), R being what comes back (Zeiler and Fergus, arXiv 1311.2901). Where this paper
    has no rule (normalization, branches that meet, average pooling, other non-linearities) it is
    the plain backward pass. Without a ReLU on the way the result is the activation times its
    gradient, and guided backpropagation is refused. The model is left as it was.

    Args:
        model: any Keras model with a graph, nested to any depth.
        images: model input, already preprocessed, shape (n, h, w, c); a list of arrays for a
            model with several inputs.
        layer: path of the layer, e.g. "backbone/block5_conv3"; None for the last convolution whose
            maps have several positions.
        filters: channels, one or several; None for all.
        keep: "strongest" for the channel's strongest position only, "all" for all positions.
        rule: at a ReLU: "deconvnet", "guided" (arXiv 1412.6806) or "gradient".

    Returns:
        Signed values, float32, shape (filters, n, h, w, c); zero where the activation is zero. A
        list of such arrays, one for each input, where `images` is a list.

    Raises:
        UserError: no such layer or filter, or another `keep` or `rule`.
        UndefinedError: the model has no convolution (and no layer is named), more inputs than
            are given, its inside cannot be reached, or no ReLU on the way can be guided.
    """
    require_model(model)
    require_graph(model)
    choices = (("keep", keep, ("strongest", "all")), ("rule", rule, _RULES))
    for name, given, allowed in choices:
        if given not in allowed:
            raise UserError(Problem(f"{name} must be one of {', '.join(allowed)}, got '{given}'"))
    images = given_images(model, images)
    several = isinstance(images, list)
    pixels = images if several else [images]
    path, n = target_layer(model, given_layer(model, layer)), len(pixels[0])
    count = channels(model, path)
    chosen = np.arange(count) if filters is None else checked(filters, count, path)
    whole = [np.empty((len(chosen), *one.shape), np.float32) for one in pixels]
    for row, channel in enumerate(chosen):
        picks, strongest = np.full(n, channel), keep == "strongest"
        found = projections(model, pixels, path, picks, strongest=strongest, rule=rule)
        for one, back in zip(whole, found, strict=True):
            one[row] = as_given(back, one.shape[1:])
    return whole if several else whole[0]


_RULES = ("deconvnet", "guided", "gradient")


def target_layer(model: Any, layer: str | None) -> str:
    """The path of the layer to show: the one named, else the last convolution.

    Raises:
        UndefinedError: none was named and the model has no convolution, or weights up to the
            layer are not finite.
    """
    without = "no last one to show; another layer can be named"
    path = last_convolution(model, without) if layer is None else find(model, layer)
    require_finite(model, [path])
    return path


def channels(model: Any, layer: str) -> int:
    """How many channels (or units) a layer's output has."""
    shape = shapes_at(model, layer)[0]
    return int(shape[1 if channels_first(model, layer) and len(shape) > 2 else -1] or 0)


def checked(filters: int | Sequence[int], count: int, layer: str) -> Integers:
    """Channels as an array. Raises UserError where the layer has no such channel."""
    return np.asarray(indices(f"filters of layer '{layer}'", filters, count), np.int64)


def as_given(found: Floats, shape: tuple[int, ...]) -> Floats:
    """Projections with their channels where the images have them."""
    return found if found.shape[1:] == shape[1:] else np.moveaxis(found, 1, -1)
