"""Activations, logits and probabilities against Keras itself, and what must not change."""

from __future__ import annotations

import random

import keras
import numpy as np
import pytest
from small_models import images, nested, sequential, state, two_heads

from reportgen.errors import UndefinedError, UserError
from reportgen.network import batching, execution
from reportgen.network.network import Network
from reportgen.network.outputs import observe

layers = keras.layers


def plain_logits(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """The logits by NumPy: the last dense layer applied to what it is given."""
    before = keras.Model(model.inputs[0], model.get_layer("flat").output)(x).numpy()
    kernel, bias = (np.asarray(w) for w in model.get_layer("out").get_weights())
    return np.asarray(before @ kernel + bias)


@pytest.mark.parametrize("ending", ["fused", "layer", "activation", "logits", "sigmoid"])
def test_logits_are_what_comes_before_the_last_activation(ending: str) -> None:
    model, x = sequential(ending), images()
    seen = observe(Network.of(model), x)
    np.testing.assert_allclose(seen.logits[0], plain_logits(model, x), atol=1e-6)
    expected = keras.ops.softmax(seen.logits[0]) if ending == "logits" else model(x)
    np.testing.assert_allclose(seen.probabilities[0], np.asarray(expected), atol=1e-6)


def test_activations_of_nested_layers_and_inputs_of_a_layer() -> None:
    model, x = nested(), images()
    seen = observe(
        Network.of(model), x, ["backbone/stem/conv", "backbone"], inputs_of=["backbone/conv"]
    )
    stem = model.get_layer("backbone").get_layer("stem")
    np.testing.assert_allclose(seen.activations["backbone/stem/conv"], stem(x), atol=1e-6)
    np.testing.assert_allclose(seen.inputs["backbone/conv"], stem(x), atol=1e-6)
    backbone = model.get_layer("backbone")(x)
    np.testing.assert_allclose(seen.activations["backbone"], backbone, atol=1e-6)
    np.testing.assert_allclose(seen.probabilities[0], model(x), atol=1e-6)


def test_a_dropout_and_a_linear_activation_after_the_softmax_change_nothing() -> None:
    x = keras.Input((4,))
    y = layers.Dropout(0.5)(layers.Dense(3, "softmax", name="out")(x))
    model = keras.Model(x, layers.Activation("linear", dtype="float32")(y))
    data = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    kernel, bias = model.get_layer("out").get_weights()
    np.testing.assert_allclose(
        observe(Network.of(model), data).logits[0], data @ kernel + bias, atol=1e-6
    )


def test_a_head_that_is_a_convolution_has_logits_too() -> None:
    x = keras.Input((4, 4, 1))
    pooled = layers.GlobalAveragePooling2D(keepdims=True)(x)
    model = keras.Model(x, layers.Flatten()(layers.Conv2D(2, 1)(pooled)))
    assert observe(Network.of(model), np.ones((2, 4, 4, 1))).logits[0].shape == (2, 2)


def test_several_heads() -> None:
    model, x = two_heads(), images(channels=3)
    seen = observe(Network.of(model), x)
    for mine, theirs in zip(seen.probabilities, model(x), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_several_inputs_and_a_shared_layer_whose_first_use_counts() -> None:
    a, b = keras.Input((6, 6, 1), name="a"), keras.Input((6, 6, 1), name="b")
    conv = layers.Conv2D(2, 3, name="conv")
    joined = layers.Subtract()([conv(a), conv(b)])
    model = keras.Model([a, b], layers.Dense(2)(layers.Flatten()(joined)))
    x, y = images(seed=1), images(seed=2)
    seen = observe(Network.of(model), [x, y], ["conv"])
    np.testing.assert_allclose(seen.activations["conv"], conv(x), atol=1e-6)
    np.testing.assert_allclose(seen.logits[0], model([x, y]), atol=1e-6)


def test_images_of_any_size() -> None:
    x = keras.Input((None, None, 3))
    conv = layers.Conv2D(2, 3, name="conv")
    model = keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(conv(x))))
    for side in (8, 11):
        pixels = np.random.default_rng(0).random((2, side, side, 3), dtype=np.float32)
        seen = observe(Network.of(model), pixels, ["conv"])
        np.testing.assert_allclose(seen.activations["conv"], conv(pixels), atol=1e-6)


def test_mixed_precision_and_double_precision() -> None:
    for policy in ("mixed_float16", "float64"):
        model = keras.Sequential(
            [
                keras.Input((6, 6, 1), dtype=policy.replace("mixed_float16", "float32")),
                layers.Conv2D(2, 3, name="conv", dtype=policy),
                layers.Flatten(dtype=policy),
                layers.Dense(3, "softmax", dtype=policy),
            ]
        )
        seen = observe(Network.of(model), images(), ["conv"])
        assert seen.activations["conv"].dtype == seen.logits[0].dtype == np.float32
        np.testing.assert_allclose(seen.probabilities[0], np.asarray(model(images())), atol=2e-3)


def test_means_over_space() -> None:
    model, x = sequential(), images()
    whole = observe(Network.of(model), x, ["conv"]).activations["conv"]
    means = observe(Network.of(model), x, ["conv"], mean=True).activations["conv"]
    np.testing.assert_allclose(means, whole.mean(axis=(1, 2)), atol=1e-6)


def test_batches_and_order_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(7)
    whole = observe(Network.of(model), x, ["conv"])
    monkeypatch.setattr(batching, "MOST", 3)
    parts = observe(Network.of(model), x[::-1], ["conv"])
    np.testing.assert_allclose(
        parts.activations["conv"][::-1], whole.activations["conv"], atol=1e-6
    )
    np.testing.assert_allclose(parts.logits[0][::-1], whole.logits[0], atol=1e-6)


def test_a_large_image_makes_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    one = 4 * (36 + 16 * 2 + 4 * 2 + 8 + 3)
    assert batching.image_bytes(Network.of(sequential()), (6, 6, 1)) == one
    monkeypatch.setattr(batching, "BUDGET", 6 * one)
    assert batching.batch_size(Network.of(sequential()), (6, 6, 1)) == 6
    assert batching.batch_size(Network.of(sequential()), (6, 6, 1), copies=3) == 2
    monkeypatch.setattr(batching, "BUDGET", 1)
    assert batching.batch_size(Network.of(sequential()), (6, 6, 1)) == 1


def test_open_sides_count_with_the_size_that_they_get() -> None:
    layers = keras.layers
    body = [layers.Conv2D(2, 3, strides=2, name="conv"), layers.GlobalAveragePooling2D()]
    model = keras.Sequential([keras.Input((None, None, 1)), *body])
    for side, inside in ((9, 4), (21, 10)):
        numbers = side * side + 2 * inside * inside + 2
        assert batching.image_bytes(Network.of(model), (side, side, 1)) == 4 * numbers


def test_numbers_count_in_their_own_precision() -> None:
    layers = keras.layers
    body = [layers.Conv2D(1, 3, dtype="float16"), layers.Conv2D(1, 3, dtype="float64")]
    model = keras.Sequential([keras.Input((6, 6, 1)), *body])
    assert batching.image_bytes(Network.of(model), (6, 6, 1)) == 36 * 4 + 16 * 2 + 4 * 8


def test_a_fixed_batch_is_filled_up_and_cut() -> None:
    layers = keras.layers
    body = [layers.Conv2D(2, 3, name="conv"), layers.Flatten(), layers.Dense(3, name="out")]
    model = keras.Sequential([keras.Input(batch_shape=(4, 6, 6, 1)), *body])
    x = images(6)
    found = observe(Network.of(model), x, ["conv"])
    assert found.logits[0].shape == (6, 3)
    expected = np.asarray(model(np.concatenate([x[4:], x[:2]])))[:2]
    np.testing.assert_allclose(found.logits[0][4:], expected, atol=1e-6)


def test_images_of_another_shape_are_refused() -> None:
    with pytest.raises(UserError, match="takes values of 6 x 6 x 1, but the images are 6 x 6 x 3"):
        observe(Network.of(sequential()), images(channels=3))
    x, y = keras.Input((6, 6, 1), name="a"), keras.Input((6, 6, 1), name="b")
    both = keras.Model([x, y], keras.layers.Flatten(name="out")(x + y), name="two")
    with pytest.raises(UndefinedError, match=r"'two' has 2 inputs \(a, b\), and there are values"):
        observe(Network.of(both), images())
    assert observe(Network.of(both), [images(), images()]).logits[0].shape == (5, 36)


def test_nothing_is_traced_twice() -> None:
    model = sequential()
    observe(Network.of(model), images(2), ["conv"])
    (graph,) = execution.graphs_of(Network.of(model)).values()
    for count in (1, 3, 5):
        observe(Network.of(model), images(count), ["conv"])
    assert graph.traces == 1


def test_the_first_call_does_without_a_graph_and_gives_the_same_numbers() -> None:
    model, x = sequential(), images()
    first = observe(Network.of(model), x, ["conv"])
    (graph,) = execution.graphs_of(Network.of(model)).values()
    assert graph.traces == 0
    again = observe(Network.of(model), x, ["conv"])
    assert graph.traces == 1
    np.testing.assert_allclose(again.activations["conv"], first.activations["conv"], atol=1e-6)
    np.testing.assert_allclose(again.logits[0], first.logits[0], atol=1e-6)


def test_training_after_the_first_look_is_seen() -> None:
    model, x = sequential(), images()
    observe(Network.of(model), x)
    model.set_weights([w * 2 for w in model.get_weights()])
    np.testing.assert_allclose(observe(Network.of(model), x).probabilities[0], model(x), atol=1e-6)


def test_the_model_and_random_state_stay_as_they_were() -> None:
    model = two_heads()
    model.get_layer("conv").trainable = False
    before, numpy_state, python_state = state(model), np.random.get_state()[1], random.getstate()
    observe(Network.of(model), images(channels=3), ["conv"])
    assert state(model) == before
    assert python_state == random.getstate()
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)


def test_normalization_uses_its_moving_statistics() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(), layers.Dense(2)])
    x = np.random.default_rng(0).normal(5, 3, (4, 3)).astype(np.float32)
    np.testing.assert_allclose(
        observe(Network.of(model), x).logits[0], model(x, training=False), atol=1e-6
    )


def test_an_unknown_layer() -> None:
    with pytest.raises(UserError, match="called 'cnv'"):
        observe(Network.of(sequential()), images(), ["cnv"])


def test_a_softmax_of_the_users_own_has_no_logit() -> None:
    def softmax(x: object) -> object:
        return keras.ops.softmax(x * 1.0)

    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation=softmax)])
    assert Network.of(model).heads[0].kind == "softmax"
    probed = observe(Network.of(model), np.ones((1, 4)))
    assert probed.probabilities[0].shape == (1, 3)


def test_a_head_whose_logit_cannot_be_told_is_said_where_it_matters() -> None:
    def sigmoid(x: object) -> object:
        return 1 / (1 + keras.ops.exp(-x))

    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, sigmoid, name="out")])
    assert observe(Network.of(model), np.ones((1, 4)), ["out"], logits=False).activations[
        "out"
    ].shape == (1, 1)
    with pytest.raises(UndefinedError, match="'out' of the model ends in a sigmoid"):
        observe(Network.of(model), np.ones((1, 4)))


def test_a_model_without_a_graph() -> None:
    with pytest.raises(UndefinedError, match="has not been built"):
        observe(Network.of(keras.Sequential([layers.Dense(3)])), np.ones((1, 4)))
