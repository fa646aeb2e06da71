"""Overlap of heatmaps with the foregrounds of their images. NumPy only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reportgen.metrics.statistics import SHARE, bootstrap
from reportgen.network.resizing import bilinear
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats


@dataclass(frozen=True)
class Overlap:
    """Overlap of each heatmap with the foreground; every array has shape (n,).

    Attributes:
        inside: share of the heatmap's energy inside the foreground.
        near: share of the energy inside the foreground or within one cell of it.
        area: share of the image that the foreground covers.
        near_area: share of the image that the foreground and the cells around it cover.
        imperfect: probability, over random orders of tied pixels, that the hottest pixels do not
            all lie in the foreground; 0 or 1 where no tie matters.
    """

    inside: Doubles
    near: Doubles
    area: Doubles
    near_area: Doubles
    imperfect: Doubles


def overlap(maps: Floats, masks: Booleans) -> Overlap:
    """The overlap of heatmaps with foregrounds.

    Args:
        maps: shape (n, h, w), none of them zero everywhere.
        masks: foregrounds, shape (n, H, W), none of them empty.
    """
    large = bilinear(maps, masks.shape[1:]).astype(np.float64)
    shares = large / large.sum(axis=(1, 2), keepdims=True)
    near = dilated(masks, cell(maps.shape[1:], masks.shape[1:]))
    return Overlap(
        inside=(shares * masks).sum((1, 2)),
        near=(shares * near).sum((1, 2)),
        area=masks.mean((1, 2)),
        near_area=near.mean((1, 2)),
        imperfect=1 - tops_inside(large, masks),
    )


def energies(maps: Floats, masks: Booleans) -> tuple[Booleans, Doubles, Doubles]:
    """Energies of heatmaps inside their foregrounds.

    Args:
        maps: shape (n, h, w), nowhere negative.
        masks: foregrounds, shape (n, H, W).

    Returns:
        Whether each map is zero everywhere, shape (n,). For the maps that are not zero and whose
        image has a foreground: the share of the energy inside the foreground, and the foreground's
        share of the area.
    """
    zero = np.asarray(~maps.any(axis=(1, 2)))
    usable = ~zero & masks.any(axis=(1, 2))
    if not usable.any():
        return zero, np.zeros(0), np.zeros(0)
    lies = overlap(maps[usable], masks[usable])
    return zero, lies.inside, lies.area


def cell(small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, int]:
    """The whole input pixels that one feature-map cell spans down and across, at least 1."""
    return max(1, large[0] // small[0]), max(1, large[1] // small[1])


def dilated(masks: Booleans, by: tuple[int, int]) -> Booleans:
    """Booleans (n, h, w) grown by a number of pixels down and across, corners included."""
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


def tops_inside(maps: Doubles, masks: Booleans) -> Doubles:
    """The probability that the |M| largest pixels all lie in the mask M, for random order of ties.

    It is 1 or 0 where no tie matters. For a mask of one pixel that has the largest value, it is one
    over the number of pixels with that value.

    Args:
        maps: shape (n, h, w).
        masks: the same shape, none of them empty.
    """
    pairs = zip(maps.reshape(len(maps), -1), masks.reshape(len(masks), -1), strict=True)
    return np.array([_chance(values, inside) for values, inside in pairs], np.float64)


def _chance(values: Doubles, inside: Booleans) -> float:
    """The probability for one map; both arrays have shape (pixels,).

    Pixels above the smallest of the |M| largest values must all lie in M. Tied pixels compete for
    the places that are left.
    """
    count = int(inside.sum())
    least = np.partition(values, len(values) - count)[len(values) - count]
    if (values[~inside] > least).any():
        return 0.0
    left = np.arange(count - int((values > least).sum()))
    ties = values == least
    return float(np.prod(((ties & inside).sum() - left) / (ties.sum() - left)))


PLACE = 0.1
"""Share of a map's cells that make up the place where maps lie on average."""


def same_place(name: str, maps: Floats, masks: Booleans, part: str, seed: int) -> list[Measure]:
    """Whether maps of different images lie at the same place, and whether that is on the object.

    The place is the hottest tenth of the mean map of one half of the images, and is judged on the
    other half. Maps that are zero and images without a foreground are left out; [] for fewer than
    four.

    Args:
        name: qualifier of the measures.
        maps: shape (n, h, w); what is negative does not count.
        masks: foregrounds, shape (n, H, W).
        part: of the figure.
        seed: of the intervals.
    """
    positive = np.maximum(maps.astype(np.float64), 0)
    usable = positive.any(axis=(1, 2)) & masks.any(axis=(1, 2))
    positive, masks = positive[usable], masks[usable]
    n, cells = len(positive), int(np.prod(maps.shape[1:]))
    if n < 4:
        return []
    shares = positive / positive.sum(axis=(1, 2), keepdims=True)
    flat, count = shares.reshape(n, cells), math.ceil(PLACE * cells)
    inside, ground = np.zeros(n), np.zeros(n)
    # The finer of both grids, on which no cell of a map or mask is skipped.
    sides = [max(pair) for pair in zip(masks.shape[1:], maps.shape[1:], strict=True)]
    on_map, on_mask = (
        np.ix_(*(np.arange(s) * low // s for s, low in zip(sides, grid.shape[1:], strict=True)))
        for grid in (maps, masks)
    )
    fine = masks[:, on_mask[0], on_mask[1]]
    for half in (0, 1):
        place = np.zeros(cells, bool)
        mean = flat[1 - half :: 2].mean(axis=0)
        place[np.argsort(-mean, kind="stable")[:count]] = True
        inside[half::2] = flat[half::2, place].sum(axis=1)
        large = place.reshape(maps.shape[1:])[on_map]
        ground[half::2] = fine[half::2, large].mean(axis=1)
    where = "the hottest tenth of the mean map of the other half of the images"
    return [
        Measure(
            f"same_place@{name}",
            float(inside.mean()),
            "",
            n,
            bootstrap(inside, seed, SHARE),
            count / cells,
            f"share of a map's sum that lies in {where}; baseline: that place's share of the area",
            part,
        ),
        Measure(
            f"foreground_there@{name}",
            float(ground.mean()),
            "",
            n,
            bootstrap(ground, seed, SHARE),
            float(fine.mean()),
            f"share of foreground in {where}; baseline: over the whole image",
            part,
        ),
    ]


def mean_over_maps(
    name: str, values: Doubles, chance: Doubles, how: str, part: str, seed: int
) -> Measure:
    """The mean of one value for each nonzero map, with the mean of its chance levels as baseline.

    The measure is undefined where every map is zero.
    """
    how = f"{how}; mean over images whose heatmap is not zero"
    if not values.size:
        return Measure(name, None, n=0, how=how + "; there is none", part=part)
    interval = bootstrap(values, seed, SHARE)
    baseline = float(chance.mean())
    value = float(values.mean())
    return Measure(name, value, "", values.size, interval, baseline, how, part)
