"""Counts of layers and parameters, the input's size, and each convolution's receptive field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.errors import UndefinedError
from reportgen.network.graph import is_graph
from reportgen.network.input_values import value_text
from reportgen.network.inputs import HeldInput, reads_channels_first
from reportgen.network.layer_selection import choose
from reportgen.network.layers import convolution, is_conv, is_pool, listed, unused
from reportgen.network.network import Network
from reportgen.network.receptive_field import receptive_field
from reportgen.records import Artifact, LayerRow, Measure, Subject


def outputs(rows: Sequence[LayerRow], layers: Sequence[Any]) -> list[list[str]]:
    """For each layer its number from 0, name, what it does, and its output's shape for one image.

    Args:
        rows: the model's summary.
        layers: the same layers themselves.
    """
    return [
        [str(place), row.name, described(layer), row.output_shape.replace("(None", "(1")]
        for place, (row, layer) in enumerate(zip(rows, layers, strict=False))
    ]


def described(layer: Any) -> str:
    """Such as "64 filters of 3 x 3, relu"; of a layer that is not known, its type.

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


def _convolution(layer: Any) -> str:
    depthwise = type(layer).__name__.startswith("Depthwise")
    what = "a filter for each channel" if depthwise else f"{layer.filters} filters"
    if not depthwise and layer.filters == 1:
        what = "one filter"
    steps = "" if set(layer.strides) == {1} else _strides(layer)
    return f"{what} of {_size(layer.kernel_size)}{steps}"


def _strides(layer: Any) -> str:
    return f", {_size(layer.strides)} apart"


def _size(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides))


def _activation(layer: Any) -> str:
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return "" if name == "linear" else f", {name}"


_ROWS = "rows of the model's summary"
_NESTED = ", where a nested model is one however often it is used"


def compute(subject: Subject) -> Artifact:
    """The rows of the table and what can be counted from them.

    Returns:
        Facts `rows` (cells of each row), `connected` (whether they have a fourth cell), `totals`
        (parameters: all, trainable, not trainable), `outputs` (what each layer does and gives),
        `left_out` (layers that predicting does not use), `nested` (how many rows are models), and
        `table`, the one to draw.
    """
    facts, network = subject.facts, subject.network
    nested = sum(map(is_graph, listed(network.model)))
    connected = any(row.connected_to for row in facts.layers)
    totals = [facts.total_params, facts.trainable_params, facts.non_trainable_params]
    return Artifact(
        facts={
            "rows": [_cells(row, connected) for row in facts.layers],
            "connected": connected,
            "totals": totals,
            "layers": [row.name for row in facts.layers],
            "outputs": outputs(facts.layers, listed(network.model)),
            "left_out": unused(network.model),
            "nested": nested,
            "table": subject.params["table"],
        },
        measures=(
            Measure("layers", len(facts.layers), "layers", how=_ROWS + (_NESTED if nested else "")),
            *_counts(network),
            Measure("params", facts.total_params, "parameters", how="sum over all weights"),
            *_input(network),
            *_receptive_fields(network),
        ),
    )


def _cells(row: LayerRow, connected: bool) -> list[Any]:
    cells: list[Any] = [f"{row.name} ({row.type})", row.output_shape, row.params]
    return [*cells, ", ".join(row.connected_to)] if connected else cells


def _counts(network: Network) -> tuple[Measure, ...]:
    convs, pools = (len(choose(network, "all", kind)) for kind in (is_conv, is_pool))
    nested = "nested models included"
    return (
        Measure("conv_layers", convs, "layers", how=f"convolution layers, {nested}"),
        Measure("pool_layers", pools, "layers", how=f"max and average pooling layers, {nested}"),
    )


def _input(network: Network) -> tuple[Measure, ...]:
    """Size and channels of the first input, as far as its shape is declared."""
    inputs = getattr(network.model, "inputs", None) or []
    if not inputs or len(inputs[0].shape) < 3:
        return ()
    *space, channels = inputs[0].shape[1:]
    front = network.has_graph and reads_channels_first(network)
    if front:
        channels, *space = inputs[0].shape[1:]
    known = [side for side in space if side is not None]
    found = []
    if known:
        how = "longer side of the model's first input"
        found.append(Measure("input_size", max(known), "px", how=how))
    if channels is not None:
        how = f"{'first' if front else 'last'} axis of the first input"
        found.append(Measure("input_channels", channels, "channels", how=how))
    return tuple(found)


def _receptive_fields(network: Network) -> tuple[Measure, ...]:
    return tuple(
        found for name in choose(network, "all", is_conv) if (found := _field(network, name))
    )


def _field(network: Network, name: str) -> Measure | None:
    """A convolution's receptive field; None where it cannot be told."""
    try:
        side = receptive_field(network, name) if getattr(network.model, "inputs", None) else None
    except UndefinedError:
        return None
    if side is None:
        return None
    how = f"side of the input region that can reach one unit of {name}, from kernels and strides"
    return Measure(f"receptive_field@{name}", side, "px", how=how)
