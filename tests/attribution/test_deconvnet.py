"""Deconvnet: an independent reference, its window, and what has no rule."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import reference
import tensorflow as tf
from small_models import images, nested, residual, seeded, sequential, state

from reportgen.attribution.deconvnet import deconvnet, peaks
from reportgen.errors import UndefinedError, UserError
from reportgen.network import batching, execution
from reportgen.network.dependencies import dependencies_of
from reportgen.network.network import Network
from reportgen.network.receptive_field import window

layers = keras.layers


@pytest.mark.parametrize("rule", ["deconvnet", "guided", "gradient"])
@pytest.mark.parametrize("keep", ["strongest", "all"])
def test_agrees_with_an_independent_reference(keep: str, rule: str) -> None:
    model, x = sequential(), images(6)
    found = deconvnet(model, x, keep=keep, rule=rule)
    assert found.shape == (2, 6, 6, 6, 1)
    for channel, one in enumerate(found):
        reference.close(one, reference.projection(model, x, channel, keep, rule))


def switched() -> Any:
    """conv of 1x1 (weights 1 and -1) - ReLU - max-pooling - conv of 1x1 that adds both - ReLU."""
    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            layers.Conv2D(2, 1, activation="relu", name="first"),
            layers.MaxPooling2D(),
            layers.Conv2D(1, 1, activation="relu", name="second"),
        ]
    )
    kernels = [np.array([1.0, -1.0]).reshape(1, 1, 1, 2), np.array([3.0, 2.0]).reshape(1, 1, 2, 1)]
    model.set_weights([kernels[0], np.zeros(2), kernels[1], np.zeros(1)])
    return model


def test_switches_and_rules_by_hand() -> None:
    x = np.array([[1.0, 5.0], [-2.0, 3.0]], np.float32)[None, ..., None]
    # Maxima: 5 in the upper right, 2 (of minus x) in the lower left; activation 3 * 5 + 2 * 2.
    expected = [[0, 3 * 19], [-2 * 19, 0]]
    for rule in ("deconvnet", "guided", "gradient"):
        assert deconvnet(switched(), x, "second", rule=rule)[0, 0, ..., 0].tolist() == expected
    # Where a ReLU was closed, only the deconvnet passes: pooled zeros of -x, the first switch.
    lit = np.array([[1.0, 5.0], [2.0, 3.0]], np.float32)[None, ..., None]
    expected = [[-2 * 15, 3 * 15], [0, 0]]
    assert deconvnet(switched(), lit, "second")[0, 0, ..., 0].tolist() == expected
    closed = deconvnet(switched(), lit, "second", rule="guided")[0, 0, ..., 0].tolist()
    assert closed == [[0, 45], [0, 0]]


def test_without_a_relu_it_is_the_activation_times_its_gradient() -> None:
    model = seeded(
        keras.Sequential(
            [
                keras.Input((6, 6, 1)),
                layers.Conv2D(3, 3),
                layers.MaxPooling2D(2, 1),
                layers.Conv2D(2, 2, name="last"),
            ]
        )
    )
    x = tf.constant(images(4))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        flat = tf.reshape(model(x), (4, -1, 2))
        tops = [tf.reduce_max(flat[..., channel], axis=1) for channel in range(2)]
    found = deconvnet(model, images(4))
    for one, top in zip(found, tops, strict=True):
        expected = top[:, None, None, None] * tape.gradient(top, x)
        np.testing.assert_allclose(one, expected, atol=1e-5)


def test_nested_residual_networks_and_what_has_no_rule() -> None:
    model = residual()
    rng = np.random.default_rng(2)
    x = rng.random((3, 12, 10, 3), dtype=np.float32)
    way = dependencies_of(Network.of(model), "backbone/out")
    assert way.normalizations == ("backbone/stem_norm",)
    assert way.merges == ("backbone/sum",)
    # What lies in another branch of the model is no part of the way.
    assert way.average_pools == way.nonlinearities == ()
    other = dependencies_of(Network.of(model), 1)
    assert other.average_pools == ("average", "mean")
    assert other.nonlinearities == ("bend",)
    found = deconvnet(model, x, "backbone/out", [1, 3])
    assert found.shape == (2, 3, 12, 10, 3)
    # Nothing lies beyond the window of the strongest position, and something reaches its border.
    top = peaks(Network.of(model), x, "backbone/out")
    assert top.map_size == (12, 10)
    for channel, of_channel in zip((1, 3), found, strict=True):
        for place, one in zip(top.places[:, channel], of_channel, strict=True):
            unit = tuple(int(side) for side in np.unravel_index(place, top.map_size))
            seen = window(Network.of(model), "backbone/out", unit, (12, 10))
            assert seen is not None
            inside = np.zeros((12, 10), bool)
            inside[seen] = True
            assert not one[~inside].any()
            assert one[seen].any(axis=(1, 2)).all()


def test_units_of_a_dense_layer_have_one_position() -> None:
    model, x = sequential(), images(4)
    found = peaks(Network.of(model), x, "flat")
    assert found.map_size == ()
    assert not found.places.any()
    projected = deconvnet(model, x, "out", [1], keep="all")
    assert projected.shape == (1, 4, 6, 6, 1)


def test_batches_order_and_the_model_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(5)
    before = state(model)
    whole = deconvnet(model, x)
    np.testing.assert_allclose(deconvnet(model, x[::-1])[:, ::-1], whole, atol=1e-6)
    np.testing.assert_allclose(deconvnet(model, x[1:2], filters=[1])[0], whole[1, 1:2], atol=1e-6)
    monkeypatch.setattr(batching, "MOST", 2)
    np.testing.assert_allclose(deconvnet(model, x), whole, atol=1e-6)
    assert [g.traces for g in execution.graphs_of(Network.of(model)).values()] == [1]
    assert state(model) == before


def test_the_last_convolution_of_a_nested_model() -> None:
    model, x = nested(), images()
    np.testing.assert_array_equal(deconvnet(model, x), deconvnet(model, x, "backbone/conv"))


def test_what_is_wrong_is_said() -> None:
    model, x = sequential(), images()
    with pytest.raises(UserError, match=r"must lie in 0\.\.1, got 2"):
        deconvnet(model, x, filters=[0, 2])
    with pytest.raises(UserError, match="no layer to show here is called 'konv'"):
        deconvnet(model, x, "konv")
    with pytest.raises(UserError, match="keep must be one of"):
        deconvnet(model, x, keep="most")
    with pytest.raises(UndefinedError, match="no convolution layer"):
        deconvnet(keras.Sequential([keras.Input((4,)), layers.Dense(2)]), np.ones((1, 4)))
    a, b = keras.Input((6, 6, 1)), keras.Input((6, 6, 1))
    with pytest.raises(UndefinedError, match=r"has 2 inputs .* values for 1 of them"):
        deconvnet(keras.Model([a, b], layers.Conv2D(1, 3)(layers.Add()([a, b]))), x)


def test_an_activation_goes_back_to_every_input() -> None:
    """Of 2 a - 3 b, each input is given back the activation times its weight."""
    a, b, c = (keras.Input((2, 2, 1)) for _ in range(3))
    joined = layers.Concatenate()([a, b, layers.Rescaling(0.0)(c)])
    model = keras.Model([a, b, c], layers.Conv2D(1, 1, activation="relu", name="conv")(joined))
    kernel = np.array([2.0, -3.0, 1.0]).reshape(1, 1, 3, 1)
    model.get_layer("conv").set_weights([kernel, np.zeros(1)])
    first = np.array([[1.0, 5.0], [2.0, 3.0]], np.float32)[None, ..., None]
    second = np.array([[0.0, 1.0], [0.0, 2.0]], np.float32)[None, ..., None]
    back = deconvnet(model, [first, second, first])
    assert [one.shape for one in back] == [(1, 1, 2, 2, 1)] * 3
    # The strongest of 2 a - 3 b is 7, in the upper right.
    found = [one[0, 0, ..., 0].tolist() for one in back]
    assert found == [[[0, 14], [0, 0]], [[0, -21], [0, 0]], [[0, 0], [0, 0]]]


def test_a_relu_behind_the_layer_is_not_on_the_way() -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(2, 3, activation="tanh", name="bent")(x)
    model = seeded(keras.Model(x, layers.Conv2D(2, 2, activation="relu", name="conv")(y)))
    assert deconvnet(model, images(2), rule="guided").shape == (2, 2, 6, 6, 1)
    with pytest.raises(UndefinedError, match="layer 'bent'"):
        deconvnet(model, images(2), "bent", rule="guided")


def test_a_model_that_was_never_built_is_told_so() -> None:
    model = keras.Sequential([layers.Conv2D(2, 3, name="conv")])
    with pytest.raises(UndefinedError, match="has not been built"):
        deconvnet(model, np.zeros((1, 6, 6, 1), np.float32), "conv")
