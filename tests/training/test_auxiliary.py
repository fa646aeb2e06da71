"""A helper teaches the layers below it, counts less and less, and leaves nothing in the model."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.errors import UserError
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training.auxiliary import AuxiliaryClassifier, auxiliary_weight
from reportgen.training.loop import train

SIZE = Target("size", "Size", ("small", "medium", "large"))


def dataset() -> Dataset:
    rng = np.random.default_rng(0)
    size = rng.integers(0, 3, 60)
    images = (
        rng.integers(0, 60, (60, 2, 2, 1)).astype(np.uint8)
        + (90 * size).astype(np.uint8)[:, None, None, None]
    )
    split = Split(images, {"size": size})
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("tiny", "Tiny", (SIZE,), splits, Preprocessing(), "", "")


def network() -> Any:
    """The head's input is cut off from the layers below: only a helper can teach those."""
    keras.utils.set_random_seed(2)
    start = keras.Input((2, 2, 1))
    hidden = keras.layers.Dense(8, "relu", name="hidden")(keras.layers.Flatten()(start))
    narrow = keras.layers.Dense(2, kernel_initializer="zeros", trainable=False)(hidden)
    return keras.Model(start, keras.layers.Dense(3, name="out")(narrow))


@pytest.mark.parametrize("helper", [None, "hidden"])
def test_it_teaches_layers_that_the_head_does_not_reach(helper: str | None) -> None:
    data, model = dataset(), network()
    count = model.count_params()
    before = model.get_layer("hidden").kernel.numpy()
    settings = {"epochs": 2, "batch_size": 20, "helper": helper}
    train(model, data, Network.of(model).heads_for(data.targets), settings, 1, lambda *tick: None)
    moved = not np.array_equal(before, model.get_layer("hidden").kernel.numpy())
    assert moved is bool(helper)
    assert model.count_params() == count


def test_its_loss_is_that_of_its_formula() -> None:
    data, model = dataset(), network()
    helper = AuxiliaryClassifier(model, Network.of(model).heads_for(data.targets), "hidden")
    images = data.splits["train"].images / np.float32(255)
    features, labels = helper.model(images)[-1].numpy(), data.splits["train"].labels["size"]
    kernel, bias = (variable.numpy() for variable in helper.variables)
    logits = features @ kernel + bias
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    expected = -logs[np.arange(60), labels].mean()
    found = helper.loss(tf.constant(features), tf.constant(labels[:, None], tf.int32))
    assert float(found) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("done", "expected"), [(0, 1.0), (5, 0.75), (20, 0.0)])
def test_it_counts_evenly_less(done: int, expected: float) -> None:
    assert float(auxiliary_weight(lambda: tf.constant(done / 20))()) == pytest.approx(expected)


def test_a_layer_that_is_not_there_is_the_users_mistake() -> None:
    data, model = dataset(), network()
    settings = {"helper": "hiden"}
    with pytest.raises(UserError, match="hiden"):
        train(
            model, data, Network.of(model).heads_for(data.targets), settings, 1, lambda *tick: None
        )
