"""Where the channels of values are: after the space, or before it."""

from __future__ import annotations

from typing import Any

import keras

from reportgen.network.graph import for_each_output
from reportgen.network.inputs import reads_channels_first
from reportgen.network.layers import convolution
from reportgen.network.network import Network

LAST = (False, False)


def channels_first(network: Network, path: str, *, given: bool = False) -> bool:
    """Whether a use of a layer gives its channels right after the batch.

    Args:
        model: with a graph.
        path: of the layer, or of a later use of it.
        given: whether what the use is given is meant.
    """
    return orders(network).get(path, LAST)[0 if given else 1]


def orders(network: Network) -> dict[str, tuple[bool, bool]]:
    """For every use of a layer whether channels come first in what it is given, and gives.

    Empty where no layer says so: then they come last everywhere.
    """
    if not reads_channels_first(network):
        return {}
    found: dict[str, tuple[bool, bool]] = {}

    def done(path: str, output: Any) -> Any:
        first = keras.tree.flatten(output)[0].first
        found[path] = first, first
        return output

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Value)]
        own = None if isinstance(layer, keras.layers.Flatten) else _own(layer)
        before = any(value.first for value in values) if own is None else own
        found[path] = before, _after(layer, before)
        return for_each_output(layer, _Value(found[path][1]))

    start = _Value(True)
    network.walk([start for _ in network.graph.inputs], call, done)
    return found


class _Value:
    """Stands for a value in a walk."""

    def __init__(self, first: bool) -> None:
        self.first = first


def _own(layer: Any) -> bool | None:
    """What a layer says of itself; None where it says nothing."""
    order = getattr(convolution(layer) or layer, "data_format", None)
    return None if order is None else bool(order == "channels_first")


def _after(layer: Any, before: bool) -> bool:
    if isinstance(layer, keras.layers.Permute):
        channels = 1 if before else len(layer.dims)
        return bool(layer.dims[0] == channels)
    return before and not isinstance(layer, keras.layers.Reshape)
