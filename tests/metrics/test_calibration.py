from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from reportgen.metrics.calibration import (
    calibration_error,
    certain,
    error_by_chance,
    margins,
    softmax,
    suspect_labels,
    temperature,
)


def test_the_calibration_error_by_hand() -> None:
    """Fifteen bins of two images each: half right at a confidence of 0.9 is 0.4 off."""
    confidence, right = np.full(30, 0.9), np.tile([True, False], 15)
    assert calibration_error(confidence, right) == pytest.approx(0.4)
    assert calibration_error(np.ones(30), np.ones(30, bool)) == 0


def test_chance_alone_makes_a_calibration_error_that_falls_with_the_images() -> None:
    few, many = (error_by_chance(np.full(n, 0.7), 0) for n in (60, 6000))
    # A bin of k images has a mean absolute deviation of about sqrt(2 p (1 - p) / (pi k)).
    for n, found in ((60, few), (6000, many)):
        assert found == pytest.approx(np.sqrt(2 * 0.21 / (np.pi * n / 15)), rel=0.1)


@pytest.mark.parametrize("factor", [0.2, 1.0, 3.0, 1000.0])
def test_the_temperature_is_that_of_a_minimizer(factor: float) -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (2000, 5))
    labels = np.array([rng.choice(5, p=p) for p in softmax(scores)])
    found = temperature(scores * factor, labels)
    assert found is not None
    value, (low, high) = found

    def loss(inverse: float) -> float:
        return float(-log_softmax(scores * inverse, axis=1)[np.arange(2000), labels].mean())

    best = minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-9}).x
    assert value == pytest.approx(factor / best, rel=1e-4)
    assert low < factor < high
    assert high / low < 1.3


def test_the_interval_of_the_temperature_holds() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        scores = rng.normal(0, 2, (300, 3))
        drawn = (softmax(scores).cumsum(axis=1) > rng.random((300, 1))).argmax(axis=1)
        found = temperature(scores, drawn)
        assert found is not None
        held += found[1][0] <= 1 <= found[1][1]
    assert 0.91 <= held / 200 <= 0.985


def test_there_is_no_temperature_where_all_is_right_or_nothing() -> None:
    scores = np.eye(3)[[0, 1, 2] * 5]
    assert temperature(scores, np.array([0, 1, 2] * 5)) is None
    assert temperature(scores, np.array([1, 2, 0] * 5)) is None
    assert temperature(np.zeros((4, 3)), np.zeros(4, np.int64)) is None


@pytest.mark.parametrize(("lead", "is_one"), [(16.0, False), (17.0, False), (18.0, True)])
def test_a_probability_is_one_as_in_single_precision(lead: float, is_one: bool) -> None:
    scores = np.array([[lead, 0.0]])
    assert (np.float32(softmax(scores)[0, 0]) == 1) == is_one
    assert certain(scores).tolist() == [is_one]
    assert margins(scores).tolist() == [lead]


def test_suspect_labels_by_hand() -> None:
    """Class 0 needs 0.6, the mean of 0.9 and 0.3; class 1 needs 0.8."""
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.1, 0.9], [0.3, 0.7]])
    labels = np.array([0, 0, 1, 1])
    found = suspect_labels(probabilities, labels)
    # Only the first and the third image reach the threshold of a class, and are labeled so.
    assert (found.images, found.others) == (2, 0)
    found = suspect_labels(np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8]]), np.array([0, 0, 1]))
    # Class 0 needs 0.5 and class 1 needs 0.8; the second image is labeled 0 and named 1.
    assert (found.images, found.others) == (3, 1)
