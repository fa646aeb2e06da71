"""The dials of an ascent where a caller leaves them open: they go by the size of the image.

On small images, such as 28 pixels, an ascent in pixels finds what filters are tuned to. On large
ones it finds fine grain, which many networks answer to and nobody can read; waves find coarse
forms sooner and need no smoothing. Both were chosen by eye, on networks trained here, and so that
most images excite their filters more than the data does.
"""

from __future__ import annotations

from reportgen.probing.recipe import Ends, Recipe
from reportgen.probing.transformations import Transforms

LARGE = 64
"""Shorter side in pixels from which on images are written as waves."""

_DECAY = 0.3
_VARIATION = {"pixels": 0.3, "fourier": 0.0}


def recipe(
    shape: tuple[int, int, int],
    steps: int,
    rate: float,
    parameterization: str | None,
    l2: float | None,
    total_variation: float | None,
    jitter: int | None,
    others: tuple[int, float, float],
    ends: tuple[Ends, Ends],
) -> Recipe:
    """The recipe for images of a shape; None decides by it.

    Args:
        shape: height, width and channels.
        steps, rate: of the ascent.
        parameterization: None for "fourier" from `LARGE` pixels on, else "pixels".
        l2, total_variation: None for 0.3 and, in pixels alone, 0.3.
        jitter: None for a fourteenth of the shorter side, 2 pixels at least.
        others: width of the frame, largest rotation and change of size.
        ends: of the input range.
    """
    # A line has one side of a single pixel, which says nothing of its size.
    side = min((one for one in shape[:2] if one > 1), default=1)
    kind = parameterization or ("fourier" if side >= LARGE else "pixels")
    moves = Transforms(max(2, side // 14) if jitter is None else jitter, *others)
    decay = _DECAY if l2 is None else l2
    variation = _VARIATION[kind] if total_variation is None else total_variation
    return Recipe(steps, rate, decay, variation, moves, kind, *ends)
