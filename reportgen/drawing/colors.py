"""House colors, colormaps, heatmaps over images, and images as RGB pixels.

Use "viridis" for activations, "inferno" for heatmaps, and "RdBu_r" for signed values around zero.
All three are perceptually even, and their ends are distinct in any kind of color vision.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from reportgen.types import Array, Booleans, Floats, Pixels

INK, GRAY, EDGE, LIGHT = "#1f2328", "#57606a", "#8b949e", "#d0d7de"
"""Colors of text, secondary text, edges of axes, and faint lines."""

NEUTRALS = (INK, GRAY, LIGHT, "#ffffff")
"""Colors that stay exact in a picture of `BOXED` panels."""

PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
    "#B8A800",
)
"""Okabe and Ito's colors (2008), distinct in every kind of color vision, in the order of lines."""

ROUNDING = 1e-6
"""Relative difference up to which values count as equal: a few rounding steps of float32."""

MISSING_RGB = (180, 182, 183)
"""The gray of values that are not finite."""


@lru_cache(maxsize=16)
def table(colormap: str, levels: int = 256) -> Pixels:
    """A Matplotlib colormap sampled at `levels` even steps: (levels, 3) uint8, read-only.

    Raises:
        KeyError: Matplotlib has no colormap of this name.
    """
    from matplotlib import colormaps

    rgba = colormaps[colormap](np.linspace(0.0, 1.0, levels))
    colors: Pixels = np.rint(rgba[:, :3] * 255).astype(np.uint8)
    colors.flags.writeable = False
    return colors


def colorize(values: Array, colormap: str = "viridis") -> Pixels:
    """Values in 0..1, any shape (..., h, w), as colors (..., h, w, 3) uint8.

    Values outside 0..1 take the color of the nearer end; values that are not finite become gray.
    """
    numbers = np.asarray(values, np.float32)
    finite = np.isfinite(numbers)
    steps = np.rint(np.clip(np.where(finite, numbers, 0), 0, 1) * 255).astype(np.uint8)
    colors: Pixels = table(colormap)[steps]
    colors[~finite] = MISSING_RGB
    return colors


def shown(image: Array) -> Pixels:
    """An image as RGB uint8 (h, w, 3).

    Args:
        image: (h, w) or (h, w, c), uint8 in 0..255 or floats in 0..1. One channel is gray, two
            are red and green, and of four or more the first three are red, green and blue.
    """
    pixels = _bytes(image)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    channels = pixels.shape[-1]
    if channels == 1:
        return np.repeat(pixels, 3, axis=-1)
    if channels == 2:
        return np.concatenate([pixels, np.zeros_like(pixels[..., :1])], axis=-1)
    return np.ascontiguousarray(pixels[..., :3])


def overlay(
    image: Array,
    heatmap: Array,
    alpha: float = 0.45,
    colormap: str = "inferno",
) -> Pixels:
    """A heatmap blended over an image: (H, W, 3) uint8, H x W the larger of the two sizes.

    Args:
        image: (h, w, c) uint8 or floats in 0..1; enlarged by nearest neighbor where it is smaller.
        heatmap: (H, W), raw values >= 0, drawn from 0 to its own maximum; resized bilinearly where
            it is smaller. A map that is zero everywhere has the color of zero.
        alpha: the heatmap's share of each pixel.
        colormap: a Matplotlib name.
    """
    picture = shown(image)
    size = (
        max(picture.shape[0], heatmap.shape[0]),
        max(picture.shape[1], heatmap.shape[1]),
    )
    heat = colorize(relative(resized(heatmap, size)), colormap).astype(np.float32)
    under = enlarged(picture, size).astype(np.float32)
    return np.rint(alpha * heat + (1 - alpha) * under).astype(np.uint8)


def relative(heatmap: Array) -> Floats:
    """Values divided by the largest finite value, negative values as 0; zeros stay zeros."""
    numbers = np.asarray(heatmap, np.float32)
    peak = float(np.max(numbers, where=np.isfinite(numbers), initial=0.0))
    shares = np.maximum(numbers, 0) / (peak if peak > 0 else 1.0)
    return np.asarray(shares, np.float32)


def centered(values: Array) -> Floats:
    """Signed values as 0..1 with zero at one half, by their largest finite magnitude.

    Use it with a colormap whose center is neutral, such as "RdBu_r". All-zero values become one
    half.
    """
    numbers = np.asarray(values, np.float32)
    finite = np.isfinite(numbers)
    peak = float(np.max(np.abs(numbers), where=finite, initial=0.0))
    return np.asarray(0.5 + numbers / (2 * peak if peak > 0 else 1.0), np.float32)


def signed_overlay(
    image: Array,
    values: Array,
    alpha: float = 0.6,
    colormap: str = "RdBu_r",
) -> Pixels:
    """A map of signed values blended over an image in gray, both (h, w): (h, w, 3) uint8."""
    gray = np.repeat(shown(image).mean(axis=-1, keepdims=True), 3, axis=-1)
    colors = colorize(centered(values), colormap).astype(np.float32)
    return np.rint(alpha * colors + (1 - alpha) * gray).astype(np.uint8)


def even(low: Array, high: Array) -> Booleans:
    """Whether `low` and `high`, the ends of some values, are equal up to rounding."""
    size = np.maximum(np.abs(low), np.abs(high))
    return np.asarray(high - low <= ROUNDING * size)


def count_even(maps: Array) -> int:
    """The number of `even` maps among (n, h, w) finite maps."""
    return int(even(maps.min(axis=(1, 2)), maps.max(axis=(1, 2))).sum())


def stretched(values: Array) -> Floats:
    """A map (h, w) rescaled from its smallest value, 0, to its largest, 1; an `even` map is 0."""
    numbers = np.asarray(values, np.float32)
    low, high = numbers.min(), numbers.max()
    if even(low, high):
        return np.zeros_like(numbers)
    return np.asarray((numbers - low) / (high - low), np.float32)


def resized(values: Array, size: tuple[int, int]) -> Floats:
    """Floats (h, w) resized to (H, W), bilinearly with half-pixel centers; shrinking averages."""
    numbers = np.asarray(values, np.float32)
    if numbers.shape == size:
        return numbers
    picture = Image.fromarray(numbers).resize(size[::-1], Image.Resampling.BILINEAR)
    return np.asarray(picture, np.float32)


def enlarged(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """An RGB image (h, w, 3) enlarged to (H, W, 3), each pixel a block (nearest neighbor)."""
    if picture.shape[:2] == size:
        return picture
    down, across = (np.arange(n) * old // n for n, old in zip(size, picture.shape, strict=False))
    return np.asarray(picture[down[:, None], across], np.uint8)


def _bytes(image: Array) -> Pixels:
    if image.dtype == np.uint8:
        return np.asarray(image, np.uint8)
    numbers = np.asarray(image, np.float32)
    known = np.where(np.isfinite(numbers), numbers, MISSING_RGB[0] / 255)
    return np.asarray(np.rint(np.clip(known, 0, 1) * 255), np.uint8)
