"""RGB pixels to palette indices: exact where the colors are few, else the best 240."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reportgen.drawing.png import MAP_LEVELS


def indexed(
    pictures: Sequence[NDArray[np.uint8]],
    most: int = MAP_LEVELS,
) -> tuple[list[NDArray[np.uint8]], NDArray[np.uint8]]:
    """RGB pictures (h, w, 3) as index pictures (h, w) with one common table of colors.

    With up to `most` colors nothing changes; beyond, median cut chooses as many (Heckbert 1982)
    and each pixel takes the nearest. The eye does not see it, and the file is a third as large.
    """
    pixels = np.concatenate([picture.reshape(-1, 3) for picture in pictures])
    indices, colors = _exact(pixels)
    if len(colors) > most:
        indices, colors = _nearest(pixels, most)
    bounds = np.cumsum([0, *(picture.shape[0] * picture.shape[1] for picture in pictures)])
    parts = [
        indices[start:end].reshape(picture.shape[:2])
        for start, end, picture in zip(bounds[:-1], bounds[1:], pictures, strict=True)
    ]
    return parts, colors


def _exact(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    wide = pixels.astype(np.uint32)
    packed = wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    found, indices = np.unique(packed, return_inverse=True)
    colors = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    return indices.astype(np.uint8), colors.astype(np.uint8)


def _nearest(pixels: NDArray[np.uint8], most: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    image = Image.fromarray(pixels[None]).quantize(
        most, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    colors = np.asarray(image.getpalette()[: 3 * most], np.uint8)  # type: ignore[index]
    return np.asarray(image, np.uint8)[0], colors.reshape(-1, 3)
