"""Palette PNG files from index arrays, written by Pillow; equal pixels give equal bytes.

A pixel of such a file is an index into a palette. The palette of a picture begins with the
picture's colors and ends with a ramp from white paper to dark ink, for frames and text.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import putchunk

from reportgen.records import Picture

if TYPE_CHECKING:
    from reportgen.types import Array, Pixels

INK_LEVELS = 16
"""Palette entries at the end that run from white paper to dark ink, for text and lines."""

MAP_LEVELS = 256 - INK_LEVELS
"""Palette entries at the start that belong to the picture's colors."""

STEPS = MAP_LEVELS - 1
"""Steps of a colormap in a picture; an odd number, so that one step lies in the middle."""

PAPER, INK = 255 - INK_LEVELS + 1, 255
"""Indices of plain paper and of full ink."""

HAIRLINE = PAPER + 3
"""Index of the light gray of frames."""

MISSING = PAPER + 5
"""Index of the gray for values that are not finite."""

_PAPER_RGB, _INK_RGB = (255, 255, 255), (31, 35, 40)


def palette(colors: Pixels) -> Pixels:
    """The whole palette (256, 3): `colors`, padded to `MAP_LEVELS`, then paper to ink."""
    whole = np.zeros((256, 3), np.uint8)
    whole[: len(colors)] = colors
    share = np.linspace(0.0, 1.0, INK_LEVELS)[:, None]
    ramp = (1 - share) * np.array(_PAPER_RGB) + share * np.array(_INK_RGB)
    whole[PAPER:] = np.rint(ramp)
    return whole


def encode(indices: Pixels, colors: Pixels, *, enlarged: bool = False) -> Picture:
    """An index image (h, w) as a PNG picture.

    Args:
        indices: the pixels; from `PAPER` on they have the colors that `palette` gives them.
        colors: the picture's colors (k, 3), at most `MAP_LEVELS`.
        enlarged: whether most pixels repeat their neighbors, as in a mosaic of enlarged values.
            True makes only the encoding that suits such pictures, in a fifth of the time; False
            makes two encodings and returns the smaller.
    """
    used = palette(colors)[: int(indices.max()) + 1]
    data = _filtered(indices, used)
    if not enlarged:
        data = min(data, _plain(indices, used, 9), key=len)
    return Picture(data, "image/png", width=indices.shape[1], height=indices.shape[0])


def encode_small(indices: Pixels, colors: Pixels) -> bytes:
    """An index image (h, w) without enlarged values, as PNG with few bits a pixel.

    Args:
        indices: the pixels, as for `encode`.
        colors: the picture's colors (k, 3); only the used ones are written.
    """
    used = np.bincount(indices.ravel(), minlength=256) > 0
    dense = (np.cumsum(used) - 1).astype(np.uint8)[indices]
    kept = palette(colors)[used]
    data = _plain(dense, kept, 6)
    # Filters do not help bytes that hold several pixels.
    return data if len(kept) <= 16 else min(data, _filtered(dense, kept), key=len)


def encode_pixels(pixels: Pixels, most: int = 64, exact: Sequence[str] = ()) -> Picture:
    """RGB pixels (h, w, 3) as a PNG picture with a palette.

    Args:
        pixels: the picture.
        most: number of colors to keep; 64 suffice for lines and text.
        exact: colors such as "#0072B2" that stay exact, in addition to `most` others.
    """
    kept = np.array([_rgb(color) for color in dict.fromkeys(exact)], np.uint8).reshape(-1, 3)
    indices = np.full(pixels.shape[:2], len(kept), np.uint8)
    for index, color in enumerate(kept):
        indices[(pixels == color).all(axis=-1)] = index
    rest = indices == len(kept)
    if not rest.any():
        return encode(indices, kept)
    (others,), colors = quantize([pixels[rest][None]], most)
    indices[rest] = others[0] + len(kept)
    return encode(indices, np.concatenate([kept, colors]))


def quantize(pictures: Sequence[Pixels], most: int = MAP_LEVELS) -> tuple[list[Pixels], Pixels]:
    """RGB pictures (h, w, 3) as index images (h, w) with one common table of colors (k, 3).

    Up to `most` colors stay exact. Median cut (Heckbert 1982) reduces more colors to `most`, and
    each pixel takes the nearest color. The eye sees no difference, and the file is a third as
    large.
    """
    pixels = np.concatenate([picture.reshape(-1, 3) for picture in pictures])
    indices, colors = _exact(pixels)
    if len(colors) > most:
        indices, colors = _median_cut(pixels, most)
    bounds = np.cumsum([0, *(picture.shape[0] * picture.shape[1] for picture in pictures)])
    parts = [
        indices[start:end].reshape(picture.shape[:2])
        for start, end, picture in zip(bounds[:-1], bounds[1:], pictures, strict=True)
    ]
    return parts, colors


def _plain(indices: Pixels, colors: Pixels, level: int) -> bytes:
    """Unfiltered indices as PNG, several to a byte where 16 colors or fewer suffice."""
    image = Image.fromarray(indices)
    image.putpalette(colors.tobytes())
    return _saved(image, level, zlib.Z_DEFAULT_STRATEGY)


def _filtered(indices: Pixels, colors: Pixels) -> bytes:
    """Indices as PNG, one a byte, stored as differences to their neighbors whose runs zlib packs.

    Steps of a colormap are ordered, so PNG's filters make them small, and a repeated row becomes a
    row of zeros. Pillow filters only gray pictures. So Pillow writes a gray picture, and a new
    header declares its values to be indices (PNG specification, sections 9 and 11.2).
    """
    gray = _saved(Image.fromarray(indices), 6, zlib.Z_RLE)
    width, height = struct.unpack(">II", gray[16:24])
    file = io.BytesIO()
    file.write(gray[:8])
    putchunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
    putchunk(file, b"PLTE", colors.tobytes())
    file.write(gray[33:])
    return file.getvalue()


def _saved(image: Image.Image, level: int, strategy: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=level, compress_type=strategy)
    return file.getvalue()


def _rgb(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]


def _exact(pixels: Pixels) -> tuple[Pixels, Pixels]:
    wide = pixels.astype(np.uint32)
    packed: Array = wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    values, indices = np.unique(packed, return_inverse=True)
    colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)
    return indices.astype(np.uint8), colors.astype(np.uint8)


def _median_cut(pixels: Pixels, most: int) -> tuple[Pixels, Pixels]:
    image = Image.fromarray(pixels[None]).quantize(
        most, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    colors = np.asarray(image.getpalette()[: 3 * most], np.uint8)  # type: ignore[index]
    return np.asarray(image, np.uint8)[0], colors.reshape(-1, 3)
