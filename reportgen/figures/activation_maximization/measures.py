"""What maximizing images are measured by. NumPy only, on arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.metrics.statistics import (
    SHARE,
    Bounds,
    bootstrap,
    bootstrap_difference,
    mean_of_defined,
    median_interval,
    moran,
)
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats

STRONGEST = 0.02
"""Share of the frequencies whose waves count as an image's strongest."""

LOBE = 18
"""Frequencies that a single wave takes up under a Hann window: three by three, and mirrored."""

_GRAY = np.full(3, 3**-0.5)
_ACROSS = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])


_AGAINST = "baseline: the same recipe on the model with fresh random weights"


def filter_images(name: str, images: Floats, random: Floats, part: str, seed: int) -> list[Measure]:
    """What the images of a layer's filters look like.

    Args:
        name: path of the layer.
        images: values in 0..1, shape (n, h, w, c).
        random: those of the model with fresh random weights, shape (m, h, w, c).
        part: of the figure.
        seed: of the bootstrap.
    """
    own, untrained = patterns(images), patterns(random)
    measures = [
        mean(
            f"structure@{name}",
            structures(images),
            structures(random),
            "Moran's I of the images (likeness of neighboring pixels), mean over those of their "
            f"channels that vary, then over filters; {_AGAINST}",
            seed,
        ),
        mean(
            f"pattern@{name}",
            own,
            untrained,
            "share of an image's contrast against mid-gray that lies in the strongest 2 % of its "
            f"spatial frequencies (Hann window, zero frequency left out), mean over filters; "
            f"{_AGAINST}",
            seed,
            SHARE,
        ),
        gain(
            f"pattern_gain@{name}",
            own,
            untrained,
            "that share minus its mean over filters of the same model with fresh random weights, "
            "by the same recipe; both sets of filters resampled for the interval",
            seed,
        ),
        mean(
            f"saturated@{name}",
            _saturated(images),
            _saturated(random),
            f"share of values at the ends of the input range, mean over filters; {_AGAINST}",
            seed,
            SHARE,
        ),
    ]
    if images.shape[-1] == 3:
        measures += _colors(name, images - np.float32(0.5), random - np.float32(0.5), seed)
    return [replace(measure, part=part) for measure in measures]


def filter_responses(
    name: str, reached: Floats, still: Booleans, largest: Floats | None, part: str, seed: int
) -> list[Measure]:
    """How a layer's filters respond to their images.

    Args:
        name: path of the layer.
        reached: mean response of each filter to its image, shape (n,).
        still: whether its gradient was zero everywhere, shape (n,).
        largest: its largest mean response to a test image, shape (n,); None without data.
        part: of the figure.
        seed: of the bootstrap.
    """
    how = "filters whose gradient was zero everywhere in every step"
    measures = [Measure(f"still@{name}", int(still.sum()), "filters", len(still), how=how)]
    if largest is not None:
        how = "mean response reached, divided by the largest among test images, median over filters"
        rises = ratios(reached, largest)
        measures.append(response(f"activation_ratio@{name}", rises, how, seed))
    return [replace(measure, part=part) for measure in measures]


def share_of_bound(
    name: str, reached: Floats, limits: Doubles, exact: bool, part: str
) -> list[Measure]:
    """How near the responses come to the largest that any image in range can have.

    Args:
        name: path of the layer.
        reached: mean response of each filter to its image, shape (n,).
        limits: its bound, shape (n,); filters whose bound is not positive do not count.
        exact: whether some image reaches each bound.
        part: of the figure.
    """
    positive = limits > 0
    if not positive.any():
        return []
    shares = np.asarray(reached[positive] / limits[positive], np.float64)
    how = "mean response reached, divided by the largest that any image in range can have, by the "
    how += "signs of the weights; median over filters"
    if not exact:
        how += "; with a ReLU an upper bound, as overlapping windows may ask for different pixels"
    share = float(np.median(shares))
    return [
        Measure(
            f"bound_share@{name}", share, "", len(shares), median_interval(shares), 1.0, how, part
        )
    ]


def target_scores(
    name: str, reached: Floats, still: Booleans, largest: Floats | None, part: str, seed: int
) -> list[Measure]:
    """The same of units, classes, and targets that are excited together, by their scores."""
    how = "images whose gradient was zero everywhere in every step"
    measures = [Measure(f"still@{name}", int(still.sum()), "images", len(still), how=how)]
    if largest is not None:
        how = "score reached, divided by the largest among test images, median over the targets"
        rises = ratios(reached, largest)
        measures.append(response(f"score_ratio@{name}", rises, how, seed))
    return [replace(measure, part=part) for measure in measures]


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
    interval = median_interval(values)
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


def mean(
    name: str,
    values: Doubles,
    baseline: Doubles,
    how: str,
    seed: int,
    bounds: Bounds | None = None,
) -> Measure:
    """A mean over filters, with the mean of the same for a model with fresh random weights.

    Images without such a value (NaN) are left out, and `how` says how many.
    """
    count = len(values)
    values, baseline = values[~np.isnan(values)], baseline[~np.isnan(baseline)]
    if left := count - len(values):
        how += f"; {counted(left, 'image is', 'images are')} left out for being the same everywhere"
    if not values.size:
        return Measure(name, None, n=0, how=how + "; no image has any contrast")
    chance = float(baseline.mean()) if baseline.size else None
    interval = bootstrap(values, seed, bounds)
    return Measure(name, float(values.mean()), "", values.size, interval, chance, how)


def _saturated(images: Floats) -> Doubles:
    """Share of each image's values that lie at an end of the range, shape (n,)."""
    at_end = (images <= 1e-6) | (images >= 1 - 1e-6)
    return np.asarray(at_end.reshape(len(images), -1).mean(axis=1))


def _colors(name: str, deviations: Floats, random: Floats, seed: int) -> list[Measure]:
    return [
        mean(
            f"chroma_share@{name}",
            chroma_shares(deviations),
            chroma_shares(random),
            "share of the images' squared distance from mid-gray that lies off the gray axis, "
            f"mean over filters; {_AGAINST}",
            seed,
            SHARE,
        ),
        Measure(
            f"hue_spread@{name}",
            hue_spread(deviations),
            "",
            len(deviations),
            baseline=hue_spread(random),
            how="1 minus the length of the summed mean colors of the images, across the gray "
            f"axis, divided by the sum of their lengths; {_AGAINST}",
        ),
    ]
