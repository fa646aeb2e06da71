"""The settings of an ascent, and their defaults by the size of the image."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportgen.maximization.transformations import Transforms
from reportgen.network.arguments import Ends


@dataclass(frozen=True)
class Recipe:
    """The settings of an ascent; lengths are in units of the input range.

    Attributes:
        steps: how often the images are changed.
        rate: length of a step: its root mean square for the gradient alone.
        decay: weight of the pull to the middle of the range.
        variation: weight of total variation.
        transforms: how images are moved before each step.
        parameterization: "pixels" or "fourier".
        low, high: the input range, one number or one for each channel.
    """

    steps: int = 40
    rate: float = 0.05
    decay: float = 3.0
    variation: float = 0.3
    transforms: Transforms = field(default_factory=Transforms)
    parameterization: str = "pixels"
    low: Ends = 0.0
    high: Ends = 1.0


LARGE = 64
"""Shorter side in pixels from which on images are parameterized as waves."""

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
    """The recipe for images of a shape, which decides about all that is None.

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
    side = min((each for each in shape[:2] if each > 1), default=1)
    kind = parameterization or ("fourier" if side >= LARGE else "pixels")
    moves = Transforms(max(2, side // 14) if jitter is None else jitter, *others)
    decay = _DECAY if l2 is None else l2
    variation = _VARIATION[kind] if total_variation is None else total_variation
    return Recipe(steps, rate, decay, variation, moves, kind, *ends)
