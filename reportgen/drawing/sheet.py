"""Rows of pictures with titles, e.g. input, heatmap, heatmap over the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from reportgen.drawing import text
from reportgen.drawing.colors import enlarged, shown
from reportgen.drawing.glyphs import Keys
from reportgen.drawing.mosaic_layout import FRAME, GAP, WIDTH
from reportgen.drawing.png import HAIRLINE, PAPER, encode, quantize
from reportgen.records import Picture

if TYPE_CHECKING:
    from reportgen.types import Array, Pixels

_LINES = 2
"""Lines of one entry below a picture at most."""

_VALUE_SPACE = 12
_LARGEST = 360
_SINGLE = 560
_BAR = PAPER + 2


@dataclass(frozen=True)
class Entry:
    """A line of text below a picture.

    Attributes:
        words: break between words into two lines at most, and end in an ellipsis after that.
        value: a number as text, before the words.
        share: length of a pale bar behind the line, from 0 to 1.
        bold: whether the line stands out.
    """

    words: str
    value: str = ""
    share: float = 0.0
    bold: bool = False


def sheet(
    rows: Sequence[Sequence[Array]],
    *,
    column_titles: Sequence[str] = (),
    row_titles: Sequence[str] = (),
    below: Sequence[Sequence[Sequence[Entry]]] = (),
    tile: int | None = None,
) -> Picture:
    """Pictures in rows and columns as a PNG picture with a palette.

    Args:
        rows: tiles, each (h, w), (h, w, 1) or (h, w, 3); uint8, or floats in 0..1. Tiles may differ
            in size: all are drawn with the same longer side, small ones enlarged by nearest
            neighbor. Rows may differ in length.
        column_titles: a text above each column, broken into lines where it is long.
        row_titles: a text above each row, on its own line.
        below: for each row the entries below each of its pictures, or once those below the row.
        tile: the longer side of a drawn tile in pixels, twice the shown size; None chooses it.
    """
    keys = Keys()
    column_titles, row_titles = keys.all(column_titles), keys.all(row_titles)
    columns = max(len(row) for row in rows)
    side = _side(rows, columns, tile)
    sized = [[_sized(shown(one), side) for one in row] for row in rows]
    flat, colors = quantize([one for row in sized for one in row])
    parts = iter(flat)
    width = max(one.shape[1] for one in flat) + 2 * FRAME
    whole = columns * (width + GAP) - GAP
    stacked = _titles(column_titles, width, whole)
    for index, row in enumerate(sized):
        words = row_titles[index] if index < len(row_titles) else ""
        stacked += [*_heading(words, whole), _strip([next(parts) for _ in row], width, whole)]
        if index < len(below):
            room = width if len(row) == len(below[index]) else whole
            blocks = [_block(entries, room, keys) for entries in below[index]]
            stacked.append(_strip_of_text(blocks, width, whole))
    return replace(encode(_stack(stacked), colors), keys=tuple(keys.words))


def _side(rows: Sequence[Sequence[Array]], columns: int, tile: int | None) -> int:
    """The longer side of every drawn tile: a whole multiple of the largest tile if it fits."""
    room = WIDTH // columns - GAP - 2 * FRAME
    alone = columns == 1 and len(rows) == 1
    wanted = min(tile or (_SINGLE if alone else _LARGEST), room)
    largest = max(max(one.shape[:2]) for row in rows for one in row)
    return wanted // largest * largest if largest <= wanted else wanted


def _sized(picture: Pixels, side: int) -> Pixels:
    longest = max(picture.shape[:2])
    size = (
        max(1, round(picture.shape[0] * side / longest)),
        max(1, round(picture.shape[1] * side / longest)),
    )
    if longest <= side:
        return enlarged(picture, size)
    small = Image.fromarray(picture).resize(size[::-1], Image.Resampling.LANCZOS)
    return np.asarray(small, np.uint8)


def _titles(titles: Sequence[str], width: int, whole: int) -> list[Pixels]:
    """One strip with all column titles; [] without titles."""
    broken = [text.lines(words, width, text.SMALL + 2) for words in titles]
    if not any(broken):
        return []
    line = text.height(text.SMALL + 2)
    strip = _blank(line * max(len(lines) for lines in broken), whole)
    for column, lines in enumerate(broken):
        for index, words in enumerate(lines):
            fitted, size = text.fit(words, width, text.SMALL + 2)
            text.paste(strip, text.sprite(fitted, size), index * line, column * (width + GAP))
    return [strip]


def _heading(words: str, whole: int) -> list[Pixels]:
    strips = []
    for line in text.lines(words, whole, text.SMALL + 2):
        fitted, size = text.fit(line, whole, text.SMALL + 2)
        strip = _blank(text.height(text.SMALL + 2), whole)
        text.paste(strip, text.sprite(fitted, size), 0, 0)
        strips.append(strip)
    return strips


def _block(entries: Sequence[Entry], room: int, keys: Keys) -> Pixels:
    """The entries below one picture, `room` pixels wide."""
    size, step = text.SMALL, text.height(text.SMALL)
    values = [text.width(entry.value, size, entry.bold) for entry in entries if entry.value]
    indent = max(values) + _VALUE_SPACE if values else 0
    lines = [_entry(entry, room, indent if entry.value else 0, keys) for entry in entries]
    block = _blank(step * sum(map(len, lines)), room)
    top = 0
    for entry, pieces in zip(entries, lines, strict=True):
        bar = block[top : top + step * len(pieces), : round(entry.share * room)]
        bar[:] = _BAR
        for line, (left, words, of_size) in enumerate(pieces):
            value = entry.value if line == 0 else ""
            _ink(block, text.sprite(value, size, entry.bold), top + line * step, 0)
            _ink(block, text.sprite(words, of_size, entry.bold), top + line * step, left)
        top += step * len(pieces)
    return block


def _entry(entry: Entry, room: int, indent: int, keys: Keys) -> list[tuple[int, str, int]]:
    """The lines of an entry: left end, words and size."""
    broken = text.lines(keys.drawn(entry.words), room - indent, text.SMALL, entry.bold) or [""]
    kept = [*broken[: _LINES - 1], " ".join(broken[_LINES - 1 :])] if broken[_LINES:] else broken
    return [(indent, *text.fit(words, room - indent, text.SMALL, entry.bold)) for words in kept]


def _ink(canvas: Pixels, part: Pixels, top: int, left: int) -> None:
    """Draws text over a bar; higher indices are darker."""
    place = canvas[top : top + len(part), left : left + part.shape[1]]
    np.maximum(place, part[: len(place), : place.shape[1]], out=place)


def _strip_of_text(blocks: Sequence[Pixels], width: int, whole: int) -> Pixels:
    """The blocks of text below one row, with the gap below it."""
    strip = _blank(max(map(len, blocks)) + 2 * GAP, whole)
    for column, block in enumerate(blocks):
        text.paste(strip, block, 0, column * (width + GAP))
    return strip


def _strip(tiles: list[Pixels], width: int, whole: int) -> Pixels:
    """One row of framed tiles, with the gap below it."""
    strip = _blank(max(len(one) for one in tiles) + 2 * FRAME + GAP, whole)
    for column, one in enumerate(tiles):
        framed = np.pad(one, FRAME, constant_values=HAIRLINE)
        text.paste(strip, framed, 0, column * (width + GAP))
    return strip


def _stack(strips: list[Pixels]) -> Pixels:
    return np.concatenate(strips)[:-GAP]


def _blank(height: int, width: int) -> Pixels:
    return np.full((height, width), PAPER, np.uint8)
