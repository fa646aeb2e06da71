"""The color bar below a mosaic: what the ends of the colors mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import text
from reportgen.drawing.png import PAPER

LENGTH, THICK, SPACE = 240, 22, 12
"""Length and thickness of the bar, and the space over it and beside it, in pixels."""

HEIGHT = text.height(text.SMALL)
"""Of the whole strip with its words, in pixels."""

TOP = (HEIGHT - THICK) // 2
"""Of the bar in its strip."""


@dataclass(frozen=True)
class Bar:
    """A strip that is `width` pixels wide: low end, bar, high end with the legend.

    Attributes:
        lines: the words to the left and to the right of the bar.
        left: where the bar begins.
        steps: of the colormap, which are the first indices of the palette.
    """

    lines: tuple[text.Line, text.Line]
    left: int
    width: int
    steps: int


def bar(ends: Sequence[str], legend: str, steps: int) -> Bar:
    """The bar for what the ends of the colors mean, and words that follow.

    A third, middle end stands for the center.
    """
    words = f"{ends[-1]} {legend}".strip() + (" (center 0)" if len(ends) == 3 else "")
    left = text.width(ends[0], text.SMALL) + SPACE
    right = left + LENGTH + SPACE
    lines = (text.Line(ends[0], text.SMALL, 0, 0), text.Line(words, text.SMALL, right, 0))
    return Bar(lines, left, right + text.width(words, text.SMALL), steps)


def ramp(steps: int, length: int = LENGTH) -> NDArray[np.uint8]:
    """All steps of a colormap as `length` palette indices."""
    return np.linspace(0, steps - 1, length).round().astype(np.uint8)


def strip(bar: Bar) -> NDArray[np.uint8]:
    """The bar with its words as an index image."""
    canvas = np.full((HEIGHT, bar.width), PAPER, np.uint8)
    canvas[TOP : TOP + THICK, bar.left : bar.left + LENGTH] = ramp(bar.steps)
    for line in bar.lines:
        text.write(canvas, line)
    return canvas
