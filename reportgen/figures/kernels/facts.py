"""What the kernels of a model are: facts that `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerFacts:
    """A convolution layer whose kernel is shown.

    Attributes:
        path: of the layer.
        part: the part that shows it.
        type: the name of its class.
        filters: how many it has; inputs: input channels of each.
        size: sides of a filter.
        reads_color: whether its input channels are red, green and blue.
        not_finite: filters with weights that are not finite.
        low, high: the smallest and the largest finite weight of the layer; 0 where there is none.
        mixed: channels into which a separable layer mixes its maps, by weights that are not shown;
            0 for any other layer.
    """

    path: str
    part: str
    type: str
    filters: int
    inputs: int
    size: tuple[int, ...]
    reads_color: bool
    not_finite: int
    low: float
    high: float
    mixed: int


@dataclass(frozen=True)
class Facts:
    """The layers of the figure; the array `kernel_<i>` belongs to layer i."""

    layers: tuple[LayerFacts, ...]
