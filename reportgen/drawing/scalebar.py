"""The color bar below a mosaic: what the ends of the colors mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import text
from reportgen.drawing.png import PAPER, STEPS

_LENGTH, _THICK, _SPACE = 240, 22, 12


def bar(ends: Sequence[str], legend: str) -> NDArray[np.uint8]:
    """An index image: low end, bar, high end, words. A third, middle end stands for the center."""
    ramp = np.linspace(0, STEPS - 1, _LENGTH).round().astype(np.uint8)
    strip = np.full((text.height(text.SMALL), _LENGTH), PAPER, np.uint8)
    top = (len(strip) - _THICK) // 2
    strip[top : top + _THICK] = ramp
    last = f"{ends[-1]} {legend}".strip()
    parts = [text.sprite(ends[0], text.SMALL), strip, text.sprite(last, text.SMALL)]
    if len(ends) == 3:
        parts = [parts[0], strip, text.sprite(f"{last} (center 0)", text.SMALL)]
    gap = np.full((len(strip), _SPACE), PAPER, np.uint8)
    return np.concatenate([parts[0], gap, parts[1], gap, parts[2]], axis=1)


def below(canvas: NDArray[np.uint8], strip: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`canvas` with `strip` under it; the wider of the two sets the width."""
    width = max(canvas.shape[1], strip.shape[1])
    whole = np.full((canvas.shape[0] + _SPACE + strip.shape[0], width), PAPER, np.uint8)
    text.paste(whole, canvas, 0, 0)
    text.paste(whole, strip, canvas.shape[0] + _SPACE, 0)
    return whole
