"""Climbing in input space, and fresh weights to compare with."""

from __future__ import annotations

import random

import keras
import numpy as np
import pytest
from small_models import nested, sequential, state

from reportgen.maximization.ascent import AscentResult
from reportgen.maximization.ascent import climb as climb_any
from reportgen.maximization.objectives import filters
from reportgen.maximization.recipes import Recipe
from reportgen.maximization.transformations import Moves, Transforms, draw_moves
from reportgen.network import execution
from reportgen.network.network import Network
from reportgen.network.randomization import fresh_weights, weights

layers = keras.layers


def climb(
    model: keras.Model,
    layer: str,
    picks: np.ndarray,
    first: np.ndarray,
    shifts: np.ndarray,
    recipe: Recipe,
    values: list[np.ndarray] | None = None,
) -> AscentResult:
    """Filters, each alone, with shifts as the only movement."""
    moves = Moves(shifts, np.tile(np.float32([0, 1]), (len(shifts), 1)))
    return climb_any(Network.of(model), filters(layer, picks), first, moves, recipe, values)


def climbed(
    model: keras.Model, layer: str = "conv", steps: int = 20, jitter: int = 1, **dials: float
) -> AscentResult:
    recipe = Recipe(steps=steps, transforms=Transforms(jitter), **dials)
    rng = np.random.default_rng(0)
    blank = 0.5 + 0.01 * rng.standard_normal((1, *model.inputs[0].shape[1:]))
    first = np.repeat(blank, 2, axis=0).astype(np.float32)
    return climb(model, layer, np.arange(2), first, _shifts(rng, steps, jitter), recipe)


def _shifts(rng: np.random.Generator, steps: int, reach: int) -> np.ndarray:
    return rng.integers(-reach, reach + 1, (steps, 2))


def linear(
    kernel: list[list[float]], bias: float = 0.0, activation: str | None = None
) -> keras.Model:
    """One 2x2 convolution of one filter over 3x3x1, twice, so that there are two filters."""
    model = keras.Sequential(
        [keras.Input((3, 3, 1)), layers.Conv2D(2, 2, activation=activation, name="conv")]
    )
    one = np.array(kernel, np.float32)[:, :, None, None]
    model.set_weights([np.concatenate([one, -one], axis=3), np.full(2, bias)])
    return model


def test_one_step_by_hand() -> None:
    # The mean response of a linear filter of ones has the gradient (1, 2, 1) x (1, 2, 1) / 4.
    model = linear([[1, 1], [1, 1]])
    recipe = Recipe(steps=1, rate=0.1, decay=0, variation=0, low=0, high=1)
    first = np.full((2, 3, 3, 1), 0.5, np.float32)
    found = climb(model, "conv", np.array([0, 1]), first, np.array([[0, 0]]), recipe)
    slope = np.outer([1, 2, 1], [1, 2, 1])
    step = 0.1 * slope / np.sqrt((slope**2).mean())
    # The first half of the steps is empty, so the mean response itself is climbed.
    np.testing.assert_allclose(found.images[0, ..., 0], 0.5 + step, atol=1e-6)
    np.testing.assert_allclose(found.images[1, ..., 0], 0.5 - step, atol=1e-6)
    assert found.start == pytest.approx([2, -2])
    assert found.reached[0] == pytest.approx((slope * (0.5 + step)).sum() / 4)


def test_a_long_climb_without_regularizers_ends_in_the_corner() -> None:
    found = climbed(linear([[1, -1], [1, -1]]), steps=200, jitter=0, decay=0, variation=0)
    # The gradient is positive in the left column, negative in the right, zero in the middle.
    np.testing.assert_allclose(found.images[0, :, 0], 1)
    np.testing.assert_allclose(found.images[0, :, 2], 0)


def test_values_stay_in_the_range_and_the_response_rises() -> None:
    for low, high in ((0.0, 1.0), (-1.0, 1.0), (-120.0, 130.0)):
        found = climbed(sequential(), low=low, high=high, rate=0.3)
        assert found.images.min() >= low
        assert found.images.max() <= high
        assert (found.reached >= found.start).all()
        assert (found.reached > found.start).any()


def test_reached_is_the_mean_response_to_the_image_that_is_returned() -> None:
    model = nested()
    found = climbed(model, "backbone/conv")
    maps = model.get_layer("backbone")(found.images).numpy()
    np.testing.assert_allclose(found.reached, maps.mean(axis=(1, 2))[[0, 1], [0, 1]], rtol=1e-5)


def test_a_filter_that_is_off_at_the_start_is_woken() -> None:
    model = linear([[1, -1], [1, -1]], bias=-0.5, activation="relu")
    found = climbed(model, jitter=0)
    assert found.start.tolist() == [0, 0]
    assert (found.reached > 0).all()
    assert not found.still.any()


def test_a_filter_without_a_gradient_stays_blank_and_says_so() -> None:
    model = linear([[0, 0], [0, 0]], bias=-1, activation="relu")
    found = climbed(model)
    assert found.still.all()
    assert np.abs(found.images - 0.5).max() < 0.05
    assert np.isfinite(found.images).all()


def test_the_model_and_random_state_stay_as_they_were() -> None:
    model = sequential()
    model.get_layer("conv").trainable = False
    before, python_state = state(model), random.getstate()
    climbed(model)
    fresh_weights(Network.of(model), 3)
    assert state(model) == before
    assert random.getstate() == python_state


def test_the_same_climb_twice_gives_the_same_bytes() -> None:
    first, second = climbed(sequential()), climbed(sequential())
    assert first.images.tobytes() == second.images.tobytes()


def test_a_filter_climbs_alone_as_in_company() -> None:
    model = sequential()
    both = climbed(model)
    rng = np.random.default_rng(0)
    blank = (0.5 + 0.01 * rng.standard_normal((1, 6, 6, 1))).astype(np.float32)
    shifts = rng.integers(-1, 2, (20, 2))
    alone = climb(model, "conv", np.array([1]), blank, shifts, Recipe(steps=20))
    np.testing.assert_allclose(alone.images[0], both.images[1], atol=1e-5)


def test_nothing_is_traced_twice() -> None:
    model = sequential()
    climbed(model)
    climbed(model, steps=7, rate=0.2, low=-1.0)
    (graph,) = execution.graphs_of(Network.of(model)).values()
    assert graph.traces == 1


def test_fresh_weights_are_those_of_a_new_model() -> None:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(64, 3, name="conv"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(10, kernel_initializer="he_normal"),
        ]
    )
    model.set_weights([np.full(w.shape, 9.0) for w in model.get_weights()])
    values = {
        v.path: value
        for v, value in zip(
            weights(Network.of(model)), fresh_weights(Network.of(model), 1), strict=True
        )
    }
    kernel, bias, gamma, beta, mean, variance, dense, _ = values.values()
    limit = np.sqrt(6 / (27 + 9 * 64))
    assert np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    assert dense.std() == pytest.approx(np.sqrt(2 / 2304), rel=0.1)
    assert not bias.any()
    assert not beta.any()
    assert not mean.any()
    assert (gamma == 1).all()
    assert (variance == 1).all()


def test_fresh_weights_follow_the_seed() -> None:
    model = nested()
    same = [
        np.array_equal(a, b)
        for a, b in zip(
            fresh_weights(Network.of(model), 1), fresh_weights(Network.of(model), 1), strict=True
        )
    ]
    kernels = [
        np.array_equal(a, b)
        for a, b in zip(
            fresh_weights(Network.of(model), 1), fresh_weights(Network.of(model), 2), strict=True
        )
    ]
    assert all(same)
    assert not all(kernels)
    assert len(fresh_weights(Network.of(model), 1)) == len(model.weights)


def test_a_climb_with_other_weights_is_that_of_a_model_with_them() -> None:
    model, other = sequential(), sequential()
    values = fresh_weights(Network.of(model), 5)
    for variable, value in zip(weights(Network.of(other)), values, strict=True):
        variable.assign(value)
    rng = np.random.default_rng(0)
    blank = (0.5 + 0.01 * rng.standard_normal((2, 6, 6, 1))).astype(np.float32)
    shifts = np.zeros((10, 2), int)
    picks, recipe = np.arange(2), Recipe(steps=10)
    lent = climb(model, "conv", picks, blank, shifts, recipe, values)
    own = climb(other, "conv", picks, blank, shifts, recipe)
    np.testing.assert_allclose(lent.images, own.images, atol=1e-6)


def test_what_keeps_an_image_plain_waits_for_a_filter_that_is_asleep() -> None:
    # It responds only where four pixels together are nearly white: further from gray than the
    # pull to gray would ever let the image come.
    model = linear([[1, 1], [1, 1]], bias=-3.9, activation="relu")
    found = climbed(model, steps=60, jitter=0, decay=6.0, variation=0.0)
    assert found.reached[0] > 0


def strided() -> keras.Model:
    """A network whose answers hang on where in the image something is, to the pixel."""
    keras.utils.set_random_seed(4)
    return keras.Sequential(
        [
            keras.Input((9, 9, 1)),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(6, 3, strides=2, padding="same", activation="relu", name="conv"),
        ]
    )


@pytest.mark.parametrize("parameterization", ["pixels", "fourier"])
def test_more_steps_never_give_less(parameterization: str) -> None:
    model, rng = strided(), np.random.default_rng(0)
    blank = (0.5 + 0.01 * rng.standard_normal((1, 9, 9, 1))).repeat(6, 0).astype(np.float32)
    reached = []
    for steps in (40, 48, 80, 160):
        how = Transforms(jitter=3, rotate=5.0)
        recipe = Recipe(steps, transforms=how, parameterization=parameterization)
        moves = draw_moves(np.random.default_rng(1), steps, how)
        found = climb_any(Network.of(model), filters("conv", np.arange(6)), blank, moves, recipe)
        maps = model(found.images).numpy().mean(axis=(1, 2))
        np.testing.assert_allclose(found.reached, maps[range(6), range(6)], rtol=1e-4, atol=1e-6)
        reached.append(found.reached)
    assert (np.diff(reached, axis=0) >= -1e-6).all()
    assert (reached[-1] > reached[0]).any()


def test_a_gradient_may_be_as_small_as_it_likes() -> None:
    model = linear([[1, -1], [1, -1]])
    plain = climbed(model)
    model.set_weights([weight * 1e-13 for weight in model.get_weights()])
    small = climbed(model)
    assert not small.still.any()
    np.testing.assert_allclose(small.images, plain.images, atol=1e-5)
