"""Deletion and insertion of pixels, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.metrics.faithfulness import area, blurred, exchanged, orders, random_orders


def test_pixels_go_from_the_largest_value_down() -> None:
    maps = np.array([[[0.1, 0.9], [0.5, -2.0]]])
    assert orders(maps, np.random.default_rng(0)).tolist() == [[1, 2, 0, 3]]


def test_ties_are_in_random_order() -> None:
    maps = np.zeros((200, 2, 2))
    maps[:, 1, 1] = 1
    found = orders(maps, np.random.default_rng(0))
    assert (found[:, 0] == 3).all()
    assert [(found[:, 1] == pixel).mean() for pixel in range(3)] == pytest.approx(
        [1 / 3] * 3, abs=0.1
    )
    assert np.array_equal(found, orders(maps, np.random.default_rng(0)))


def test_every_random_order_holds_every_pixel() -> None:
    found = random_orders(3, 20, np.random.default_rng(1))
    assert (np.sort(found, axis=1) == np.arange(20)).all()
    assert len(np.unique(found, axis=0)) == 3


def test_shares_of_the_pixels_are_exchanged() -> None:
    start, end = np.zeros((1, 2, 2, 3)), np.ones((1, 2, 2, 3))
    way = exchanged(start, end, np.array([[3, 0, 2, 1]]), 4)
    assert way.shape == (1, 3, 2, 2, 3)
    assert way[0, ..., 0].reshape(3, 4).tolist() == [[0, 0, 0, 1], [1, 0, 0, 1], [1, 0, 1, 1]]
    assert (way[..., 0] == way[..., 2]).all()


def test_area_by_trapezoids() -> None:
    assert area(np.array([[1.0, 0, 0], [1, 1, 1], [1, 0.5, 0]])).tolist() == [0.25, 1, 0.5]


def test_blur_keeps_a_constant_image_and_spreads_a_point() -> None:
    assert blurred(np.full((1, 5, 4, 2), 3.0)) == pytest.approx(3)
    point = np.zeros((1, 31, 31, 1))
    point[0, 15, 15] = 1
    found = blurred(point)[0, ..., 0]
    weights = np.exp(-0.5 * (np.arange(-5, 6) / 5) ** 2)
    weights /= weights.sum()
    assert found[10:21, 10:21] == pytest.approx(np.outer(weights, weights), abs=1e-6)
    assert found.sum() == pytest.approx(1, abs=1e-5)
