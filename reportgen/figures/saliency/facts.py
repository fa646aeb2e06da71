"""Facts about saliency maps, which `compute` finds and `draw` puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.attribution.sanity_facts import Sanity


@dataclass(frozen=True)
class Sample:
    """One map; `zero` where it is zero everywhere."""

    image: ExplainedImage
    zero: bool


@dataclass(frozen=True)
class Relus:
    """What guided backpropagation met between input and output; empty for other methods.

    Attributes:
        replaced: ReLUs whose backward rule was replaced.
        leaky: how many of these are leaky.
        hidden: layers with ReLUs that could not be reached.
        curves: layers with other non-linearities, which kept the plain gradient.
    """

    replaced: int = 0
    leaky: int = 0
    hidden: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeadFacts:
    """An explained output; `score` is what its maps explain."""

    name: str
    title: str
    part: str
    score: Literal["logit", "value"]
    samples: tuple[Sample, ...]
    relus: Relus


@dataclass(frozen=True)
class Facts:
    """All maps of a figure.

    Attributes:
        method: its name in the spec.
        signed: whether maps have a sign, and not magnitudes.
        channels: of the images.
        unexplained: a sentence on outputs that cannot be explained; "" for none.
        heads: the explained outputs.
        sanity: the checks of the maps; None where they are turned off.
    """

    method: str
    signed: bool
    channels: int
    unexplained: str
    heads: tuple[HeadFacts, ...]
    sanity: Sanity | None = None
