"""Maps of one and of three dimensions, laid out flat: strips, and planes beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from PIL import Image

from reportgen.types import Floats

_LONG = ((1, 1400), (4, 700), (64, 330))
_LONG_OF_MANY = 160
"""How long strips are, in pixels, by how many there are: a row holds 1, 2, 4 or 8 of them."""

_SLIM = 6
"""A strip is this many times as long as it is high."""

_LARGE = ((4, 560), (16, 330), (64, 210))
_LARGE_OF_MANY = 160
"""The same of volumes, whose planes are small."""

_PER_VALUE = 24
"""A value is no larger than this: few of them need little room."""


def flat(maps: Floats) -> tuple[Floats, int | None]:
    """Maps (n, space...) as tiles (n, h, w), and the longer side of a drawn tile in pixels.

    Maps of two dimensions are tiles as they are, and of their size a mosaic decides (None). What
    lies between the planes of a volume is NaN.
    """
    if maps.ndim == 2:
        return _strips(maps)
    return _planes(maps) if maps.ndim == 4 else (maps, None)


def abreast(space: Sequence[int]) -> int:
    """How many planes of a volume (depth, h, w) stand side by side, for the squarest tile."""
    depth, height, width = space

    def longest(count: int) -> int:
        return max(ceil(depth / count) * (height + 1), count * (width + 1))

    return min(range(depth, 0, -1), key=longest)


def _strips(maps: Floats) -> tuple[Floats, int]:
    """One row of values is too thin to see, so it is repeated. Long ones are averaged first."""
    count, length = maps.shape
    side = _side(count, length, _LONG, _LONG_OF_MANY)
    if length > side:
        maps = np.asarray(Image.fromarray(maps).resize((side, count), Image.Resampling.BOX))
    high = ceil(maps.shape[1] / _SLIM)
    return np.repeat(maps[:, None], high, axis=1), side


def _planes(maps: Floats) -> tuple[Floats, int]:
    """Planes in rows, as they are read, with a line between."""
    count, depth, height, width = maps.shape
    across = abreast(maps.shape[1:])
    down, high, wide = ceil(depth / across), height + 1, width + 1
    tiles = np.full((count, down * high - 1, across * wide - 1), np.nan, np.float32)
    for place in range(depth):
        top, left = place // across * high, place % across * wide
        tiles[:, top : top + height, left : left + width] = maps[:, place]
    return tiles, _side(count, max(tiles.shape[1:]), _LARGE, _LARGE_OF_MANY)


def _side(count: int, longest: int, sides: tuple[tuple[int, int], ...], many: int) -> int:
    """The longer side of `count` tiles with so many values along it."""
    wanted = next((side for most, side in sides if count <= most), many)
    return min(wanted, _PER_VALUE * (longest + 1))
