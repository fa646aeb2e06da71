"""Running a model leaves it as it was, and notices when it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from reportgen.network.network import Network
from reportgen.network.outputs import observe

layers = keras.layers


def model() -> Any:
    keras.utils.set_random_seed(3)
    body = [layers.Conv2D(3, 3, name="conv"), layers.GlobalAveragePooling2D()]
    return keras.Sequential([keras.Input((6, 6, 1)), *body, layers.Dense(4, name="out")])


def images(count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).random((count, 6, 6, 1), dtype=np.float32)


def exchange_head(model: Any) -> None:
    model.pop()
    model.add(layers.Dense(4, kernel_initializer="ones"))


def enable_lora(model: Any) -> None:
    dense = model.get_layer("out")
    dense.enable_lora(1)
    dense.lora_kernel_b.assign(np.ones(dense.lora_kernel_b.shape))


def exchange_activation(model: Any) -> None:
    model.get_layer("conv").activation = keras.activations.sigmoid


@pytest.mark.parametrize(
    "change",
    [
        exchange_head,
        enable_lora,
        exchange_activation,
        lambda model: model.get_layer("out").quantize("int8"),
    ],
)
def test_no_graph_outlives_a_change_of_the_model(change: Callable[[Any], None]) -> None:
    made, x = model(), images()
    for _ in range(2):  # the second call traces
        before = observe(Network.of(made), x).logits[0]
    change(made)
    for _ in range(2):
        found = observe(Network.of(made), x).logits[0]
        np.testing.assert_allclose(found, made.predict(x, verbose=0), atol=1e-5)
    assert np.abs(found - before).max() > 1e-5


def test_losses_that_layers_noted_stay() -> None:
    x = keras.Input((6, 6, 1))
    conv = layers.Conv2D(3, 3, activity_regularizer="l2", name="conv")
    made = keras.Model(x, layers.Dense(2)(layers.Flatten()(conv(x))))
    made(images())
    before = [float(loss) for loss in made.losses]
    for _ in range(2):
        observe(Network.of(made), images(3))
    assert [float(loss) for loss in made.losses] == before


def test_states_stay_and_do_not_matter() -> None:
    x = keras.Input(batch_shape=(4, 6, 6, 1))
    lstm = layers.LSTM(3, stateful=True)
    made = keras.Model(x, layers.Dense(2)(lstm(layers.Reshape((6, 6))(x))))
    expected = made.predict(images(), verbose=0)
    before = [state.numpy() for state in lstm.states]
    assert all(state.any() for state in before)
    for _ in range(2):
        np.testing.assert_allclose(
            observe(Network.of(made), images()).logits[0], expected, atol=1e-6
        )
        one = observe(Network.of(made), images()[2:3]).logits[0]
        np.testing.assert_allclose(one, expected[2:3], atol=1e-6)
    for state, value in zip(lstm.states, before, strict=True):
        np.testing.assert_array_equal(state.numpy(), value)
