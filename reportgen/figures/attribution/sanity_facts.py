"""Facts about the sanity checks of a figure's maps, which `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.drafting.sanity import Check

PART = "sanity"
"""The part of a figure that shows its checks."""


@dataclass(frozen=True)
class HeadSanity:
    """The checks of one output's maps; None where a likeness is undefined.

    Attributes:
        title: of the output; "" for a figure of a layer.
        check: the verdict.
        similarity: likeness to maps of fresh weights, mean over the cascade.
        ssim: the same by structural similarity.
        cascade: the likeness after each step.
        independent: with each group of layers alone; () where that was not measured.
        other_class: likeness to the map of another class.
        edges: likeness to the edges of the image.
        deletion: gain over random orders of deletion.
        insertion: the same of insertion.
    """

    title: str
    check: Check
    similarity: float | None
    ssim: float | None
    cascade: tuple[float | None, ...]
    independent: tuple[float | None, ...]
    other_class: float | None
    edges: float | None
    deletion: float | None
    insertion: float | None


@dataclass(frozen=True)
class Sanity:
    """The checks of a figure.

    Attributes:
        steps: the layers of each step, in words.
        images: that were checked.
        draws: of fresh weights.
        heads: the checks of each output.
    """

    steps: tuple[str, ...]
    images: int
    draws: int
    heads: tuple[HeadSanity, ...]
