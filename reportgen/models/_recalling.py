"""A model's layers called once more, on something else than its own inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Any

from reportgen.network.graph import stand_in


def called_on(model: Any, start: Any, values: Sequence[Any]) -> Any:
    """A model of the input `start` with the layers of another one, called on `values`.

    Each of them is called, not the model: then all keep their paths.

    Args:
        model: one with a graph.
        start: a symbolic input.
        values: made of it, one for each of the model's inputs, of their types.
    """
    import keras

    from reportgen.network.graph import require_graph

    graph = require_graph(model)
    known = {id(tensor): value for tensor, value in zip(graph.inputs, values, strict=True)}
    for node in _as_written(graph):
        args, kwargs = node.arguments.fill_in(known)
        outputs = keras.tree.flatten(node.operation(*args, **kwargs))
        known |= {id(tensor): value for tensor, value in zip(node.outputs, outputs, strict=True)}
    flat = [known[id(tensor)] for tensor in graph.outputs]
    ends = keras.tree.pack_sequence_as(graph._outputs_struct, flat)
    made = stand_in(keras.Model(start, ends, name=model.name), model)
    freeze_as(model, made)
    return made


def freeze_as(model: Any, made: Any) -> None:
    """Freeze what was made of a model where the whole of that is frozen."""
    # Setting it reaches all layers, so that those frozen one by one would learn again.
    if not model.trainable:
        made.trainable = False


def _as_written(graph: Any) -> Iterator[Any]:
    """The calls of a graph but for its inputs, those of one layer in the order of the model.

    Keras itself runs them by their depth: the second use of a layer would become its first.
    """
    levels = graph._nodes_by_depth
    nodes = {id(node): node for depth in sorted(levels, reverse=True) for node in levels[depth]}
    before: dict[int, list[int]] = {
        key: [id(one) for one in node.parent_nodes if id(one) in nodes]
        for key, node in nodes.items()
    }
    for operation in {id(node.operation): node.operation for node in nodes.values()}.values():
        own = [id(node) for node in operation._inbound_nodes if id(node) in nodes]
        for first, second in pairwise(own):
            before[second].append(first)
    found = (nodes[key] for key in TopologicalSorter(before).static_order())
    return (node for node in found if not node.is_input)
