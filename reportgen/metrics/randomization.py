"""How alike two maps of one image are, for checks of maps against random weights. NumPy only.

Sources: Adebayo et al., "Sanity checks for saliency maps", 2018, arXiv 1810.03292; Sixt et al.,
"When explanations lie", 2020, arXiv 1912.09818; on normalization: Binder et al., 2022, arXiv
2211.12486.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from reportgen.types import Array, Booleans, Doubles

_SIGMA, _RADIUS = 1.5, 5
"""Of the Gaussian window of SSIM, in pixels, as in scikit-image: cut after 3.5 sigma."""
_K1, _K2 = 0.01, 0.03

_Item = TypeVar("_Item")


def rank_correlation(
    a: NDArray[np.floating], b: NDArray[np.floating], over: Booleans | None = None
) -> Doubles:
    """Spearman's rank correlation of each pair of maps (n, ...); NaN where one is constant.

    Over all pixels, or of each pair over those of its mask in `over`, of the maps' shape.
    """
    if over is not None:
        pairs = [(x[at][None], y[at][None]) for x, y, at in zip(a, b, over, strict=True)]
        each = [rank_correlation(*pair)[0] if pair[0].size else np.nan for pair in pairs]
        return np.asarray(each, np.float64)
    x, y = (_centered(_ranks(maps.reshape(len(maps), -1))) for maps in (a, b))
    norms = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    out = np.full(len(x), np.nan)
    return np.asarray(np.divide((x * y).sum(axis=1), norms, out=out, where=norms > 0))


def structural_similarity(a: NDArray[np.floating], b: NDArray[np.floating]) -> Doubles:
    """SSIM of each pair of maps (n, h, w), each scaled to a mean square of 1.

    With a Gaussian window of 11 x 11 pixels (sigma 1.5) at the positions where it lies inside the
    map, population covariances, and the joint range of the pair as the range of the data. NaN where
    a map is constant or smaller than the window.
    Source: Wang et al., IEEE Transactions on Image Processing 2004.
    """
    out = np.full(len(a), np.nan)
    if min(a.shape[1:]) < 2 * _RADIUS + 1:
        return out
    usable = np.flatnonzero(varied(a) & varied(b))
    x, y = (scaled(maps[usable]) for maps in (a, b))
    if not usable.size:
        return out
    both = np.stack([x, y]).reshape(2, len(usable), -1)
    span = both.max(axis=(0, 2)) - both.min(axis=(0, 2))
    c1, c2 = ((k * span[:, None, None]) ** 2 for k in (_K1, _K2))
    rows, columns = (_window(side) for side in a.shape[1:])

    def mean(values: Doubles) -> Doubles:
        return np.asarray(rows @ values @ columns.T)

    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    above = (2 * mx * my + c1) * (2 * vxy + c2)
    below = (mx**2 + my**2 + c1) * (vx + vy + c2)
    out[usable] = (above / below).mean(axis=(1, 2))
    return out


def scaled(maps: NDArray[np.floating]) -> Doubles:
    """Maps (n, ...) divided by the root of their mean square; maps that are zero stay so.

    Unlike the smallest and the largest value this norm does not hang on single pixels.
    """
    wide = np.asarray(maps, np.float64)
    axes = tuple(range(1, wide.ndim))
    norms = np.sqrt((wide**2).mean(axis=axes, keepdims=True))
    return np.asarray(np.divide(wide, norms, out=np.zeros_like(wide), where=norms > 0))


def varied(maps: Array) -> Booleans:
    """Which maps (n, ...) are not the same everywhere; others have no pattern to compare."""
    return np.asarray(np.ptp(maps.reshape(len(maps), -1), axis=1) > 0)


def in_groups(levels: list[_Item], most: int) -> list[list[_Item]]:
    """Levels of a network, from the outputs down, in at most so many groups of adjacent ones.

    The first level stays alone: it is where randomization from the top begins.
    """
    if len(levels) <= most:
        return [[level] for level in levels]
    rest = np.array_split(np.arange(1, len(levels)), max(most - 1, 1))
    return [levels[:1], *([levels[i] for i in part] for part in rest)]


def _window(side: int) -> Doubles:
    """Weighted means of a row of values, at each position where the window fits: (places, side)."""
    steps = np.arange(-_RADIUS, _RADIUS + 1)
    weights = np.exp(-0.5 * (steps / _SIGMA) ** 2)
    matrix = np.zeros((side - 2 * _RADIUS, side))
    for place, row in enumerate(matrix):
        row[place : place + len(steps)] = weights / weights.sum()
    return matrix


def _ranks(values: NDArray[np.floating]) -> Doubles:
    """Ranks of each row from 0; equal values share the mean of their ranks."""
    ranks = np.empty(values.shape)
    for row, of_row in zip(ranks, values, strict=True):
        _, place, counts = np.unique(of_row, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        row[:] = (ends - (counts + 1) / 2)[place]
    return ranks


def _centered(rows: Doubles) -> Doubles:
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))
