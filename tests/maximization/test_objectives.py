"""A layer's channels for each image are those of the whole layer, however they are computed."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.maximization.objectives import own_channels
from reportgen.network.network import Network

PICKS = [[3, 1], [1, 1], [0, 3]]


def _model(layer: Any, side: int = 6) -> Any:
    keras.utils.set_random_seed(3)
    given = keras.Input((side, side, 2))
    x = keras.layers.Conv2D(3, 3, activation="relu", name="first")(given)
    x = layer(x)
    return keras.Model(given, keras.layers.GlobalAveragePooling2D()(x))


def _found(model: Any, picks: Any = PICKS) -> tuple[Any, Any, Any]:
    """(after, before) of `own_channels`, and the whole layer's output, for three images."""
    images = np.random.default_rng(5).standard_normal((3, 6, 6, 2)).astype(np.float32)
    run = tf.function(lambda x, p: own_channels(Network.of(model), "asked", p, True)(x))
    after, before = run(tf.constant(images), tf.constant(picks, tf.int32))
    whole = keras.Model(model.inputs[0], model.get_layer("asked").output)(images)
    return after.numpy(), before.numpy(), np.asarray(whole, np.float32)


def _own(whole: Any, picks: Any = PICKS) -> Any:
    return np.stack([maps[..., row] for maps, row in zip(whole, picks, strict=True)])


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Conv2D(4, 2, activation="relu", name="asked"),
        keras.layers.Conv2D(4, 2, strides=2, padding="same", activation="gelu", name="asked"),
        keras.layers.Conv2D(4, 2, use_bias=False, dilation_rate=2, name="asked"),
        keras.layers.Conv2D(4, 3, padding="same", dilation_rate=(1, 2), name="asked"),
        keras.layers.Conv2D(4, 1, activation="softmax", name="asked"),
        keras.layers.Conv2D(6, 2, groups=3, activation="relu", name="asked"),
        keras.layers.SeparableConv2D(4, 2, activation="tanh", name="asked"),
        keras.layers.DepthwiseConv2D(2, depth_multiplier=2, name="asked"),
        keras.layers.BatchNormalization(name="asked"),
    ],
    ids=[
        "relu",
        "gelu",
        "no bias",
        "dilated",
        "softmax",
        "groups",
        "separable",
        "depthwise",
        "none",
    ],
)
def test_own_channels_are_those_of_the_layer(layer: Any) -> None:
    picks = [[2, 1], [1, 1], [0, 2]] if "normal" in type(layer).__name__.lower() else PICKS
    model = _model(layer)
    for variable in model.weights:
        variable.assign(np.random.default_rng(1).standard_normal(variable.shape) * 0.5)
    after, _, whole = _found(model, picks)
    np.testing.assert_allclose(after, _own(whole, picks), rtol=1e-5, atol=1e-6)


def test_what_enters_the_activation_is_not_cut_off() -> None:
    after, before, _ = _found(_model(keras.layers.Conv2D(4, 2, activation="relu", name="asked")))
    assert (before < 0).any()
    np.testing.assert_array_equal(after, np.maximum(before, 0))


def test_a_convolution_computes_only_the_filters_that_are_climbed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = _model(keras.layers.Conv2D(64, 2, activation="relu", name="asked"))
    seen = []
    original = type(model.get_layer("asked")).convolution_op

    def watched(self: Any, inputs: Any, kernel: Any) -> Any:
        seen.append(tf.shape(kernel)[-1].numpy())
        return original(self, inputs, kernel)

    monkeypatch.setattr(keras.layers.Conv2D, "convolution_op", watched)
    given = tf.zeros((3, 6, 6, 2))
    own_channels(Network.of(model), "asked", tf.constant([[9], [5], [9]]), True)(given)
    assert seen == [3, 2], "three of the first layer, two different ones of the 64"


def test_the_way_back_is_that_of_the_whole_layer() -> None:
    model = _model(keras.layers.Conv2D(4, 2, activation="relu", name="asked"))
    whole = keras.Model(model.inputs[0], model.get_layer("asked").output)
    images = tf.constant(np.random.default_rng(5).standard_normal((3, 6, 6, 2)), tf.float32)
    picks = tf.constant(PICKS, tf.int32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        mine = tf.reduce_sum(own_channels(Network.of(model), "asked", picks, True)(images)[0] ** 2)
        maps = tf.gather(whole(images), picks, axis=3, batch_dims=1)
        theirs = tf.reduce_sum(maps**2)
    found, expected = tape.gradient(mine, images), tape.gradient(theirs, images)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_half_precision_is_kept_within_the_network() -> None:
    layer = keras.layers.Conv2D(4, 2, activation="relu", name="asked", dtype="mixed_bfloat16")
    after, _, whole = _found(_model(layer))
    assert after.dtype == np.float32
    np.testing.assert_allclose(after, _own(whole), rtol=2e-2, atol=2e-2)
