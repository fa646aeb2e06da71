"""Counts of layers and parameters, the input's size, and each convolution's receptive field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportgen.errors import UndefinedError
from reportgen.figures.summary.facts import Facts, Row
from reportgen.network.graph import is_graph
from reportgen.network.input_values import value_text
from reportgen.network.inputs import HeldInput, reads_channels_first
from reportgen.network.layer_selection import choose
from reportgen.network.layers import convolution, is_conv, is_pool, listed, unused
from reportgen.network.network import Network
from reportgen.network.receptive_field import is_gated, receptive_field
from reportgen.records import Artifact, Measure, Subject
from reportgen.types import Layer

_ROWS = "rows of the model's summary"
_NESTED = ", where a nested model is one however often it is used"


def compute(subject: Subject) -> Artifact:
    """The rows of the table and what can be counted from them.

    Returns:
        `Facts` without arrays.
    """
    facts, network = subject.facts, subject.network
    layers = listed(network.model)
    nested = sum(map(is_graph, layers))
    rows = tuple(
        Row(
            row.name,
            row.type,
            row.output_shape,
            row.params,
            row.connected_to,
            work=described(layer),
        )
        for row, layer in zip(facts.layers, layers, strict=True)
    )
    return Artifact(
        facts=Facts(
            rows,
            total=facts.total_params,
            trainable=facts.trainable_params,
            fixed=facts.non_trainable_params,
            unused=tuple(unused(network.model)),
            nested=nested,
        ),
        measures=(
            Measure("layers", len(facts.layers), "layers", how=_ROWS + (_NESTED if nested else "")),
            *_counts(network),
            Measure("params", facts.total_params, "parameters", how="sum over all weights"),
            *input_measures(network),
            *_receptive_fields(network),
        ),
    )


def described(layer: Layer) -> str:
    """The work of a layer, such as "64 filters of 3 x 3, relu"; of an unknown layer, its type.

    >>> import keras
    >>> described(keras.layers.MaxPooling2D(2)), described(keras.layers.Dense(10))
    ('largest value of each 2 x 2', '10 units')
    """
    kind = type(layer).__name__
    if is_conv(layer):
        layer = convolution(layer)
        words = _convolution(layer)
    elif is_pool(layer):
        average = "Average" in kind
        words = f"{'mean' if average else 'largest value'} of each {_size(layer.pool_size)}"
        words += "" if layer.strides == layer.pool_size else _strides(layer)
    elif kind == "Dense":
        words = f"{layer.units} {'unit' if layer.units == 1 else 'units'}"
    elif isinstance(layer, HeldInput):
        return f"held at {value_text(layer.value)}"
    else:
        return {"Flatten": "all values in one row", "InputLayer": "the image"}.get(kind, kind)
    return words + _activation(layer)


def _convolution(layer: Layer) -> str:
    if type(layer).__name__.startswith("Depthwise"):
        filters = "a filter for each channel"
    else:
        filters = "one filter" if layer.filters == 1 else f"{layer.filters} filters"
    strides = "" if set(layer.strides) == {1} else _strides(layer)
    return f"{filters} of {_size(layer.kernel_size)}{strides}"


def _strides(layer: Layer) -> str:
    return f", {_size(layer.strides)} apart"


def _size(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides))


def _activation(layer: Layer) -> str:
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return "" if name == "linear" else f", {name}"


def _counts(network: Network) -> tuple[Measure, ...]:
    convs, pools = (len(choose(network, "all", kind)) for kind in (is_conv, is_pool))
    nested = "nested models included"
    return (
        Measure("conv_layers", convs, "layers", how=f"convolution layers, {nested}"),
        Measure("pool_layers", pools, "layers", how=f"max and average pooling layers, {nested}"),
    )


def input_measures(network: Network) -> tuple[Measure, ...]:
    """Size and channels of the first input, as far as its shape is declared."""
    inputs = getattr(network.model, "inputs", None) or []
    if not inputs or len(inputs[0].shape) < 3:
        return ()
    *space, channels = inputs[0].shape[1:]
    channels_first = network.has_graph and reads_channels_first(network)
    if channels_first:
        channels, *space = inputs[0].shape[1:]
    known = [side for side in space if side is not None]
    measures = []
    if known:
        how = "longer side of the model's first input"
        measures.append(Measure("input_size", max(known), "px", how=how))
    if channels is not None:
        how = f"{'first' if channels_first else 'last'} axis of the first input"
        measures.append(Measure("input_channels", channels, "channels", how=how))
    return tuple(measures)


def _receptive_fields(network: Network) -> Iterator[Measure]:
    """The receptive field of each convolution, where it is defined and bounded."""
    if not getattr(network.model, "inputs", None):
        return
    for path in choose(network, "all", is_conv):
        try:
            side = receptive_field(network, path)
        except UndefinedError:
            continue
        if side is not None:
            how = f"side of the input region that can reach one unit of {path}, from kernels and "
            how += "strides"
            if is_gated(network, path):
                how += (
                    "; gates (squeeze-and-excitation) left out, through which the whole image can"
                )
            yield Measure(f"receptive_field@{path}", side, "px", how=how)
