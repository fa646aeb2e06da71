"""The dials of an ascent in input space."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportgen.probing.transformations import Transforms

Ends = float | tuple[float, ...]
"""An end of the input range: one number, or one for each channel."""


@dataclass(frozen=True)
class Recipe:
    """The dials of an ascent; lengths are in units of the input range.

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
