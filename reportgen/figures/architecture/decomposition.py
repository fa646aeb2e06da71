"""A network's graph taken apart into series and branches (series-parallel decomposition).

Source: J. Valdes, R. E. Tarjan and E. L. Lawler, SIAM Journal on Computing 11, 1982. Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Branches:
    """Ways side by side.

    Attributes:
        ways: each a series of its own.
        skip: whether one more way leads around these without any node.
    """

    ways: tuple[Series, ...]
    skip: bool


@dataclass(frozen=True)
class Knot:
    """Nodes whose connections cross, so that they form no series and no branches."""

    nodes: tuple[int, ...]


Item = int | Branches | Knot
"""A node by its number, branches, or a knot."""
Series = tuple[Item, ...]


def series(inputs: Sequence[Sequence[int]], ends: Sequence[int]) -> Series:
    """The whole graph as a series.

    Args:
        inputs: for each node the nodes before it, all of them earlier in the list.
        ends: nodes whose value leaves the graph.
    """
    return _Graph(inputs, ends).series(list(range(len(inputs))))


class _Graph:
    def __init__(self, inputs: Sequence[Sequence[int]], ends: Sequence[int]) -> None:
        self._before = [set(nodes) for nodes in inputs]
        self._after: list[set[int]] = [set() for _ in inputs]
        self._ends = set(ends)
        for node, nodes in enumerate(inputs):
            for before in nodes:
                self._after[before].add(node)

    def series(self, nodes: list[int]) -> Series:
        """A part of the graph, whose nodes are in an order that can be run."""
        edges = list(self._edges(nodes))
        cuts = _cuts(len(nodes), edges)
        if not cuts and len(nodes) > 1 and len(self._components(nodes)) == 1:
            return (Knot(tuple(nodes)),)
        return tuple(self._items(nodes, [-1, *cuts, len(nodes)], set(edges)))

    def _items(
        self, nodes: list[int], bounds: list[int], edges: set[tuple[int, int]]
    ) -> Iterator[Item]:
        """The nodes at the bounds, and what lies between each two of them."""
        for start, end in pairwise(bounds):
            components = self._components(nodes[start + 1 : end])
            skip = (start, end) in edges
            if len(components) == 1 and not skip:
                yield from self.series(components[0])
            elif components:
                yield Branches(tuple(self.series(part) for part in components), skip)
            if end < len(nodes):
                yield nodes[end]

    def _edges(self, nodes: list[int]) -> Iterator[tuple[int, int]]:
        """Connections as places among these nodes; -1 and their number stand for the outside.

        A node without any node before it is an input of the network.
        """
        places = {node: place for place, node in enumerate(nodes)}
        for node, place in places.items():
            if not self._before[node] or self._before[node] - places.keys():
                yield -1, place
            if node in self._ends or self._after[node] - places.keys() or not self._after[node]:
                yield place, len(nodes)
            for after in self._after[node] & places.keys():
                yield place, places[after]

    def _components(self, nodes: list[int]) -> list[list[int]]:
        """Connected components among these nodes, each in the order of the nodes."""
        left, components = set(nodes), []
        for node in nodes:
            if node not in left:
                continue
            component, todo = set(), [node]
            while todo:
                reached = todo.pop()
                if reached in left:
                    left.discard(reached)
                    component.add(reached)
                    todo += (self._before[reached] | self._after[reached]) & left
            components.append([member for member in nodes if member in component])
        return components


def _cuts(count: int, edges: list[tuple[int, int]]) -> list[int]:
    """Places that no connection leads past."""
    passed = [0] * (count + 1)
    for start, end in edges:
        # Places start + 1 to end - 1 are passed.
        passed[start + 1] += 1
        passed[end] -= 1
    cuts, depth = [], 0
    for place in range(count):
        depth += passed[place]
        if not depth:
            cuts.append(place)
    return cuts
