"""What feature maps are measured by. NumPy only, on arrays."""

from __future__ import annotations

from math import prod

import numpy as np

from reportgen.metrics.statistics import bootstrap
from reportgen.network.resizing import area, bilinear
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats


def gains(before: Floats, after: Floats) -> Doubles:
    """Mean |activation| after pooling divided by that before, for each image that has any.

    Of magnitudes, because what follows a normalization has a mean close to zero; where nothing
    is negative it is the ratio of the means.
    """
    old = np.abs(before).reshape(len(before), -1).mean(axis=1, dtype=np.float64)
    new = np.abs(after).reshape(len(after), -1).mean(axis=1, dtype=np.float64)
    return np.asarray(new[old > 0] / old[old > 0])


def agreements(before: Floats, after: Floats) -> Doubles:
    """Pearson correlation of each pooled map, upsampled, with its input map, mean over channels.

    Channels that are constant before or after are left out; so is an image with no others.
    """
    found = [_agreement(old, new) for old, new in zip(before, after, strict=True)]
    return np.asarray([value for value in found if value is not None])


def size_ratio(before: Floats, after: Floats) -> float:
    """Positions of a map after pooling divided by those before it."""
    return prod(after.shape[1:-1]) / prod(before.shape[1:-1])


def _agreement(before: Floats, after: Floats) -> float | None:
    """Of one image, maps (space..., c)."""
    large = _enlarged(np.moveaxis(after, -1, 0), before.shape[:-1]).astype(np.float64)
    x = large.reshape(len(large), -1)
    y = np.moveaxis(before, -1, 0).reshape(len(large), -1).astype(np.float64)
    varied = (np.ptp(x, axis=1) > 0) & (np.ptp(y, axis=1) > 0)
    x, y = x[varied], y[varied]
    if not len(x):
        return None
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    return float(((x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))).mean())


def _enlarged(maps: Floats, size: tuple[int, ...]) -> Floats:
    """Maps (c, space...) at another size, linear along each axis, with half-pixel centers."""
    if len(size) == 2:
        return bilinear(maps, (size[0], size[1]))
    values = maps.astype(np.float64)
    for axis, side in enumerate(size, start=1):
        values = _along(values, axis, side)
    return values.astype(np.float32)


def _along(values: Doubles, axis: int, side: int) -> Doubles:
    """The same as `bilinear` along one axis, which may be too long for its matrix of weights."""
    old = values.shape[axis]
    place = np.clip((np.arange(side) + 0.5) * old / side - 0.5, 0, old - 1)
    lower = place.astype(int)
    share = (place - lower).reshape(-1, *[1] * (values.ndim - axis - 1))
    upper = values.take(np.minimum(lower + 1, old - 1), axis)
    return np.asarray(values.take(lower, axis) * (1 - share) + upper * share)


def foreground_lifts(maps: Floats, masks: Booleans) -> Doubles:
    """Share of |activation - background| inside the foreground, over the foreground's area share.

    The background of a channel is its median over the positions outside the foreground: what a
    filter answers to an even ground, such as the offset that a normalization adds, is no
    attention to anything, and would drown what it answers to the depicted thing.

    Args:
        maps: shape (n, h, w, c).
        masks: shape (n, H, W); averaged down to the map's size, so that a cell may be partly in.
            A cell counts as outside where less than half of it is in.

    Returns:
        One number for each image whose activation departs from the background anywhere, and that
        has foreground and positions outside it: 1 where departures do not care for the foreground.
    """
    soft = area(masks, (maps.shape[1], maps.shape[2])).astype(np.float64)
    flat = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    shares = soft.reshape(len(soft), -1)
    found = [_lift(one, share) for one, share in zip(flat, shares, strict=True)]
    return np.asarray([value for value in found if value is not None])


def _lift(values: Doubles, inside: Doubles) -> float | None:
    """Of one image: activations (positions, c), and how much of each position is foreground."""
    outside = inside < 0.5
    if not outside.any() or not inside.any():
        return None
    total = np.abs(values - np.median(values[outside], axis=0)).sum(axis=-1)
    if not total.any():
        return None
    return float((total * inside).sum() / total.sum() / inside.mean())


def details(maps: Floats) -> Doubles:
    """Spatial entropy H / ln N of |activation - background|, summed over channels, per image.

    The background of a channel is its median over the map: what a filter answers to an even
    background, such as the offset that a normalization adds, is no detail. 0 where the maps are
    even or depart from it at one position only, 1 where they depart as much everywhere. Where
    more than half of a map is foreground, its median is not the background's.
    """
    flat = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    total = np.abs(flat - np.median(flat, axis=1, keepdims=True)).sum(axis=-1)
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
    if min(height, width) < 4:
        return np.full((len(maps), maps.shape[-1]), np.nan)
    window = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    window = window.astype(np.float32)
    down, across = np.fft.fftfreq(height, 1 / height), np.fft.rfftfreq(width, 1 / width)
    waves = np.hypot(down[:, None], across)
    # Columns of the half spectrum that stand for two of the whole one.
    twice = np.where((across > 0) & (across < width / 2), 2.0, 1.0)
    found = np.full((len(maps), maps.shape[-1]), np.nan)
    for image, one in enumerate(maps):
        values = np.ascontiguousarray(one.transpose(2, 0, 1), np.float32)
        values = values[np.ptp(values, axis=(1, 2)) > 0]
        means = (window * values).sum((1, 2), keepdims=True) / window.sum()
        power = np.abs(np.fft.rfft2(window * (values - means))) ** 2 * twice
        varied, total = np.ptp(one, axis=(0, 1)) > 0, power.sum((1, 2))
        sums = (power * waves).sum((1, 2))
        # Activations next to nothing may have no power left in single precision.
        found[image, varied] = np.where(total > 0, sums / np.where(total > 0, total, 1), np.nan)
    return found


FLAT = 4
"""Axes of maps (n, h, w, c) that lie over the image."""

Table = dict[str, list[Doubles]]
"""By measure, one number for each image that has any, in pieces."""

_SAID = {
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
"""Of each measure its baseline and how it was measured; `resized` is how maps were."""


def add(table: Table, maps: Floats, masks: Booleans, before: Floats | None) -> None:
    """Measure one batch of a layer's maps, and of a pooling layer's input.

    Where the foreground lies on a map, and how many waves it holds across the image, can be told
    of maps with two axes of space alone: others do not lie over the image.

    Args:
        table: what is added to.
        maps: shape (n, space..., c).
        masks: of the images, shape (n, H, W).
        before: the maps that were pooled; None of another layer.
    """
    found = {"detail": details(maps), "active_share": _active(maps)}
    if maps.ndim == FLAT:
        found["foreground_lift"] = foreground_lifts(maps, masks)
        found["fineness"] = fineness(maps)
    if before is not None:
        found["pool_gain"] = gains(before, maps)
        found["pool_agreement"] = agreements(before, maps)
        table["pool_size_ratio"] = [np.array([size_ratio(before, maps)])]
    for name, values in found.items():
        table.setdefault(name, []).append(np.asarray(values, np.float64))


def _active(maps: Floats) -> Doubles:
    """Share of activations above zero, for each image."""
    return np.asarray((maps > 0).reshape(len(maps), -1).mean(axis=1))


def of_layer(path: str, table: Table, seed: int) -> list[Measure]:
    """Measures of a layer, qualified by its path."""
    resized = "bilinearly" if "fineness" in table else "linearly along each axis"
    found = [
        _mean(
            f"{name}@{path}",
            np.concatenate(table[name]),
            baseline,
            how.format(resized=resized),
            seed,
        )
        for name, (baseline, how) in _SAID.items()
        if name in table
    ]
    if "fineness" in table:
        found.append(_fineness(path, np.concatenate(table["fineness"]), seed))
    if "pool_size_ratio" in table:
        how = "positions of a map after pooling divided by positions before it"
        ratio = float(table["pool_size_ratio"][0][0])
        found.append(Measure(f"pool_size_ratio@{path}", ratio, how=how))
    return found


def _fineness(path: str, values: Doubles, seed: int) -> Measure:
    """Of (images, channels): over channels, each its mean over the images in which it varies."""
    known = np.isfinite(values)
    counts, sums = known.sum(axis=0), np.where(known, values, 0).sum(axis=0)
    each = sums[counts > 0] / counts[counts > 0]
    how = "waves that a map holds across the image (mean frequency, weighted by power), mean over "
    how += f"the channels of {path} that vary, each over {len(values)} test images"
    if not each.size:
        return Measure(f"fineness@{path}", None, "waves", n=0, how=how + ": there are none")
    interval = bootstrap(each, seed)
    return Measure(f"fineness@{path}", float(each.mean()), "waves", each.size, interval, how=how)


def _mean(name: str, values: Doubles, baseline: float | None, how: str, seed: int) -> Measure:
    how += "; mean over test images"
    if not values.size:
        return Measure(name, None, n=0, baseline=baseline, how=how + ", of which none has any")
    value, interval = float(values.mean()), bootstrap(values, seed)
    return Measure(name, value, "", values.size, interval, baseline, how)
