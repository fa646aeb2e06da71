"""What maximizing images are measured by. NumPy only, on arrays."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.metrics.statistics import bootstrap, bootstrap_difference, mean_of_defined, moran
from reportgen.records import Measure
from reportgen.types import Doubles, Floats

STRONGEST = 0.02
"""Share of the frequencies whose waves count as an image's strongest."""

LOBE = 18
"""Frequencies that a single wave takes up under a Hann window: three by three, and mirrored."""

_GRAY = np.full(3, 3**-0.5)
_ACROSS = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])


def structures(images: Floats) -> Doubles:
    """Moran's I of each image (n, h, w, c), mean over its channels that vary; NaN if none does."""
    n, height, width, depth = images.shape
    planes = images.transpose(0, 3, 1, 2).reshape(n * depth, height, width)
    return mean_of_defined(moran(planes).reshape(n, depth), axis=1)


def patterns(images: Floats) -> Doubles:
    """Share of each image's contrast against mid-gray that lies in its strongest waves.

    With d the deviation from mid-gray, w a Hann window, m the mean of d under it and F the
    Fourier transform of w (d - m), of each channel: the sum of |F|^2 / N over the strongest 2 %
    of the N frequencies (at least `LOBE`), channels added, divided by the sum of
    (w (d - m))^2 + (w m)^2. By Parseval's theorem it lies in 0..1: 0 for an even color, close
    to 1 for regular stripes of any width, about 0.06 for noise of 28 x 28 pixels and three
    channels. The window keeps the image's border out.

    Args:
        images: values in 0..1, shape (n, h, w, c).

    Returns:
        One number for each image, 0 for one that is mid-gray everywhere; shape (n,).
    """
    return np.array([_pattern(image) for image in images], np.float64)


def _pattern(image: Floats) -> float:
    height, width, _ = image.shape
    window = np.outer(_hann(height), _hann(width))[..., None]
    deviation = image.astype(np.float64) - 0.5
    mean = (window * deviation).sum((0, 1)) / window.sum()
    waves = window * (deviation - mean)
    contrast = np.square(waves).sum() + np.square(window * mean).sum()
    spectrum = np.abs(np.fft.fft2(waves, axes=(0, 1)))
    power = np.square(spectrum).sum(axis=-1).ravel() / window.size
    count = max(LOBE, round(STRONGEST * power.size))
    return float(np.sort(power)[-count:].sum() / contrast) if contrast > 1e-12 else 0.0


def _hann(size: int) -> Doubles:
    """A Hann window without the zeros at its ends, so that no pixel is lost altogether."""
    return np.asarray(np.hanning(size + 2)[1:-1])


def chroma_shares(deviations: Floats) -> Doubles:
    """Share of an image's contrast against gray that is color, for each image with contrast.

    Args:
        deviations: from the middle of the range, shape (n, h, w, 3).

    Returns:
        Energy off the gray axis (1, 1, 1) / sqrt 3 divided by all energy; 2/3 for noise.
    """
    total = np.square(deviations, dtype=np.float64).sum((1, 2, 3))
    gray = np.square(deviations @ _GRAY).sum((1, 2))
    return np.asarray(1 - gray[total > 0] / total[total > 0])


def hue_spread(deviations: Floats) -> float | None:
    """How far the mean colors of images differ in hue: 0 all alike, 1 all around the circle.

    1 - |sum_k c_k| / sum_k |c_k|, c_k the mean color of image k in the plane across the gray
    axis; so a hue counts by its chroma. None where no image has any color.
    """
    vectors = deviations.mean(axis=(1, 2), dtype=np.float64) @ _ACROSS.T
    lengths = np.linalg.norm(vectors, axis=1).sum()
    return float(1 - np.linalg.norm(vectors.sum(axis=0)) / lengths) if lengths > 1e-9 else None


def ratios(reached: Floats, largest: Floats) -> Doubles:
    """Response reached / largest response in the data, for filters that respond to any image."""
    alive = largest > 0
    return np.asarray(reached[alive] / largest[alive], dtype=np.float64)


def response(name: str, values: Doubles, how: str, seed: int) -> Measure:
    """The median ratio over filters."""
    if not values.size:
        return Measure(
            name, None, n=0, baseline=1.0, how=how + "; nothing responds to any test image"
        )
    interval = bootstrap(values, seed, np.median)
    return Measure(name, float(np.median(values)), "", values.size, interval, 1.0, how)


def gain(name: str, values: Doubles, others: Doubles, how: str, seed: int) -> Measure:
    """How far a mean over filters lies above that for a model with fresh random weights.

    The interval is that of the difference, both sets of filters resampled; n is the smaller set.
    """
    n = min(values.size, others.size)
    if not n:
        return Measure(name, None, n=0, baseline=0.0, how=how + "; there are no filters to compare")
    interval = bootstrap_difference(values, others, seed)
    value = float(values.mean() - others.mean())
    return Measure(name, value, "", n, interval, 0.0, how)


def mean(name: str, values: Doubles, baseline: Doubles, how: str, seed: int) -> Measure:
    """A mean over filters, with the mean of the same for a model with fresh random weights.

    NaN stands for an image that has no such value: it is left out, and how many are is said.
    """
    count = len(values)
    values, baseline = values[~np.isnan(values)], baseline[~np.isnan(baseline)]
    if left := count - len(values):
        how += f"; {counted(left, 'image is', 'images are')} left out for being the same everywhere"
    if not values.size:
        return Measure(name, None, n=0, how=how + "; no image has any contrast")
    chance = float(baseline.mean()) if baseline.size else None
    interval = bootstrap(values, seed)
    return Measure(name, float(values.mean()), "", values.size, interval, chance, how)
