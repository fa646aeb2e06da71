"""The color bar below a mosaic: what the ends of the colors mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import text
from reportgen.drawing.png import PAPER
from reportgen.drawing.rows import Rows, stacked

_LENGTH, _THICK, _SPACE = 240, 22, 12


def bar(ends: Sequence[str], legend: str, steps: int) -> NDArray[np.uint8]:
    """An index image: low end, bar, high end, words. A third, middle end stands for the center.

    Args:
        ends: what the ends of the colors mean.
        legend: words that follow.
        steps: of the colormap, which are the first indices of the palette.
    """
    ramp = np.linspace(0, steps - 1, _LENGTH).round().astype(np.uint8)
    strip = np.full((text.height(text.SMALL), _LENGTH), PAPER, np.uint8)
    top = (len(strip) - _THICK) // 2
    strip[top : top + _THICK] = ramp
    last = f"{ends[-1]} {legend}".strip()
    parts = [text.sprite(ends[0], text.SMALL), strip, text.sprite(last, text.SMALL)]
    if len(ends) == 3:
        parts = [parts[0], strip, text.sprite(f"{last} (center 0)", text.SMALL)]
    gap = np.full((len(strip), _SPACE), PAPER, np.uint8)
    return np.concatenate([parts[0], gap, parts[1], gap, parts[2]], axis=1)


def below(rows: Rows, strip: NDArray[np.uint8]) -> Rows:
    """A picture with `strip` under it; the wider of the two sets the width."""
    space = Rows(np.full((1, 1), PAPER, np.uint8), np.array([_SPACE], np.intp))
    return stacked([rows, space, Rows.of(strip)], PAPER)
