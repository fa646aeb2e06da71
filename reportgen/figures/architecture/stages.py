"""The stages of the drawing: steps joined with what follows them, and repetitions folded.

Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from reportgen.drafting.wording import counted
from reportgen.figures.architecture.decomposition import Branches, Knot, Series
from reportgen.figures.architecture.facts import Sides, Stage

_PERIODS = range(1, 7)
"""How many stages may repeat together."""


@dataclass(frozen=True)
class StepText:
    """One step in words.

    Attributes:
        path: of its layer.
        role: "input", "conv", "pool", "dense", "join", "other"; "extra" for a step that only
            follows another, such as a normalization or an activation; "padding" for a step that
            only precedes one.
        what: such as "3 x 3 conv"; of an extra its own text, or "".
        width: its channels or units where these are chosen by the layer, else None.
        extras: what is fused into it, such as "relu".
        shape: of its output.
        params: that count as its own (of a layer that is used twice, at its first use).
    """

    path: str
    role: str
    what: str
    width: int | None
    extras: tuple[str, ...]
    shape: Sides
    params: int


def stages(items: Series, steps: Sequence[StepText], fold: bool = True) -> tuple[Stage, ...]:
    """The stages of a series in order.

    Args:
        items: from `decomposition.series`; its nodes are places in `steps`.
        steps: every step.
        fold: whether stages that repeat are drawn once.
    """
    done: list[Stage] = []
    waiting: list[StepText] = []  # extras before the step that they belong to
    for item in items:
        if isinstance(item, Branches):
            ways = tuple(stages(way, steps, fold) for way in item.ways)
            done += [_plain(step) for step in waiting]
            waiting = []
            done.append(_branches(ways, item.skip))
        elif isinstance(item, Knot):
            done += _knot([steps[node] for node in item.nodes])
        elif steps[item].role in ("extra", "padding"):
            if waiting or _leads(done, steps[item]):
                waiting.append(steps[item])
            else:
                done[-1] = _with_extra(done[-1], steps[item])
        elif done and done[-1].role == "branches" and not done[-1].join:
            done[-1] = _joined(done[-1], steps[item])
        else:
            done.append(_after(waiting, steps[item]))
            waiting = []
    done += [_plain(step) for step in waiting]
    return tuple(folded(done)) if fold else tuple(done)


def folded(every: Sequence[Stage]) -> Iterator[Stage]:
    """Stages that repeat, alone or several in turn, once with their number of repetitions."""
    place, group = 0, 0
    keys = [stage.same for stage in every]
    while place < len(every):
        period, times = _repetition(keys, place)
        end = place + period * times
        for turn in range(period):
            again = every[place + turn : end : period]
            yield _merged(again, group if period > 1 else -1) if times > 1 else again[0]
        group += period > 1 and times > 1
        place = end


def _repetition(keys: Sequence[object], place: int) -> tuple[int, int]:
    """Period and number of the repetition that covers most from here on; (1, 1) for none."""
    best = (1, 1)
    for period in _PERIODS:
        unit, times = keys[place : place + period], 1
        while keys[place + period * times : place + period * (times + 1)] == unit:
            times += 1
        if len(unit) == period and times > 1 and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _merged(again: Sequence[Stage], group: int) -> Stage:
    return replace(
        again[0], last=again[-1].last, layers=sum(stage.layers for stage in again),
        params=sum(stage.params for stage in again), shape=again[-1].shape, times=len(again),
        group=group,
    )  # fmt: skip


def _plain(step: StepText) -> Stage:
    return Stage(step.role, step.what, step.width, step.extras, step.path, step.path,
                _layers([step]), step.params, step.shape)  # fmt: skip


def _with_extra(stage: Stage, step: StepText) -> Stage:
    return replace(
        stage, extras=_added(stage.extras, step.what), last=step.path, layers=stage.layers + 1,
        params=stage.params + step.params, shape=step.shape,
    )  # fmt: skip


def _leads(done: Sequence[Stage], step: StepText) -> bool:
    """Whether an extra belongs to the next step: a padding, or a normalization after a join."""
    joined = bool(done) and bool(done[-1].join or done[-1].role == "join")
    return not done or step.role == "padding" or (joined and "norm" in step.what)


def _after(waiting: Sequence[StepText], step: StepText) -> Stage:
    """A step with the extras in front of it."""
    stage, first = _plain(step), [w.what for w in waiting if w.role == "extra" and w.what]
    return replace(
        stage,
        extras=((f"{', '.join(first)} first",) if first else ()) + stage.extras,
        first=waiting[0].path if waiting else stage.first,
        layers=stage.layers + len(waiting),
        params=stage.params + sum(extra.params for extra in waiting),
    )


def _added(extras: tuple[str, ...], extra: str) -> tuple[str, ...]:
    return extras if not extra or extra in extras else (*extras, extra)


def _branches(ways: tuple[tuple[Stage, ...], ...], skip: bool) -> Stage:
    every = [stage for way in ways for stage in way]
    count = len(ways) + skip
    return Stage("branches", f"{count} ways", None, (), every[0].first, every[-1].last,
                sum(stage.layers for stage in every), sum(stage.params for stage in every),
                every[-1].shape, ways=ways, skip=skip)  # fmt: skip


def _joined(stage: Stage, step: StepText) -> Stage:
    return replace(
        stage, join=step.what, extras=step.extras, last=step.path, layers=stage.layers + 1,
        params=stage.params + step.params, shape=step.shape,
    )  # fmt: skip


def _knot(steps: Sequence[StepText]) -> list[Stage]:
    """Steps that cross, in runs that begin where maps become smaller than all before."""
    runs: list[list[StepText]] = []
    smallest = None
    for step in steps:
        size = _positions(step.shape)
        if smallest is None or (size is not None and size < smallest):
            smallest = size
            runs.append([])
        runs[-1].append(step)
    return [
        Stage("knot", _crossing(run) if len(run) > 1 else run[0].what, None, (), run[0].path,
             run[-1].path, _layers(run), sum(step.params for step in run), run[-1].shape)
        for run in runs
    ]  # fmt: skip


def _layers(run: Sequence[StepText]) -> int:
    return sum(step.role != "input" for step in run)


def _crossing(run: Sequence[StepText]) -> str:
    """Such as "5 layers that cross", or "5 layers and 1 input that cross"."""
    own = _layers(run)
    counts = ((own, "layer", "layers"), (len(run) - own, "input", "inputs"))
    return f"{' and '.join(counted(*count) for count in counts if count[0])} that cross"


def _positions(shape: Sides) -> int | None:
    """How many positions maps have; None where that is open, or where they are no maps."""
    sides = [side for side in shape[:-1] if side is not None]
    return prod(sides) if sides and len(sides) == len(shape) - 1 else None
