"""Images as waves and back, and the direction of a step in them."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from reportgen.maximization.parameterization import decode, encode, stepped, unbounded


@pytest.mark.parametrize("shape", [(6, 6, 1), (7, 5, 3), (8, 9, 4)])
@pytest.mark.parametrize("kind", ["pixels", "fourier"])
def test_there_and_back(shape: tuple[int, ...], kind: str) -> None:
    low = np.linspace(-3, 0, shape[-1]).astype(np.float32)
    high = low + 2
    share = np.random.default_rng(0).uniform(0.05, 0.95, (2, *shape))
    images = (low + 2 * share).astype(np.float32)
    numbers = encode(tf.constant(images), low, high, kind)
    np.testing.assert_allclose(decode(numbers, shape, low, high, kind), images, atol=2e-5)


def test_any_waves_are_images_inside_the_range() -> None:
    rng = np.random.default_rng(1)
    numbers = tf.constant(rng.normal(0, 9, (2, 3, 6, 4, 2)), tf.float32)
    images = decode(numbers, (6, 6, 3), np.float32([0] * 3), np.float32([1] * 3), "fourier")
    assert images.shape == (2, 6, 6, 3)
    assert float(tf.reduce_min(images)) >= 0
    assert float(tf.reduce_max(images)) <= 1


def test_slow_waves_and_shared_colors_weigh_more() -> None:
    def energy(row: int, color: int) -> float:
        numbers = np.zeros((1, 3, 16, 9, 2), np.float32)
        numbers[0, color, row, 0] = 1
        return float(tf.reduce_sum(unbounded(tf.constant(numbers), (16, 16, 3)) ** 2))

    assert energy(1, 0) / energy(4, 0) == pytest.approx(16, rel=1e-4)
    # Brightness changes sooner than blue against yellow, and that sooner than green against pink.
    assert energy(1, 0) > energy(1, 1) > energy(1, 2)


def test_a_step_in_waves_has_the_length_of_one_in_pixels_and_goes_uphill() -> None:
    shape, ends = (8, 8, 1), (np.float32([0]), np.float32([1]))
    gray = tf.fill((1, *shape), 0.5)
    way = tf.constant(np.random.default_rng(2).normal(size=(1, *shape)), tf.float32)
    way /= tf.sqrt(tf.reduce_mean(way**2))
    numbers = encode(gray, *ends, "fourier")
    after = decode(stepped(numbers, way, shape, 0.01, *ends, "fourier"), shape, *ends, "fourier")
    moved = np.asarray(after - gray)
    assert np.sqrt((moved**2).mean()) == pytest.approx(0.01, rel=1e-2)
    assert (moved * np.asarray(way)).sum() > 0
    still = stepped(numbers, tf.zeros_like(way), shape, 0.01, *ends, "fourier")
    np.testing.assert_array_equal(still, numbers)
