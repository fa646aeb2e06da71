"""The statistics of evidence: intervals, correlations and spatial order.

NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.metrics.skipping import skippable
from reportgen.types import Array, Booleans, Doubles

RESAMPLES = 1000
"""Resamples of a bootstrap."""
Z95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


# --- intervals ---------------------------------------------------------------------------------


@skippable
def bootstrap(
    values: ArrayLike,
    seed: int,
    statistic: Callable[..., Array] = np.mean,
) -> tuple[float, float]:
    """A 95 % percentile interval of the mean (or another statistic) by 1000 seeded resamples.

    Args:
        values: one number for each item measured, shape (n,), all finite.
        seed: seed of the resampling; the same seed returns the same interval.
        statistic: a function of an array and `axis=1`, such as `np.mean` or `np.median`.

    Returns:
        (low, high); both equal the value when n is 1.

    Raises:
        ValueError: `values` is empty or holds a value that is not finite.
    """
    sample = np.asarray(values, dtype=np.float64).ravel()
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(f"a bootstrap needs finite numbers, got {sample!r}")
    chosen = np.random.default_rng(seed).integers(0, sample.size, (RESAMPLES, sample.size))
    low, high = np.percentile(statistic(sample[chosen], axis=1), [2.5, 97.5])
    return float(low), float(high)


@skippable
def bootstrap_difference(first: ArrayLike, second: ArrayLike, seed: int) -> tuple[float, float]:
    """A 95 % percentile interval of the mean of one sample minus that of another.

    Args:
        first: a sample of shape (n,), all finite.
        second: an independent sample of shape (m,), all finite; both are resampled.
        seed: seed of the resampling; the same seed returns the same interval.

    Raises:
        ValueError: a sample is empty or holds a value that is not finite.
    """
    rng = np.random.default_rng(seed)
    means = []
    for values in (first, second):
        sample = np.asarray(values, dtype=np.float64).ravel()
        if sample.size == 0 or not np.isfinite(sample).all():
            raise ValueError(f"a bootstrap needs finite numbers, got {sample!r}")
        means.append(sample[rng.integers(0, sample.size, (RESAMPLES, sample.size))].mean(axis=1))
    low, high = np.percentile(means[0] - means[1], [2.5, 97.5])
    return float(low), float(high)


def wilson(hits: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of the proportion hits / n; (0, 1) when n is 0.

    The interval never leaves 0..1 and is valid for 0 and n hits. Hits need not be whole: n values
    in 0..1 vary at most as much as zeros and ones of the same mean, so the interval of their mean
    is wide enough. Source: E. B. Wilson, 1927, JASA 22 (158).
    """
    if not 0 <= hits <= n:
        raise ValueError(f"hits must lie in 0..n, got {hits} of {n}")
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, Z95**2 / n
    center = share + spread / 2
    margin = Z95 * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = (center - margin) / (1 + spread), (center + margin) / (1 + spread)
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)


# --- correlations ------------------------------------------------------------------------------

ALIKE = 0.9
"""|Cosine| above which two filters count as redundant."""


def correlations(values: Doubles, maps: Doubles) -> Doubles:
    """The correlation over positions of each channel of each image with one map of the image.

    Args:
        values: shape (n, positions, c).
        maps: shape (n, h, w) with h * w = positions.

    Returns:
        Shape (n, c), between -1 and 1; 0 for constant values.
    """
    return unit_correlations(unit_length(values, 1), maps)


def unit_correlations(units: Doubles, maps: Doubles) -> Doubles:
    """As `correlations`, for values that `unit_length` has already normalized."""
    other = unit_length(maps.reshape(len(maps), -1), 1)
    return np.asarray((other[:, None] @ units)[:, 0])


def redundant(rows: NDArray[np.floating]) -> Booleans:
    """Whether each filter (n, weights) has a centered |cosine| above `ALIKE` with another filter.

    A constant filter is never redundant.
    """
    units = unit_length(rows.astype(np.float64), 1)
    cosines = np.abs(units @ units.T)
    np.fill_diagonal(cosines, 0)
    return np.asarray(cosines.max(axis=1, initial=0) > ALIKE)


def unit_length(values: Doubles, axis: int) -> Doubles:
    """Values minus their mean along an axis, scaled to length 1; constant values become 0."""
    centered = values - values.mean(axis=axis, keepdims=True)
    norms = np.linalg.norm(centered, axis=axis, keepdims=True)
    # Rounding errors of equal values are not a direction.
    usable = norms > 1e-9 * np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-300)
    return np.asarray(np.where(usable, centered, 0) / np.where(usable, norms, 1))


# --- variation and order -----------------------------------------------------------------------


def spread(values: Doubles, axis: int) -> Doubles:
    """Coefficient of variation (standard deviation over mean) of values >= 0; 0 for mean 0."""
    means = values.mean(axis=axis)
    ratio = np.divide(values.std(axis=axis), means, out=np.zeros_like(means), where=means > 0)
    return np.asarray(ratio)


def moran(images: ArrayLike) -> Doubles:
    """Lag-1 Moran's I of each image: similarity of neighbors (1 for smooth, about 0 for noise).

    Formula (P. A. P. Moran, 1950): (N / W) * sum_ij w_ij z_i z_j / sum_i z_i^2, where z is the
    deviation from the image's mean, w_ij is 1 for the up to four horizontal and vertical neighbors,
    and W is the sum of w. For noise of N pixels the expectation is -1 / (N - 1). The value is NaN
    for a constant image, which does not vary, and for a single pixel, which has no neighbor.

    Args:
        images: shape (n, h, w).

    Returns:
        One number for each image, shape (n,); see `mean_of_defined`.
    """
    pixels = np.asarray(images, dtype=np.float64)
    if pixels.ndim != 3:
        raise ValueError(f"expected images of shape (n, h, w), got {pixels.shape}")
    n, height, width = pixels.shape
    links = height * (width - 1) + width * (height - 1)
    flat = np.ptp(pixels, axis=(1, 2)) == 0 if pixels.size else np.ones(n, dtype=bool)
    z = pixels - pixels.mean(axis=(1, 2), keepdims=True)
    products = (z[:, :, 1:] * z[:, :, :-1]).sum((1, 2)) + (z[:, 1:] * z[:, :-1]).sum((1, 2))
    squares = (z**2).sum((1, 2))
    usable = ~flat & (squares > 0) & (links > 0)
    scaled = height * width * products / max(links, 1)
    return np.asarray(np.divide(scaled, squares, out=np.full(n, np.nan), where=usable))


def mean_of_defined(values: Doubles, axis: int) -> Doubles:
    """The mean along an axis of the values that are not NaN; NaN where all are."""
    known = ~np.isnan(values)
    counts = known.sum(axis=axis)
    sums = np.where(known, values, 0).sum(axis=axis)
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def prediction_interval(values: ArrayLike) -> tuple[float, float] | None:
    """The 95 % interval in which one further value of the same normal distribution lies.

    mean +- t s sqrt(1 + 1 / n), with the quantile t of Student's distribution with n - 1 degrees
    of freedom; None for fewer than two values. An interval of the mean says where the mean lies,
    and most single values lie outside of it.
    """
    sample = np.asarray(values, dtype=np.float64).ravel()
    if sample.size < 2:
        return None
    n, mean = sample.size, float(sample.mean())
    reach = student(n - 1) * float(sample.std(ddof=1)) * math.sqrt(1 + 1 / n)
    return mean - reach, mean + reach


def student(freedom: int) -> float:
    """The quantile of a two-sided 95 % interval of Student's t distribution."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    # Cornish-Fisher expansion around the normal quantile; off by less than 0.003 from 10 on.
    z, v = Z95, freedom
    first = (z**3 + z) / (4 * v)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
    return z + first + second


_STUDENT = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004,
            2.262157)  # fmt: skip
