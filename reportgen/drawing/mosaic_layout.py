"""The layout of a mosaic: its columns, the size of its tiles, and the places of text and bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np

from reportgen.drawing import text
from reportgen.drawing.png import HAIRLINE, PAPER
from reportgen.drawing.text import SMALL, Line

if TYPE_CHECKING:
    from reportgen.types import Pixels

WIDTH = 1440
"""The widest picture in pixels; pages show pictures at half their pixels."""

GAP = 12
"""Space between tiles in pixels."""

FRAME = 2
"""The hairline around a tile in pixels."""

BAR_LENGTH, BAR_THICKNESS, BAR_SPACE = 240, 22, 12
"""Length and thickness of the color bar, and the space above and beside it, in pixels."""

BAR_HEIGHT = text.height(SMALL)
"""Height of the strip with the color bar and its text, in pixels."""

BAR_TOP = (BAR_HEIGHT - BAR_THICKNESS) // 2
"""Top of the color bar within its strip, in pixels."""

_SIZES = ((1, 560), (2, 440), (4, 330), (8, 260), (16, 210), (32, 160), (64, 112))
"""Pairs of a number of tiles and the usual longer side of a tile, in pixels, for up to that many
tiles. Above the last number the side is 100 pixels."""

_SMALLEST = 78
_PER_VALUE = 24
_ASPECT = 1.7
_ONE_ROW = 5
_LABEL_LINES = 3
_WIDEST_ROW_LABEL = 300
_ROW_LABEL_SPACE = 14


@dataclass(frozen=True)
class Grid:
    """`rows` x `columns` tiles, each drawn `height` x `width` pixels.

    `scale` is the whole number of pixels for each value of a tile, or 0 where tiles shrink.
    """

    rows: int
    columns: int
    height: int
    width: int
    scale: int


def layout(
    count: int,
    size: tuple[int, int],
    *,
    columns: int | None = None,
    tile: int | None = None,
    around: int = GAP + 2 * FRAME,
    gutter: int = 0,
) -> Grid:
    """A grid for `count` tiles of `size` (h, w) values.

    Args:
        count: number of tiles.
        size: height and width of a tile in values.
        columns: tiles in a row; None prefers full rows and a wide picture.
        tile: the wanted longer side of a drawn tile in pixels; None derives it from the count.
        around: pixels that a tile occupies beyond its own width.
        gutter: pixels to the left of all tiles.

    Raises:
        ValueError: there are no tiles, or tiles without values.
    """
    if count < 1 or min(size) < 1:
        raise ValueError(f"a grid needs tiles; got {count} of {size[0]} x {size[1]}")
    usual = next((side for most, side in _SIZES if count <= most), 100)
    # Tiles of few values, such as a 3 x 3 kernel, gain nothing from a large size.
    wanted = tile or min(usual, _PER_VALUE * (max(size) + 1))
    if columns is not None:
        wanted = min(wanted, max((WIDTH - gutter) // columns - around, 1))
    height, width, scale = _drawn_size(size, wanted)
    most = max(1, min(count, (WIDTH - gutter) // (width + around)))
    chosen = columns or min(range(1, most + 1), key=lambda c: _cost(c, count, height / width))
    return Grid(ceil(count / chosen), chosen, height, width, scale)


def _drawn_size(size: tuple[int, int], wanted: int) -> tuple[int, int, int]:
    """Height and width of a drawn tile, and its integer scale (0 for a tile shrunk to fit)."""
    longest = max(size)
    if longest <= wanted:
        scale = wanted // longest
        return size[0] * scale, size[1] * scale, scale
    side = max(wanted, _SMALLEST) if longest >= _SMALLEST else longest
    height, width = (max(1, round(length * side / longest)) for length in size)
    return height, width, 1 if side == longest else 0


def _cost(columns: int, count: int, tall: float) -> float:
    """Cost of a grid: grows with empty places and with the distance from a good aspect ratio."""
    if count <= _ONE_ROW:
        return float(count - columns)
    rows = ceil(count / columns)
    empty = (rows * columns - count) / (rows * columns)
    ragged = 0.5 + 3 * empty if empty else 0.0
    return ragged + abs(log(columns / (rows * tall) / _ASPECT))


@dataclass(frozen=True)
class ColorBar:
    """A strip `width` pixels wide: the low end, the bar, the high end with the legend.

    Attributes:
        lines: the text to the left and to the right of the bar.
        left: left end of the bar in pixels.
        width: width of the strip in pixels.
        steps: steps of the colormap, which are the first indices of the palette.
    """

    lines: tuple[Line, Line]
    left: int
    width: int
    steps: int


def color_bar(ends: Sequence[str], legend: str, steps: int) -> ColorBar:
    """The bar for the values at the ends of the colors, followed by the legend.

    Args:
        ends: two values, or three of which the middle one is at the center of the colormap.
        legend: text after the bar.
        steps: steps of the colormap.
    """
    words = f"{ends[-1]} {legend}".strip() + (" (center 0)" if len(ends) == 3 else "")
    left = text.width(ends[0], SMALL) + BAR_SPACE
    right = left + BAR_LENGTH + BAR_SPACE
    lines = (Line(ends[0], SMALL, 0, 0), Line(words, SMALL, right, 0))
    return ColorBar(lines, left, right + text.width(words, SMALL), steps)


def ramp(steps: int, length: int = BAR_LENGTH) -> Pixels:
    """All steps of a colormap as `length` palette indices."""
    return np.linspace(0, steps - 1, length).round().astype(np.uint8)


@dataclass(frozen=True)
class Mosaic:
    """A mosaic, ready to be drawn as pixels or as SVG; places are pixels of its PNG.

    Attributes:
        tiles: palette indices (n, h, w), one for each value.
        colors: the picture's colors, (k, 3) uint8.
        grid: the grid of tiles; its `scale` is 0 where tiles were shrunk to the drawn size.
        labels: texts above the tiles, or above the columns if there are as many as columns.
        row_labels: texts to the left of the rows.
        bar: the color bar below, if there is one.
    """

    tiles: Pixels
    colors: Pixels
    grid: Grid
    labels: tuple[str, ...] = ()
    row_labels: tuple[str, ...] = ()
    bar: ColorBar | None = None

    @property
    def scale(self) -> int:
        """Pixels of the picture for each index of a tile, across and down."""
        return max(self.grid.scale, 1)

    @property
    def framed(self) -> tuple[int, int]:
        """Height and width of a tile with its frame."""
        height, width = self.tiles.shape[1:]
        return height * self.scale + 2 * FRAME, width * self.scale + 2 * FRAME

    @property
    def has_column_titles(self) -> bool:
        """Whether the labels head the columns, so that only the first row has labels."""
        return len(self.labels) == self.grid.columns < len(self.tiles)

    @cached_property
    def label_lines(self) -> tuple[tuple[Line, ...], ...]:
        """The lines of each label, placed at the bottom of the strip above its tile."""
        width = self.framed[1]
        broken = [_folded(text.lines(words, width, SMALL)) for words in self.labels]
        most = max((len(lines) for lines in broken), default=0)
        return tuple(_placed(lines, width, most) for lines in broken)

    @cached_property
    def label_height(self) -> int:
        """Height of the strip that holds a label."""
        bottoms = (line.top + text.height(SMALL) for lines in self.label_lines for line in lines)
        return max(bottoms, default=0)

    @property
    def pitch(self) -> tuple[int, int]:
        """Distance from one tile to the next in pixels: down, across."""
        high, wide = self.framed
        return high + GAP + (0 if self.has_column_titles else self.label_height), wide + GAP

    @property
    def origin(self) -> tuple[int, int]:
        """The top and left of the first tile's frame."""
        return self.label_height, gutter(self.row_labels)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole picture."""
        down, across = self.pitch
        top = self.label_height if self.has_column_titles else 0
        height = top + self.grid.rows * down - GAP
        width = self.origin[1] + self.grid.columns * across - GAP
        if self.bar is None:
            return height, width
        return height + BAR_SPACE + BAR_HEIGHT, max(width, self.bar.width)

    def lines(self) -> Iterator[Line]:
        """All lines of text in the picture."""
        (down, across), left = self.pitch, self.origin[1]
        for index, lines in enumerate(self.label_lines[: len(self.tiles)]):
            row, column = divmod(index, self.grid.columns)
            for line in lines:
                yield replace(line, left=left + column * across, top=row * down + line.top)
        yield from self._row_label_lines()
        if self.bar is not None:
            top = self.size[0] - BAR_HEIGHT
            yield from (replace(line, top=top) for line in self.bar.lines)

    def pixels(self) -> Pixels:
        """The whole picture as palette indices (h, w)."""
        canvas = np.full(self.size, PAPER, np.uint8)
        tiles = self.tile_pixels()
        top = self.label_height if self.has_column_titles else 0
        text.paste(canvas, tiles, top, self.origin[1])
        for line in self.lines():
            text.write(canvas, line)
        if self.bar is not None:
            bar = np.tile(ramp(self.bar.steps), (BAR_THICKNESS, 1))
            text.paste(canvas, bar, self.size[0] - BAR_HEIGHT + BAR_TOP, self.bar.left)
        return canvas

    def tile_pixels(self) -> Pixels:
        """The framed tiles as palette indices (h, w), with space for labels but without text."""
        grid, scale = self.grid, self.scale
        head = 0 if self.has_column_titles else self.label_height
        count, height, _ = self.tiles.shape
        wide = self.framed[1]
        # Rows of values are enlarged across first, and repeated downwards last.
        shape = (grid.rows * grid.columns, head + height + 3, wide + GAP)
        cells = np.full(shape, PAPER, np.uint8)
        block = cells[:count, head:-1, :wide]
        block[:] = HAIRLINE
        block[:, 1:-1, FRAME:-FRAME] = self.tiles.repeat(scale, axis=2)
        rows = cells.reshape(grid.rows, grid.columns, *shape[1:]).swapaxes(1, 2)
        once = rows.reshape(grid.rows * shape[1], -1)[:, :-GAP]
        times = [1] * head + [FRAME] + [scale] * height + [FRAME, GAP]
        return once.repeat(times * grid.rows, axis=0)[:-GAP]

    def _row_label_lines(self) -> list[Line]:
        """A label at the middle of each row; low rows show every second or third label."""
        first, down, high = self.origin[0] + self.framed[0] / 2, self.pitch[0], text.height(SMALL)
        room = gutter(self.row_labels) - _ROW_LABEL_SPACE
        every = ceil(high / down) if self.grid.rows > 1 else 1
        middles = [first + row * down for row in range(self.grid.rows)]
        placed = list(zip(self.row_labels, middles, strict=False))[::every]
        return [
            Line(*text.fit(words, room, SMALL), 0, round(middle - high / 2))
            for words, middle in placed
        ]


def gutter(row_labels: Sequence[str]) -> int:
    """The width in pixels of the row labels at the left."""
    if not row_labels:
        return 0
    widest = max(text.width(words, SMALL) for words in row_labels)
    return min(widest, _WIDEST_ROW_LABEL) + _ROW_LABEL_SPACE


def _folded(lines: list[str]) -> list[str]:
    """At most three lines; the last holds all remaining words, and is cut when it is placed."""
    if len(lines) <= _LABEL_LINES:
        return lines
    return [*lines[: _LABEL_LINES - 1], " ".join(lines[_LABEL_LINES - 1 :])]


def _placed(lines: list[str], width: int, most: int) -> tuple[Line, ...]:
    step, first = text.height(SMALL), most - len(lines)
    return tuple(
        Line(*text.fit(words, width, SMALL), 0, (first + index) * step)
        for index, words in enumerate(lines)
    )
