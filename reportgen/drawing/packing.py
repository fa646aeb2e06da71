"""Rows of pixels as one compressed stream, each with the filter that suits it.

Mosaics repeat each row of pixels many times. A repeated row is written with the PNG filter "Up",
as a row of zeros, which the compressor swallows almost for free. The rows that differ are written
as they are or as differences to their neighbors, whichever packs a sample of them better.
Rows of photographs, and of maps as fine as the picture itself, are each written with the filter
that leaves the smallest differences, where that packs a sample of them better.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.filters import NONE, SUB, UP, differences, left, up
from reportgen.drawing.rows import Rows

_LEVEL = 6
"""Of compression where little is to be gained by trying harder."""

_SOME = 1 << 12
"""Bytes, about, that are packed in each way to choose one for a small picture."""

_WORTH = 0.95
"""What filters that take time must leave of the bytes, at most."""

_KINDS = {SUB: left, UP: up}

_MARGIN = 8
"""Rows around text that are packed with it, so that its parts do not fall into pieces."""

_CHUNK = 1 << 16
"""Bytes of lines that are put together at a time."""

_SAMPLE = 16
"""Lines, at most, that are packed twice to choose a filter for all."""

_FINE = 128
"""The same for lines that are not enlarged, which are packed together with their neighbors."""


def packed(rows: Rows, level: int) -> bytes:
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


def small(rows: NDArray[np.uint8], depth: int) -> bytes:
    """Rows packed in the way that packs a sample from their middle best.

    Values that are not enlarged repeat little but in runs; what holds patterns is searched.
    """
    some = min(len(rows), 1 + _SOME // rows.shape[1])
    middle = np.arange(some) + (len(rows) - some) // 2
    plain = np.zeros((len(rows), rows.shape[1] + 1), np.uint8)
    plain[:, 1:] = rows
    sizes = {way: len(_whole(plain[middle], way)) for way in (zlib.Z_RLE, zlib.Z_FILTERED)}
    best = min(sizes, key=lambda way: sizes[way])
    # Bytes that hold several pixels have no meaningful differences.
    if depth == 8:
        unlike = len(_whole(differences(rows, middle), zlib.Z_RLE))
        if unlike < _WORTH * sizes[best]:
            return _whole(differences(rows, np.arange(len(rows))), zlib.Z_RLE)
    return _whole(plain, best)


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
    if kind := _kind(rows, chosen[:: len(chosen) // _SAMPLE + 1]):
        lines[chosen, 0] = kind
        lines[chosen, 1:] = _KINDS[kind](rows, chosen)
    alone = np.flatnonzero(~blocks)
    middle = alone[len(alone) // 2 :][:_FINE]
    # Among enlarged values the rows that stand alone are text, which packs best as it is.
    if len(alone) <= len(chosen) or _size(differences(rows, middle)) >= _size(lines[middle]):
        return lines, zlib.Z_DEFAULT_STRATEGY
    lines[alone] = differences(rows, alone)
    return lines, zlib.Z_FILTERED


def _kind(rows: NDArray[np.uint8], some: NDArray[np.intp]) -> int:
    """The filter for all rows that are enlarged, by what it makes of some; 0 for none."""
    if not len(some):
        return NONE
    sizes = {kind: _runs(way(rows, some)) for kind, way in _KINDS.items()} | {
        NONE: _runs(rows[some])
    }
    return min(sizes, key=lambda kind: sizes[kind])


def _size(lines: NDArray[np.uint8]) -> int:
    return len(zlib.compress(np.ascontiguousarray(lines).data, 6))


def _runs(lines: NDArray[np.uint8]) -> int:
    """How many bytes lines take when they are packed as runs."""
    packer = _packer(1, zlib.Z_RLE)
    return len(packer.compress(lines.data)) + len(packer.flush())


def _whole(lines: NDArray[np.uint8], strategy: int) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 15, 9, strategy)
    return packer.compress(np.ascontiguousarray(lines).data) + packer.flush()


def _packer(level: int, strategy: int) -> Any:
    # A search for runs needs no tables of what came before; smaller ones are faster to keep.
    memory = 7 if strategy == zlib.Z_RLE else 9
    return zlib.compressobj(level, zlib.DEFLATED, -15, memory, strategy)
