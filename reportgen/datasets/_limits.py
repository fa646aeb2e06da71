"""How many images fit, and what is said of more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reportgen.errors import Problem, UserError

LARGEST = 2 * 2**30
"""Bytes of images in memory: 10,000 color images of 224 px take 1.5 GB."""


def check_memory(count: int, shape: Sequence[int]) -> None:
    """Refuse `count` images of `shape` (h, w, c) that would not fit.

    Raises:
        UserError: they take more than `LARGEST`.
    """
    each = math.prod(shape)
    if count * each <= LARGEST:
        return
    size = " x ".join(map(str, shape))
    message = f"{count} images of {size} take {count * each / 2**30:.1f} GiB, 2 GiB at most"
    raise UserError(Problem(message, hint=f"use {LARGEST // each} images, or smaller ones"))
