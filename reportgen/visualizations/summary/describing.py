"""What a layer does, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.probing.convolutions import convolution
from reportgen.probing.given import told
from reportgen.probing.holding import HeldInput
from reportgen.probing.layers import is_conv, is_pool
from reportgen.records import LayerRow


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
        return f"held at {told(layer.value)}"
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
