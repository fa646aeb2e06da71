"""The names of the calls in one graph: of a layer that is used again also which use it is.

Keras numbers the calls of a layer and writes the second one as `name[1]`; so do we.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

Call = tuple[str, Any]
"""The name of a call, and its node in the graph."""


def calls(graph: Any) -> list[Call]:
    """Each call in a Functional graph, the calls of one layer together, as they were written.

    The first call of a layer has the layer's name, the others `name[1]`, `name[2]`; calls in
    other models do not count.
    """
    nodes = _as_run(graph)
    # The same object, not the same name: some operations are named alike.
    together: dict[int, list[Any]] = defaultdict(list)
    for node in nodes:
        together[id(node.operation)].append(node)
    taken = {node.operation.name for node in nodes}
    return [
        (_name(node.operation.name, turn, taken), node)
        for group in together.values()
        for turn, node in enumerate(_as_written(group))
    ]


def again(graph: Any) -> dict[int, list[str]]:
    """For each layer that a graph uses several times, by its id, the names of its calls as run."""
    names = {id(node): name for name, node in calls(graph)}
    found: dict[int, list[str]] = defaultdict(list)
    for node in _as_run(graph):
        found[id(node.operation)].append(names[id(node)])
    return {key: own for key, own in found.items() if len(own) > 1}


def _as_run(graph: Any) -> list[Any]:
    levels = graph._nodes_by_depth
    return [node for depth in sorted(levels, reverse=True) for node in levels[depth]]


def _as_written(group: list[Any]) -> list[Any]:
    if len(group) == 1:
        return group
    order = {id(node): place for place, node in enumerate(group[0].operation._inbound_nodes)}
    return sorted(group, key=lambda node: order[id(node)])


def _name(name: str, turn: int, taken: set[str]) -> str:
    """A layer whose own name looks like that of a use keeps it; the use gets a longer one."""
    said = f"{name}[{turn}]" if turn else name
    while turn and said in taken:
        said += "[0]"
    return said
