"""Pictures by their distinct rows: an enlarged row is held once, with how often it stands there.

A mosaic repeats each of its rows several times. Holding it once makes assembling, comparing and
packing a picture several times cheaper than touching every pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """Rows of palette indices from top to bottom.

    Attributes:
        indices: shape (r, w), uint8.
        times: how often each row stands in the picture, whole numbers >= 1, shape (r,).
    """

    indices: NDArray[np.uint8]
    times: NDArray[np.intp]

    @staticmethod
    def of(canvas: NDArray[np.uint8]) -> Rows:
        """Every row of a picture (h, w)."""
        return Rows(canvas, np.ones(len(canvas), np.intp))

    def whole(self) -> NDArray[np.uint8]:
        """The picture (h, w)."""
        return self.indices.repeat(self.times, axis=0)

    def distinct(self) -> Rows:
        """The same picture with equal neighbors held once."""
        fresh = np.ones(len(self.indices), bool)
        fresh[1:] = (self.indices[1:] != self.indices[:-1]).any(axis=1)
        starts = np.flatnonzero(fresh)
        if len(starts) == len(fresh):
            return self
        return Rows(self.indices[starts], np.add.reduceat(self.times, starts))


def stacked(parts: Sequence[Rows], paper: int) -> Rows:
    """Pictures one below the other; narrower ones are filled with `paper` on the right."""
    width = max(part.indices.shape[1] for part in parts)
    whole = np.full((sum(len(part.indices) for part in parts), width), paper, np.uint8)
    top = 0
    for part in parts:
        height, wide = part.indices.shape
        whole[top : top + height, :wide] = part.indices
        top += height
    return Rows(whole, np.concatenate([part.times for part in parts]))
