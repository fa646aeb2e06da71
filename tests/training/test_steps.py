"""Probabilities are told from logits where no layer says what a model gives."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training.evaluation import evaluate
from reportgen.training.loop import train
from reportgen.training.steps import with_kinds

layers = keras.layers
THREE = Target("kind", "Kind", ("a", "b", "c"))
TWO = Target("kind", "Kind", ("no", "yes"))


def dataset(target: Target, count: int = 40) -> Dataset:
    """4x4 gray images; the brightness of a row tells the class."""
    rng = np.random.default_rng(0)
    splits = {}
    for name in ("train", "validation", "test"):
        labels = np.arange(count) % len(target.classes)
        images = rng.integers(0, 60, (count, 4, 4, 1)).astype(np.uint8)
        images[np.arange(count), labels] += 150
        splits[name] = Split(images, {target.name: labels})
    return Dataset("rows", "Rows", (target,), splits, Preprocessing(), "", "")


def mean_of_two(units: int, activation: str) -> Any:
    keras.utils.set_random_seed(4)
    start = keras.Input((4, 4, 1))
    flat = layers.Flatten()(start)
    ends = [layers.Dense(units, activation, kernel_initializer="normal")(flat) for _ in range(2)]
    return keras.Model(start, layers.Average(name="mean")(ends))


def in_code() -> Any:
    keras.utils.set_random_seed(4)
    end = layers.Lambda(lambda z: tf.nn.softmax(z) + 0.0)
    return keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3), end])


def plain(end: str | None) -> Any:
    keras.utils.set_random_seed(4)
    return keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, end)])


@pytest.mark.parametrize("made", [lambda: mean_of_two(3, "softmax"), in_code])
def test_loss_of_several_probabilities_is_that_of_the_formula(made: Any) -> None:
    data, model = dataset(THREE), made()
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    split = data.splits["test"]
    given, labels = np.asarray(model(split.images / 255.0)), split.labels["kind"]
    right = given[np.arange(len(labels)), labels]
    assert metrics["test.kind.loss"] == pytest.approx(-np.log(right).mean(), rel=1e-5)
    assert metrics["test.kind.accuracy"] == pytest.approx((given.argmax(1) == labels).mean())


def one_in_code() -> Any:
    keras.utils.set_random_seed(4)
    flat, dense = layers.Flatten(), layers.Dense(1, kernel_initializer="normal")
    end = layers.Lambda(lambda z: 1.0 / (1.0 + tf.exp(-z)))
    return keras.Sequential([keras.Input((4, 4, 1)), flat, dense, end])


@pytest.mark.parametrize("made", [lambda: mean_of_two(1, "sigmoid"), one_in_code])
def test_a_single_probability_answers_both_classes(made: Any) -> None:
    data, model = dataset(TWO), made()
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    split = data.splits["test"]
    given, labels = np.asarray(model(split.images / 255.0))[:, 0], split.labels["kind"]
    right = np.where(labels == 1, given, 1 - given)
    assert metrics["test.kind.loss"] == pytest.approx(-np.log(right).mean(), rel=1e-5)
    assert metrics["test.kind.accuracy"] == pytest.approx(((given > 0.5) == labels).mean())


def ending_in(units: int, end: Any) -> Any:
    """A model whose last layer is code that calls a function of Keras."""
    keras.utils.set_random_seed(4)
    dense = layers.Dense(units, kernel_initializer="normal")
    code = layers.Lambda(lambda z: end(z))
    return keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), dense, code])


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (lambda: ending_in(3, keras.ops.softmax), "softmax"),
        (lambda: ending_in(1, keras.ops.sigmoid), "sigmoid"),
        (lambda: ending_in(3, keras.ops.log_softmax), "logits"),
        (lambda: mean_of_two(3, "softmax"), "softmax"),
        (lambda: mean_of_two(1, "sigmoid"), "sigmoid"),
        (one_in_code, "sigmoid"),
        (lambda: mean_of_two(3, "linear"), "logits"),
        (lambda: mean_of_two(3, "sigmoid"), "logits"),
        (lambda: plain(None), "logits"),
        (lambda: plain("relu"), "logits"),
        (lambda: plain("softmax"), "softmax"),
    ],
)
def test_what_the_values_of_an_output_are(made: Any, kind: str) -> None:
    model = made()
    target = TWO if model.output_shape[-1] == 1 else THREE
    data = dataset(target)
    (head,) = with_kinds(model, Network.of(model).heads_for(data.targets), data)
    assert (head.kind, head.target) == (kind, target)


def test_training_descends_the_loss_of_the_probabilities() -> None:
    data, model = dataset(THREE), mean_of_two(3, "softmax")
    params = {"epochs": 1, "batch_size": 40, "optimizer": "sgd", "learning_rate": 0.5,
              "schedule": "constant"}  # fmt: skip
    split = data.splits["train"]
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    with tf.GradientTape() as tape:
        given = twin(tf.constant(split.images / 255.0, tf.float32))
        right = tf.gather(given, split.labels["kind"], axis=1, batch_dims=1)
        loss = -tf.reduce_mean(tf.math.log(right))
    slopes = tape.gradient(loss, twin.trainable_variables)
    expected = [
        w - 0.5 * slope.numpy() for w, slope in zip(model.get_weights(), slopes, strict=True)
    ]
    log = train(
        model,
        data,
        Network.of(model).heads_for(data.targets),
        params,
        1,
        lambda done, total, text: None,
    )
    assert log.logs["loss"][0] == pytest.approx(float(loss), rel=1e-5)
    for found, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
