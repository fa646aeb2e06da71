"""Resizing against TensorFlow's and against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from reportgen.network.resizing import area, bilinear


@pytest.mark.parametrize("size", [(28, 28), (7, 12), (6, 5), (1, 3), (3, 2)])
def test_bilinear_equals_tensorflow_with_half_pixel_centers(size: tuple[int, int]) -> None:
    maps = np.random.default_rng(0).random((3, 6, 5), dtype=np.float32)
    reference = tf.image.resize(maps[..., None], size, "bilinear")[..., 0]
    np.testing.assert_allclose(bilinear(maps, size), reference, atol=1e-6)


def test_nothing_shifts_and_no_value_leaves_the_range() -> None:
    maps = np.zeros((1, 5, 5), np.float32)
    maps[0, 2, 2] = 1
    large = bilinear(maps, (45, 45))[0]
    assert np.unravel_index(large.argmax(), large.shape) == (22, 22)
    np.testing.assert_allclose(large, large[::-1, ::-1], atol=1e-7)
    assert large.min() >= 0
    assert large.max() <= 1
    np.testing.assert_allclose(bilinear(maps[:, ::-1], (9, 9)), bilinear(maps, (9, 9))[:, ::-1])


def test_area_averages_what_a_cell_covers() -> None:
    row = np.array([[[0.0, 3.0, 6.0]]])
    # Two cells over three pixels: one and a half pixels each.
    np.testing.assert_allclose(area(row, (1, 2)), [[[1.0, 5.0]]])
    masks = np.random.default_rng(0).random((4, 28, 28)) > 0.7
    small = area(masks, (11, 6))
    np.testing.assert_allclose(small.mean((1, 2)), masks.mean((1, 2)), rtol=1e-6)
