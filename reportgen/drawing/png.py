"""Palette PNG files from index arrays: small, fast, the same bytes for the same input.

Mosaics repeat each row of pixels many times. A repeated row is written with the PNG filter "Up",
as a row of zeros, which the compressor swallows almost for free. The rows that differ are written
as they are or as differences to the row above, whichever of the two packs a sample of them better.
Rows of photographs, and of maps as fine as the picture itself, are each written with the filter
that leaves the smallest differences, where that packs a sample of them better.
Format: W3C, Portable Network Graphics (PNG) Specification, sections 9 (filters) and 11 (chunks).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.rows import Rows
from reportgen.records import Picture

INK_LEVELS = 16
"""Palette entries at the end that run from white paper to dark ink, for text and lines."""

MAP_LEVELS = 256 - INK_LEVELS
"""Palette entries at the start that belong to the picture's colors."""

STEPS = MAP_LEVELS - 1
"""Steps of a colormap in a picture: an odd number, so that the middle is one of them."""

PAPER, INK = 255 - INK_LEVELS + 1, 255
"""Indices of plain paper and of full ink."""

HAIRLINE = PAPER + 3
"""Index of the light gray of frames."""

MISSING = PAPER + 5
"""Index of the gray in which values that are not finite are drawn."""

_LEVEL = 6
"""Of compression where little is to be gained by trying harder."""

_SOME = 1 << 12
"""Bytes, about, that are packed in each way to choose one for a small picture."""

_MARGIN = 8
"""Rows around text that are packed with it, so that its parts do not fall into pieces."""

_CHUNK = 1 << 16
"""Bytes of lines that are put together at a time."""

_SAMPLE = 16
"""Lines, at most, that are packed twice to choose a filter for all."""

_FINE = 128
"""The same for lines that are not enlarged, which are packed together with their neighbors."""

_PAPER_RGB, _INK_RGB = (255, 255, 255), (31, 35, 40)


def palette(colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A whole palette (256, 3): up to `MAP_LEVELS` colors, padded, then paper to ink."""
    whole = np.zeros((256, 3), np.uint8)
    whole[: len(colors)] = colors
    share = np.linspace(0.0, 1.0, INK_LEVELS)[:, None]
    ramp = (1 - share) * np.array(_PAPER_RGB) + share * np.array(_INK_RGB)
    whole[PAPER:] = np.rint(ramp)
    return whole


def encode(
    picture: NDArray[np.uint8] | Rows, colors: NDArray[np.uint8], *, level: int = 9
) -> Picture:
    """An index image (h, w), or its rows, and its palette (256, 3) as a PNG picture.

    Args:
        picture: what to encode; the same pixels give the same bytes, however they are held.
        colors: the palette; entries after the last one that is used are left out.
        level: of compression. 9 is the smallest; 6 takes a third of the time for a tenth more.
    """
    rows = (picture if isinstance(picture, Rows) else Rows.of(picture)).distinct()
    height, width = int(rows.times.sum()), rows.indices.shape[1]
    used = int(rows.indices.max()) + 1
    data = _file(width, height, 8, colors[:used], _packed(rows, level))
    return Picture(data, "image/png", width, height)


def compact(picture: NDArray[np.uint8], colors: NDArray[np.uint8]) -> bytes:
    """A small index image (h, w), in which nothing is enlarged, as PNG with few bits for a pixel.

    Args:
        picture: what to encode.
        colors: the palette (k, 3); only the colors that are used are kept. What has an index from
            `MAP_LEVELS` on has a color of its own (see `palette`).
    """
    used = np.bincount(picture.ravel(), minlength=256) > 0
    dense = (np.cumsum(used) - 1).astype(np.uint8)[picture]
    depth = next(bits for bits in (1, 2, 4, 8) if used.sum() <= 1 << bits)
    height, width = picture.shape
    data = _best(_shared(dense, 8 // depth), depth)
    return _file(width, height, depth, palette(colors)[used], data)


def _best(rows: NDArray[np.uint8], depth: int) -> bytes:
    """Rows packed in the way that packs a sample from their middle best.

    Values that are not enlarged repeat little but in runs; what holds patterns is searched.
    """
    some = min(len(rows), 1 + _SOME // rows.shape[1])
    middle = np.arange(some) + (len(rows) - some) // 2
    plain = np.pad(rows, ((0, 0), (1, 0)))
    ways = [(plain[middle], zlib.Z_RLE), (plain[middle], zlib.Z_FILTERED)]
    if depth == 8:  # bytes that hold several pixels have no meaningful differences
        ways.append((differences(rows, middle), zlib.Z_RLE))
    sizes = [len(_whole(*way)) for way in ways]
    best = sizes.index(min(sizes))
    lines = differences(rows, np.arange(len(rows))) if best == 2 else plain
    return _whole(lines, ways[best][1])


def _shared(indices: NDArray[np.uint8], many: int) -> NDArray[np.uint8]:
    """Rows in which each byte holds `many` indices, the first one in the highest bits."""
    padded = np.pad(indices, ((0, 0), (0, -indices.shape[1] % many)))
    whole = np.zeros((len(padded), padded.shape[1] // many), np.uint8)
    for place in range(many):
        whole = whole << (8 // many) | padded[:, place::many] if many > 1 else padded
    return whole


def _whole(lines: NDArray[np.uint8], strategy: int) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 15, 9, strategy)
    return packer.compress(np.ascontiguousarray(lines).data) + packer.flush()


def _file(width: int, height: int, depth: int, colors: NDArray[np.uint8], packed: bytes) -> bytes:
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0)),
            _chunk(b"PLTE", colors.tobytes()),
            _chunk(b"IDAT", packed),
            _chunk(b"IEND", b""),
        )
    )


def _packed(rows: Rows, level: int) -> bytes:
    """The filtered rows as one zlib stream (RFC 1950) of several deflate parts (RFC 1951).

    Where rows repeat, values were enlarged to blocks: there a search for runs finds all that a
    full search finds, in a third of the time. Rows of text and photographs get the full search.
    """
    height = int(rows.times.sum())
    starts = np.cumsum(rows.times) - rows.times
    busy = _busy(rows.times, height)
    fresh, plain = _filtered(rows.indices, ~busy[starts])
    bounds = [0, *(np.flatnonzero(busy[1:] != busy[:-1]) + 1).tolist(), height]
    parts, check = [b"\x78\xda"], 1
    for start, end in pairwise(bounds):
        packer = _packer(level, plain if busy[start] else zlib.Z_RLE)
        for lines in _lines(fresh, starts, start, end):
            parts.append(packer.compress(lines))
            check = zlib.adler32(lines, check)
        parts.append(packer.flush(zlib.Z_FINISH if end == height else zlib.Z_SYNC_FLUSH))
    return b"".join([*parts, struct.pack(">I", check)])


def _lines(
    fresh: NDArray[np.uint8], starts: NDArray[np.intp], start: int, end: int
) -> Iterator[memoryview]:
    """Lines `start` to `end` of the picture, a few at a time: they stay in the processor's cache.

    Args:
        fresh: filtered lines that differ from those above them.
        starts: where in the picture they stand; every other line repeats the one above it.
    """
    size = max(1, _CHUNK // fresh.shape[1])
    room = np.empty((min(size, end - start), fresh.shape[1]), np.uint8)
    for top in range(start, end, size):
        some = room[: min(size, end - top)]
        some[:] = 0
        some[:, 0] = 2
        first, last = np.searchsorted(starts, (top, top + len(some)))
        some[starts[first:last] - top] = fresh[first:last]
        yield some.data


def _busy(times: NDArray[np.intp], height: int) -> NDArray[np.bool_]:
    """For each row of the picture whether it is packed as text: it, or one close to it, stands
    alone."""
    alone = np.repeat(times == 1, times)
    # A running count of such rows tells how many lie within the margin.
    count = np.concatenate([[0], np.cumsum(alone)])
    place = np.arange(height)
    first = np.maximum(place - _MARGIN, 0)
    last = np.minimum(place + _MARGIN + 1, height)
    return np.asarray(count[last] > count[first])


def _filtered(rows: NDArray[np.uint8], blocks: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], int]:
    """Distinct rows with their filter byte, and the compressor's strategy for those not enlarged.

    Args:
        rows: shape (r, w).
        blocks: which of them are values that were enlarged, shape (r,).
    """
    lines = np.zeros((len(rows), rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    chosen = np.flatnonzero(blocks[1:]) + 1
    if len(chosen):
        steps = rows[chosen] - rows[chosen - 1]
        if _runs(steps) < _runs(rows[chosen]):
            lines[chosen, 0] = 2
            lines[chosen, 1:] = steps
    alone = np.flatnonzero(~blocks)
    middle = alone[len(alone) // 2 :][:_FINE]
    # Among enlarged values the rows that stand alone are text, which packs best as it is.
    if len(alone) <= len(chosen) or _size(differences(rows, middle)) >= _size(lines[middle]):
        return lines, zlib.Z_DEFAULT_STRATEGY
    lines[alone] = differences(rows, alone)
    return lines, zlib.Z_FILTERED


def differences(rows: NDArray[np.uint8], chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Some rows of a picture, each with the filter byte and the filter whose differences are
    smallest in sum (the specification's own advice).

    Args:
        rows: all rows, shape (r, w).
        chosen: the places of some, shape (n,).

    Returns:
        Lines of shape (n, w + 1).
    """
    above = np.where((chosen > 0)[:, None], rows[chosen - 1], 0)
    here = rows[chosen]
    left, corner = (np.pad(one[:, :-1], ((0, 0), (1, 0))) for one in (here, above))
    # Half of the sum, which itself would not fit a byte.
    middle = (left >> 1) + (above >> 1) + (left & above & 1)
    guesses = (0, left, above, middle, _paeth(left, above, corner))
    kinds = np.stack([here - guess for guess in guesses])
    # As signed bytes the smaller of a byte and its negative is its magnitude.
    sizes = np.minimum(kinds, -kinds).sum(axis=2, dtype=np.uint32)
    best = np.argmin(sizes, axis=0)
    lines = np.empty((len(chosen), rows.shape[1] + 1), np.uint8)
    lines[:, 0] = best
    lines[:, 1:] = kinds[best, np.arange(len(chosen))]
    return lines


def _paeth(
    left: NDArray[np.uint8], above: NDArray[np.uint8], corner: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Paeth's guess: of the three neighbors the nearest to left + above - corner."""
    across, down = (one.astype(np.int16) - corner for one in (above, left))
    a, b, c = np.abs(across), np.abs(down), np.abs(across + down)
    return np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))


def _size(lines: NDArray[np.uint8]) -> int:
    return len(zlib.compress(np.ascontiguousarray(lines).data, 6))


def _runs(lines: NDArray[np.uint8]) -> int:
    """How many bytes a sample of lines takes when it is packed as runs."""
    some = np.ascontiguousarray(lines[:: len(lines) // _SAMPLE + 1])
    packer = _packer(1, zlib.Z_RLE)
    return len(packer.compress(some.data)) + len(packer.flush())


def _packer(level: int, strategy: int) -> Any:
    # A search for runs needs no tables of what came before; smaller ones are faster to keep.
    memory = 7 if strategy == zlib.Z_RLE else 9
    return zlib.compressobj(level, zlib.DEFLATED, -15, memory, strategy)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
