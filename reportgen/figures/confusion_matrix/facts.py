"""What `compute` hands to `draw` besides arrays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeadFacts:
    """One output with labels.

    Attributes:
        name: of the output, as in the array `counts@<name>`; title: of its target.
        classes: of its target.
        prefix: start of the names of its parts; "" for the only output.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    prefix: str


@dataclass(frozen=True)
class Facts:
    """The outputs of the figure, and the split whose images they answered."""

    heads: tuple[HeadFacts, ...]
    split: str
