"""What lies between a model's input and one of its layers or outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from reportgen.network.axes import orders
from reportgen.network.graph import for_each_output
from reportgen.network.inputs import reads_channels_first
from reportgen.network.keras_internals import origin
from reportgen.network.network import Network
from reportgen.network.relu_rules import rectifier_of

_MEETINGS = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
_CURVES = {"PReLU", "ELU", "CELU", "Softmax", "Sigmoid", "Tanh", "Silu", "Swish", "Gelu", "Selu"}
_CURVES |= {"Elu", "Celu", "Softplus", "Softsign", "Mish", "HardSilu", "HardSigmoid", "HardTanh"}


@dataclass(frozen=True)
class Way:
    """Paths (`naming`) of the uses of layers that a value depends on, in the order of the model.

    Attributes:
        layers: all of them.
        normalizations: among them, e.g. BatchNormalization.
        meetings: where branches meet: skip connections, concatenations.
        averages: average pooling, local or global.
        curves: non-linearities that are not ReLUs.
    """

    layers: tuple[str, ...]
    normalizations: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    averages: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()


class _Past:
    """Stands for a value in a walk: the paths that it depends on."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths


def way_to(network: Network, layer: str | int) -> Way:
    """What a layer (its path) or an output (its index) depends on, itself included.

    A layer that is used several times is there once for each use that it depends on. An output's
    last softmax or sigmoid is left out, since what is explained is the logit before it.
    """
    met: dict[str, Any] = {}
    pasts: dict[str, _Past] = {}

    def keep(path: str, output: Any) -> Any:
        pasts.setdefault(path, keras.tree.flatten(output)[0])
        return output

    def call(path: str, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Past)]
        past = _Past(frozenset([path]).union(*(value.paths for value in values)))
        met.setdefault(path, operation)
        return keep(path, for_each_output(operation, past))

    start = [_Past(frozenset()) for _ in network.graph.inputs]
    ends = keras.tree.flatten(network.walk(start, call, keep))
    if isinstance(layer, str):
        return _sorted(met, pasts[layer].paths, "")
    assert len(ends) == len(network.output_names)
    return _sorted(met, ends[layer].paths, network.closing(layer)[0])


def _sorted(met: dict[str, Any], paths: frozenset[str], last: str) -> Way:
    own = {path: operation for path, operation in met.items() if path in paths}
    names = {path: type(operation).__name__ for path, operation in own.items()}
    kinds = (
        [path for path, name in names.items() if _normalizes(name)],
        [path for path, name in names.items() if name in _MEETINGS],
        [path for path, name in names.items() if "AveragePooling" in name],
        [path for path, operation in own.items() if path != last and _bends(operation)],
    )
    return Way(tuple(own), *(tuple(kind) for kind in kinds))


def _normalizes(name: str) -> bool:
    return name.endswith("Normalization") and name != "Normalization"


def _bends(operation: Any) -> bool:
    """Whether it holds a non-linearity (pooling apart) that is not a ReLU."""
    if rectifier_of(operation) is not None:
        return False
    activation = getattr(operation, "activation", None)
    if activation is None or rectifier_of(activation) is not None:
        return type(operation).__name__ in _CURVES
    return activation is not keras.activations.linear


Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Step:
    """One call of a layer or other operation.

    Attributes:
        path: the layer's path, at each of its uses; an input's name.
        layer: the layer or operation, None for an input.
        shapes: of its outputs, without the batch, channels last.
        given: the steps (by their place in the list) whose outputs it takes, in order.
        last: whether it gives an output of the model.
    """

    path: str
    layer: Any
    shapes: tuple[Shape, ...]
    given: tuple[int, ...]
    last: bool = False

    @property
    def type(self) -> str:
        """The class of its layer."""
        return "Input" if self.layer is None else type(self.layer).__name__


def steps(network: Network) -> list[Step]:
    """All calls on the way from a model's inputs to its outputs, in an order that can be run.

    Shapes alone are computed. A layer that is called twice is two steps.

    Raises:
        UndefinedError: the inside of the model cannot be reached.
    """
    graph, known = network.graph, network.uses
    turned = reads_channels_first(network)
    order = orders(network) if turned else {}
    found: list[Step] = []
    made: dict[int, int] = {}
    alive: list[Any] = []  # an id may be used again once its tensor is gone

    def note(path: str, layer: Any, given: tuple[int, ...], output: Any, first: bool) -> Any:
        flat = keras.tree.flatten(output)
        for tensor in flat:
            made[id(tensor)] = len(found)
        alive.extend(flat)
        shapes = tuple(_shape(tensor, first) for tensor in flat)
        found.append(Step(path, layer, shapes, given))
        return output

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        taken = [made[id(t)] for t in keras.tree.flatten((args, kwargs)) if id(t) in made]
        # A copy: some operations hand on what they were given, which is another step's output.
        output = keras.tree.map_structure(_copy, layer.compute_output_spec(*args, **kwargs))
        first = order[path][1] if turned else False
        return note(known[path].of, layer, tuple(dict.fromkeys(taken)), output, first)

    symbols = [_copy(tensor) for tensor in graph.inputs]
    for symbol, tensor in zip(symbols, graph.inputs, strict=True):
        note(str(origin(tensor)[0].name), None, (), symbol, turned)
    ends = {made[id(t)] for t in keras.tree.flatten(network.walk(symbols, call))}
    return [_ended(step, index in ends) for index, step in enumerate(found)]


def _copy(tensor: Any) -> Any:
    return keras.KerasTensor(tensor.shape, tensor.dtype, name=tensor.name)


def _ended(step: Step, last: bool) -> Step:
    return Step(step.path, step.layer, step.shapes, step.given, last)


def _shape(tensor: Any, first: bool) -> Shape:
    sides = tuple(tensor.shape[1:])
    return (*sides[1:], sides[0]) if first and len(sides) > 1 else sides
