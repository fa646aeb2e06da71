"""Any number of stored images through a model, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from reportgen.types import Array

BYTES = 200 * 10**6
"""Bytes that a piece takes as model input, float32; the model's own batches have their budget."""


def pieces(images: Array) -> Iterator[slice]:
    """Slices of stored images (n, h, w, c), each as many as fit `BYTES` as model input.

    Only a piece at a time becomes floats: 10,000 images of 224 x 224 x 3 would take 6 GB at once.
    """
    size = max(1, BYTES // max(1, 4 * prod(images.shape[1:])))
    for start in range(0, len(images), size):
        yield slice(start, min(start + size, len(images)))
