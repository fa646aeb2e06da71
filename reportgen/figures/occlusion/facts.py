"""Facts about occlusion maps, which `compute` finds and `draw` puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.attribution.sanity_facts import Sanity


@dataclass(frozen=True)
class Sample:
    """One map.

    Attributes:
        image: the image covered.
        zero: whether the map is zero everywhere.
        score_drop: largest drop of the logit or value; None where there is no logit.
        probability_drop: largest drop of the explained class's probability.
        flips: positions of the patch that change the answer.
    """

    image: ExplainedImage
    zero: bool
    score_drop: float | None
    probability_drop: float
    flips: int


@dataclass(frozen=True)
class HeadFacts:
    """An explained output; `score` is what drops."""

    name: str
    title: str
    part: str
    score: Literal["logit", "value", "probability"]
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Facts:
    """All maps of a figure.

    Attributes:
        patch: its height and width.
        stride: rows and columns between its positions.
        positions: how many it takes.
        mean_split: the images whose mean color may fill the patch.
        unexplained: a sentence on outputs that cannot be explained; "" for none.
        without_probability: names of outputs left out, as they have values and no probability.
        heads: the explained outputs.
        sanity: the checks of the maps; None where they are turned off.
    """

    patch: tuple[int, int]
    stride: tuple[int, int]
    positions: int
    mean_split: Literal["training", "test"]
    unexplained: str
    without_probability: tuple[str, ...]
    heads: tuple[HeadFacts, ...]
    sanity: Sanity | None = None
