"""The layers on which a layer or output of a model depends, and the order of all calls."""

from __future__ import annotations

from dataclasses import dataclass, replace

import keras

from reportgen.network.channel_order import LAST, channel_orders
from reportgen.network.graph import Arguments, Keywords, for_each_output
from reportgen.network.inputs import HeldInput, reads_channels_first
from reportgen.network.keras_internals import origin
from reportgen.network.network import Network
from reportgen.network.relu_rules import rectifier_of
from reportgen.types import Json, Layer, Tensor

_MERGES = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
_NONLINEARITIES = {
    *("PReLU", "ELU", "CELU", "Softmax", "Sigmoid", "Tanh", "Silu", "Swish", "Gelu", "Selu"),
    *("Elu", "Celu", "Softplus", "Softsign", "Mish", "HardSilu", "HardSigmoid", "HardTanh"),
}

Shape = tuple[int | None, ...]


# --- dependencies ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dependencies:
    """Paths of the uses of layers that a value depends on, in the order of the model.

    Attributes:
        layers: all uses; the other attributes hold some of them.
        normalizations: normalization layers, e.g. BatchNormalization.
        merges: layers that merge branches: skip connections, concatenations.
        average_pools: average pooling, local or global.
        nonlinearities: layers with a non-linearity other than ReLU.
    """

    layers: tuple[str, ...]
    normalizations: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()
    average_pools: tuple[str, ...] = ()
    nonlinearities: tuple[str, ...] = ()


def dependencies_of(network: Network, layer: str | int) -> Dependencies:
    """The dependencies of a layer (by path) or an output (by index), including the layer itself.

    A layer that the model uses several times counts once for each use that the value depends on.
    The last softmax or sigmoid of an output is left out, because explanations start from its logit.
    """
    return network.keep(("dependencies", layer), lambda: _dependencies_of(network, layer))


def _dependencies_of(network: Network, layer: str | int) -> Dependencies:
    operations: dict[str, Layer] = {}
    values: dict[str, _Value] = {}

    def keep(path: str, output: Json) -> Json:
        values.setdefault(path, keras.tree.flatten(output)[0])
        return output

    def call(path: str, operation: Layer, args: Arguments, kwargs: Keywords) -> Json:
        given = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Value)]
        value = _Value(frozenset([path]).union(*(each.paths for each in given)))
        operations.setdefault(path, operation)
        return keep(path, for_each_output(operation, value))

    start = [_Value(frozenset()) for _ in network.graph.inputs]
    ends = keras.tree.flatten(network.walk(start, call, keep))
    if isinstance(layer, str):
        return _sorted(operations, values[layer].paths, "")
    assert len(ends) == len(network.output_names)
    return _sorted(operations, ends[layer].paths, network.closing(layer)[0])


def reached_by_images(network: Network) -> frozenset[str]:
    """Paths of the uses of layers whose values depend on the images.

    Of several inputs the images are those with the axes of one: height, width and channels. An
    input that a spec holds at a value depends on no image.
    """
    return network.keep("reached by images", lambda: _reached_by_images(network))


def _reached_by_images(network: Network) -> frozenset[str]:
    reached: set[str] = set()

    def keep(path: str, output: Json) -> Json:
        if any(value.paths for value in keras.tree.flatten(output)):
            reached.add(path)
        return output

    def call(path: str, operation: Layer, args: Arguments, kwargs: Keywords) -> Json:
        given = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Value)]
        held = isinstance(operation, HeldInput)
        paths = frozenset() if held else frozenset[str]().union(*(each.paths for each in given))
        return keep(path, for_each_output(operation, _Value(paths)))

    ranks = [len(tensor.shape) for tensor in network.graph.inputs]
    rank = _IMAGES if _IMAGES in ranks else max(ranks)
    start = [_Value(frozenset(["images"] if own == rank else [])) for own in ranks]
    network.walk(start, call, keep)
    return frozenset(reached)


_IMAGES = 4
"""Axes of a batch of images."""


class _Value:
    """Represents a tensor during a walk by the paths that the tensor depends on."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths


def _sorted(operations: dict[str, Layer], paths: frozenset[str], last: str) -> Dependencies:
    own = {path: operation for path, operation in operations.items() if path in paths}
    types = {path: type(operation).__name__ for path, operation in own.items()}
    kinds = (
        [path for path, name in types.items() if is_normalization(name)],
        [path for path, name in types.items() if name in _MERGES],
        [path for path, name in types.items() if "AveragePooling" in name],
        [path for path, operation in own.items() if path != last and is_nonlinear(operation)],
    )
    return Dependencies(tuple(own), *(tuple(kind) for kind in kinds))


def is_normalization(name: str) -> bool:
    """Whether a layer of this type normalizes what other layers compute."""
    return name.endswith("Normalization") and name != "Normalization"


def is_nonlinear(operation: Layer) -> bool:
    """Whether an operation has a non-linearity, pooling excluded, that is not a ReLU."""
    if rectifier_of(operation) is not None:
        return False
    activation = getattr(operation, "activation", None)
    if activation is None or rectifier_of(activation) is not None:
        return type(operation).__name__ in _NONLINEARITIES
    return activation is not keras.activations.linear


# --- the calls in order ------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One call of a layer or other operation.

    Attributes:
        path: the path of this use of the layer; for an input, the input's name.
        layer: the layer or operation; None for an input.
        shapes: shapes of the outputs, without the batch, channels last.
        given: indices, in the list of steps, of the steps whose outputs are the arguments, in
            order.
        last: whether the step computes an output of the model.
    """

    path: str
    layer: Layer | None
    shapes: tuple[Shape, ...]
    given: tuple[int, ...]
    last: bool = False

    @property
    def type(self) -> str:
        """The class name of the step's layer."""
        return "Input" if self.layer is None else type(self.layer).__name__


def steps(network: Network) -> list[Step]:
    """All calls between a model's inputs and outputs, each after the calls it depends on.

    Only shapes are computed. A layer that the model calls twice is two steps.

    Raises:
        UndefinedError: the model is not a graph.
    """
    graph, uses, orders = network.graph, network.uses, channel_orders(network)
    calls: list[Step] = []
    sources: dict[int, int] = {}
    alive: list[Tensor] = []  # Python reuses the id of a deleted tensor

    def add(
        path: str, layer: Layer | None, given: tuple[int, ...], output: Json, first: bool
    ) -> Json:
        tensors = keras.tree.flatten(output)
        for tensor in tensors:
            sources[id(tensor)] = len(calls)
        alive.extend(tensors)
        shapes = tuple(_channels_last(tensor, first) for tensor in tensors)
        calls.append(Step(path, layer, shapes, given))
        return output

    def call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        tensors = keras.tree.flatten((args, kwargs))
        given = [sources[id(tensor)] for tensor in tensors if id(tensor) in sources]
        # Copied, because some operations return their input, which is another step's output.
        output = keras.tree.map_structure(_copy, layer.compute_output_spec(*args, **kwargs))
        first = orders.get(path, LAST)[1]
        return add(uses[path].of, layer, tuple(dict.fromkeys(given)), output, first)

    symbols = [_copy(tensor) for tensor in graph.inputs]
    for symbol, tensor in zip(symbols, graph.inputs, strict=True):
        add(str(origin(tensor)[0].name), None, (), symbol, reads_channels_first(network))
    ends = {sources[id(tensor)] for tensor in keras.tree.flatten(network.walk(symbols, call))}
    return [replace(step, last=index in ends) for index, step in enumerate(calls)]


def _copy(tensor: Tensor) -> keras.KerasTensor:
    return keras.KerasTensor(tensor.shape, tensor.dtype, name=tensor.name)


def _channels_last(tensor: Tensor, channels_first: bool) -> Shape:
    sides = tuple(tensor.shape[1:])
    return (*sides[1:], sides[0]) if channels_first and len(sides) > 1 else sides
