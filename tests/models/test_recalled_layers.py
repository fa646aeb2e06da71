"""The layers of models whose inputs are given something: shared, nested and followed ones."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import reportgen
from reportgen.errors import UserError
from reportgen.models.adapting import hold_inputs
from reportgen.network.graph import require_graph
from reportgen.network.layers import numbered_uses
from reportgen.network.network import Network
from tests.models.two_inputs import GIVEN, IMAGES, META, pooled, two

layers = keras.layers


def siamese() -> Any:
    tower = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="conv")], name="t")
    left, right = keras.Input((8, 8, 1), name="left"), keras.Input((None, 8, 1), name="right")
    again = layers.Conv2D(2, 3, name="alone")
    apart = layers.Subtract()([tower(left), 2 * tower(right)])
    both = layers.Concatenate()([apart, again(left), again(right)])
    return keras.Model([left, right], layers.Dense(2)(layers.GlobalMaxPooling2D()(both)))


def test_twins_get_the_same_images_and_are_read_at_their_first_use() -> None:
    model = siamese()
    found, sentence = hold_inputs(model, {"left": "images", "right": "images"})
    np.testing.assert_allclose(found(IMAGES), model([IMAGES, IMAGES]), atol=1e-6)
    assert sentence == "The inputs 'left' and 'right' are given the same images."
    assert found.inputs[0].name == "left"
    assert found.input_shape == (None, 8, 8, 1)
    maps = reportgen.feature_maps(found, IMAGES, layers=["t/conv", "alone[1]"])
    np.testing.assert_allclose(
        maps["t/conv"], model.get_layer("t").get_layer("conv")(IMAGES), atol=1e-6
    )
    assert numbered_uses(Network.of(found).uses)["alone"] == (1, 2)
    assert numbered_uses(Network.of(found).uses)["alone[1]"] == (2, 2)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_the_first_use_of_a_layer_stays_its_first(steps: int, turned: bool) -> None:
    """Keras' own order of running the calls may be another."""
    image, other = (keras.Input((8, 8, 1), name=name) for name in ("image", "other"))
    conv, pool = layers.Conv2D(2, 3, name="conv"), layers.GlobalMaxPooling2D()
    first, second = conv(image), conv(other)
    for _ in range(steps):
        second = layers.ReLU()(second)
    pair = [pool(first), pool(second)]
    both = layers.Concatenate()(pair[::-1] if turned else pair)
    for order in ([image, other], [other, image]):
        found, _ = hold_inputs(keras.Model(order, both), {"image": "images", "other": 0.5})
        maps = reportgen.feature_maps(found, IMAGES, layers=["conv", "conv[1]"])
        np.testing.assert_allclose(maps["conv"], conv(IMAGES), atol=1e-6)
        halves = np.full_like(IMAGES, 0.5)
        np.testing.assert_allclose(maps["conv[1]"], conv(halves), atol=1e-6)


def test_a_model_inside_a_model_stays_one() -> None:
    image, meta = keras.Input((8, 8, 1), name="image"), keras.Input((3,), name="meta")
    inner = two()
    model = keras.Model([image, meta], layers.Dense(2, name="last")(inner([image, meta])))
    found, _ = hold_inputs(model, GIVEN)
    assert "two/conv" in Network.of(found).layers
    expected = model([IMAGES, np.float32([META] * 5)])
    np.testing.assert_allclose(found(IMAGES), expected, atol=1e-6)
    assert reportgen.grad_cam(found, IMAGES, 1, layer="two/conv").shape == (5, 6, 6)


def test_frozen_layers_stay_so_and_a_fixed_batch_too() -> None:
    image, meta = keras.Input(batch_shape=(5, 8, 8, 1), name="image"), keras.Input((3,), name="m")
    both = layers.Concatenate()([pooled(image), meta])
    model = keras.Model([image, meta], layers.Dense(2, name="out")(both))
    model.get_layer("conv").trainable = False
    found, _ = hold_inputs(model, {"image": "images", "m": 1})
    assert [v.path.split("/")[0] for v in found.trainable_weights] == ["out", "out"]
    assert found.inputs[0].shape == (5, 8, 8, 1)
    expected = model([IMAGES, np.ones((5, 3), np.float32)])
    np.testing.assert_allclose(found(IMAGES), expected, atol=1e-6)


class Own(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="own")
        self.out = layers.Dense(2, name="out")

    def call(self, image: Any, meta: Any) -> Any:
        return self.out(keras.ops.concatenate([keras.ops.mean(image, (1, 2)), meta], axis=-1))


class Listed(Own):
    def call(self, both: Any) -> Any:
        return super().call(*both)


class Named(Own):
    def call(self, both: Any) -> Any:
        return super().call(**both)


@pytest.mark.parametrize("kind", [Listed, Named])
def test_a_subclassed_model_whose_call_can_be_followed_is_held_too(kind: Any) -> None:
    model, values = kind(), np.float32([META] * 5)
    expected = model([IMAGES, values] if kind is Listed else {"image": IMAGES, "meta": values})
    names = ["input", "input_1"] if kind is Listed else ["image", "meta"]
    assert [tensor.name for tensor in require_graph(model).inputs] == names
    found, _ = hold_inputs(model, dict(zip(names, ("images", META), strict=True)))
    np.testing.assert_allclose(found(IMAGES), expected, atol=1e-6)


def test_one_whose_call_cannot_be_followed_is_told_in_a_sentence() -> None:
    model = Own()
    model(IMAGES, np.float32([META] * 5))
    with pytest.raises(UserError) as caught:
        hold_inputs(model, GIVEN)
    assert str(caught.value) == (
        "'inputs' cannot be given to it: The layers inside model 'own' cannot be reached, because "
        "it is subclassed and its call cannot be followed (Own.call() missing 1 required "
        "positional argument: 'meta'); name a Python function that returns a model of the images "
        "alone"
    )
