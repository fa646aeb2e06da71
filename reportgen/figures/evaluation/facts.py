"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """The scores of one output on one split.

    Attributes:
        split: its name; head: name of the output; title: of its target.
        n: images of the split.
        accuracy: share of them classified correctly; interval: of it, 95 % by Wilson.
        baseline: share of the most frequent class.
        loss: mean loss, or None where it was not evaluated.
    """

    split: str
    head: str
    title: str
    n: int
    accuracy: float
    interval: tuple[float, float]
    baseline: float
    loss: float | None


@dataclass(frozen=True)
class Facts:
    """The rows of the table, and whether the model has several labeled outputs."""

    rows: tuple[Row, ...]
    several: bool
