"""The weights of convolution layers, and measures of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.kernels.facts import Facts, LayerFacts
from reportgen.figures.kernels.fresh import FRESH
from reportgen.figures.kernels.measures import (
    DRAWN_ANEW,
    LayerWeights,
    finite_filters,
    measures_of,
)
from reportgen.figures.parts import part_names
from reportgen.network.arguments import check_layers, require_model
from reportgen.network.inputs import reads_channels_first
from reportgen.network.layer_selection import choose, with_kernels
from reportgen.network.layers import acting, is_conv
from reportgen.network.network import Network
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Floats, Integers, Layer, Model, Tensor

_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
"""Layers that filter each channel by itself, and mix the results by pointwise weights."""


def kernels(model: Model, layers: str | Sequence[str] | None = None) -> dict[str, Floats]:
    """The kernels of a model's convolution layers, by layer path.

    Args:
        model: any built Keras model, nested ones included; it is only read.
        layers: paths of layers; None for all convolution layers whose kernel is known.

    Returns:
        float32 arrays of shape (space..., inputs, filters): a filter is `kernel[..., f]`. Of a
        depthwise layer (and of a separable one, whose pointwise part is left out) every filter
        has one input; a transposed layer's last two axes are brought into the same order. They are
        what the model holds, NaN and infinity included, as nothing is computed.

    Raises:
        UserError: there is no such convolution layer; the message names those there are.
        UndefinedError: the model has not been built, or a wrapper may make a kernel of its own.
    """
    network = require_model(model)
    return _kernels(network, check_layers(network, layers))


def compute(subject: Subject) -> Artifact:
    """Kernels and their measures.

    Returns:
        Arrays `kernel_<i>` (space..., inputs, filters) of the filters shown, those that read
        colors with red, green and blue in this order. Facts: see `Facts`.

    Raises:
        UndefinedError: the model has no convolution layer.
        UserError: a layer that the parameters name does not exist or is no convolution.
    """
    network, most = subject.network, subject.params["max_filters"]
    kernels_by_path = _kernels(network, subject.params["layers"])
    if not kernels_by_path:
        raise UndefinedError("There are no kernels to show, because no layer is a convolution.")
    first = _first_convolution(network)
    color = first if _reads_color(network, first) else ""
    if color in kernels_by_path:
        kernels_by_path[color] = _in_stored_order(kernels_by_path[color], subject.data)
    parts = dict(zip(kernels_by_path, part_names(list(kernels_by_path)), strict=True))
    facts = [
        _facts(path, parts[path], network.layer(path), kernel, reads_color=path == color)
        for path, kernel in kernels_by_path.items()
    ]

    def measures(_: Integers | None = None) -> list[Measure]:
        return [
            replace(measure, part=part)
            for path, part in parts.items()
            for measure in measures_of(
                _weights(network.layer(path), path, path == first, path == color), subject.seed
            )
        ]

    found = fresh_measures(
        network, subject.seed, measures(), FRESH, measures, layers=list(kernels_by_path)
    )
    return Artifact(
        arrays={
            f"kernel_{i}": kernel[..., :most] for i, kernel in enumerate(kernels_by_path.values())
        },
        facts=Facts(tuple(facts)),
        measures=_with_baselines(found),
    )


def _weights(layer: Layer, path: str, is_first: bool, reads_color: bool) -> LayerWeights:
    convolution = acting(layer)
    mixed = _mixed_weights(convolution)
    return LayerWeights(path, _kernel(convolution), mixed, is_first, reads_color)


def _with_baselines(found: list[Measure]) -> tuple[Measure, ...]:
    """The measures; those without another baseline have the mean with fresh weights."""
    fresh = {measure.name: measure.value for measure in found}
    return tuple(
        replace(m, baseline=fresh.get(f"{m.name.replace('@', '_fresh@')}"))
        if m.name.partition("@")[0] in DRAWN_ANEW
        else m
        for m in found
    )


def _kernels(network: Network, layers: str | Sequence[str]) -> dict[str, Floats]:
    """The kernels of the convolution layers named, or of "all"; see `kernels`."""
    paths = with_kernels(network, layers)
    if not all(network.layer(path).built for path in paths):
        raise UndefinedError(
            "The model has no kernels yet, because it has not been built: call it once on an image."
        )
    return {path: _kernel(acting(network.layer(path))) for path in paths}


def _kernel(layer: Layer) -> Floats:
    """A convolution's weights as (space..., inputs, filters)."""
    type_name = type(layer).__name__
    separable = isinstance(layer, _SEPARABLE)
    kernel = _array(layer.depthwise_kernel if separable else layer.kernel)
    if separable or "Depthwise" in type_name:
        return kernel.reshape(*kernel.shape[:-2], 1, -1)
    return np.swapaxes(kernel, -1, -2) if "Transpose" in type_name else kernel


def _array(weights: Tensor) -> Floats:
    return np.asarray(keras.ops.convert_to_numpy(weights)).astype(np.float32)


def _first_convolution(network: Network) -> str:
    """The path of the first convolution, or ""."""
    return next(iter(choose(network, "all", is_conv)), "")


def _reads_color(network: Network, path: str) -> bool:
    """Whether a first convolution reads the three channels of the model's input."""
    inputs = getattr(network.model, "inputs", None)
    if not inputs or not path:
        return False
    channels_first = network.has_graph and reads_channels_first(network)
    layer = acting(network.layer(path))
    return (
        inputs[0].shape[1 if channels_first else -1] == 3
        and layer is not None
        and _kernel(layer).shape[-2] == 3
    )


def _in_stored_order(kernel: Floats, data: Dataset | None) -> Floats:
    """A kernel with its inputs in the order of the dataset's channels.

    Some networks read blue, green, red: their kernels would be drawn in false colors.
    """
    order = data.preprocessing.order if data is not None else ()
    return kernel[..., np.argsort(order), :] if order else kernel


def _facts(path: str, part: str, layer: Layer, kernel: Floats, reads_color: bool) -> LayerFacts:
    finite = kernel[np.isfinite(kernel)]
    convolution = acting(layer)
    return LayerFacts(
        path=path,
        part=part,
        type=type(layer).__name__,
        filters=kernel.shape[-1],
        inputs=kernel.shape[-2],
        size=tuple(int(side) for side in kernel.shape[:-2]),
        reads_color=reads_color,
        not_finite=int((~finite_filters(kernel)).sum()),
        low=float(finite.min()) if finite.size else 0.0,
        high=float(finite.max()) if finite.size else 0.0,
        mixed=int(convolution.filters) if isinstance(convolution, _SEPARABLE) else 0,
    )


def _mixed_weights(layer: Layer) -> tuple[Floats, Floats] | None:
    """The depthwise and the pointwise weights of a separable layer."""
    if not isinstance(layer, _SEPARABLE):
        return None
    return _array(layer.depthwise_kernel), _array(layer.pointwise_kernel)
