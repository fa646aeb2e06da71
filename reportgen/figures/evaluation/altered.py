"""Test images without one of their properties, to see which of them a model needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reportgen.types import Array, Booleans, Floats

GRID = 4
"""Blocks across an image and down it whose places are exchanged."""

ALTERATIONS = {
    "gray": "each pixel's channels are replaced by their root mean square",
    "turned": "the three channels are turned by one place, so that every hue becomes another",
    "blocks": f"the blocks of a grid of {GRID} x {GRID} exchange their places at random, which "
    "leaves texture and color and destroys the shape",
    "pixels": "all pixels exchange their places at random, which leaves only their colors",
    "silhouette": "the foreground has the one mean color of all foregrounds, and the rest that of "
    "all the rest, which leaves only the shape",
}
"""What is done to images, by the name of the alteration."""


def alterations(images: Array, masks: Booleans, seed: int) -> dict[str, Callable[[], Floats]]:
    """The alterations that change images (n, h, w, c), each a function that makes them.

    Gray images have no color to lose, small ones no blocks, and those without a known foreground
    no silhouette.

    Args:
        images: as stored.
        masks: their foregrounds, shape (n, h, w).
        seed: of the exchanged places.
    """
    made: dict[str, Callable[[], Floats]] = {}
    height, width, channels = images.shape[1:]
    if channels == 3 and (images != images[..., :1]).any():
        made["gray"] = lambda: without_color(images)
        made["turned"] = lambda: np.roll(images, 1, axis=-1).astype(np.float32)
    if min(height, width) >= 2 * GRID:
        made["blocks"] = lambda: exchanged(images, (height // GRID, width // GRID), seed)
    if min(height, width) >= 2:
        made["pixels"] = lambda: exchanged(images, (1, 1), seed)
    if masks.any(axis=(1, 2)).all() and not masks.all(axis=(1, 2)).any():
        made["silhouette"] = lambda: silhouettes(images, masks)
    return made


def without_color(images: Array) -> Floats:
    """Images (n, h, w, c) with every channel replaced by the root mean square of all, as float32.

    This projects a pixel's color vector onto the gray axis and keeps its length. The mean would dim
    a pure color to a third of its energy and the largest channel would triple it, so that a network
    could fail because of the brightness instead of the missing color.
    """
    gray = np.sqrt(np.square(images.astype(np.float32)).mean(axis=-1, keepdims=True))
    return np.broadcast_to(gray, images.shape).astype(np.float32)


def exchanged(images: Array, block: tuple[int, int], seed: int) -> Floats:
    """Images (n, h, w, c) whose blocks exchange their places, in another order for each image.

    Rows and columns that fill no block stay where they are.
    """
    rng = np.random.default_rng(seed)
    n, height, width, channels = images.shape
    down, across = height // block[0], width // block[1]
    rows, columns = down * block[0], across * block[1]
    parts = images[:, :rows, :columns].reshape(n, down, block[0], across, block[1], channels)
    flat = parts.transpose(0, 1, 3, 2, 4, 5).reshape(n, down * across, *block, channels)
    order = rng.permuted(np.tile(np.arange(down * across), (n, 1)), axis=1)
    mixed = np.take_along_axis(flat, order[:, :, None, None, None], axis=1)
    laid = mixed.reshape(n, down, across, *block, channels).transpose(0, 1, 3, 2, 4, 5)
    result = images.astype(np.float32)
    result[:, :rows, :columns] = laid.reshape(n, rows, columns, channels)
    return result


def silhouettes(images: Array, masks: Booleans) -> Floats:
    """Images (n, h, w, c) of two colors: the mean of all foregrounds, and the mean of the rest."""
    inside = images[masks].mean(axis=0, dtype=np.float64)
    outside = images[~masks].mean(axis=0, dtype=np.float64)
    return np.asarray(np.where(masks[..., None], inside, outside), np.float32)
