"""Logits and probabilities of heads, however their last softmax or sigmoid is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import reportgen
from reportgen.errors import UndefinedError
from reportgen.maximization.objectives import Objective, response
from reportgen.network import logits
from reportgen.network.logits import is_bounded, value_kind
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.predictions import predict_classes

layers, ops = keras.layers, keras.ops


def model(end: Callable[[Any], Any], units: int = 3) -> tuple[Any, Any]:
    """A model that ends so, and the one that gives what enters its end."""
    keras.utils.set_random_seed(5)
    x = keras.Input((6, 6, 1))
    flat = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(x))
    before = layers.Dense(units, kernel_initializer="random_normal", name="before")(flat * 20.0)
    return keras.Model(x, end(before)), keras.Model(x, before)


def images() -> np.ndarray:
    return np.random.default_rng(0).random((4, 6, 6, 1), dtype=np.float32)


@pytest.mark.parametrize(
    "end",
    [
        layers.Activation(tf.nn.softmax),
        layers.Activation(tf.nn.sigmoid),
        layers.Activation(ops.softmax),
        ops.softmax,
        ops.sigmoid,
        lambda z: layers.Reshape((3,))(layers.Softmax()(z)),
        lambda z: layers.Flatten()(layers.Softmax()(layers.Reshape((1, 1, 3))(z))),
        lambda z: ops.reshape(layers.Activation("sigmoid")(z), (-1, 3)),
        lambda z: layers.Dropout(0.5)(layers.Activation("sigmoid")(z)),
    ],
)
def test_probabilities_are_the_models_and_logits_what_they_are_made_of(end: Any) -> None:
    made, before = model(end)
    for _ in range(2):
        seen = observe(Network.of(made), images())
        np.testing.assert_allclose(seen.probabilities[0], made.predict(images(), verbose=0), 1e-5)
        np.testing.assert_allclose(seen.logits[0], before.predict(images(), verbose=0), 1e-5)


@pytest.mark.parametrize("function", ["log_softmax", tf.nn.log_softmax])
def test_the_logit_of_a_log_softmax_is_its_argument(function: Any) -> None:
    made, before = model(layers.Activation(function))
    seen = observe(Network.of(made), images())
    np.testing.assert_allclose(seen.logits[0], before.predict(images(), verbose=0), 1e-5)
    answer = np.exp(made.predict(images(), verbose=0))
    np.testing.assert_allclose(seen.probabilities[0], answer, 1e-5)


def test_a_single_value_without_an_axis_is_a_head_of_one_unit() -> None:
    made, _ = model(lambda z: ops.sum(z, axis=-1))
    seen = observe(Network.of(made), images())
    assert seen.logits[0].shape == (4, 1)
    np.testing.assert_allclose(seen.logits[0][:, 0], made.predict(images(), verbose=0), 1e-5)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda z: layers.Average()([ops.softmax(z), ops.softmax(2 * z)]), "from probabilities"),
        (lambda z: 1 - ops.sigmoid(z), "computed from probabilities that a softmax or sigmoid"),
        (layers.Lambda(lambda z: tf.nn.softmax(z)), "gives probabilities .none is negative"),
        (lambda z: layers.Reshape((3, 1))(z), "gives 3 x 1 values for an image"),
    ],
)
def test_where_there_is_no_logit_this_is_said(end: Any, said: str) -> None:
    with pytest.raises(UndefinedError, match=said):
        observe(Network.of(model(end)[0]), images())


def squashed(z: Any) -> Any:
    return tf.math.divide(1.0, 1.0 + tf.exp(-z))


UNREADABLE = [
    layers.Lambda(squashed),
    layers.Activation("hard_sigmoid"),
    layers.Dense(1, squashed, kernel_initializer="ones"),
]


def test_what_once_left_the_range_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = model(layers.Lambda(lambda z: z * 1e-3 + 0.5), units=1)
    (head,) = Network.of(made).heads
    broken = images()
    broken[0] = np.nan
    assert not is_bounded(Network.of(made), head, [broken])  # tells nothing of the model
    asked = []
    values = logits._output_values
    monkeypatch.setattr(logits, "_output_values", lambda *some: asked.append(1) or values(*some))
    for _ in range(3):
        assert not is_bounded(Network.of(made), head, [images()])
    assert len(asked) == 2  # these images, and the first of those that are far


@pytest.mark.parametrize("end", UNREADABLE)
def test_a_probability_out_of_code_is_no_logit_but_an_answer(end: Any) -> None:
    made, before = model(end, units=1)
    before.layers[-1].bias.assign([-float(before.predict(images(), verbose=0).mean())])
    given = made.predict(images(), verbose=0)
    assert given.min() < 0.5 < given.max()
    for look in (
        lambda model, x: observe(Network.of(model), x), reportgen.grad_cam, reportgen.saliency
    ):  # fmt: skip
        with pytest.raises(UndefinedError, match=r"gives a probability \(it is never outside of 0"):
            look(made, images())
    for _ in range(2):
        (found,) = predict_classes(Network.of(made), images(), Network.of(made).heads)
        np.testing.assert_array_equal(found, given[:, 0] > 0.5)


@pytest.mark.parametrize(
    "end",
    [
        layers.Lambda(lambda z: z * 1e-3 + 0.5),
        layers.Activation(lambda z: tf.nn.leaky_relu(z) * 1e-3),
        layers.Activation("tanh"),
    ],
)
def test_small_values_out_of_code_are_logits(end: Any) -> None:
    made, before = model(end, units=1)
    bias = 1.0 - float(before.predict(images(), verbose=0).min())
    before.layers[-1].bias.assign([bias])
    given = made.predict(images(), verbose=0)
    assert 0 <= given.min() < given.max() <= 1
    np.testing.assert_allclose(observe(Network.of(made), images()).logits[0], given, 1e-5)


def test_what_entered_a_sigmoid_may_lie_within_0_and_1() -> None:
    made, before = model(layers.Activation(tf.nn.sigmoid), units=1)
    last = before.layers[-1]
    last.kernel.assign(last.kernel * 0.01)
    last.bias.assign([0.5])
    seen = observe(Network.of(made), images())
    assert 0 <= seen.logits[0].min() < seen.logits[0].max() <= 1
    np.testing.assert_allclose(seen.probabilities[0], made.predict(images(), verbose=0), 1e-5)


def test_beside_an_answer_an_image_has_no_logits() -> None:
    x = keras.Input((6, 6, 1))
    maps = layers.Conv2D(2, 3, name="mask", activation="sigmoid")(x)
    answer = layers.Dense(3, activation="softmax", name="answer")(layers.Flatten()(x))
    both = keras.Model(x, [maps, answer])
    seen, alone = (
        observe(Network.of(both), images()),
        observe(Network.of(keras.Model(x, answer)), images()),
    )
    assert [one.shape for one in seen.logits] == [(4, 0), (4, 3)]
    assert [one.shape for one in seen.probabilities] == [(4, 0), (4, 3)]
    np.testing.assert_array_equal(seen.logits[1], alone.logits[0])
    for call in (reportgen.saliency, reportgen.occlusion, reportgen.grad_cam):
        with pytest.raises(UndefinedError, match=r"Output 'mask' .* gives 4 x 4 x 2 values"):
            call(both, images(), output="mask")
        assert np.isfinite(call(keras.Model(x, maps_and(x)), images(), output="answer")).all()
    with pytest.raises(UndefinedError, match=r"Output 'mask' .* gives 4 x 4 x 2 values"):
        reportgen.grad_cam(both, images(), output="mask", method="score_cam")


def maps_and(x: Any) -> list[Any]:
    """An answer from a convolution, and an image from a later one."""
    first = layers.Conv2D(2, 3, name="first", activation="relu")(x)
    answer = layers.Dense(3, activation="softmax", name="answer")(layers.Flatten()(first))
    return [answer, layers.Conv2D(2, 3, name="mask")(first)]


def test_probabilities_inside_a_network_are_no_ending() -> None:
    made, _ = model(lambda z: layers.Dense(2, name="end")(layers.Reshape((3,))(ops.sigmoid(z))))
    seen = observe(Network.of(made), images())
    np.testing.assert_allclose(seen.logits[0], made.predict(images(), verbose=0), 1e-5)


def test_a_class_climbs_its_logit_too() -> None:
    made, before = model(layers.Activation(tf.nn.softmax))
    goal = Objective("class", np.array([[2]] * 4, np.int32), output=0)
    found = response(Network.of(made), goal, tf.constant(goal.picks))(tf.constant(images()))[0]
    np.testing.assert_allclose(found, before.predict(images(), verbose=0)[:, 2], 1e-5)


@pytest.mark.parametrize(
    ("values", "known", "kind"),
    [
        ([[0.2, 0.3, 0.5], [1, 0, 0]], {}, "softmax"),
        ([[0.2, 0.3, 0.5], [1, 1, 0]], {}, "logits"),
        ([[0.2, -0.3, 1.1], [1, 0, 0]], {}, "logits"),
        ([[0.2], [1.0]], {"is_derived": True}, "sigmoid"),
        ([[0.2], [1.0]], {"has_logit": True}, "sigmoid"),
        ([[0.2], [1.1]], {"is_derived": True}, "logits"),
        ([[0.2], [1.0]], {}, "logits"),
    ],
)
def test_how_values_are_read(values: Any, known: dict[str, bool], kind: str) -> None:
    array = np.asarray(values, np.float32)
    network = Network.of(model(layers.Lambda(lambda z: z * 1.0), units=array.shape[1])[0])
    assert value_kind(network, network.heads[0], array, [images()], **known) == kind
