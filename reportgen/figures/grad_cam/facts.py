"""Facts about heatmaps, which `compute` finds and `draw` puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.attribution.sanity_facts import Sanity

Zero = Literal["", "gradient", "activations", "constant", "sum"]
"""What makes a map zero everywhere; "" for one that is not."""


@dataclass(frozen=True)
class Sample:
    """One heatmap; `pointless` where it has the same value, not zero, at every position."""

    image: ExplainedImage
    zero: Zero
    pointless: bool


@dataclass(frozen=True)
class HeadFacts:
    """An explained output; `score` is what its heatmaps explain."""

    name: str
    title: str
    part: str
    score: Literal["logit", "value"]
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Facts:
    """All heatmaps of a figure.

    Attributes:
        layer: path of the layer that they explain at.
        method: its name in the spec.
        map_size: sides of the layer's maps.
        channels: how many the layer has, as far as some can be left out (Score-CAM).
        channels_left_out: how many had no say in some image's heatmap.
        independent: names of outputs that do not depend on the layer.
        rearranged: path of a layer before it that puts values into other places; "" for none.
        unexplained: a sentence on outputs that cannot be explained; "" for none.
        heads: the explained outputs.
        sanity: the checks of the maps; None where they are turned off.
    """

    layer: str
    method: str
    map_size: tuple[int, ...]
    channels: int
    channels_left_out: int
    independent: tuple[str, ...]
    rearranged: str
    unexplained: str
    heads: tuple[HeadFacts, ...]
    sanity: Sanity | None = None
