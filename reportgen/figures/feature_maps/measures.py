"""Measures of feature maps: foreground, detail, fineness, pooling. NumPy only, on arrays."""

from __future__ import annotations

from math import inf, prod

import numpy as np

from reportgen.metrics.statistics import SHARE, Bounds, bootstrap
from reportgen.network.resizing import area, bilinear
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats

_HOW = {
    "foreground_lift": (
        1.0,
        "share of |activation - the channel's median outside the foreground|, summed over "
        "channels, inside the foreground (averaged down to the map), divided by the foreground's "
        "area share",
    ),
    "detail": (
        None,
        "entropy over positions of |activation - the channel's median over the map|, summed over "
        "channels, divided by its largest possible value",
    ),
    "active_share": (None, "share of activations above zero"),
    "pool_gain": (
        1.0,
        "mean |activation| after pooling divided by the mean |activation| before it",
    ),
    "pool_agreement": (
        0.0,
        "correlation of each map after pooling, resized {resized}, with the map before it",
    ),
}
"""By measure its baseline and how it is measured; `resized` is how maps are resized."""


class LayerStatistics:
    """Measurements of one layer's maps, collected batch by batch."""

    def __init__(self) -> None:
        self._values: dict[str, list[Doubles]] = {}
        """By measure a number for each image that has one, in pieces; by channel for fineness."""

    def add(self, maps: Floats, masks: Booleans, before: Floats | None) -> None:
        """Measure a batch of images.

        Only maps of two dimensions lie over the image, so that only they have a foreground and
        a fineness.

        Args:
            maps: of the layer, shape (n, space..., c).
            masks: the foreground of the images, shape (n, H, W).
            before: the maps that a pooling layer pooled; None for any other layer.
        """
        values = {
            "detail": details(maps),
            "active_share": np.asarray((maps > 0).reshape(len(maps), -1).mean(axis=1)),
        }
        if maps.ndim == 4:
            values["foreground_lift"] = foreground_lifts(maps, masks)
            values["fineness"] = fineness(maps)
        if before is not None:
            values["pool_gain"] = gains(before, maps)
            values["pool_agreement"] = agreements(before, maps)
            self._values["pool_size_ratio"] = [np.array([size_ratio(before, maps)])]
        for name, numbers in values.items():
            self._values.setdefault(name, []).append(np.asarray(numbers, np.float64))

    def measures(self, path: str, seed: int) -> list[Measure]:
        """The layer's measures, qualified by its path."""
        resized = "bilinearly" if "fineness" in self._values else "linearly along each axis"
        measures = [
            _mean_over_images(
                f"{name}@{path}",
                np.concatenate(self._values[name]),
                baseline,
                how.format(resized=resized),
                seed,
            )
            for name, (baseline, how) in _HOW.items()
            if name in self._values
        ]
        if "fineness" in self._values:
            measures.append(_mean_fineness(path, np.concatenate(self._values["fineness"]), seed))
        if "pool_size_ratio" in self._values:
            how = "positions of a map after pooling divided by positions before it"
            ratio = float(self._values["pool_size_ratio"][0][0])
            measures.append(Measure(f"pool_size_ratio@{path}", ratio, how=how))
        return measures


_BOUNDS: dict[str, Bounds] = {
    "foreground_lift": (0.0, inf),
    "detail": SHARE,
    "active_share": SHARE,
    "pool_gain": (0.0, inf),
    "pool_agreement": (-1.0, 1.0),
}
"""By measure the least and the largest value that an image can have."""


def _mean_over_images(
    name: str, values: Doubles, baseline: float | None, how: str, seed: int
) -> Measure:
    how += "; mean over test images"
    if not values.size:
        return Measure(name, None, n=0, baseline=baseline, how=how + ", of which none has any")
    bounds = _BOUNDS[name.partition("@")[0]]
    value, interval = float(values.mean()), bootstrap(values, seed, bounds)
    return Measure(name, value, "", values.size, interval, baseline, how)


def _mean_fineness(path: str, values: Doubles, seed: int) -> Measure:
    """The mean of values (images, channels) over channels, each over the images it varies in."""
    known = np.isfinite(values)
    counts, sums = known.sum(axis=0), np.where(known, values, 0).sum(axis=0)
    channels = sums[counts > 0] / counts[counts > 0]
    how = "waves that a map holds across the image (mean frequency, weighted by power), mean over "
    how += f"the channels of {path} that vary, each over {len(values)} test images"
    if not channels.size:
        return Measure(f"fineness@{path}", None, "waves", n=0, how=how + ": there are none")
    value, interval = float(channels.mean()), bootstrap(channels, seed, (0.0, inf))
    return Measure(f"fineness@{path}", value, "waves", channels.size, interval, how=how)


# --- foreground ---


def foreground_lifts(maps: Floats, masks: Booleans) -> Doubles:
    """Share of |activation - background| inside the foreground, over the foreground's area share.

    The background of a channel is its median over the positions outside the foreground. What a
    filter answers to an even ground, such as the offset that a normalization adds, attends to
    nothing, and would drown what it answers to the depicted thing.

    Args:
        maps: shape (n, h, w, c).
        masks: shape (n, H, W); averaged down to the map's size, so that a cell may be partly in.
            A cell counts as outside where less than half of it is in.

    Returns:
        One number for each image whose activation departs from the background anywhere, and that
        has foreground and positions outside it: 1 where departures ignore the foreground.
    """
    soft = area(masks, (maps.shape[1], maps.shape[2])).astype(np.float64)
    values = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    shares = soft.reshape(len(soft), -1)
    lifts = [_lift(*of_image) for of_image in zip(values, shares, strict=True)]
    return np.asarray([lift for lift in lifts if lift is not None])


def _lift(values: Doubles, inside: Doubles) -> float | None:
    """The lift of one image.

    Args:
        values: activations, shape (positions, c).
        inside: how much of each position is foreground, shape (positions,).
    """
    outside = inside < 0.5
    if not outside.any() or not inside.any():
        return None
    total = np.abs(values - np.median(values[outside], axis=0)).sum(axis=-1)
    if not total.any():
        return None
    return float((total * inside).sum() / total.sum() / inside.mean())


# --- detail and fineness ---


def details(maps: Floats) -> Doubles:
    """Spatial entropy H / ln N of |activation - background|, summed over channels, per image.

    The background of a channel is its median over the map: what a filter answers to an even
    background, such as the offset that a normalization adds, is no detail. 0 where the maps are
    even or depart from it at one position only, 1 where they depart as much everywhere. Where
    more than half of a map is foreground, its median is not the background's.

    Args:
        maps: shape (n, space..., c).

    Returns:
        Shape (n,), or (0,) for maps of a single position.
    """
    values = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    total = np.abs(values - np.median(values, axis=1, keepdims=True)).sum(axis=-1)
    positions = total.shape[1]
    if positions < 2:
        return np.empty(0)
    sums = total.sum(axis=1, keepdims=True)
    shares = np.divide(total, sums, out=np.zeros_like(total), where=sums > 0)
    logs = np.log(np.where(shares > 0, shares, 1))
    return np.asarray(-(shares * logs).sum(axis=1) / np.log(positions))


def fineness(maps: Floats) -> Doubles:
    """How many waves a map holds across the image, for each image and channel, shape (n, c).

    The mean frequency of a map in cycles along each side, weighted by power, after its mean is
    taken off under a Hann window, which keeps the image's border out. Sides are counted in whole
    images, so layers of any resolution compare: fine detail has many waves, and a map of few
    positions can hold few. NaN where a channel is even, or has fewer than four positions a side.

    Args:
        maps: shape (n, h, w, c).
    """
    height, width = maps.shape[1:3]
    waves = np.full((len(maps), maps.shape[-1]), np.nan)
    if min(height, width) < 4:
        return waves
    window = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    window = window.astype(np.float32)
    down, across = np.fft.fftfreq(height, 1 / height), np.fft.rfftfreq(width, 1 / width)
    frequencies = np.hypot(down[:, None], across)
    # Columns of the half spectrum that stand for two of the whole one.
    twice = np.where((across > 0) & (across < width / 2), 2.0, 1.0)
    for image, maps_of_image in enumerate(maps):
        values = np.ascontiguousarray(maps_of_image.transpose(2, 0, 1), np.float32)
        varied = np.ptp(values, axis=(1, 2)) > 0
        values = values[varied]
        means = (window * values).sum((1, 2), keepdims=True) / window.sum()
        power = np.abs(np.fft.rfft2(window * (values - means))) ** 2 * twice
        total, sums = power.sum((1, 2)), (power * frequencies).sum((1, 2))
        # Activations next to nothing may have no power left in single precision.
        waves[image, varied] = np.where(total > 0, sums / np.where(total > 0, total, 1), np.nan)
    return waves


# --- pooling ---


def gains(before: Floats, after: Floats) -> Doubles:
    """Mean |activation| after pooling divided by that before, for each image that has any.

    Magnitudes, because maps behind a normalization have a mean close to zero; where nothing is
    negative it is the ratio of the means.

    Args:
        before, after: maps, shape (n, space..., c).
    """
    old = np.abs(before).reshape(len(before), -1).mean(axis=1, dtype=np.float64)
    new = np.abs(after).reshape(len(after), -1).mean(axis=1, dtype=np.float64)
    return np.asarray(new[old > 0] / old[old > 0])


def size_ratio(before: Floats, after: Floats) -> float:
    """Positions of a map after pooling divided by those before it."""
    return prod(after.shape[1:-1]) / prod(before.shape[1:-1])


def agreements(before: Floats, after: Floats) -> Doubles:
    """Pearson correlation of each pooled map, upsampled, with its input map, mean over channels.

    Channels that are constant before or after are left out; so is an image with no others.

    Args:
        before, after: maps, shape (n, space..., c).
    """
    values = [_agreement(old, new) for old, new in zip(before, after, strict=True)]
    return np.asarray([value for value in values if value is not None])


def _agreement(before: Floats, after: Floats) -> float | None:
    """The agreement of one image's maps (space..., c)."""
    resized = _resized(np.moveaxis(after, -1, 0), before.shape[:-1]).astype(np.float64)
    x = resized.reshape(len(resized), -1)
    y = np.moveaxis(before, -1, 0).reshape(len(resized), -1).astype(np.float64)
    varied = (np.ptp(x, axis=1) > 0) & (np.ptp(y, axis=1) > 0)
    x, y = x[varied], y[varied]
    if not len(x):
        return None
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    return float(((x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))).mean())


def _resized(maps: Floats, size: tuple[int, ...]) -> Floats:
    """Maps (c, space...) at another size, linear along each axis, with half-pixel centers."""
    if len(size) == 2:
        return bilinear(maps, (size[0], size[1]))
    values = maps.astype(np.float64)
    for axis, side in enumerate(size, start=1):
        values = _resized_along(values, axis, side)
    return values.astype(np.float32)


def _resized_along(values: Doubles, axis: int, side: int) -> Doubles:
    """What `bilinear` does along one axis, which may be too long for its matrix of weights."""
    old = values.shape[axis]
    place = np.clip((np.arange(side) + 0.5) * old / side - 0.5, 0, old - 1)
    lower = place.astype(int)
    share = (place - lower).reshape(-1, *[1] * (values.ndim - axis - 1))
    upper = values.take(np.minimum(lower + 1, old - 1), axis)
    return np.asarray(values.take(lower, axis) * (1 - share) + upper * share)
