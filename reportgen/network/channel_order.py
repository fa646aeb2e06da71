"""Where the channels of a layer's values are: behind the spatial axes, or before them."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from reportgen.network.graph import Arguments, Keywords, for_each_output
from reportgen.network.inputs import reads_channels_first
from reportgen.network.layers import OutputShape, convolution
from reportgen.network.network import Network
from reportgen.types import Floats, Json, Layer, Tensor

LAST = (False, False)
"""Channels come last both in a layer's input and in its output."""


def channel_orders(network: Network) -> dict[str, tuple[bool, bool]]:
    """For every use of a layer, whether channels come first in its input, and in its output.

    Empty where no layer reads channels first: then they come last everywhere.
    """
    return network.keep("channel orders", lambda: _channel_orders(network))


def channels_first(network: Network, path: str, *, at_input: bool = False) -> bool:
    """Whether channels come right after the batch in the output of a layer.

    Args:
        network: with a graph.
        path: of the layer, or of a later use of it.
        at_input: ask about the layer's input instead.
    """
    return channel_orders(network).get(path, LAST)[0 if at_input else 1]


def channel_count(network: Network, path: str, shape: OutputShape | None = None) -> int:
    """How many channels (or units) a layer's output has; 0 where the model leaves that open.

    Args:
        network: with a graph.
        path: of the layer, or of a later use of it.
        shape: of the output, with the batch; None for the layer's first output.
    """
    sides = network.shapes_at(path)[0] if shape is None else shape
    first = len(sides) > 2 and channels_first(network, path)
    return int(sides[1 if first else -1] or 0)


def channels_to_end(tensor: Tensor) -> Tensor:
    """A tensor (n, c, ...) as (n, ..., c)."""
    return tf.transpose(tensor, [0, *range(2, len(tensor.shape)), 1])


def channels_as_in(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Values in the shape of a caller's images, which may have their channels last.

    Args:
        values: in the model's own layout, (n, c, h, w) or (n, h, w, c).
        shape: of the images.
    """
    return values if values.shape == shape else np.ascontiguousarray(np.moveaxis(values, 1, -1))


def _channel_orders(network: Network) -> dict[str, tuple[bool, bool]]:
    if not reads_channels_first(network):
        return {}
    orders: dict[str, tuple[bool, bool]] = {}

    def done(path: str, output: Json) -> Json:
        first = keras.tree.flatten(output)[0].channels_first
        orders[path] = first, first
        return output

    def call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        values = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Value)]
        own = None if isinstance(layer, keras.layers.Flatten) else _declared_order(layer)
        before = any(value.channels_first for value in values) if own is None else own
        orders[path] = before, _order_after(layer, before)
        return for_each_output(layer, _Value(orders[path][1]))

    start = _Value(True)
    network.walk([start for _ in network.graph.inputs], call, done)
    return orders


class _Value:
    """Stands for a tensor in a walk."""

    def __init__(self, channels_first: bool) -> None:
        self.channels_first = channels_first


def _declared_order(layer: Layer) -> bool | None:
    """Whether a layer says that channels come first; None where it says nothing."""
    order = getattr(convolution(layer) or layer, "data_format", None)
    return None if order is None else bool(order == "channels_first")


def _order_after(layer: Layer, before: bool) -> bool:
    if isinstance(layer, keras.layers.Permute):
        channels = 1 if before else len(layer.dims)
        return bool(layer.dims[0] == channels)
    return before and not isinstance(layer, keras.layers.Reshape)
