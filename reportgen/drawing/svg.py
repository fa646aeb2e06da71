"""A mosaic as SVG for pages, with text as text and a single pixel for each value.

Most bytes of a mosaic's PNG are rasterized text and repeated rows. In SVG the browser enlarges the
values and draws the text, crisply at any zoom and in print.
Format: W3C, Scalable Vector Graphics (SVG) 2. Attributes alone style the SVG, because a page's
content security policy does not restrict them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from reportgen.drawing.mosaic_layout import (
    BAR_HEIGHT,
    BAR_LENGTH,
    BAR_THICKNESS,
    BAR_TOP,
    FRAME,
    GAP,
    Mosaic,
    ramp,
)
from reportgen.drawing.png import HAIRLINE, INK, PAPER, encode, encode_small, palette
from reportgen.drawing.text import SMALL, Line
from reportgen.drawing.text import width as text_width
from reportgen.records import Picture

if TYPE_CHECKING:
    from reportgen.types import Pixels

CRISP = 2
"""Least number of pixels for each value with which the browser enlarges values. Pages show pictures
at half their pixels, so each value keeps a pixel of the screen. The browser smooths finer tiles."""

_TALLEST = 16384
"""Largest number of pixel rows in an image that graphics processors accept."""

_RAMP = 63
"""Largest number of pixels of a color bar."""

_FONTS = "DejaVu Sans,Verdana,sans-serif"
"""Fonts; the layout uses the metrics of the first, and its gaps leave room for wider ones."""

_WIDER = 1.1
"""Factor by which another font may be wider than the first, with a reserve."""

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow."""


def smaller(mosaic: Mosaic, picture: Picture) -> bytes:
    """`mosaic` as SVG if it makes a page smaller than the PNG `picture` does, else b""."""
    data = document(mosaic)
    return data if len(data) < len(picture.data) * 4 / 3 else b""


def document(mosaic: Mosaic) -> bytes:
    """`mosaic` as an SVG document in UTF-8, with single quotes, in the size that pages show."""
    height, width = mosaic.size
    top, left = mosaic.origin
    fits = mosaic.grid.rows * mosaic.grid.columns * (mosaic.tiles.shape[1] + 1) <= _TALLEST
    tiles = _enlarged(mosaic) if mosaic.scale >= CRISP and fits else _smooth(mosaic)
    paper = _tag("path", fill=_color(PAPER), d=f"M0 0h{width}v{height}H0z")
    placed = _tag("g", *tiles, transform=f"translate({left} {top})")
    words = [_text(line, width) for line in mosaic.lines()]
    root = _tag(
        "svg", paper, placed, *_ramp(mosaic), *words, xmlns="http://www.w3.org/2000/svg",
        width=f"{width / 2:g}", height=f"{height / 2:g}", viewBox=f"0 0 {width} {height}",
        font_family=_FONTS, font_size=SMALL, fill=_color(INK),
    )  # fmt: skip
    return root.encode()


def _enlarged(mosaic: Mosaic) -> Iterator[str]:
    """All values as one image strip, a pixel each; each row of tiles clips its part of the strip.

    The strip holds the columns one after the other and is placed once for each column.
    """
    (high, wide), (down, across) = mosaic.framed, mosaic.pitch
    high, step = high - 2 * FRAME, high - 2 * FRAME + mosaic.scale
    strip = _strip(mosaic)
    image = _image(
        encode_small(strip, mosaic.colors), (len(strip) * mosaic.scale, wide - 2 * FRAME),
        id="i", image_rendering="pixelated",
    )  # fmt: skip
    columns = [
        _tag("use", href="#i", x=FRAME + column * across, y=-column * mosaic.grid.rows * step)
        for column in range(mosaic.grid.columns)
    ]
    yield _tag("defs", image, _tag("g", *columns, id="c"))
    yield _frames(mosaic)
    for row, many in enumerate(_filled(mosaic)):
        room = many * across
        yield _tag("svg", "<use href='#c'/>", y=FRAME + row * down, width=room, height=high,
                   viewBox=f"0 {row * step} {room} {high}")  # fmt: skip


def _smooth(mosaic: Mosaic) -> Iterator[str]:
    """The tiles as the PNG draws them, without text."""
    picture = encode(mosaic.tile_pixels(), mosaic.colors, enlarged=mosaic.scale > 1)
    # The image begins with the space for labels, unless these head the columns.
    above = 0 if mosaic.has_column_titles else -mosaic.label_height
    yield _image(picture.data, (picture.height, picture.width), y=above)


def _frames(mosaic: Mosaic) -> str:
    """The frames as one thick dashed line for each row; the tiles cover all but the frames."""
    (high, wide), (down, across) = mosaic.framed, mosaic.pitch
    lines = [
        f"M0 {row * down + high / 2:g}h{many * across - GAP}"
        for row, many in enumerate(_filled(mosaic))
    ]
    return _tag("path", d="".join(lines), stroke=_color(HAIRLINE), stroke_width=high,
                stroke_dasharray=f"{wide} {GAP}")  # fmt: skip


def _filled(mosaic: Mosaic) -> list[int]:
    """The number of tiles in each row."""
    count, columns = len(mosaic.tiles), mosaic.grid.columns
    return [min(count - start, columns) for start in range(0, count, columns)]


def _strip(mosaic: Mosaic) -> Pixels:
    """All tiles below one another, column by column, separated by lines in the frame's color.

    Where a tile ends within a pixel of the screen, browsers may draw the next row of the image in
    that pixel; the separating line keeps this row from being another tile's.
    """
    count, h, w = mosaic.tiles.shape
    rows, columns = mosaic.grid.rows, mosaic.grid.columns
    cells = np.full((rows * columns, h + 1, w), HAIRLINE, np.uint8)
    cells[:count, :h] = mosaic.tiles
    return cells.reshape(rows, columns, h + 1, w).swapaxes(0, 1).reshape(-1, w)


def _ramp(mosaic: Mosaic) -> Iterator[str]:
    """The color bar without its text."""
    if mosaic.bar is None:
        return
    top = mosaic.size[0] - BAR_HEIGHT + BAR_TOP
    yield _image(
        _bar(mosaic.colors.tobytes(), mosaic.bar.steps), (BAR_THICKNESS, BAR_LENGTH),
        x=mosaic.bar.left, y=top, image_rendering="pixelated", preserveAspectRatio="none",
    )  # fmt: skip


@lru_cache(maxsize=32)
def _bar(colors: bytes, steps: int) -> bytes:
    """A color bar one pixel high; cached, since most mosaics of a report share it."""
    known = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    return encode_small(ramp(steps, min(steps, _RAMP))[None], known)


def _text(line: Line, edge: int) -> str:
    """A line of text; near the picture's right `edge` it is fixed to its width in the layout."""
    words = escape(_UNFIT.sub("\N{REPLACEMENT CHARACTER}", line.words), quote=False)
    more: dict[str, object] = {} if line.size == SMALL else {"font_size": line.size}
    if line.left + _WIDER * (wide := text_width(line.words, line.size)) > edge:
        more |= {"textLength": wide, "lengthAdjust": "spacingAndGlyphs"}
    return _tag("text", words, x=line.left, y=line.top + line.size, **more) if words else ""


def _image(data: bytes, size: tuple[int, ...], **more: object) -> str:
    address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return _tag("image", height=size[0], width=size[1], **more, href=address)


def _tag(name: str, *inner: str, **attributes: object) -> str:
    """An element; underscores in attribute names become hyphens, and zeros are left out."""
    told = "".join(
        f" {key.replace('_', '-')}='{value}'" for key, value in attributes.items() if value != 0
    )
    return f"<{name}{told}>{''.join(inner)}</{name}>" if inner else f"<{name}{told}/>"


@cache
def _color(index: int) -> str:
    return f"#{palette(np.empty((0, 3), np.uint8))[index].tobytes().hex()}"
