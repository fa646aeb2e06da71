"""The weights of convolution layers, and measures of them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.kernels.facts import Facts, LayerFacts
from reportgen.figures.kernels.measures import LayerWeights, finite_filters, measures_of
from reportgen.figures.parts import part_names
from reportgen.network.arguments import check_layers, require_model
from reportgen.network.inputs import reads_channels_first
from reportgen.network.layer_selection import choose, with_kernels
from reportgen.network.layers import acting, is_conv
from reportgen.network.network import Network
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Floats, Layer, Model, Tensor

_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
"""Layers that filter each channel by itself, and mix the results by pointwise weights."""

_REDRAWN_SLICES = 512
"""Two-dimensional slices of kernels drawn anew, at least, on which baselines are measured."""


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
    facts: list[LayerFacts] = []
    measures: list[Measure] = []
    for (path, kernel), part in zip(
        kernels_by_path.items(), part_names(list(kernels_by_path)), strict=True
    ):
        layer = network.layer(path)
        facts.append(_facts(path, part, layer, kernel, reads_color=path == color))
        weights = LayerWeights(
            path=path,
            kernel=kernel,
            mixed=_mixed_weights(acting(layer)),
            redrawn=_redrawn(acting(layer), kernel.shape, subject.seed),
            is_first=path == first,
            reads_color=path == color,
        )
        measures += [replace(measure, part=part) for measure in measures_of(weights, subject.seed)]
    return Artifact(
        arrays={
            f"kernel_{i}": kernel[..., :most] for i, kernel in enumerate(kernels_by_path.values())
        },
        facts=Facts(tuple(facts)),
        measures=tuple(measures),
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


def _redrawn(layer: Layer, shape: tuple[int, ...], seed: int) -> tuple[Floats, ...]:
    """Kernels drawn anew from the layer's own initializer; () where it has no seed to set.

    Depthwise and transposed layers hold their kernel in another shape, so that the scale of the
    draws may differ from theirs; neither Moran's I nor a cosine depends on scale.
    """
    initializer = getattr(layer, "kernel_initializer", None)
    config = initializer.get_config() if isinstance(initializer, keras.Initializer) else {}
    if initializer is None or "seed" not in config:
        return ()
    draws = -(-_REDRAWN_SLICES // (shape[-1] * shape[-2]))
    first = zlib.crc32(layer.name.encode()) ^ seed
    seeded = (
        type(initializer).from_config({**config, "seed": (first + draw) % 2**31})
        for draw in range(draws)
    )
    return tuple(_array(initializer(shape)) for initializer in seeded)
