"""A network's graph as series of parts, some of which branch: the order in which a person reads it.

Plain Python. A graph whose branches meet again is taken apart at its cut vertices, through which
every way from its input to its output leads; what lies between two of them is a bundle of branches,
each of which is taken apart in turn (series-parallel decomposition; Valdes, Tarjan and Lawler,
SIAM J. Comput. 1982). Parts that cannot be taken apart further stay a knot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Branches:
    """Parts side by side: `ways` are series of their own; `skip` tells of a way without any."""

    ways: tuple[Series, ...]
    skip: bool


@dataclass(frozen=True)
class Knot:
    """Nodes that cross so that they are no series and no branches."""

    nodes: tuple[int, ...]


Item = int | Branches | Knot
Series = tuple[Item, ...]


def series(given: Sequence[Sequence[int]], ends: Sequence[int]) -> Series:
    """The whole graph.

    Args:
        given: for each node the nodes before it, all of them earlier in the list.
        ends: nodes whose value leaves the graph.
    """
    return _Graph(given, ends).series(list(range(len(given))))


class _Graph:
    def __init__(self, given: Sequence[Sequence[int]], ends: Sequence[int]) -> None:
        self.before = [set(nodes) for nodes in given]
        self.after: list[set[int]] = [set() for _ in given]
        self.ends = set(ends)
        for node, nodes in enumerate(given):
            for one in nodes:
                self.after[one].add(node)

    def series(self, nodes: list[int]) -> Series:
        """Part of the graph, given in an order that can be run."""
        edges = list(self._edges(nodes))
        cuts = _cuts(len(nodes), edges)
        if not cuts and len(nodes) > 1 and len(self._groups(nodes)) == 1:
            return (Knot(tuple(nodes)),)
        return tuple(self._items(nodes, [-1, *cuts, len(nodes)], set(edges)))

    def _items(
        self, nodes: list[int], bounds: list[int], edges: set[tuple[int, int]]
    ) -> Iterator[Item]:
        for start, end in pairwise(bounds):
            groups = self._groups(nodes[start + 1 : end])
            skip = (start, end) in edges
            if len(groups) == 1 and not skip:
                yield from self.series(groups[0])
            elif groups:
                yield Branches(tuple(self.series(group) for group in groups), skip)
            if end < len(nodes):
                yield nodes[end]

    def _edges(self, nodes: list[int]) -> Iterator[tuple[int, int]]:
        """Connections as places among these nodes; -1 and their number stand for what is outside.

        A node that nothing outside leads to, and nothing here, is an input of the network.
        """
        places = {node: place for place, node in enumerate(nodes)}
        for node, place in places.items():
            if not self.before[node] or self.before[node] - places.keys():
                yield -1, place
            if node in self.ends or self.after[node] - places.keys() or not self.after[node]:
                yield place, len(nodes)
            for one in self.after[node] & places.keys():
                yield place, places[one]

    def _groups(self, nodes: list[int]) -> list[list[int]]:
        """Nodes that hang together, each group in order."""
        left, found = set(nodes), []
        for node in nodes:
            if node not in left:
                continue
            group, todo = set(), [node]
            while todo:
                one = todo.pop()
                if one in left:
                    left.discard(one)
                    group.add(one)
                    todo += (self.before[one] | self.after[one]) & left
            found.append([one for one in nodes if one in group])
        return found


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
