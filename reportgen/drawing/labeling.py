"""Words around tiles: over each tile or column, to the left of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import text
from reportgen.drawing.png import PAPER

_MOST_LINES = 3
_WIDEST = 300
_SPACE = 14


@dataclass(frozen=True)
class Heads:
    """Labels over tiles: each has a strip of `height` pixels, in which its lines stand at the
    foot."""

    height: int
    lines: tuple[tuple[text.Line, ...], ...]


def heads(labels: Sequence[str], width: int) -> Heads:
    """Labels broken between words to fit strips of `width` pixels.

    Beyond three lines the rest of a label ends in an ellipsis.
    """
    broken = [_folded(text.lines(words, width, text.SMALL)) for words in labels]
    most = max((len(lines) for lines in broken), default=0)
    return Heads(
        most * text.height(text.SMALL), tuple(_placed(lines, width, most) for lines in broken)
    )


def strips(heads: Heads, width: int) -> list[NDArray[np.uint8]]:
    """Each label as an index image (`heads.height`, `width`); none where no label has words."""
    if not heads.height:
        return []
    made = []
    for lines in heads.lines:
        strip = np.full((heads.height, width), PAPER, np.uint8)
        for line in lines:
            text.write(strip, line)
        made.append(strip)
    return made


def gutter(labels: Sequence[str] | None) -> int:
    """How many pixels row labels take from the left."""
    if not labels:
        return 0
    return min(max(text.width(words, text.SMALL) for words in labels), _WIDEST) + _SPACE


def beside(labels: Sequence[str], middles: Sequence[float]) -> list[text.Line]:
    """A label for each row, to stand with its middle at the row's, in pixels from the top.

    Where rows are lower than words only every second is labeled, or third, and so on.
    """
    room, high = gutter(labels) - _SPACE, text.height(text.SMALL)
    every = ceil(high / (middles[1] - middles[0])) if len(middles) > 1 else 1
    placed = list(zip(labels, middles, strict=False))[::every]
    return [
        text.Line(*text.fit(words, room, text.SMALL), 0, round(middle - high / 2))
        for words, middle in placed
    ]


def _folded(lines: list[str]) -> list[str]:
    """At most three lines; the last takes all that is left and is cut where it is set."""
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[: _MOST_LINES - 1], " ".join(lines[_MOST_LINES - 1 :])]


def _placed(lines: list[str], width: int, most: int) -> tuple[text.Line, ...]:
    step, first = text.height(text.SMALL), most - len(lines)
    return tuple(
        text.Line(*text.fit(words, width, text.SMALL), 0, (first + index) * step)
        for index, words in enumerate(lines)
    )
