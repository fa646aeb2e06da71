"""Statistics against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.metrics.statistics import (
    SHARE,
    auc_interval,
    bootstrap,
    bootstrap_difference,
    mean_by_unit,
    mean_of_defined,
    median_interval,
    moran,
    picked_level,
    student,
    variation_interval,
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


def test_interval_of_a_median_and_of_one_value() -> None:
    low, high = median_interval([1, 2, 3, 4, 100])
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


def test_bootstrap_of_shares_stays_within_bounds_and_is_skewed() -> None:
    shares = np.random.default_rng(0).beta(0.5, 5, 16)
    low, high = bootstrap(shares, 0, SHARE)
    assert 0 < low < shares.mean() < high < 1
    assert high - shares.mean() > 1.3 * (shares.mean() - low)
    with pytest.raises(ValueError, match="expected 0"):
        bootstrap([0.5, 1.1], 0, SHARE)


def test_bootstrap_of_equal_values_allows_for_others_unseen() -> None:
    # A value seen in none of 96 has a share of at most 1 - 0.025^(1/96) = 3.77 % (0.975 sure).
    assert bootstrap([0.0] * 96, 0, SHARE) == (0, pytest.approx(0.03770, abs=1e-5))
    assert bootstrap([0.5] * 96, 0, SHARE) == pytest.approx((0.48115, 0.51885), abs=1e-5)
    assert bootstrap([2.0] * 96, 0) == (2, 2)
    assert bootstrap([0.4], 0, SHARE) == (0.4, 0.4)


def test_bootstrap_never_exceeds_wilson_and_is_finite_without_bounds() -> None:
    ones = [0.0] * 7 + [1.0]
    low, high = bootstrap(ones, 0, SHARE)
    assert wilson(1, 8)[0] <= low < high <= wilson(1, 8)[1]
    assert np.isfinite(bootstrap(ones, 0)).all()
    # Student: 0.5 -+ 12.7 * 0.707 / sqrt 2 of two values.
    assert bootstrap([0.0, 1.0], 0)[1] == pytest.approx(0.5 + 12.7062 / 2, rel=1e-5)


def test_students_quantile_is_near_tables() -> None:
    for freedom, value in ((3, 3.18245), (5, 2.57058), (10, 2.22814), (30, 2.04227)):
        assert student(freedom) == pytest.approx(value, rel=1e-4)
    assert student(10, 0.99) == pytest.approx(3.16927, rel=1e-3)


def test_interval_of_a_median_lies_between_ranks() -> None:
    # Of 10 values, ranks 2 and 9 hold the median with 97.85 %, ranks 3 and 8 with 89.06 %.
    low, high = median_interval(np.arange(1.0, 11.0))
    assert 2 < low < 3
    assert 8 < high < 9
    assert low - 2 == pytest.approx(9 - high)
    assert median_interval([5.0, 1.0, 3.0]) == (1, 5)
    assert median_interval([2.0] * 20) == (2, 2)


def test_interval_of_variation_holds_it() -> None:
    values = np.random.default_rng(0).gamma(4, size=200)
    low, high = variation_interval(values, 0)
    assert 0.3 < low < values.std() / values.mean() < high < 0.7
    assert variation_interval([1.0, 1.0, 1.0], 0) == (0, 0)
    assert variation_interval([2.0], 0) == (0, 0)


def test_looks_at_one_unit_count_once() -> None:
    np.testing.assert_allclose(mean_by_unit([1, 3, 7], ["a", "a", "b"]), [2, 7])


def test_interval_of_pairs_won() -> None:
    low, high = auc_interval(0.5, 50, 50)
    # Hanley and McNeil at 0.5: the error is sqrt((n + m + 1) / (12 n m)) = 0.058.
    assert 0.5 - low == pytest.approx(high - 0.5)
    assert high - 0.5 == pytest.approx(1.96 * 0.058, abs=0.01)
    low, high = auc_interval(1.0, 10, 10)
    assert 0.6 < low < 0.9
    assert high == 1
    assert auc_interval(0.9, 50, 50, picked_level(64))[0] < auc_interval(0.9, 50, 50)[0]


def test_a_pick_of_many_needs_a_higher_level() -> None:
    assert picked_level(1) == pytest.approx(0.95)
    assert picked_level(10) == pytest.approx(0.994884, abs=1e-6)
    assert wilson(5, 10, picked_level(10))[0] < wilson(5, 10)[0]
