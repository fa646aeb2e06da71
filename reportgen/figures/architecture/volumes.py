"""The stages of a network one after the other, each drawn as the volume of its output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod, sqrt

from reportgen.drawing import text
from reportgen.drawing.canvas import Canvas
from reportgen.drawing.colors import GRAY
from reportgen.figures.architecture.facts import Stage
from reportgen.records import Picture

WIDTH = 780
"""Of the picture in pixels: what a narrow screen shows at full size."""

COLORS = {"input": "#8b949e", "conv": "#0072B2", "pool": "#D55E00", "dense": "#009E73",
          "branches": "#56B4E9", "join": "#CC79A7", "knot": "#CC79A7", "other": "#E69F00",
          "extra": "#E69F00", "padding": "#E69F00"}  # fmt: skip
NAMES = {"input": "input", "conv": "convolution", "pool": "pooling", "dense": "dense",
         "branches": "branches", "join": "join", "knot": "crossing",
         "other": "other"}  # fmt: skip
"""Names of the colors; stages with one name have one color."""

_TALLEST, _SHORTEST, _VECTOR = 170.0, 12.0, 26.0
_OPEN = 64.0
"""The side with which maps are drawn whose side is open."""

_SLABS = 3
_GAP = 26
_SLANT = 0.22


@dataclass(frozen=True)
class _Cell:
    """One stage: the boxes that stand for it, and the width that it takes."""

    number: int
    stage: Stage
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


def volumes(stages: Sequence[Stage]) -> Picture:
    """Boxes in rows: height by the square root of the maps' side, thickness by that of the
    channels; several boxes where a stage repeats."""
    largest = max((_side(stage) or _OPEN for stage in stages if len(stage.shape) > 1), default=1.0)
    rows = _rows([_cell(i, stage, largest) for i, stage in enumerate(stages, 1)])
    line = text.height(text.SMALL)
    room = [max(cell.height + cell.depth for cell in row) + 3.4 * line + 44 for row in rows]
    canvas = Canvas(_used(rows, stages), sum(room) + 1.6 * line * _legend_rows(stages))
    top = 0.0
    for row, tall in zip(rows, room, strict=True):
        _draw_row(canvas, row, top + tall - 3.4 * line - 20, row is rows[-1])
        top += tall
    _legend(canvas, stages, top)
    return canvas.picture()


def shape_text(stage: Stage) -> tuple[str, str]:
    """Positions and channels, such as ("56 x 56", "256"); "?" for a side that is open."""
    sides = ["?" if side is None else str(side) for side in stage.shape]
    return "x".join(sides[:-1]), sides[-1] if sides else ""


def _side(stage: Stage) -> float | None:
    """The side of its maps (of unequal ones the geometric mean); None where it is open."""
    known = [side for side in stage.shape[:-1] if side is not None]
    return prod(known) ** (1 / len(known)) if known else None


def _cell(number: int, stage: Stage, largest: float) -> _Cell:
    side = (_side(stage) or _OPEN) if len(stage.shape) > 1 else None
    height = max(_SHORTEST, _TALLEST * sqrt(side / largest)) if side else _VECTOR
    channels = (stage.shape[-1] if stage.shape else None) or 1
    thick = min(max(5.0, 0.9 * sqrt(channels)), 70)
    slabs = min(stage.times, _SLABS) if stage.group < 0 else 1
    plain = _Cell(number, stage, slabs, height, thick, 0.0)
    space, last = shape_text(stage)
    words = [text.width(line, text.SMALL) for line in (space, f"x{last}")]
    wide = max(plain.span, *words, text.width(_title(plain), text.SMALL, True))
    return replace(plain, width=wide)


def _title(cell: _Cell) -> str:
    return f"{cell.number}" + (f"  x{cell.stage.times}" if cell.stage.times > 1 else "")


def _used(rows: Sequence[Sequence[_Cell]], stages: Sequence[Stage]) -> float:
    """The width that a picture needs."""
    widest = max(sum(cell.width + _GAP for cell in row) for row in rows)
    return min(max(widest, _legend_width(stages)), WIDTH)


def _rows(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = [[]]
    for cell in cells:
        used = sum(other.width + _GAP for other in rows[-1])
        if rows[-1] and used + cell.width > WIDTH:
            rows.append([])
        rows[-1].append(cell)
    return rows


def _draw_row(canvas: Canvas, row: Sequence[_Cell], floor: float, last: bool) -> None:
    """One row of boxes that stand on `floor`, with numbers and shapes under them."""
    left, line = 0.0, text.height(text.SMALL)
    for place, cell in enumerate(row):
        _draw_cell(canvas, cell, left, floor)
        space, channels = shape_text(cell.stage)
        canvas.write(_title(cell), (left, floor + 12), bold=True)
        canvas.write(space or channels, (left, floor + 12 + line), color=GRAY)
        if space:
            canvas.write(f"x{channels}", (left, floor + 12 + 2 * line), color=GRAY)
        left += cell.width + _GAP
        if not (last and place == len(row) - 1) and left - 4 < WIDTH:
            canvas.arrow((left - _GAP + 2, floor + 4), (left - 4, floor + 4))


def _draw_cell(canvas: Canvas, cell: _Cell, left: float, floor: float) -> None:
    color, x, back = COLORS[cell.stage.role], left, cell.depth
    for _ in range(cell.slabs):
        canvas.cuboid((x, floor - cell.height), (cell.thick, cell.height), back, color)
        x += cell.thick + cell._step
    if cell.stage.role == "branches":
        over = floor - cell.height - back - 4
        canvas.arc((left, over), (left + max(cell.span, 34), over), 16)


def _legend(canvas: Canvas, stages: Sequence[Stage], top: float) -> None:
    x, line = 0.0, text.height(text.SMALL)
    for role in _roles(stages):
        wide = 34 + text.width(NAMES[role], text.SMALL) + 22
        if x and x + wide > WIDTH:
            x, top = 0.0, top + 1.6 * line
        canvas.swatch((x, top + 2), 20, COLORS[role])
        canvas.write(NAMES[role], (x + 32, top + 1), color=GRAY)
        x += wide


def _legend_rows(stages: Sequence[Stage]) -> int:
    return int(_legend_width(stages) // WIDTH) + 1


def _legend_width(stages: Sequence[Stage]) -> float:
    return float(sum(56 + text.width(NAMES[role], text.SMALL) for role in _roles(stages)))


def _roles(stages: Sequence[Stage]) -> list[str]:
    plain = {"extra": "other", "padding": "other"}
    return list(dict.fromkeys(plain.get(stage.role, stage.role) for stage in stages))
