"""The statistics of evidence: intervals, correlations and spatial order.

NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.metrics.skipping import skippable
from reportgen.types import Booleans, Doubles

RESAMPLES = 1000
"""Resamples of a bootstrap."""
LEVEL = 0.95
"""The confidence level of intervals."""
Z95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""
Bounds = tuple[float, float]
SHARE: Bounds = (0.0, 1.0)
"""The bounds of a share."""

_BLOCK = 2**21
"""Numbers of a bootstrap that are resampled at once."""
_SLACK = 1e-6
"""By how much rounding may carry a value over a bound."""


# --- intervals of means and medians ------------------------------------------------------------


@skippable
def bootstrap(
    values: ArrayLike, seed: int, bounds: Bounds | None = None, level: float = LEVEL
) -> tuple[float, float]:
    """An interval of the mean by a studentized bootstrap (bootstrap-t) of 1000 seeded resamples.

    Each resample's mean is measured in its own standard errors, so that the interval is as skewed
    as the values are (B. Efron, 1982; P. Hall, 1988, Annals of Statistics 16 (3)). Of shares of
    0.1 on average, with an exponential distribution, a nominal 95 % interval holds the mean in 94
    to 95 % of samples of any size from 8, where the percentile interval does in 85 % of samples
    of 8.

    A resample of equal values has no standard error, and sends the interval's end to a bound.
    Where both bounds are known, Wilson's interval, the widest that values within them can need,
    then ends it; it does so wherever it is the narrower. Where all values are equal, others may
    still turn up: with a share of at most 1 - ((1 - level) / 2)^(1 / n), each at a bound. Without
    them Student's interval stands in for an end that would be infinite, and for fewer than 8
    values.

    Args:
        values: one number for each item measured, shape (n,), all finite. Items are independent;
            see `mean_by_unit` for those that are not.
        seed: seed of the resampling; the same seed returns the same interval.
        bounds: the least and the largest value that an item can have, such as `SHARE`; one may be
            infinite.
        level: of confidence.

    Returns:
        (low, high); both equal the value when n is 1.

    Raises:
        ValueError: `values` is empty or holds a value that is not finite or out of bounds.
    """
    sample = _finite(values)
    least, most = bounds or (-math.inf, math.inf)
    if sample.min() < least - _SLACK or sample.max() > most + _SLACK:
        raise ValueError(f"expected {least} to {most}, got {sample.min()} to {sample.max()}")
    n, mean, width = sample.size, float(sample.mean()), most - least
    if n == 1:
        return mean, mean
    if np.ptp(sample) == 0:
        unseen = 1 - ((1 - level) / 2) ** (1 / n) if math.isfinite(width) else 0.0
        moved = (unseen * (mean - least), unseen * (most - mean)) if unseen else (0.0, 0.0)
        return mean - max(moved[0], 0.0), mean + max(moved[1], 0.0)
    error = float(sample.std(ddof=1)) / math.sqrt(n)
    ends = _studentized([sample], np.random.default_rng(seed), level)
    if math.isfinite(width):
        shares = wilson(min(max((mean - least) / width, 0.0), 1.0) * n, n, level)
        least, most = least + width * shares[0], least + width * shares[1]
    else:
        ends = _with_student(ends, n, n - 1, level)
    low, high = mean - ends[1] * error, mean - ends[0] * error
    return min(max(low, least), mean), max(min(high, most), mean)


@skippable
def bootstrap_difference(first: ArrayLike, second: ArrayLike, seed: int) -> tuple[float, float]:
    """A 95 % interval of the mean of one sample minus that of another, by a bootstrap-t.

    Args:
        first: a sample of shape (n,), all finite.
        second: an independent sample of shape (m,), all finite; both are resampled.
        seed: seed of the resampling; the same seed returns the same interval.

    Raises:
        ValueError: a sample is empty or holds a value that is not finite.
    """
    samples = [_finite(first), _finite(second)]
    difference = float(samples[0].mean() - samples[1].mean())
    parts = [sample.var(ddof=1) / sample.size for sample in samples if sample.size > 1]
    error = math.sqrt(sum(parts))
    if error == 0:
        return difference, difference
    ends = _studentized(samples, np.random.default_rng(seed), LEVEL)
    least = min(sample.size for sample in samples if sample.size > 1)
    ends = _with_student(ends, least, least - 1, LEVEL)
    return difference - ends[1] * error, difference - ends[0] * error


@skippable
def median_interval(values: ArrayLike, level: float = LEVEL) -> tuple[float, float]:
    """An interval of the median between two of the sorted values, for any distribution.

    The values of ranks r and n + 1 - r hold the median with the probability that a binomial count
    lies between them; between the two ranks nearest to the level the ends are interpolated
    (T. P. Hettmansperger and S. J. Sheather, 1986). Fewer than 6 values can reach no more than
    their whole range, which then stands.

    Raises:
        ValueError: `values` is empty or holds a value that is not finite.
    """
    ordered = np.sort(_finite(values))
    n, tail = ordered.size, (1 - level) / 2
    below, chances = 0, [0.0]
    for rank in range(n // 2 + 1):
        chance = math.exp(_log_choices(n, rank) - n * math.log(2))
        if chances[-1] + chance > tail:
            break
        chances.append(chances[-1] + chance)
        below = rank + 1
    if below == 0:
        return float(ordered[0]), float(ordered[-1])
    if below > (n - 1) // 2:
        return float(np.median(ordered)), float(np.median(ordered))
    outer, inner = 1 - 2 * chances[below], 1 - 2 * (chances[below] + chance)
    step = (outer - level) / (outer - inner)
    share = (n - below) * step / (below + (n - 2 * below) * step)
    return (
        float((1 - share) * ordered[below - 1] + share * ordered[below]),
        float((1 - share) * ordered[n - below] + share * ordered[n - below - 1]),
    )


@skippable
def variation_interval(values: ArrayLike, seed: int) -> tuple[float, float]:
    """A 95 % interval of the standard deviation over the mean, for values >= 0.

    A bootstrap-t of its logarithm, whose standard error is that of the influence of each value,
    (z^2 - 1) / 2 - (x - mean) / mean with z = (x - mean) / standard deviation. Where a resample
    of equal values would send an end to infinity, Student's quantile stands in.

    Raises:
        ValueError: `values` is empty or holds a value that is not finite.
    """
    sample = _finite(values)
    value, error = _log_variation(sample[None])
    n, variation = sample.size, float(value[0])
    if n < 3 or not error[0] > 0:
        return math.exp(variation), math.exp(variation)
    rng, quotients = np.random.default_rng(seed), []
    for count in _blocks(n):
        values_of, errors = _log_variation(sample[rng.integers(0, n, (count, n))])
        with np.errstate(invalid="ignore", divide="ignore"):
            quotients.append((values_of - variation) / errors)
    drawn = np.concatenate(quotients)
    ends = _with_student(_ends(np.where(np.isnan(drawn), -np.inf, drawn), LEVEL), n, n - 1, LEVEL)
    low, high = variation - ends[1] * float(error[0]), variation - ends[0] * float(error[0])
    return math.exp(min(low, variation)), math.exp(max(high, variation))


def mean_by_unit(values: ArrayLike, units: ArrayLike) -> Doubles:
    """The mean of each unit's values, for a bootstrap over units, shape (units,).

    Several looks at one thing (restarts of one filter, images of one filter, outputs for one image)
    are not independent, and their number is no sample size.

    Args:
        values: shape (n,).
        units: which unit each value belongs to, shape (n,).
    """
    _, places = np.unique(np.asarray(units), return_inverse=True)
    places = places.ravel()
    sums = np.bincount(places, np.asarray(values, np.float64).ravel())
    return np.asarray(sums / np.bincount(places))


def _finite(values: ArrayLike) -> Doubles:
    sample = np.asarray(values, dtype=np.float64).ravel()
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(f"a bootstrap needs finite numbers, got {sample!r}")
    return sample


def _blocks(n: int) -> list[int]:
    """Numbers of resamples of n values that are drawn at once, `RESAMPLES` in all."""
    rows = max(1, _BLOCK // n)
    return [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]


def _studentized(
    samples: Sequence[Doubles], rng: np.random.Generator, level: float
) -> tuple[float, float]:
    """Quantiles of the resampled mean (or difference of two means), less its own, over its error.

    A resample without variation is infinitely many errors away from another mean.
    """
    gaps, squares = np.zeros(RESAMPLES), np.zeros(RESAMPLES)
    for sign, sample in zip((1, -1), samples, strict=False):
        n, centered = sample.size, sample - sample.mean()
        means, variances = np.empty(RESAMPLES), np.empty(RESAMPLES)
        start = 0
        for count in _blocks(n):
            drawn = centered[rng.integers(0, n, (count, n))]
            own = means[start : start + count] = drawn.mean(axis=1)
            power = np.einsum("ij,ij->i", drawn, drawn) / n - own**2
            # Rounding errors of equal values are no variation.
            power[power < 1e-12 * centered.var()] = 0
            variances[start : start + count] = power
            start += count
        gaps += sign * means
        squares += variances / max(n - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients = gaps / np.sqrt(squares)
    return _ends(np.where(np.isnan(quotients), 0.0, quotients), level)


def _ends(quotients: Doubles, level: float) -> tuple[float, float]:
    """The two quantiles between which `level` of the quotients lie; they may be infinite."""
    ordered, last = np.sort(quotients), len(quotients) - 1
    tail = (1 - level) / 2
    return float(ordered[math.floor(tail * last)]), float(ordered[math.ceil((1 - tail) * last)])


def _with_student(
    ends: tuple[float, float], n: int, freedom: int, level: float
) -> tuple[float, float]:
    """Quantiles with Student's in place of infinite ones, or of all where n is below 8."""
    reach, (low, high) = student(freedom, level), ends
    if n < _FEW:
        return -reach, reach
    return (low if math.isfinite(low) else -reach), (high if math.isfinite(high) else reach)


_FEW = 8
"""Below this number of values a bootstrap-t follows single values more than their distribution."""


def _log_variation(samples: Doubles) -> tuple[Doubles, Doubles]:
    """The logarithm of each sample's coefficient of variation and its standard error, (k, n)."""
    means = samples.mean(axis=1, keepdims=True)
    deviations = samples.std(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        centered = samples - means
        influence = ((centered / deviations) ** 2 - 1) / 2 - centered / means
        values = np.log(deviations / means)[:, 0]
    return values, np.sqrt((influence**2).mean(axis=1) / samples.shape[1])


# --- intervals of proportions, and picks -------------------------------------------------------


def wilson(hits: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's 95 % score interval of the proportion hits / n; (0, 1) when n is 0.

    The interval never leaves 0..1 and is valid for 0 and n hits. Hits need not be whole: n values
    in 0..1 vary at most as much as zeros and ones of the same mean, so the interval of their mean
    is wide enough. Source: E. B. Wilson, 1927, JASA 22 (158).
    """
    if not 0 <= hits <= n:
        raise ValueError(f"hits must lie in 0..n, got {hits} of {n}")
    if n == 0:
        return 0.0, 1.0
    z = Z95 if level == LEVEL else NormalDist().inv_cdf((1 + level) / 2)
    share, spread = hits / n, z**2 / n
    center = share + spread / 2
    margin = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = (center - margin) / (1 + spread), (center + margin) / (1 + spread)
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)


@skippable
def auc_interval(area: float, n: int, m: int, level: float = LEVEL) -> tuple[float, float]:
    """An interval of the share of pairs, one of n and one of m items, of which the first is larger.

    It holds each share that lies within z of its own standard errors of the one measured, as
    Wilson's does for a proportion (R. G. Newcombe, 2006, Statistics in Medicine 25 (4), method 5,
    with the error of J. A. Hanley and B. J. McNeil, 1982).
    """
    z = NormalDist().inv_cdf((1 + level) / 2)

    def outside(share: float) -> bool:
        same = ((n + m) / 2 - 1) * ((1 - share) / (2 - share) + share / (1 + share))
        error = math.sqrt(max(share * (1 - share) * (1 + same) / (n * m), 0.0))
        return abs(area - share) > z * error

    def end(far: float) -> float:
        near = area
        if not outside(far) and far != area:
            return far
        for _ in range(50):
            middle = (near + far) / 2
            near, far = (near, middle) if outside(middle) else (middle, far)
        return near

    return end(0.0), end(1.0)


def picked_level(candidates: int) -> float:
    """The level of an interval of the most extreme of some candidates, 0.95^(1 / candidates).

    All intervals of independent candidates at this level hold their values with 95 %, and so does
    that of the one picked (Z. Sidak, 1967, JASA 62 (318)).
    """
    return math.pow(LEVEL, 1 / max(candidates, 1))


def _log_choices(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


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


def student(freedom: int, level: float = LEVEL) -> float:
    """The quantile of a two-sided interval of Student's t distribution.

    At levels other than 95 % it is right to 1 % from 3 degrees of freedom on.
    """
    if level == LEVEL and freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    # M. Abramowitz and I. Stegun, 1964, 26.7.5; at 95 % off by less than 0.0001 from 10 on.
    z, v = NormalDist().inv_cdf((1 + level) / 2), freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / v**power for power, term in enumerate(terms, start=1))


_STUDENT = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004,
            2.262157)  # fmt: skip
