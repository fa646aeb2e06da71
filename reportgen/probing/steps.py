"""The calls that a model consists of, nested models unfolded, and what each is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from reportgen.probing import graphs
from reportgen.probing.axes import orders
from reportgen.probing.feeding import reads_channels_first
from reportgen.probing.graphs import require_graph
from reportgen.probing.uses import uses

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


def steps(model: Any) -> list[Step]:
    """All calls on the way from a model's inputs to its outputs, in an order that can be run.

    Shapes alone are computed. A layer that is called twice is two steps.

    Raises:
        UndefinedError: the inside of the model cannot be reached.
    """
    graph, known = require_graph(model), uses(model)
    turned = reads_channels_first(model)
    order = orders(model) if turned else {}
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
        note(str(tensor._keras_history[0].name), None, (), symbol, turned)
    ends = {made[id(t)] for t in keras.tree.flatten(graphs.walk(model, symbols, call))}
    return [_ended(step, index in ends) for index, step in enumerate(found)]


def _copy(tensor: Any) -> Any:
    return keras.KerasTensor(tensor.shape, tensor.dtype, name=tensor.name)


def _ended(step: Step, last: bool) -> Step:
    return Step(step.path, step.layer, step.shapes, step.given, last)


def _shape(tensor: Any, first: bool) -> Shape:
    sides = tuple(tensor.shape[1:])
    return (*sides[1:], sides[0]) if first and len(sides) > 1 else sides
