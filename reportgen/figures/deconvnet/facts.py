"""Facts about projections, which `compute` finds and `draw` puts into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reportgen.figures.attribution.sanity_facts import Sanity

Frame = tuple[int, int, int, int]
"""Top, bottom, left and right of a part of an image."""

NOTHING: Frame = (0, 0, 0, 0)
"""The frame of a unit that sees only padding."""


@dataclass(frozen=True)
class Sample:
    """One image of a channel.

    Attributes:
        index: in the test split.
        label: its class; "" where that is not known.
        activation: the channel's strongest.
        frame: what the unit saw; the whole image where that is not known.
        zero: whether the projection is zero everywhere.
    """

    index: int
    label: str
    activation: float
    frame: Frame
    zero: bool


@dataclass(frozen=True)
class ChannelFacts:
    """A channel by its number, counted from 0, and its images."""

    number: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Facts:
    """All projections of a figure.

    Attributes:
        layer: path of the layer.
        keep: what of each map is brought back.
        beside: another backward rule that is shown; None for none.
        not_beside: a rule that the spec asked for and that would show the same; None for none.
        searched: how many test images were searched.
        chosen: whether the spec chose the images.
        receptive_field: side of what a unit sees; None where that is not known.
        gated: whether a gate was left out of that.
        frames_known: whether all frames are.
        replaced: uses of ReLUs that follow the deconvnet's rule.
        leaky: how many of these are leaky.
        hidden: layers with ReLUs that could not be reached.
        plain: by kind, layers on the way that the deconvnet has no rule for.
        channels: those shown.
        sanity: the checks of the maps; None where they are turned off.
    """

    layer: str
    keep: Literal["strongest", "all"]
    beside: str | None
    not_beside: str | None
    searched: int
    chosen: bool
    receptive_field: int | None
    gated: bool
    frames_known: bool
    replaced: int
    leaky: int
    hidden: tuple[str, ...]
    plain: Mapping[str, tuple[str, ...]]
    channels: tuple[ChannelFacts, ...]
    sanity: Sanity | None = None
