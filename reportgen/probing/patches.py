"""Where a patch lies that moves over an image, and how what it takes is spread over the pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.probing.dials import sides
from reportgen.types import Doubles, Floats, Integers

Size = tuple[int, int]


@dataclass(frozen=True)
class Covering:
    """Where the patch lies, in pixels: `corners` has its upper left corners, shape (p, 2)."""

    patch: Size
    stride: Size
    corners: Integers


def covering(
    image: Size, patch: int | Size | None = None, stride: int | Size | None = None
) -> Covering:
    """Positions of a patch over an image of (h, w) pixels: every pixel is covered at least once.

    The patch moves by the stride from the upper left corner; the last position of each row and
    column is flush with the border, even if that step is shorter.

    Args:
        image: height and width.
        patch: its side, or height and width; None for a seventh of the image's shorter side.
        stride: likewise; None for half the patch.

    Raises:
        UserError: the patch is larger than the image, or the stride than the patch.
    """
    size = sides("patch", max(1, round(min(image) / 7)) if patch is None else patch)
    steps = (_half(size[0]), _half(size[1])) if stride is None else sides("stride", stride)
    if not all(1 <= side <= whole for side, whole in zip(size, image, strict=True)):
        got = f"{size[0]} x {size[1]} on an image of {image[0]} x {image[1]} pixels"
        raise UserError(Problem(f"the patch must fit into the image, got {got}"))
    if not all(1 <= step <= side for step, side in zip(steps, size, strict=True)):
        got = f"{steps[0]} x {steps[1]} for a patch of {size[0]} x {size[1]}"
        raise UserError(
            Problem(f"the stride must lie in 1..patch, or pixels are left out, got {got}")
        )
    rows, columns = (_starts(*each) for each in zip(image, size, steps, strict=True))
    corners = np.array([(row, column) for row in rows for column in columns], np.int64)
    return Covering(size, steps, corners)


def spread(drops: Doubles, cover: Covering, image: Size) -> Floats:
    """Maps (n, h, w) of drops (n, p): each pixel the mean over the patches that cover it."""
    sums, counts = np.zeros((len(drops), *image)), np.zeros(image)
    for place, (row, column) in enumerate(cover.corners):
        window = (slice(row, row + cover.patch[0]), slice(column, column + cover.patch[1]))
        sums[(slice(None), *window)] += drops[:, place, None, None]
        counts[window] += 1
    return np.asarray(sums / counts, np.float32)


def _half(side: int) -> int:
    return max(1, side // 2)


def _starts(whole: int, side: int, step: int) -> list[int]:
    starts = list(range(0, whole - side + 1, step))
    return starts if starts[-1] == whole - side else [*starts, whole - side]
