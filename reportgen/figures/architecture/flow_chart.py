"""One branching stage as a flow chart: its ways side by side, down to the step that joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportgen.drawing import text
from reportgen.drawing.canvas import Canvas, Point
from reportgen.drawing.colors import GRAY, INK
from reportgen.figures.architecture.facts import Stage
from reportgen.figures.architecture.volumes import COLORS
from reportgen.records import Picture

MOST = 1440
"""Width of a chart in pixels, at most."""

_BOX = 224
_GAP = 22
_SKIP = 30
_DOWN = 26
_PAD = 10


@dataclass(frozen=True)
class _Size:
    width: float
    height: float


def flow_chart(stage: Stage) -> Picture | None:
    """The chart of a stage; None where its ways are too many to stand side by side."""
    stage = replace(stage, times=1)
    size = _size(stage)
    if size.width > MOST:
        return None
    canvas = Canvas(size.width + 2, size.height + 2 * _DOWN + 2)
    middle = size.width / 2
    if not _begins(stage):
        canvas.arrow((middle, 0), (middle, _DOWN))
    _draw(canvas, stage, (0, _DOWN))
    if stage.join:
        canvas.arrow((middle, _DOWN + size.height), (middle, size.height + 2 * _DOWN))
    return canvas.picture()


def _begins(stage: Stage) -> bool:
    """Whether its ways begin with inputs of the network, so that nothing leads to them."""
    return not stage.skip and all(map(_from_input, stage.ways))


def _from_input(way: Sequence[Stage]) -> bool:
    return way[0].role == "input"


def _size(stage: Stage) -> _Size:
    if not stage.ways:
        return _Size(_BOX, len(_lines(stage)) * text.height(text.SMALL) + 2 * _PAD)
    ways = [_way_size(way) for way in stage.ways]
    wide = sum(size.width for size in ways) + _GAP * (len(ways) - 1)
    wide += (_SKIP + _GAP) if stage.skip else 0
    tall = max(size.height for size in ways) + 2 * _DOWN
    return _Size(max(wide, _BOX), tall + (_DOWN + _join_height(stage) if stage.join else 0))


def _way_size(way: Sequence[Stage]) -> _Size:
    sizes = [_size(stage) for stage in way]
    tall = sum(size.height for size in sizes) + _DOWN * (len(way) - 1)
    return _Size(max(size.width for size in sizes), tall)


def _join_height(stage: Stage) -> float:
    return text.height(text.SMALL) * len(_join_lines(stage)) + 2 * _PAD if stage.join else 0.0


def _draw(canvas: Canvas, stage: Stage, place: tuple[float, float]) -> None:
    """A stage with its upper left corner at `place`."""
    size = _size(stage)
    if not stage.ways:
        _box(canvas, _lines(stage), place, (size.width, size.height), COLORS[stage.role])
        return
    (left, top), middle = place, place[0] + size.width / 2
    foot = top + size.height - (_DOWN + _join_height(stage) if stage.join else 0)
    wide = sum(_way_size(way).width + _GAP for way in stage.ways) - _GAP
    x = left + (size.width - wide - ((_SKIP + _GAP) if stage.skip else 0)) / 2
    start = None if _begins(stage) else (middle, top)
    end = (middle, foot) if stage.join else None
    for way in stage.ways:
        own = _way_size(way)
        _way(canvas, way, (x, top), own, foot, (None if _from_input(way) else start, end))
        x += own.width + _GAP
    if stage.skip:
        at = x + _SKIP / 2
        canvas.line([(middle, top), (at, top), (at, foot), (middle, foot)])
    if stage.join:
        corner, tall = (middle - _BOX / 2, foot + _DOWN), _join_height(stage)
        canvas.arrow((middle, foot), (middle, foot + _DOWN))
        _box(canvas, _join_lines(stage), corner, (_BOX, tall), COLORS["join"])


def _way(
    canvas: Canvas,
    way: Sequence[Stage],
    place: Point,
    size: _Size,
    foot: float,
    ends: tuple[Point | None, Point | None],
) -> None:
    """One way, from where ways stage to where they meet; an end is None where they do not."""
    (left, top), (start, end) = place, ends
    center, y = left + size.width / 2, top + _DOWN
    if start:
        canvas.line([start, (center, top)])
        canvas.arrow((center, top), (center, y))
    for index, stage in enumerate(way):
        own = _size(stage)
        if index:
            canvas.arrow((center, y), (center, y + _DOWN))
            y += _DOWN
        _draw(canvas, stage, (center - own.width / 2, y))
        y += own.height
    if end:
        canvas.line([(center, y), (center, foot), end])
    else:
        canvas.arrow((center, y), (center, foot))


def _box(
    canvas: Canvas, lines: Sequence[tuple[str, bool]], place: tuple[float, float],
    size: tuple[float, float], color: str,
) -> None:  # fmt: skip
    canvas.box(place, size, color)
    y = place[1] + _PAD
    for words, strong in lines:
        fitted, points = text.fit(words, round(size[0]) - 16, text.SMALL)
        middle = (place[0] + size[0] / 2, y)
        canvas.write(fitted, middle, size=points, anchor="mt", color=INK if strong else GRAY)
        y += text.height(text.SMALL)


def _lines(stage: Stage) -> list[tuple[str, bool]]:
    """Words in a box: the operation, how often it repeats, and what follows it."""
    times = f" x{stage.times}" if stage.times > 1 else ""
    strong = text.lines(stage.text + times, _BOX - 16, text.SMALL)
    soft = text.lines(", ".join(stage.extras), _BOX - 16, text.SMALL)
    return [*((words, True) for words in strong), *((words, False) for words in soft)]


def _join_lines(stage: Stage) -> list[tuple[str, bool]]:
    times = f", all that x{stage.times}" if stage.times > 1 else ""
    soft = text.lines(", ".join(stage.extras), _BOX - 16, text.SMALL)
    return [(stage.join + times, True), *((words, False) for words in soft)]
