"""Filters that add little: dead, nearly dead, and repeated ones, by definition. NumPy only.

A channel is counted where its layer's block hands it on, after normalization, addition and
activation, because only there it shows whether anything comes through.

dead: it is nowhere above zero after a ReLU, over all positions of all images; or, after any other
    activation and after none, it has the same value everywhere; or its filter's own output has.
nearly dead: after a ReLU it is above zero at some positions, but at less than one in a thousand
    (compare H. Hu and others, 2016, Network Trimming, arXiv:1607.03250).
repeated: its weights, less their mean, have a cosine beyond 0.9 in magnitude with another filter's:
    the one is the other times a number plus a number, as a normalization after it may add. See
    `statistics.redundant`, and `chance_of_a_repeat` for filters of few weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.metrics.statistics import ALIKE
from reportgen.types import Booleans, Doubles, Floats, Integers

RARE = 1e-3
"""Share of positions below which a channel that is above zero somewhere is nearly dead."""
_EVEN = 1e-6
"""Difference of largest and smallest value, relative to their size, that is rounding alone."""


@dataclass
class Activity:
    """What the channels of some maps have been, collected batch by batch.

    Attributes:
        lowest, highest: of each channel, shape (c,).
        positive: positions with a value above zero, shape (c,).
        positions: all positions of all images.
    """

    lowest: Floats
    highest: Floats
    positive: Integers
    positions: int

    @classmethod
    def of(cls, maps: Floats) -> Activity:
        """The activity of one batch of maps (n, ..., c)."""
        flat = maps.reshape(-1, maps.shape[-1])
        return cls(flat.min(axis=0), flat.max(axis=0), (flat > 0).sum(axis=0), len(flat))

    def joined(self, other: Activity) -> Activity:
        """The activity of the maps of both."""
        return Activity(
            np.minimum(self.lowest, other.lowest),
            np.maximum(self.highest, other.highest),
            self.positive + other.positive,
            self.positions + other.positions,
        )

    @property
    def constant(self) -> Booleans:
        """Whether each channel has one value everywhere, up to rounding."""
        size = np.maximum(np.abs(self.lowest), np.abs(self.highest))
        return np.asarray(self.highest - self.lowest <= _EVEN * size)

    def dead(self, rectified: bool) -> Booleans:
        """Whether each channel is dead where it is handed on, after a ReLU or not."""
        return np.asarray(self.highest <= 0) if rectified else self.constant

    def nearly_dead(self, rectified: bool) -> Booleans:
        """Whether each channel is nearly dead; none is without a ReLU, which alone silences."""
        share = self.positive / self.positions
        return np.asarray((share > 0) & (share < RARE) & rectified)


def chance_of_a_repeat(weights: int, filters: int) -> float:
    """The chance that a filter of noise has a cosine beyond 0.9 with one of the others.

    Without their mean, kernels of w weights of noise are directions in w - 1 dimensions. The cosine
    of two has a density of sin^(w - 3) of their angle; each pair counts as independent.
    """
    dimensions = weights - 1
    if dimensions < 1 or filters < 2:
        return 0.0
    if dimensions == 1:
        return 1.0
    angles = np.linspace(0, np.pi / 2, 20001)
    density: Doubles = np.sin(angles) ** (dimensions - 2)
    within = angles <= np.arccos(ALIKE)
    one = float(density[within].sum() / density.sum())
    return float(1 - (1 - one) ** (filters - 1))
