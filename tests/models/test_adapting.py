"""Models that take images without channels, or in a row, beside a dataset that has them with."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from reportgen.models.adapting import RESHAPE, reshape_images
from reportgen.network.graph import parameter_counts
from reportgen.network.layers import rows, unused
from reportgen.network.network import Network

layers = keras.layers


def sequence() -> Any:
    return keras.Sequential(
        [keras.Input((6, 5)), layers.Conv1D(3, 2, name="conv"), layers.Flatten(), layers.Dense(2)]
    )


def row() -> Any:
    start = keras.Input((30,), name="pixels")
    kept = layers.Dropout(0.5, name="dropout")(start)
    return keras.Model(start, layers.Dense(2, name="out")(kept))


def nested() -> Any:
    start = keras.Input((None, 5))
    inner = sequence()
    inner.name = "inner"
    padded = layers.ZeroPadding1D((0, 0))(start)
    return keras.Model(start, {"answer": inner(padded)})


@pytest.mark.parametrize("make", [sequence, row])
def test_the_layers_are_the_models_own_and_so_are_its_answers(make: Any) -> None:
    model, images = make(), np.random.default_rng(0).random((4, 6, 5, 1), dtype=np.float32)
    found, sentence = reshape_images(model, (6, 5, 1))
    expected = model.predict(images.reshape(4, *model.input_shape[1:]), verbose=0)
    np.testing.assert_array_equal(found.predict(images, verbose=0), expected)
    own = [path for path in Network.of(model).layers if path != model.inputs[0].name]
    assert [path for path in Network.of(found).layers if path in own] == own
    assert all(Network.of(found).layers[path] is Network.of(model).layers[path] for path in own)
    assert [line.name for line in rows(found)].count(RESHAPE) == 1
    assert f"the dataset's are 6 x 5 x 1: the layer '{RESHAPE}'" in sentence


def test_nested_models_keep_their_paths_and_outputs_their_names() -> None:
    model = nested()
    found, _ = reshape_images(model, (6, 5, 1))
    assert "inner/conv" in Network.of(found).layers
    images = np.random.default_rng(0).random((2, 6, 5, 1), dtype=np.float32)
    np.testing.assert_array_equal(found(images)["answer"], model(images[..., 0])["answer"])


def test_a_layer_for_training_alone_still_counts() -> None:
    class Noisy(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="noisy")
            self.noise = layers.Dense(30, name="noise")
            self.out = layers.Dense(2, name="out")

        def call(self, x: Any, training: bool = False) -> Any:
            return self.out(self.noise(x) if training else x)

    model = Noisy()
    model(np.zeros((1, 30), np.float32), training=True)
    model(np.zeros((1, 30), np.float32))
    found, _ = reshape_images(model, (6, 5, 1))
    assert parameter_counts(found) == parameter_counts(model)
    assert parameter_counts(found).total == 30 * 30 + 30 + 30 * 2 + 2
    assert unused(found) == ["noise"]
    assert unused(reshape_images(row(), (6, 5, 1))[0]) == []


def test_a_fixed_number_of_images_and_frozen_layers_stay_so() -> None:
    start = keras.Input(batch_shape=(4, 30))
    model = keras.Model(start, layers.Dense(2)(start))
    model.trainable = False
    found, _ = reshape_images(model, (6, 5, 1))
    assert found.inputs[0].shape == (4, 6, 5, 1)
    assert found.trainable_weights == []


def test_layers_that_were_frozen_one_by_one_stay_so() -> None:
    for model in (row(), sequence()):
        model.layers[-1].trainable = False
        found, _ = reshape_images(model, (6, 5, 1))
        assert len(found.trainable_weights) == len(model.trainable_weights)
        assert len(found.weights) > len(found.trainable_weights)


def test_connections_count_the_calls_of_the_model_alone() -> None:
    table = {line.name: line for line in rows(reshape_images(row(), (6, 5, 1))[0])}
    assert table["dropout"].connected_to == (f"{RESHAPE}[0][0]",)
    assert table["out"].connected_to == ("dropout[0][0]",)


@pytest.mark.parametrize(
    ("takes", "given"),
    [
        ((6, 5, 1), (6, 5, 1)),
        ((6, 5), (6, 5, 3)),  # which color to take is not known
        ((5, 6), (6, 5, 1)),
        ((29,), (6, 5, 1)),
        ((None,), (6, 5, 1)),
        ((6, 5, 1, 1), (6, 5, 1)),
    ],
)
def test_other_models_stay_as_they_are(takes: tuple[int, ...], given: tuple[int, ...]) -> None:
    start = keras.Input(takes)
    model = keras.Model(start, layers.Activation("relu")(start))
    assert reshape_images(model, given) == (model, "")


def test_a_model_with_more_inputs_or_out_of_reach_stays_as_it_is() -> None:
    one, two = keras.Input((30,)), keras.Input((30,))
    several = keras.Model([one, two], layers.Add()([one, two]))
    unbuilt = keras.Sequential([layers.Dense(2)])
    for model in (several, unbuilt):
        assert reshape_images(model, (6, 5, 1)) == (model, "")
