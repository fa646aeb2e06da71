"""The parts of a network one after the other, each as the volume that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod, sqrt

from reportgen.drawing import text
from reportgen.drawing.canvas import Canvas, Point
from reportgen.drawing.colors import GRAY, INK
from reportgen.figures.architecture.parts import Part
from reportgen.records import Picture

WIDTH = 780
"""Of the picture in pixels: what a narrow screen shows at full size."""

COLORS = {"input": "#8b949e", "conv": "#0072B2", "pool": "#D55E00", "dense": "#009E73",
          "branches": "#56B4E9", "join": "#CC79A7", "knot": "#CC79A7", "other": "#E69F00",
          "extra": "#E69F00", "padding": "#E69F00"}  # fmt: skip
NAMES = {"input": "input", "conv": "convolution", "pool": "pooling", "dense": "dense",
         "branches": "branches", "join": "join", "knot": "crossing",
         "other": "other"}  # fmt: skip
"""What the colors are called; parts that are called alike have one color."""

_TALLEST, _SHORTEST, _VECTOR = 170.0, 12.0, 26.0
_OPEN = 64.0
"""The side that maps are drawn with whose side is open."""

_SLABS = 3
_GAP = 26
_SLANT = 0.22


@dataclass(frozen=True)
class _Cell:
    """One part: the boxes that stand for it, and the width that it takes."""

    number: int
    part: Part
    slabs: int
    height: float
    thick: float
    width: float

    @property
    def depth(self) -> float:
        return self.height * _SLANT

    @property
    def span(self) -> float:
        """From the left edge of the first box to the right edge of the last one's back."""
        return self.slabs * self.thick + (self.slabs - 1) * self._step + self.depth

    @property
    def _step(self) -> float:
        return 5 + self.depth * 0.5


def volumes(parts: Sequence[Part]) -> Picture:
    """Boxes in rows: height by the square root of the maps' side, thickness by that of the
    channels; several boxes where a part repeats."""
    largest = max((_side(part) or _OPEN for part in parts if len(part.shape) > 1), default=1.0)
    rows = _rows([_cell(i, part, largest) for i, part in enumerate(parts, 1)])
    line = text.height(text.SMALL)
    room = [max(cell.height + cell.depth for cell in row) + 3.4 * line + 44 for row in rows]
    canvas = Canvas(_used(rows, parts), sum(room) + 1.6 * line * _legend_rows(parts))
    top = 0.0
    for row, tall in zip(rows, room, strict=True):
        _draw_row(canvas, row, top + tall - 3.4 * line - 20, row is rows[-1])
        top += tall
    _legend(canvas, parts, top)
    return canvas.picture()


def shape_text(part: Part) -> tuple[str, str]:
    """Positions and channels, such as ("56 x 56", "256"); "?" for a side that is open."""
    sides = ["?" if side is None else str(side) for side in part.shape]
    return "x".join(sides[:-1]), sides[-1] if sides else ""


def _side(part: Part) -> float | None:
    """The side of its maps (of unequal ones the geometric mean); None where it is open."""
    known = [side for side in part.shape[:-1] if side is not None]
    return prod(known) ** (1 / len(known)) if known else None


def _cell(number: int, part: Part, largest: float) -> _Cell:
    side = (_side(part) or _OPEN) if len(part.shape) > 1 else None
    height = max(_SHORTEST, _TALLEST * sqrt(side / largest)) if side else _VECTOR
    channels = (part.shape[-1] if part.shape else None) or 1
    thick = min(max(5.0, 0.9 * sqrt(channels)), 70)
    slabs = min(part.times, _SLABS) if part.group < 0 else 1
    plain = _Cell(number, part, slabs, height, thick, 0.0)
    space, last = shape_text(part)
    words = [text.width(one, text.SMALL) for one in (space, f"x{last}")]
    wide = max(plain.span, *words, text.width(_title(plain), text.SMALL, True))
    return replace(plain, width=wide)


def _title(cell: _Cell) -> str:
    return f"{cell.number}" + (f"  x{cell.part.times}" if cell.part.times > 1 else "")


def _used(rows: Sequence[Sequence[_Cell]], parts: Sequence[Part]) -> float:
    """The width that a picture needs."""
    widest = max(sum(cell.width + _GAP for cell in row) for row in rows)
    return min(max(widest, _legend_width(parts)), WIDTH)


def _rows(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = [[]]
    for cell in cells:
        used = sum(one.width + _GAP for one in rows[-1])
        if rows[-1] and used + cell.width > WIDTH:
            rows.append([])
        rows[-1].append(cell)
    return rows


def _draw_row(canvas: Canvas, row: Sequence[_Cell], floor: float, last: bool) -> None:
    """One row of boxes that stand on `floor`, with numbers and shapes under them."""
    left, line = 0.0, text.height(text.SMALL)
    for place, cell in enumerate(row):
        _draw_cell(canvas, cell, left, floor)
        space, channels = shape_text(cell.part)
        canvas.write(_title(cell), (left, floor + 12), bold=True)
        canvas.write(space or channels, (left, floor + 12 + line), color=GRAY)
        if space:
            canvas.write(f"x{channels}", (left, floor + 12 + 2 * line), color=GRAY)
        left += cell.width + _GAP
        if not (last and place == len(row) - 1) and left - 4 < WIDTH:
            canvas.arrow((left - _GAP + 2, floor + 4), (left - 4, floor + 4))


def _draw_cell(canvas: Canvas, cell: _Cell, left: float, floor: float) -> None:
    color, x, back = COLORS[cell.part.role], left, cell.depth
    for _ in range(cell.slabs):
        canvas.cuboid((x, floor - cell.height), (cell.thick, cell.height), back, color)
        x += cell.thick + cell._step
    if cell.part.role == "branches":
        over = floor - cell.height - back - 4
        canvas.arc((left, over), (left + max(cell.span, 34), over), 16)


def _legend(canvas: Canvas, parts: Sequence[Part], top: float) -> None:
    x, line = 0.0, text.height(text.SMALL)
    for role in _roles(parts):
        wide = 34 + text.width(NAMES[role], text.SMALL) + 22
        if x and x + wide > WIDTH:
            x, top = 0.0, top + 1.6 * line
        canvas.swatch((x, top + 2), 20, COLORS[role])
        canvas.write(NAMES[role], (x + 32, top + 1), color=GRAY)
        x += wide


def _legend_rows(parts: Sequence[Part]) -> int:
    return int(_legend_width(parts) // WIDTH) + 1


def _legend_width(parts: Sequence[Part]) -> float:
    return float(sum(56 + text.width(NAMES[role], text.SMALL) for role in _roles(parts)))


def _roles(parts: Sequence[Part]) -> list[str]:
    plain = {"extra": "other", "padding": "other"}
    return list(dict.fromkeys(plain.get(part.role, part.role) for part in parts))


MOST = 1440
_BOX = 224
_FLOW_GAP = 22
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
    wide = sum(one.width for one in ways) + _FLOW_GAP * (len(ways) - 1)
    wide += (_SKIP + _FLOW_GAP) if part.skip else 0
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
    wide = sum(_way_size(way).width + _FLOW_GAP for way in part.ways) - _FLOW_GAP
    x = left + (size.width - wide - ((_SKIP + _FLOW_GAP) if part.skip else 0)) / 2
    start = None if _begins(part) else (middle, top)
    end = (middle, foot) if part.join else None
    for way in part.ways:
        own = _way_size(way)
        _way(canvas, way, (x, top), own, foot, (None if _from_input(way) else start, end))
        x += own.width + _FLOW_GAP
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
