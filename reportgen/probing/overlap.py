"""How heatmaps of any kind lie on the foregrounds of their images. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.probing.resizing import bilinear
from reportgen.probing.statistics import bootstrap
from reportgen.records import Measure

Doubles = NDArray[np.float64]
Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Overlap:
    """One number for each image, shape (n,): energies as shares of the whole heatmap."""

    inside: Doubles
    near: Doubles
    area: Doubles
    near_area: Doubles
    imperfect: Masks


def overlap(maps: NDArray[np.float32], masks: Masks) -> Overlap:
    """How heatmaps lie on foregrounds.

    Args:
        maps: shape (n, h, w), none of them zero everywhere.
        masks: shape (n, H, W), none of them empty.
    """
    large = bilinear(maps, masks.shape[1:]).astype(np.float64)
    shares = large / large.sum(axis=(1, 2), keepdims=True)
    near = dilated(masks, cell(maps.shape[1:], masks.shape[1:]))
    return Overlap(
        inside=(shares * masks).sum((1, 2)),
        near=(shares * near).sum((1, 2)),
        area=masks.mean((1, 2)),
        near_area=near.mean((1, 2)),
        imperfect=~tops_inside(large, masks),
    )


def cell(small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, int]:
    """How many whole input pixels one feature-map cell spans down and across, at least 1."""
    return max(1, large[0] // small[0]), max(1, large[1] // small[1])


def dilated(masks: Masks, by: tuple[int, int]) -> Masks:
    """Masks (n, h, w) grown by a number of pixels down and across, corners included."""
    for axis, reach in ((1, by[0]), (2, by[1])):
        grown = masks.copy()
        for step in range(1, min(reach, masks.shape[axis] - 1) + 1):
            ahead = [slice(None)] * 3
            behind = [slice(None)] * 3
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            grown[tuple(ahead)] |= masks[tuple(behind)]
            grown[tuple(behind)] |= masks[tuple(ahead)]
        masks = grown
    return masks


def tops_inside(maps: Doubles, masks: Masks) -> Masks:
    """Whether the |M| largest pixels all lie in the mask M; ties are settled in its favor."""
    values, inside = maps.reshape(len(maps), -1), masks.reshape(len(masks), -1)
    counts = inside.sum(axis=1)
    ranked = np.sort(values, axis=1)
    least = ranked[np.arange(len(values)), values.shape[1] - counts][:, None]
    beyond = ((values > least) & ~inside).any(axis=1)
    enough = ((values >= least) & inside).sum(axis=1) >= counts
    return np.asarray(~beyond & enough)


def mean_over_maps(
    name: str, values: Doubles, chance: Doubles, how: str, part: str, seed: int
) -> Measure:
    """The mean of one number for each map that is not zero, against that of chance.

    Undefined where there is no such map.
    """
    how = f"{how}; mean over images whose heatmap is not zero"
    if not values.size:
        return Measure(name, None, n=0, how=how + "; there is none", part=part)
    interval = bootstrap(values, seed)
    baseline = float(chance.mean())
    value = float(values.mean())
    return Measure(name, value, "", values.size, interval, baseline, how, part)
