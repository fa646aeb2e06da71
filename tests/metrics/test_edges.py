"""Edges of images, and how maps go with them, by hand."""

from __future__ import annotations

import numpy as np

from reportgen.metrics.edges import departures, edge_strength, edges, orientations, slopes
from reportgen.metrics.statistics import correlations

RAMP = np.tile(np.arange(4, dtype=np.uint8) * 10, (1, 4, 1))[..., None]


def test_a_ramp_has_vertical_edges_only() -> None:
    vertical, horizontal = edges(RAMP, (2, 2))
    np.testing.assert_allclose(vertical, np.full((1, 2, 2), 10.0))
    np.testing.assert_allclose(horizontal, 0)


def test_slopes_have_a_sign() -> None:
    across, down = slopes(RAMP[:, :, ::-1])
    np.testing.assert_allclose(across, np.full((1, 4, 4), -10.0))
    np.testing.assert_allclose(down, 0)
    np.testing.assert_allclose(slopes(RAMP[:, :, :1])[0], 0)


def test_departures_are_from_the_median() -> None:
    maps = np.array([[0, 0, 3], [0, 0, -1]], np.float32).reshape(1, 2, 3, 1)
    np.testing.assert_allclose(departures(maps).ravel(), [0, 0, 3, 0, 0, 1])


def test_correlations_by_hand() -> None:
    wanted = np.array([[[1.0, 0], [1, 0]]])
    values = np.array([[[2, 0, 5], [0, 2, 5], [2, 0, 5], [0, 2, 5]]], np.float64)
    np.testing.assert_allclose(correlations(values, wanted), [[1, -1, 0]], atol=1e-12)


def test_filters_follow_the_edges_that_they_are_made_for() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), dtype=np.uint8)
    vertical, horizontal = edges(images, (8, 8))
    maps = np.stack([vertical, horizontal, np.ones_like(vertical)], axis=-1).astype(np.float32)
    turned = orientations(maps, vertical, horizontal).mean(axis=0)
    assert turned[0] > 0.3
    assert turned[1] < -0.3
    assert turned[2] == 0


def test_edge_strength_by_hand() -> None:
    step = np.zeros((1, 3, 4, 3), np.uint8)
    step[:, :, 2:] = 100
    assert edge_strength(step)[0].tolist() == [[0, 50, 50, 0]] * 3
