"""The convolution that is taken where none is named: the last whose maps can point somewhere."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import images

import reportgen
from reportgen.errors import UndefinedError
from reportgen.network.layer_selection import last_convolution
from reportgen.network.network import Network

layers = keras.layers


def gated(size: int | None = 6, data_format: str = "channels_last") -> Any:
    """Two convolutions, the second gated by squeeze and excitation: two convolutions of 1 x 1."""
    shape = (size, size, 3) if data_format == "channels_last" else (3, size, size)
    given = {"data_format": data_format}
    x = keras.Input(shape)
    maps = layers.Conv2D(3, 3, name="stem", **given)(x)
    maps = layers.Conv2D(4, 3, name="body", padding="same", **given)(maps)
    gate = layers.GlobalAveragePooling2D(keepdims=True, **given)(maps)
    gate = layers.Conv2D(2, 1, activation="relu", name="reduce", **given)(gate)
    gate = layers.Conv2D(4, 1, activation="sigmoid", name="expand", **given)(gate)
    mean = layers.GlobalAveragePooling2D(**given)(layers.Multiply()([maps, gate]))
    return keras.Model(x, layers.Dense(2, "softmax", name="out")(mean))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("size", [6, None])
def test_a_gate_is_passed_over(size: int | None, data_format: str) -> None:
    assert last_convolution(Network.of(gated(size, data_format)), "nothing") == "body"


def test_methods_explain_before_the_gate() -> None:
    model, x = gated(), images(channels=3)
    assert reportgen.grad_cam(model, x).shape == (5, 4, 4)
    np.testing.assert_array_equal(
        reportgen.grad_cam(model, x, 1), reportgen.grad_cam(model, x, 1, layer="body")
    )
    np.testing.assert_array_equal(
        reportgen.deconvnet(model, x), reportgen.deconvnet(model, x, "body")
    )
    assert reportgen.grad_cam(model, x, layer="expand").shape == (5, 1, 1)


def test_a_head_of_convolutions_behind_global_pooling_is_passed_over() -> None:
    x = keras.Input((6, 6, 3))
    inner = keras.Model(x, layers.Conv2D(4, 3, name="conv")(x), name="backbone")
    mean = layers.GlobalAveragePooling2D(keepdims=True)(inner(x))
    scores = layers.Flatten()(layers.Conv2D(2, 1, name="scores")(mean))
    model = keras.Model(x, layers.Softmax()(scores))
    assert last_convolution(Network.of(model), "nothing") == "backbone/conv"


def test_of_several_outputs_the_one_that_is_explained_decides() -> None:
    x = keras.Input((6, 6, 3))
    maps = layers.Conv2D(4, 3, name="conv")(x)
    mean = layers.GlobalAveragePooling2D(keepdims=True)(maps)
    scores = layers.Conv2D(2, 1, activation="softmax", name="scores")(mean)
    image = layers.Conv2DTranspose(3, 3, name="image")(maps)
    model = keras.Model(x, [layers.Flatten(name="kind")(scores), image])
    assert reportgen.grad_cam(model, images(channels=3), output="kind").shape == (5, 4, 4)


def test_rows_of_one_position_and_a_row_of_several() -> None:
    several = [keras.Input((8, 2)), layers.Conv1D(3, 3, name="first"), layers.MaxPooling1D(6)]
    model = keras.Sequential([*several, layers.Conv1D(2, 1, name="second")])
    assert last_convolution(Network.of(model), "nothing") == "first"


def test_where_every_map_has_one_position_it_is_the_last() -> None:
    model = keras.Sequential(
        [keras.Input((3, 3, 1)), layers.Conv2D(2, 3), layers.Conv2D(2, 1, name="last")]
    )
    assert last_convolution(Network.of(model), "nothing") == "last"


def test_without_a_convolution_there_is_none() -> None:
    with pytest.raises(UndefinedError, match="no convolution layer, so there is no map"):
        last_convolution(
            Network.of(keras.Sequential([keras.Input((4,)), layers.Dense(2)])), "no map"
        )
