"""How many columns, how large a tile: the layout of a mosaic that stays readable."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

WIDTH = 1440
"""The widest picture in pixels; pages show pictures at half their pixels."""

GAP = 12
"""Space between tiles in pixels."""

FRAME = 2
"""The hairline around a tile in pixels."""

_SIZES = ((1, 560), (2, 440), (4, 330), (8, 260), (16, 210), (32, 160), (64, 112))
_SMALLEST = 78
_PER_VALUE = 24
_ASPECT = 1.7
_ONE_ROW = 5


@dataclass(frozen=True)
class Grid:
    """A layout: `rows` x `columns` tiles, each drawn `height` x `width` pixels.

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
        columns: how many tiles stand side by side; None decides for full rows and a wide picture.
        tile: the wanted longer side of a drawn tile in pixels; None decides by the count.
        around: pixels that a tile takes beyond its own width.
        gutter: pixels to the left of all tiles.
    """
    if count < 1 or min(size) < 1:
        raise ValueError(f"a grid needs tiles; got {count} of {size[0]} x {size[1]}")
    usual = next((side for most, side in _SIZES if count <= most), 100)
    # Few values need little room: a 3 x 3 kernel does not gain from a large tile.
    wanted = tile or min(usual, _PER_VALUE * (max(size) + 1))
    if columns is not None:
        wanted = min(wanted, max((WIDTH - gutter) // columns - around, 1))
    height, width, scale = _drawn(size, wanted)
    most = max(1, min(count, (WIDTH - gutter) // (width + around)))
    chosen = columns or min(range(1, most + 1), key=lambda c: _cost(c, count, height / width))
    return Grid(ceil(count / chosen), chosen, height, width, scale)


def _drawn(size: tuple[int, int], wanted: int) -> tuple[int, int, int]:
    """Height and width of a drawn tile, and its whole scale (0: shrunk to fit)."""
    longest = max(size)
    if longest <= wanted:
        scale = wanted // longest
        return size[0] * scale, size[1] * scale, scale
    side = max(wanted, _SMALLEST) if longest >= _SMALLEST else longest
    shrunk = (
        max(1, round(size[0] * side / longest)),
        max(1, round(size[1] * side / longest)),
    )
    return (*shrunk, 1 if side == longest else 0)


def _cost(columns: int, count: int, tall: float) -> float:
    """How far a grid is from full rows and a pleasant width to height."""
    if count <= _ONE_ROW:
        return float(count - columns)
    rows = ceil(count / columns)
    empty = (rows * columns - count) / (rows * columns)
    ragged = 0.5 + 3 * empty if empty else 0.0
    return ragged + abs(log(columns / (rows * tall) / _ASPECT))
