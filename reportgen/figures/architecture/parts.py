"""What is drawn: steps joined to parts, and parts that repeat folded. Plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

from reportgen.drafting.wording import counted


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


Shape = tuple[int | None, ...]
_PERIODS = range(1, 7)


@dataclass(frozen=True)
class Told:
    """One step in words.

    Attributes:
        path: of its layer.
        role: "input", "conv", "pool", "dense", "join", "other"; "extra" for what only follows
            another step, such as a normalization or an activation; "padding" for what only goes
            before one.
        what: such as "3 x 3 conv"; of an extra what it adds, or "".
        width: its channels or units where these are chosen by the layer, else None.
        extras: what is fused into it, such as "relu".
        shape: of its output without the batch.
        params: that belong to it (of a layer that is used twice, to its first use).
    """

    path: str
    role: str
    what: str
    width: int | None
    extras: tuple[str, ...]
    shape: Shape
    params: int


@dataclass(frozen=True)
class Part:
    """A step with its extras, branches with the step that joins them, or a knot of steps.

    Attributes:
        role: as of a step; "branches", "knot".
        first, last: paths of its first and its last layer.
        layers: how many steps it holds, all repetitions together; params likewise.
        times: how often it follows itself; `group` numbers parts that repeat together, from 0,
            and is -1 for all others.
        ways: the branches; `skip` tells of a way without any step.
        join: the text of the step that joins the branches, "" where nothing does.
    """

    role: str
    what: str
    width: int | None
    extras: tuple[str, ...]
    first: str
    last: str
    layers: int
    params: int
    shape: Shape
    times: int = 1
    group: int = -1
    ways: tuple[tuple[Part, ...], ...] = ()
    skip: bool = False
    join: str = ""

    @property
    def text(self) -> str:
        """In a few words."""
        return self.what if self.width is None else f"{self.what}, {self.width}"

    @property
    def around(self) -> bool:
        """Whether a way leads around layers: not where beside it there are inputs alone."""
        return self.skip and any(part.layers for way in self.ways for part in way)

    @property
    def form(self) -> tuple[object, ...]:
        """What it has in common with parts that differ in sizes only."""
        ways = tuple(tuple(part.form for part in way) for way in self.ways)
        return (self.role, self.what, self.extras, self.join, ways, self.skip, self.times > 1)

    @property
    def same(self) -> tuple[object, ...]:
        """What parts that repeat one another agree in; what concatenates may grow."""
        ways = tuple(tuple(part.same for part in way) for way in self.ways)
        shape = self.shape[:-1] if "concatenate" in (self.what, self.join) else self.shape
        return (self.role, self.what, self.width, self.extras, shape, ways, self.skip, self.join,
                self.times)  # fmt: skip


def parts(items: Series, told: Sequence[Told], fold: bool = True) -> tuple[Part, ...]:
    """The parts of a series in order.

    Args:
        items: from `tree.series`; numbers are places in `told`.
        told: every step.
        fold: whether parts that repeat are drawn once.
    """
    found: list[Part] = []
    waiting: list[Told] = []  # extras that come before anything that they could follow
    for item in items:
        if isinstance(item, Branches):
            ways = tuple(parts(way, told, fold) for way in item.ways)
            found += [_plain(one) for one in waiting]
            waiting = []
            found.append(_branches(ways, item.skip))
        elif isinstance(item, Knot):
            found += _knot([told[node] for node in item.nodes])
        elif told[item].role in ("extra", "padding"):
            if waiting or _leads(found, told[item]):
                waiting.append(told[item])
            else:
                found[-1] = _with_extra(found[-1], told[item])
        elif found and found[-1].role == "branches" and not found[-1].join:
            found[-1] = _joined(found[-1], told[item])
        else:
            found.append(_after(waiting, told[item]))
            waiting = []
    found += [_plain(one) for one in waiting]
    return tuple(folded(found)) if fold else tuple(found)


def folded(given: Sequence[Part]) -> Iterator[Part]:
    """Parts with those that repeat (alone, or several in turn) once, told how often."""
    place, group = 0, 0
    keys = [part.same for part in given]
    while place < len(given):
        period, times = _repeats(keys, place)
        end = place + period * times
        for turn in range(period):
            again = given[place + turn : end : period]
            yield _merged(again, group if period > 1 else -1) if times > 1 else again[0]
        group += period > 1 and times > 1
        place = end


def _repeats(keys: Sequence[object], place: int) -> tuple[int, int]:
    """Period and number of the repetition that covers most from here on; (1, 1) for none."""
    best = (1, 1)
    for period in _PERIODS:
        unit, times = keys[place : place + period], 1
        while keys[place + period * times : place + period * (times + 1)] == unit:
            times += 1
        if len(unit) == period and times > 1 and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _merged(again: Sequence[Part], group: int) -> Part:
    return replace(
        again[0], last=again[-1].last, layers=sum(part.layers for part in again),
        params=sum(part.params for part in again), shape=again[-1].shape, times=len(again),
        group=group,
    )  # fmt: skip


def _plain(step: Told) -> Part:
    return Part(step.role, step.what, step.width, step.extras, step.path, step.path,
                _layers([step]), step.params, step.shape)  # fmt: skip


def _with_extra(part: Part, step: Told) -> Part:
    return replace(
        part, extras=_added(part.extras, step.what), last=step.path, layers=part.layers + 1,
        params=part.params + step.params, shape=step.shape,
    )  # fmt: skip


def _leads(found: Sequence[Part], step: Told) -> bool:
    """Whether an extra belongs to what comes next: a padding, or a normalization after a join."""
    joined = bool(found) and bool(found[-1].join or found[-1].role == "join")
    return not found or step.role == "padding" or (joined and "norm" in step.what)


def _after(waiting: Sequence[Told], step: Told) -> Part:
    """A step with the extras in front of it."""
    part, first = _plain(step), [one.what for one in waiting if one.role == "extra" and one.what]
    return replace(
        part,
        extras=((f"{', '.join(first)} first",) if first else ()) + part.extras,
        first=waiting[0].path if waiting else part.first,
        layers=part.layers + len(waiting),
        params=part.params + sum(one.params for one in waiting),
    )


def _added(extras: tuple[str, ...], one: str) -> tuple[str, ...]:
    return extras if not one or one in extras else (*extras, one)


def _branches(ways: tuple[tuple[Part, ...], ...], skip: bool) -> Part:
    every = [part for way in ways for part in way]
    count = len(ways) + skip
    return Part("branches", f"{count} ways", None, (), every[0].first, every[-1].last,
                sum(part.layers for part in every), sum(part.params for part in every),
                every[-1].shape, ways=ways, skip=skip)  # fmt: skip


def _joined(part: Part, step: Told) -> Part:
    return replace(
        part, join=step.what, extras=step.extras, last=step.path, layers=part.layers + 1,
        params=part.params + step.params, shape=step.shape,
    )  # fmt: skip


def _knot(steps: Sequence[Told]) -> list[Part]:
    """Steps that cross, in runs that begin where maps become smaller than all before."""
    runs: list[list[Told]] = []
    smallest = None
    for step in steps:
        size = _positions(step.shape)
        if smallest is None or (size is not None and size < smallest):
            smallest = size
            runs.append([])
        runs[-1].append(step)
    return [
        Part("knot", _crossing(run) if len(run) > 1 else run[0].what, None, (), run[0].path,
             run[-1].path, _layers(run), sum(step.params for step in run), run[-1].shape)
        for run in runs
    ]  # fmt: skip


def _layers(run: Sequence[Told]) -> int:
    return sum(step.role != "input" for step in run)


def _crossing(run: Sequence[Told]) -> str:
    """Such as "5 layers that cross", or "5 layers and 1 input that cross"."""
    own = _layers(run)
    counts = ((own, "layer", "layers"), (len(run) - own, "input", "inputs"))
    return f"{' and '.join(counted(*one) for one in counts if one[0])} that cross"


def _positions(shape: Shape) -> int | None:
    """How many positions maps have; None where that is open, or where they are no maps."""
    sides = [side for side in shape[:-1] if side is not None]
    return prod(sides) if sides and len(sides) == len(shape) - 1 else None
