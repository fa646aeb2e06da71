"""Backward rules at a ReLU: by hand, and in every way that a ReLU is written."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import close, slope
from small_models import images, seeded, sequential, state

from reportgen.errors import UndefinedError
from reportgen.network.input_gradients import input_gradients, relu_record, replaced_relus
from reportgen.network.network import Network
from reportgen.network.relu_rules import Rectifier, backward, rectifier_of

layers = keras.layers

Z = [-1.0, 2.0, -3.0, 4.0, 0.0]
R = [5.0, -6.0, -7.0, 8.0, 9.0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("gradient", [0, -6, 0, 8, 0]),
        ("deconvnet", [5, 0, 0, 8, 9]),
        ("guided", [0, 0, 0, 8, 0]),
    ],
)
def test_the_three_rules_by_hand(rule: str, expected: list[float]) -> None:
    found = backward(rule, Rectifier(), tf.constant(Z), tf.constant(R))
    assert found.numpy().tolist() == expected


def test_slope_threshold_and_cap_by_hand() -> None:
    z, above = tf.constant([0.0, 1.0, 2.0, 6.0, 7.0]), tf.constant([2.0, 2.0, 2.0, 2.0, -2.0])
    bent = Rectifier(slope=0.5, cap=6.0, threshold=1.0)
    assert backward("gradient", bent, z, above).numpy().tolist() == [1, 1, 2, 0, 0]
    assert backward("guided", bent, z, above).numpy().tolist() == [1, 1, 2, 0, 0]
    assert backward("guided", Rectifier(slope=0.5), z, -above).numpy().tolist() == [0, 0, 0, 0, 2]
    assert backward("deconvnet", bent, z, above).numpy().tolist() == [2, 2, 2, 2, 0]


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (keras.activations.get("relu"), Rectifier()),
        (keras.activations.get("relu6"), Rectifier(cap=6.0)),
        (keras.activations.get("leaky_relu"), Rectifier(slope=0.2)),
        (tf.nn.relu6, Rectifier(cap=6.0)),
        (functools.partial(keras.activations.relu, max_value=2.0), Rectifier(cap=2.0)),
        (layers.ReLU(3.0, 0.1, 0.5), Rectifier(0.1, 3.0, 0.5)),
        (layers.LeakyReLU(negative_slope=0.3), Rectifier(slope=0.3)),
        (keras.activations.elu, None),
        (keras.activations.linear, None),
        (layers.PReLU(), None),
        (functools.partial(keras.activations.relu, name="other"), None),
        (lambda x: x, None),
    ],
)
def test_what_is_a_relu_and_which(thing: Any, expected: Rectifier | None) -> None:
    assert rectifier_of(thing) == expected


class Block(layers.Layer):
    """A layer that keeps its ReLU to itself: in a list, beside a convolution."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.conv = layers.Conv2D(2, 3, name="conv")
        self.acts = [layers.ReLU()]

    def call(self, inputs: Any) -> Any:
        return self.acts[0](self.conv(inputs))


class Wrapped(layers.Layer):
    """A layer that holds a whole model."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        x = keras.Input((6, 6, 1))
        self.inner = keras.Model(x, layers.Conv2D(2, 3, activation="relu")(x))

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs)


def conv(**given: Any) -> Any:
    return layers.Conv2D(2, 3, **given)


def nest(x: Any) -> Any:
    inside = keras.Input((6, 6, 1))
    deep = keras.Sequential([keras.Input((4, 4, 2)), layers.Activation("relu")])
    return keras.Model(inside, deep(conv()(inside)))(x)


WAYS: dict[str, Callable[[Any], Any]] = {
    "argument": lambda x: conv(activation="relu")(x),
    "layer": lambda x: layers.ReLU()(conv()(x)),
    "activation": lambda x: layers.Activation("relu")(conv()(x)),
    "layer as activation": lambda x: layers.Activation(layers.ReLU())(conv()(x)),
    "layer as argument": lambda x: conv(activation=layers.ReLU())(x),
    "function": lambda x: keras.activations.relu(conv()(x)),
    "operation": lambda x: keras.ops.relu(conv()(x)),
    "maximum": lambda x: keras.ops.maximum(conv()(x), 0),
    "maximum, turned": lambda x: keras.ops.maximum(0.0, conv()(x)),
    "tensorflow": lambda x: conv(activation=tf.nn.relu)(x),
    "partial": lambda x: conv(activation=functools.partial(keras.activations.relu))(x),
    "leaky": lambda x: layers.LeakyReLU(negative_slope=0.0)(conv()(x)),
    "nested": nest,
    "custom layer": lambda x: Block()(x),
    "custom layer with a model": lambda x: Wrapped()(x),
}


def twin(write: Callable[[Any], Any]) -> Any:
    """`sequential()` with its ReLU written in some way, same weights."""
    x = keras.Input((6, 6, 1))
    pooled = layers.MaxPooling2D()(write(x))
    model = keras.Model(x, layers.Dense(3, "softmax")(layers.Flatten()(pooled)))
    return seeded(model)


def slopes_of(model: Any, x: np.ndarray, target: np.ndarray, rule: str) -> np.ndarray:
    found = input_gradients(Network.of(model), x, [0], target[:, None], rule)
    return np.concatenate([part.gradients[0][0] for part in found])


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_a_relu_follows_the_rules(way: str) -> None:
    model, x, target = twin(WAYS[way]), images(6), np.array([0, 1, 2, 0, 1, 2])
    before = state(model)
    for rule in ("gradient", "deconvnet", "guided"):
        close(slopes_of(model, x, target, rule), slope(sequential(), x, target, rule))
        if rule != "gradient":
            assert replaced_relus(Network.of(model), [0], rule) == {0: (1, [])}
    assert state(model) == before


SIX: dict[str, Callable[[Any], Any]] = {
    "layer": lambda x: layers.ReLU(6.0)(conv()(x)),
    "argument": lambda x: conv(activation="relu6")(x),
    "operation": lambda x: keras.ops.relu6(conv()(x)),
    "function": lambda x: keras.activations.relu(conv()(x), max_value=6.0),
    "partial": lambda x: conv(activation=functools.partial(keras.activations.relu, max_value=6))(x),
}


@pytest.mark.parametrize("way", SIX)
def test_a_capped_relu_hands_nothing_back_at_its_cap(way: str) -> None:
    model, x, target = twin(SIX[way]), images(6), np.zeros(6, int)
    plain = twin(WAYS["argument"])
    for one in (model, plain):
        given = one.get_weights()
        one.set_weights([given[0] * 20, *given[1:]])
    free, capped = (slopes_of(one, x, target, "guided") for one in (plain, model))
    assert (free != capped).any()
    reference = twin(SIX["layer"])
    reference.set_weights(model.get_weights())
    np.testing.assert_allclose(capped, slopes_of(reference, x, target, "guided"), atol=1e-5)


def test_a_shared_relu_counts_with_each_use() -> None:
    x = keras.Input((6, 6, 1))
    relu = layers.ReLU(name="shared")
    y = relu(conv()(relu(x)))
    model = seeded(keras.Model(x, layers.Dense(2)(layers.Flatten()(y))))
    slopes_of(model, images(2), np.zeros(2, int), "guided")
    assert replaced_relus(Network.of(model), [0], "guided") == {0: (2, [])}


def test_only_relus_on_the_way_to_an_output_count() -> None:
    x = keras.Input((6, 6, 1))
    flat = layers.Flatten()(x)
    bent = layers.Dense(2, name="bent")(layers.Dense(3, "relu")(flat))
    straight = layers.Dense(2, name="straight")(flat)
    model = seeded(keras.Model(x, [bent, straight]))
    targets = np.zeros((2, 1), int)
    list(input_gradients(Network.of(model), images(2), [0], targets, "guided"))
    with pytest.raises(UndefinedError, match=r"output 'straight'.*plain gradient"):
        list(input_gradients(Network.of(model), images(2), [1], targets, "guided"))


@pytest.mark.parametrize("activation", ["linear", "tanh", "gelu"])
def test_without_a_relu_no_map_calls_itself_guided(activation: str) -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Flatten()(conv(activation=activation)(x))
    model = seeded(keras.Model(x, layers.Dense(2)(y)))
    for _ in range(2):
        with pytest.raises(UndefinedError, match="guided map would be the plain gradient"):
            slopes_of(model, images(2), np.zeros(2, int), "guided")


def test_relus_in_code_of_the_models_own_are_reported() -> None:
    class Hidden(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return tf.nn.relu(inputs)

    x = keras.Input((6, 6, 1))
    y = Hidden(name="hidden")(conv(activation="relu", name="open")(x))
    y = layers.Activation("hard_silu")(y)
    model = seeded(keras.Model(x, layers.Dense(2)(layers.Flatten()(y))))
    slopes_of(model, images(2), np.zeros(2, int), "guided")
    assert replaced_relus(Network.of(model), [0], "guided") == {0: (1, ["hidden"])}
    met = relu_record(Network.of(model), ("input gradients", "guided", (0,)))
    assert (met.replaced, met.hidden) == (["open"], ["hidden"])


def test_half_precision_passes_the_rules() -> None:
    policy = keras.DTypePolicy("mixed_float16")
    x = keras.Input((6, 6, 1))
    y = layers.ReLU(dtype=policy)(conv(dtype=policy)(x))
    y = layers.Dense(3, "softmax", dtype="float32")(layers.Flatten()(layers.MaxPooling2D()(y)))
    model = seeded(keras.Model(x, y))
    found = slopes_of(model, images(4), np.zeros(4, int), "guided")
    expected = slope(sequential(), images(4), np.zeros(4, int), "guided")
    np.testing.assert_allclose(found, expected, atol=2e-2 * np.ptp(expected))
