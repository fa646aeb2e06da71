"""What heatmaps are measured by: how they lie on the foreground, and how heads differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np

from reportgen.attribution.cam_methods import Maps, pointless
from reportgen.metrics.localization import Overlap, mean_over_maps, overlap, same_place
from reportgen.metrics.statistics import SHARE, Bounds, bootstrap, wilson
from reportgen.network.resizing import bilinear
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles

_ENERGIES = (
    "energy_in_foreground",
    "energy_near_foreground",
    "spill_within_cell",
    "imperfect_overlap",
)


def head_measures(
    name: str, maps: Maps, masks: Booleans, part: str, seed: int, score: str = "logit"
) -> list[Measure]:
    """The measures of one head, qualified by its name; `score` is what its maps explain."""
    zero = np.asarray(~maps.maps.any(axis=(1, 2)))
    nowhere = pointless(maps.maps)
    n = len(zero)
    counts = [
        Measure(
            f"zero_maps@{name}",
            int(zero.sum()),
            "images",
            n,
            how="heatmaps that are zero at every position",
            part=part,
        ),
        Measure(
            f"constant_maps@{name}",
            int(nowhere.sum()),
            "images",
            n,
            how="heatmaps that have the same value, not zero, at every position",
            part=part,
        ),
        Measure(
            f"zero_gradients@{name}",
            int(maps.flat_gradients.sum()),
            "images",
            n,
            how=f"images for which the gradient of the explained {score} is zero at every "
            "position of every feature map",
            part=part,
        ),
    ]
    usable = ~zero & masks.any(axis=(1, 2))
    if not usable.any():
        why = "no image has both a heatmap that is not zero and a foreground"
        energies = (*_ENERGIES, "evidence_near_foreground") if maps.by_position.size else _ENERGIES
        missing = [Measure(f"{m}@{name}", None, n=0, how=why, part=part) for m in energies]
        return missing + counts
    overlaps = overlap(maps.maps[usable], masks[usable])
    hottest = _hottest(name, overlaps.imperfect[~nowhere[usable]], part)
    located = _located(name, maps, masks, part, seed)
    located += same_place(name, maps.maps[~nowhere], masks[~nowhere], part, seed)
    return [*_energies(name, overlaps, part, seed), *located, hottest, *counts]


def _located(name: str, maps: Maps, masks: Booleans, part: str, seed: int) -> list[Measure]:
    """Where the evidence lies by the maps that average over no position, if there are any.

    Grad-CAM weighs a feature map as a whole, so that it shows all that a map shows, also where
    what follows the map does not look.
    """
    if not maps.by_position.size:
        return []
    usable = maps.by_position.any(axis=(1, 2)) & masks.any(axis=(1, 2))
    lies = overlap(maps.by_position[usable], masks[usable]) if usable.any() else None
    none = np.zeros(0)
    return [
        mean_over_maps(
            f"evidence_near_foreground@{name}",
            none if lies is None else lies.near,
            none if lies is None else lies.near_area,
            "share of the positive products of activations and gradients, position by position "
            "(HiResCAM), that lies within one feature-map cell of the foreground; baseline: that "
            "region's share of the area",
            part,
            seed,
        )
    ]


def _energies(name: str, overlaps: Overlap, part: str, seed: int) -> list[Measure]:
    outside = (overlaps.inside < 1) & (overlaps.area < 1)
    ring = overlaps.near_area - overlaps.area
    shed = (overlaps.near - overlaps.inside)[outside] / (1 - overlaps.inside)[outside]
    chance = ring[outside] / (1 - overlaps.area)[outside]
    first = "share of the heatmap's sum, resized to the input, that lies "
    return [
        mean_over_maps(
            f"energy_in_foreground@{name}",
            overlaps.inside,
            overlaps.area,
            first + "inside the foreground; baseline: the foreground's share of the area",
            part,
            seed,
        ),
        mean_over_maps(
            f"energy_near_foreground@{name}",
            overlaps.near,
            overlaps.near_area,
            first + "within one feature-map cell of the foreground; baseline: that region's "
            "share of the area",
            part,
            seed,
        ),
        mean_over_maps(
            f"spill_within_cell@{name}",
            np.clip(shed, 0, 1),
            chance,
            "of the heatmap's sum outside the foreground, the share within one feature-map cell "
            "of it; baseline: that ring's share of the area outside",
            part,
            seed,
        ),
    ]


def _hottest(name: str, imperfect: Doubles, part: str) -> Measure:
    """How often the hottest pixels leave the foreground, of maps that have hottest pixels.

    In a map that is the same everywhere all pixels tie, so that it has none. Where a part of a
    map ties (cells enlarged, or all that was clipped to zero), its chance counts.
    """
    how = (
        "share of heatmaps, but for those that are the same at every position, whose hottest "
        "pixels, as many as the foreground has, do not all lie in it; pixels that tie for the last "
        "places take them in random order, and a heatmap counts by its chance"
    )
    n, misses = imperfect.size, float(imperfect.sum())
    if not n:
        how += "; there is no other heatmap"
        return Measure(f"imperfect_overlap@{name}", None, n=0, how=how, part=part)
    return Measure(
        f"imperfect_overlap@{name}",
        misses / n,
        n=n,
        interval=wilson(misses, n),
        how=how,
        part=part,
    )


def between_heads(
    heads: Mapping[str, Maps], size: tuple[int, int], seed: int
) -> tuple[Measure, ...]:
    """How much the heads' heatmaps of one image differ, over all pairs of heads.

    Maps that are zero or the same everywhere point nowhere, and are left out.
    """
    maps = {name: of_head.maps for name, of_head in heads.items()}
    points = {name: low.any(axis=(1, 2)) & ~pointless(low) for name, low in maps.items()}
    large = {name: bilinear(low, size).astype(np.float64) for name, low in maps.items()}
    flat = {name: high.reshape(len(high), -1) for name, high in large.items()}
    norms = {name: np.linalg.norm(values, axis=1) for name, values in flat.items()}
    cosines, shifts = [], []
    for a, b in combinations(flat, 2):
        both = points[a] & points[b]
        product = norms[a] * norms[b]
        dots = (flat[a] * flat[b]).sum(axis=1)
        cosines.append(np.divide(dots, product, out=np.full(len(dots), np.nan), where=both))
        far = np.linalg.norm(_peaks(flat[a], size) - _peaks(flat[b], size), axis=1)
        shifts.append(np.where(both, far, np.nan))
    return (
        _pairs(
            "head_similarity", "", cosines, "cosine similarity of two heads' heatmaps", seed,
            SHARE,
        ),
        _pairs(
            "head_peak_shift", "px", shifts, "distance between the hottest pixels of two heads",
            seed, (0.0, math.hypot(*size)),
        ),
        _pairs(
            "head_peak_distance", "", [shift / size[1] for shift in shifts],
            "distance between the hottest pixels of two heads, as a share of the image's width",
            seed, (0.0, math.hypot(*size) / size[1]),
        ),
    )  # fmt: skip


def _pairs(
    name: str, unit: str, values: list[Doubles], how: str, seed: int, bounds: Bounds
) -> Measure:
    how += (
        ", mean over the pairs of heads whose heatmaps are neither zero nor the same at every "
        "position, then over images"
    )
    stacked = np.stack(values)
    counts = np.isfinite(stacked).sum(axis=0)
    means = np.nansum(stacked, axis=0)[counts > 0] / counts[counts > 0]
    if not means.size:
        return Measure(name, None, unit, 0, how=how + "; there is no such pair")
    return Measure(
        name, float(means.mean()), unit, means.size, bootstrap(means, seed, bounds), how=how
    )


def _peaks(flat: Doubles, size: tuple[int, int]) -> Doubles:
    """Row and column of the hottest pixel, (n, 2): the center of all that tie.

    The first of them would lie too far up and left, in the corner cells of a resized map always.
    """
    ties = (flat == flat.max(axis=1, keepdims=True)).reshape(-1, *size)
    count = ties.sum(axis=(1, 2))
    rows = (ties.sum(axis=2) @ np.arange(size[0])) / count
    columns = (ties.sum(axis=1) @ np.arange(size[1])) / count
    return np.stack([rows, columns], axis=1)
