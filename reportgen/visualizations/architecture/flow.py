"""Parts that branch, drawn in full: every way as a column of boxes, from the top down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportgen.drawing import text
from reportgen.drawing.canvas import Canvas, Point
from reportgen.drawing.colors import GRAY, INK
from reportgen.records import Picture
from reportgen.visualizations.architecture.parts import Part
from reportgen.visualizations.architecture.volumes import COLORS

MOST = 1440
_BOX = 224
_GAP = 22
_SKIP = 30
_DOWN = 26
_PAD = 10


@dataclass(frozen=True)
class _Size:
    width: float
    height: float


def flow(part: Part) -> Picture | None:
    """One branching part; None where its ways are too many to stand side by side."""
    part = replace(part, times=1)
    size = _size(part)
    if size.width > MOST:
        return None
    canvas = Canvas(size.width + 2, size.height + 2 * _DOWN + 2)
    middle = size.width / 2
    if not _begins(part):
        canvas.arrow((middle, 0), (middle, _DOWN))
    _draw(canvas, part, (0, _DOWN))
    if part.join:
        canvas.arrow((middle, _DOWN + size.height), (middle, size.height + 2 * _DOWN))
    return canvas.picture()


def _begins(part: Part) -> bool:
    """Whether its ways begin with inputs of the network, so that nothing leads to them."""
    return not part.skip and all(map(_from_input, part.ways))


def _from_input(way: Sequence[Part]) -> bool:
    return way[0].role == "input"


def _size(part: Part) -> _Size:
    if not part.ways:
        return _Size(_BOX, len(_lines(part)) * text.height(text.SMALL) + 2 * _PAD)
    ways = [_way_size(way) for way in part.ways]
    wide = sum(one.width for one in ways) + _GAP * (len(ways) - 1)
    wide += (_SKIP + _GAP) if part.skip else 0
    tall = max(one.height for one in ways) + 2 * _DOWN
    return _Size(max(wide, _BOX), tall + (_DOWN + _join_height(part) if part.join else 0))


def _way_size(way: Sequence[Part]) -> _Size:
    sizes = [_size(part) for part in way]
    tall = sum(one.height for one in sizes) + _DOWN * (len(way) - 1)
    return _Size(max(one.width for one in sizes), tall)


def _join_height(part: Part) -> float:
    return text.height(text.SMALL) * len(_join_lines(part)) + 2 * _PAD if part.join else 0.0


def _draw(canvas: Canvas, part: Part, place: tuple[float, float]) -> None:
    """A part with its upper left corner at `place`."""
    size = _size(part)
    if not part.ways:
        _box(canvas, _lines(part), place, (size.width, size.height), COLORS[part.role])
        return
    (left, top), middle = place, place[0] + size.width / 2
    foot = top + size.height - (_DOWN + _join_height(part) if part.join else 0)
    wide = sum(_way_size(way).width + _GAP for way in part.ways) - _GAP
    x = left + (size.width - wide - ((_SKIP + _GAP) if part.skip else 0)) / 2
    start = None if _begins(part) else (middle, top)
    end = (middle, foot) if part.join else None
    for way in part.ways:
        own = _way_size(way)
        _way(canvas, way, (x, top), own, foot, (None if _from_input(way) else start, end))
        x += own.width + _GAP
    if part.skip:
        at = x + _SKIP / 2
        canvas.line([(middle, top), (at, top), (at, foot), (middle, foot)])
    if part.join:
        corner, tall = (middle - _BOX / 2, foot + _DOWN), _join_height(part)
        canvas.arrow((middle, foot), (middle, foot + _DOWN))
        _box(canvas, _join_lines(part), corner, (_BOX, tall), COLORS["join"])


def _way(
    canvas: Canvas,
    way: Sequence[Part],
    place: Point,
    size: _Size,
    foot: float,
    ends: tuple[Point | None, Point | None],
) -> None:
    """One way, from where ways part to where they meet; an end is None where they do not."""
    (left, top), (start, end) = place, ends
    center, y = left + size.width / 2, top + _DOWN
    if start:
        canvas.line([start, (center, top)])
        canvas.arrow((center, top), (center, y))
    for index, part in enumerate(way):
        own = _size(part)
        if index:
            canvas.arrow((center, y), (center, y + _DOWN))
            y += _DOWN
        _draw(canvas, part, (center - own.width / 2, y))
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


def _lines(part: Part) -> list[tuple[str, bool]]:
    """Words in a box: what it is, how often, and what follows it."""
    times = f" x{part.times}" if part.times > 1 else ""
    strong = text.lines(part.text + times, _BOX - 16, text.SMALL)
    soft = text.lines(", ".join(part.extras), _BOX - 16, text.SMALL)
    return [*((words, True) for words in strong), *((words, False) for words in soft)]


def _join_lines(part: Part) -> list[tuple[str, bool]]:
    times = f", all that x{part.times}" if part.times > 1 else ""
    soft = text.lines(", ".join(part.extras), _BOX - 16, text.SMALL)
    return [(part.join + times, True), *((words, False) for words in soft)]
