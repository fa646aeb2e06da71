"""Statistics against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.metrics.statistics import (
    bootstrap,
    bootstrap_difference,
    mean_of_defined,
    moran,
    wilson,
)


def test_moran_of_a_ramp_a_checkerboard_and_a_constant() -> None:
    ramp = np.broadcast_to(np.array([[-1.0], [0.0], [1.0]]), (3, 3))
    checkers = np.indices((4, 4)).sum(axis=0) % 2
    # Ramp: across every pair is equal (2 rows of 2 pairs with product 1), down every pair holds
    # a zero; 9 / 12 * 4 / 6. Checkerboard: every neighbor is the opposite.
    assert moran(ramp[None]) == pytest.approx(9 / 12 * 4 / 6)
    assert moran(checkers[None]) == pytest.approx(-1)
    assert np.isnan(moran(np.full((1, 4, 4), 0.1))).all()


def test_moran_of_noise_is_near_its_expectation() -> None:
    noise = np.random.default_rng(0).normal(size=(2000, 5, 5))
    assert moran(noise).mean() == pytest.approx(-1 / 24, abs=0.01)


def test_moran_does_not_depend_on_brightness_and_contrast() -> None:
    images = np.random.default_rng(0).normal(size=(3, 6, 4))
    np.testing.assert_allclose(moran(images * 7 - 3), moran(images), rtol=1e-9)


def test_moran_of_one_pixel_and_of_none() -> None:
    assert np.isnan(moran(np.ones((2, 1, 1)))).tolist() == [True, True]
    assert moran(np.ones((0, 3, 3))).shape == (0,)


def test_a_mean_of_what_is_defined() -> None:
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 5.0]])
    np.testing.assert_array_equal(mean_of_defined(values, axis=1), [2, 5])
    np.testing.assert_array_equal(mean_of_defined(values, axis=0), [1, np.nan, 4])


def test_moran_refuses_other_shapes() -> None:
    with pytest.raises(ValueError, match=r"\(n, h, w\)"):
        moran(np.ones((3, 3)))


def test_wilson_by_hand() -> None:
    # z = 1.96, n = 10, p = .9: centre (.9 + .19207) / 1.38415, margin .25637 / 1.38415
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    assert wilson(5, 5)[1] == 1
    assert wilson(0, 5)[0] == 0


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilson_holds_the_proportion(hits: int, misses: int) -> None:
    n = hits + misses
    low, high = wilson(hits, n)
    assert 0 <= low <= (hits / n if n else 0) + 1e-12
    assert (hits / n if n else 1) - 1e-12 <= high <= 1


def test_wilson_refuses_more_hits_than_cases() -> None:
    with pytest.raises(ValueError, match="got 3 of 2"):
        wilson(3, 2)


def test_bootstrap_is_seeded_and_holds_the_mean() -> None:
    values = np.random.default_rng(0).normal(5, 1, 400)
    low, high = bootstrap(values, seed=1)
    assert (low, high) == bootstrap(values, seed=1)
    assert (low, high) != bootstrap(values, seed=2)
    assert low < values.mean() < high
    # The normal approximation: 1.96 * sd / sqrt(n) on either side.
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.15)


def test_bootstrap_of_a_median_and_of_one_value() -> None:
    low, high = bootstrap([1, 2, 3, 4, 100], 0, np.median)
    assert 1 <= low <= 3 <= high <= 100
    assert bootstrap([3.0], 0) == (3, 3)


def test_bootstrap_of_a_difference_widens_with_both_samples() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(5, 1, 400), rng.normal(3, 2, 100)
    low, high = bootstrap_difference(first, second, 1)
    assert (low, high) == bootstrap_difference(first, second, 1)
    assert low < first.mean() - second.mean() < high
    # The normal approximation: variances of the two means add up.
    width = 2 * 1.96 * np.sqrt(first.var() / 400 + second.var() / 100)
    assert high - low == pytest.approx(width, rel=0.15)
    assert bootstrap_difference([3.0], [1.0], 0) == (2, 2)


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf]])
def test_bootstrap_refuses_what_has_no_mean(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        bootstrap(values, 0)
    with pytest.raises(ValueError, match="finite"):
        bootstrap_difference([1.0], values, 0)
