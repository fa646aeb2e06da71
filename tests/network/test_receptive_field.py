"""Windows of single units against what really reaches them: a gradient of positive weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.network.network import Network
from reportgen.network.receptive_field import receptive_field, window

layers = keras.layers


def touched(model: Any, unit: tuple[int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    """The bounding box of the pixels that a unit depends on; all weights are positive."""
    model.set_weights([np.abs(w) + 0.1 for w in model.get_weights()])
    pixels = tf.constant(np.random.default_rng(0).random((1, *size, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = tf.reduce_sum(model(pixels)[:, unit[0], unit[1]])
    found = tape.gradient(value, pixels).numpy()[0, ..., 0] != 0
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def stack(*body: Any, size: tuple[int, int] = (17, 22)) -> Any:
    return keras.Sequential([keras.Input((*size, 1)), *body])


@pytest.mark.parametrize("unit", [(0, 0), (1, 2), (2, 3)])
@pytest.mark.parametrize(
    "body",
    [
        lambda: [layers.Conv2D(1, 3), layers.Conv2D(1, (3, 5), strides=2)],
        lambda: [layers.Conv2D(1, 3, padding="same"), layers.Conv2D(1, 3, 2, padding="same")],
        lambda: [
            layers.Conv2D(1, 5, 2, padding="same"),
            layers.AveragePooling2D(2, padding="same"),
        ],
        lambda: [layers.ZeroPadding2D(((2, 1), (0, 3))), layers.Conv2D(1, 4, 3)],
        lambda: [layers.Cropping2D(((2, 1), (3, 0))), layers.Conv2D(1, 3, dilation_rate=2)],
    ],
)
def test_windows_are_what_reaches_the_unit(body: Any, unit: tuple[int, int]) -> None:
    model = stack(*body())
    name = model.layers[-1].name
    assert window(Network.of(model), name, unit, (17, 22)) == touched(model, unit, (17, 22))


def test_windows_of_branches_and_free_sizes() -> None:
    x = keras.Input((None, None, 1))
    main = layers.Conv2D(1, 3, padding="same")(layers.Conv2D(1, 3, 2, padding="same")(x))
    side = layers.Conv2D(1, 1, strides=2)(x)
    model = keras.Model(x, layers.Add(name="sum")([main, side]))
    for unit in [(0, 0), (3, 4), (8, 10)]:
        assert window(Network.of(model), "sum", unit, (17, 22)) == touched(model, unit, (17, 22))
    assert receptive_field(Network.of(model), "sum") == 7


def test_what_cannot_be_told_is_none() -> None:
    model = stack(layers.UpSampling2D(2, interpolation="bicubic"), layers.Conv2D(1, 3))
    assert window(Network.of(model), model.layers[-1].name, (0, 0), (17, 22)) is None
    flat = stack(layers.Flatten(), layers.Dense(3, name="dense"))
    assert window(Network.of(flat), "dense", (), (17, 22)) is None


def test_an_operation_with_several_outputs_is_walked_through() -> None:
    x = keras.Input((17, 22, 4))
    before = layers.Conv2D(4, 3, name="before")(x)
    left, right = keras.ops.split(before, 2, axis=-1)
    after = layers.Concatenate(name="after")([left, layers.Conv2D(2, 3, padding="same")(right)])
    model = keras.Model(x, after)
    assert receptive_field(Network.of(model), "before") == 3
    assert (
        receptive_field(Network.of(model), "after") is None
    )  # how far a split reaches is not known
