"""Palette PNG files from index arrays: small, fast, the same bytes for the same input.

Format: W3C, Portable Network Graphics (PNG) Specification, section 11 (chunks).
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import packing
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
    data = _file(width, height, 8, colors[:used], packing.packed(rows, level))
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
    data = packing.small(_shared(dense, 8 // depth), depth)
    return _file(width, height, depth, palette(colors)[used], data)


def _shared(indices: NDArray[np.uint8], many: int) -> NDArray[np.uint8]:
    """Rows in which each byte holds `many` indices, the first one in the highest bits."""
    if many == 1:
        return indices
    padded = np.pad(indices, ((0, 0), (0, -indices.shape[1] % many)))
    whole = np.zeros((len(padded), padded.shape[1] // many), np.uint8)
    for place in range(many):
        whole = whole << (8 // many) | padded[:, place::many]
    return whole


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


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
