"""Similarity of maps: rank correlation and SSIM, by hand and against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.metrics.randomization import (
    in_groups,
    rank_correlation,
    scaled,
    structural_similarity,
    varied,
)


def test_rank_correlation_by_hand() -> None:
    a = np.array([[[1.0, 2, 3, 4]], [[1, 2, 3, 4]], [[1, 1, 2, 2]], [[5, 5, 5, 5]]])
    b = np.array([[[1.0, 4, 9, 16]], [[4, 3, 2, 1]], [[0, 0, 1, 0]], [[1, 2, 3, 4]]])
    found = rank_correlation(a, b)
    # Ranks with ties: (.5, .5, 2.5, 2.5) and (1, 1, 3, 1).
    assert found[:3] == pytest.approx([1, -1, 1 / np.sqrt(3)])
    assert np.isnan(found[3])
    # Over some pixels only: without the last, and without any.
    over = np.ones(a.shape, bool)
    over[2, 0, 3] = over[1] = False
    found = rank_correlation(a, b, over)
    assert found[[0, 2]] == pytest.approx([1, 1])
    assert np.isnan(found[[1, 3]]).all()


def test_ssim_against_its_definition() -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(size=(3, 14, 13))
    b = a + rng.normal(size=a.shape)
    found = structural_similarity(a, b)
    # As scikit-image with gaussian_weights=True, sigma=1.5, use_sample_covariance=False.
    steps = np.arange(-5, 6)
    window = np.exp(-(steps[:, None] ** 2 + steps**2) / (2 * 1.5**2))
    window /= window.sum()
    for x, y, value in zip(a, b, found, strict=True):
        x, y = x / np.sqrt((x**2).mean()), y / np.sqrt((y**2).mean())
        span = max(x.max(), y.max()) - min(x.min(), y.min())
        c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
        shares = []
        for i in range(4):
            for j in range(3):
                p, q = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
                mp, mq = (window * p).sum(), (window * q).sum()
                vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
                both = (window * (p - mp) * (q - mq)).sum()
                above = (2 * mp * mq + c1) * (2 * both + c2)
                shares.append(above / ((mp**2 + mq**2 + c1) * (vp + vq + c2)))
        assert value == pytest.approx(np.mean(shares))


def test_ssim_does_not_depend_on_the_size_of_values() -> None:
    a = np.random.default_rng(2).normal(size=(2, 16, 16))
    assert structural_similarity(a, 1000 * a) == pytest.approx([1, 1])
    other = np.random.default_rng(3).normal(size=(2, 16, 16))
    assert (np.abs(structural_similarity(a, other)) < 0.3).all()


def test_maps_without_a_pattern_are_no_pass() -> None:
    zero, some = np.zeros((1, 12, 12)), np.random.default_rng(3).random((1, 12, 12))
    for blank in (zero, zero + 2):
        assert np.isnan(rank_correlation(blank, some)).all()
        assert np.isnan(structural_similarity(some, blank)).all()
        assert not varied(blank).any()
    assert np.isnan(structural_similarity(some[:, :10], some[:, :10])).all()
    assert not scaled(zero).any()
    assert (scaled(some) ** 2).mean() == pytest.approx(1)


def test_groups_keep_the_outputs_alone() -> None:
    assert in_groups([1, 2, 3], 6) == [[1], [2], [3]]
    assert in_groups(list(range(9)), 4) == [[0], [1, 2, 3], [4, 5, 6], [7, 8]]
    assert in_groups([], 4) == []
