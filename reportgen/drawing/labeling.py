"""Words around tiles: over each tile or column, to the left of each row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import text
from reportgen.drawing.png import PAPER
from reportgen.drawing.rows import Rows, stacked

_MOST_LINES = 3
_WIDEST = 300
_SPACE = 14


def strips(labels: Sequence[str], width: int) -> list[NDArray[np.uint8]]:
    """Each label as an index image of one common height, `width` pixels wide, set at the foot.

    Long labels are broken between words; beyond three lines the rest ends in an ellipsis.
    """
    broken = [_folded(text.lines(words, width, text.SMALL)) for words in labels]
    line = text.height(text.SMALL)
    most = max((len(lines) for lines in broken), default=0)
    return [_strip(lines, width, most, line) for lines in broken] if most else []


def above(rows: Rows, titles: Sequence[NDArray[np.uint8]], step: int) -> Rows:
    """A picture under a row of titles that stand `step` pixels apart."""
    if not titles:
        return rows
    head = np.full((titles[0].shape[0], rows.indices.shape[1]), PAPER, np.uint8)
    for column, strip in enumerate(titles):
        text.paste(head, strip, 0, column * step)
    return stacked([Rows.of(head), rows], PAPER)


def gutter(labels: Sequence[str] | None) -> int:
    """How many pixels row labels take from the left."""
    if not labels:
        return 0
    return min(max(text.width(words, text.SMALL) for words in labels), _WIDEST) + _SPACE


def beside(canvas: NDArray[np.uint8], labels: Sequence[str] | None, rows: int) -> NDArray[np.uint8]:
    """`canvas` with a label to the left of each of its `rows` equal rows, at half their height."""
    if not labels:
        return canvas
    room = gutter(labels)
    whole = np.full((canvas.shape[0], room + canvas.shape[1]), PAPER, np.uint8)
    whole[:, room:] = canvas
    step = canvas.shape[0] / rows
    for row, words in enumerate(labels[:rows]):
        fitted, size = text.fit(words, room - _SPACE, text.SMALL)
        part = text.sprite(fitted, size)
        text.paste(whole, part, round((row + 0.5) * step - part.shape[0] / 2), 0)
    return whole


def _folded(lines: list[str]) -> list[str]:
    """At most three lines; the last takes all that is left and is cut where it is set."""
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[: _MOST_LINES - 1], " ".join(lines[_MOST_LINES - 1 :])]


def _strip(lines: list[str], width: int, most: int, line: int) -> NDArray[np.uint8]:
    strip = np.full((most * line, width), PAPER, np.uint8)
    for index, words in enumerate(lines):
        fitted, size = text.fit(words, width, text.SMALL)
        text.paste(strip, text.sprite(fitted, size), (most - len(lines) + index) * line, 0)
    return strip
