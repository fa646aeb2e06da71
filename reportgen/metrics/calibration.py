"""Whether confidence fits accuracy, and whether labels fit confident answers. NumPy only.

Scores are numbers (n, classes) whose softmax gives the probabilities of the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from reportgen.metrics.statistics import Z95
from reportgen.types import Booleans, Doubles, Integers

BINS = 15
"""Bins of equally many answers, as many as in Guo and others, 2017."""
DRAWS = 200
"""Resamples of the images, and sets of answers drawn to tell the error that chance alone makes."""
CERTAIN = log(2.0**-25)
"""Log of one minus a probability below which single precision rounds the probability to one."""


def softmax(scores: Doubles) -> Doubles:
    """Probabilities of scores (n, classes)."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def margins(scores: Doubles) -> Doubles:
    """By how much the largest score of each row exceeds the second, shape (n,)."""
    two = np.partition(scores, -2, axis=1)[:, -2:]
    return np.asarray(two[:, 1] - two[:, 0])


def certain(scores: Doubles) -> Booleans:
    """Whether the largest probability of each row is one in single precision, shape (n,).

    The gradient of that probability is then zero.
    """
    shifted = scores - scores.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1)
    # The sum over the other classes; subtracting one from the total would lose small values.
    others = np.sort(np.exp(shifted), axis=1)[:, :-1].sum(axis=1)
    return np.asarray(np.log(np.maximum(others, 1e-300)) - np.log(total) < CERTAIN)


def calibration_error(confidence: Doubles, right: Booleans) -> float:
    """The expected calibration error: mean distance of accuracy and confidence over `BINS` bins.

    Sum over bins b of n_b / n * |accuracy_b - mean confidence_b|; bins hold equally many answers
    in the order of their confidence. Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, 2017, On
    Calibration of Modern Neural Networks, arXiv 1706.04599 (whose bins are equally wide).
    """
    order = np.argsort(confidence, kind="stable")
    return float(_errors((right - confidence)[order][None])[0])


def error_interval(confidence: Doubles, right: Booleans, seed: int) -> tuple[float, float]:
    """A 95 % percentile interval of the calibration error by `DRAWS` resamples of the images."""
    order = np.argsort(confidence, kind="stable")
    gaps = (right - confidence)[order]
    drawn = np.random.default_rng(seed).integers(0, len(gaps), (DRAWS, len(gaps)))
    # Sorted places of sorted answers are in the order of confidence.
    low, high = np.percentile(_errors(gaps[np.sort(drawn, axis=1)]), [2.5, 97.5])
    return float(low), float(high)


def error_by_chance(confidence: Doubles, seed: int) -> float:
    """The calibration error that a perfectly calibrated model has on so few images, on average.

    Answers are right at random, each with the probability that its confidence states.
    """
    ordered = np.sort(confidence)
    drawn = np.random.default_rng(seed).random((DRAWS, len(ordered))) < ordered
    return float(_errors(drawn - ordered).mean())


def _errors(gaps: Doubles) -> Doubles:
    """The calibration error of each row of right (0 or 1) minus confidence, by confidence."""
    n = gaps.shape[1]
    bins = min(BINS, n)
    starts = [len(part) for part in np.array_split(np.empty(n), bins)]
    sums = np.add.reduceat(gaps, np.cumsum([0, *starts[:-1]]), axis=1)
    return np.asarray(np.abs(sums).sum(axis=1) / n)


def temperature(scores: Doubles, labels: Integers) -> tuple[float, tuple[float, float]] | None:
    """The temperature that makes labels likeliest, with its 95 % interval; None where none does.

    Scores are divided by it before the softmax. The inverse b solves mean(E[z] - z_label) = 0, E
    under softmax(b z); its interval follows from the variance of this equation (sandwich
    estimator). There is none where all answers are right, or no better than chance. Source: Guo
    and others, 2017.
    """
    spread = float(np.std(scores - scores.mean(axis=1, keepdims=True)))
    if not spread:
        return None
    z = scores / spread
    own = np.take_along_axis(z, labels[:, None], axis=1)[:, 0]

    def slopes(inverse: float) -> tuple[Doubles, Doubles]:
        """Of each image the derivative of its loss by the inverse temperature, and its second."""
        p = softmax(inverse * z)
        mean = (p * z).sum(axis=1)
        return mean - own, (p * np.square(z)).sum(axis=1) - np.square(mean)

    low, high = -12.0, 12.0
    if slopes(np.exp(low))[0].mean() >= 0 or slopes(np.exp(high))[0].mean() <= 0:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if slopes(np.exp(middle))[0].mean() < 0:
            low = middle
        else:
            high = middle
    inverse = float(np.exp((low + high) / 2))
    first, second = slopes(inverse)
    error = sqrt(float(np.square(first).mean()) / len(z)) / max(float(second.mean()), 1e-300)
    # An interval of the logarithm stays positive.
    factor = float(np.exp(min(Z95 * error / inverse, 30.0)))
    value = spread / inverse
    return value, (value / factor, value * factor)


@dataclass(frozen=True)
class Suspects:
    """Labels that confident answers disagree with.

    Attributes:
        images: how many confident answers were counted.
        others: how many of them name another class than the label.
    """

    images: int
    others: int


def suspect_labels(probabilities: Doubles, labels: Integers) -> Suspects:
    """Labels that differ from an answer that is as confident as its class deserves.

    An image counts for the likeliest class j among those whose probability reaches the mean
    probability of j over the images labeled j. Source: C. Northcutt, L. Jiang, I. Chuang, 2021,
    Confident Learning, JAIR 70, equation 1 (the confident joint).
    """
    classes = probabilities.shape[1]
    limits = np.full(classes, np.inf)
    for label in np.unique(labels):
        limits[label] = probabilities[labels == label, label].mean()
    reached = probabilities >= limits - 1e-12
    counted = reached.any(axis=1)
    answer = np.where(reached, probabilities, -1).argmax(axis=1)
    return Suspects(int(counted.sum()), int((counted & (answer != labels)).sum()))
