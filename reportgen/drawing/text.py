"""Text on index images, in the DejaVu Sans that Matplotlib ships wherever it has the letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reportgen.drawing.glyphs import Face, face, house_font
from reportgen.drawing.png import INK_LEVELS, PAPER

if TYPE_CHECKING:
    from reportgen.types import Pixels

SIZE = 25
"""Normal text height in pixels; pictures are drawn at twice the shown size."""

SMALL = 21
"""Height of the smallest text in pictures, in pixels."""


@dataclass(frozen=True)
class Line:
    """A line of text in a picture, in pixels; its baseline lies `size` below `top`."""

    words: str
    size: int
    left: int
    top: int


@lru_cache(maxsize=64)
def font(size: int, bold: bool = False, of: Face | None = None) -> ImageFont.FreeTypeFont:
    """A face at `size` pixels; the house font where there is none."""
    engine = ImageFont.Layout.RAQM if of is not None and of.joined else ImageFont.Layout.BASIC
    path = str(house_font(bold)) if of is None else of.path
    return ImageFont.truetype(path, size, layout_engine=engine)


def runs(
    text: str, size: int = SIZE, bold: bool = False
) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """`text` in one piece with its font, or word by word where no single font has all letters."""
    whole = face(text, bold)
    if whole is not None or " " not in text:
        return [(text, font(size, bold, whole))]
    words = [word for part in text.split(" ") for word in (" ", part)][1:]
    return [(word, font(size, bold, face(word, bold))) for word in words if word]


@lru_cache(maxsize=4096)
def width(text: str, size: int = SIZE, bold: bool = False) -> int:
    """The width of `text` in pixels."""
    return int(np.ceil(sum(own.getlength(part) for part, own in runs(text, size, bold))))


def height(size: int = SIZE) -> int:
    """The height of a line of text, in pixels."""
    return round(size * 1.3)


@lru_cache(maxsize=4096)
def sprite(text: str, size: int = SIZE, bold: bool = False) -> Pixels:
    """`text` as palette indices (h, w) between paper and ink; the array is read-only."""
    mask = Image.new("L", (max(1, width(text, size, bold)), height(size)))
    left = 0.0
    for part, own in runs(text, size, bold):
        ImageDraw.Draw(mask).text((left, size), part, 255, own, anchor="ls")
        left += own.getlength(part)
    ink = np.rint(np.asarray(mask, np.float32) * ((INK_LEVELS - 1) / 255))
    shown: Pixels = (ink + PAPER).astype(np.uint8)
    shown.flags.writeable = False
    return shown


def fit(text: str, room: int, size: int = SIZE, bold: bool = False) -> tuple[str, int]:
    """`text` and a size at which it is at most `room` pixels wide.

    The size shrinks to `SMALL`; then an ellipsis replaces the end of the text.
    """
    for smaller in range(size, SMALL - 1, -1):
        if width(text, smaller, bold) <= room:
            return text, smaller
    kept = text
    while kept and width(kept + "…", SMALL, bold) > room:
        kept = kept[:-1]
    return (kept.rstrip() + "…" if kept else ""), SMALL


def lines(text: str, room: int, size: int = SIZE, bold: bool = False) -> list[str]:
    """`text` broken between words into lines of at most `room` pixels; long words stay whole."""
    broken: list[str] = []
    for word in text.split():
        if broken and width(f"{broken[-1]} {word}", size, bold) <= room:
            broken[-1] += f" {word}"
        else:
            broken.append(word)
    return broken


def paste(canvas: Pixels, part: Pixels, top: int, left: int) -> None:
    """Draws `part` on `canvas` in place; parts outside are cut off."""
    rows, columns = canvas[max(top, 0) :, max(left, 0) :].shape
    seen = part[max(-top, 0) :, max(-left, 0) :][:rows, :columns]
    canvas[max(top, 0) :, max(left, 0) :][: seen.shape[0], : seen.shape[1]] = seen


def write(canvas: Pixels, line: Line) -> None:
    """Draws a line of text on `canvas` in place; parts outside are cut off."""
    paste(canvas, sprite(line.words, line.size), line.top, line.left)
