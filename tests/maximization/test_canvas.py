"""Activation maximization of inputs that are no images: lines, volumes, rows of numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import state
from subjects import subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.activation_maximization.compute import compute
from reportgen.maximization.canvas import as_model_input, canvas_shape, input_channels
from reportgen.maximization.maximize import activation_maximization
from reportgen.network.network import Network

layers = keras.layers

PLAIN: dict[str, Any] = {"steps": 2000, "jitter": 0, "l2": 0, "total_variation": 0}


def model_of(shape: tuple[int | None, ...], conv: Any = None) -> Any:
    keras.utils.set_random_seed(len(shape))
    inner = [conv, layers.Flatten()] if conv is not None else []
    if conv is not None and None in shape:
        inner = [conv, layers.GlobalAveragePooling1D()]
    return keras.Sequential([keras.Input(shape), *inner, layers.Dense(3, name="out")])


LINE = model_of((9, 2), layers.Conv1D(2, 3, name="conv"))
VOLUME = model_of((4, 3, 5, 2), layers.Conv3D(2, 2, name="conv"))
ROW = model_of((7,))


def maps(model: Any, found: np.ndarray) -> np.ndarray:
    return np.asarray(keras.Model(model.inputs[0], model.get_layer("conv").output)(found))


@pytest.mark.parametrize(
    ("model", "position", "seen"),
    [
        (LINE, (4,), (slice(4, 7),)),
        (VOLUME, (2, 1, 3), (slice(2, 4), slice(1, 3), slice(3, 5))),
    ],
)
def test_a_unit_raises_what_it_sees_and_leaves_the_rest(
    model: Any, position: tuple[int, ...], seen: tuple[slice, ...]
) -> None:
    low, high = (0.0, -1.0), (1.0, 3.0)
    found = activation_maximization(
        model, "conv", objective="unit", position=position, input_range=(low, high), **PLAIN
    )
    assert found.shape == (2, *model.input_shape[1:])
    kernel, bias = model.get_layer("conv").get_weights()
    answer = maps(model, found)
    for index in range(2):
        # Each number at the end of its channel's range that its weight asks for.
        best = np.maximum(kernel[..., index] * low, kernel[..., index] * high).sum() + bias[index]
        assert answer[(index, *position, index)] == pytest.approx(best, rel=1e-3)
    outside = np.ones(model.input_shape[1:-1], bool)
    outside[seen] = False
    middle = (np.array(low) + high) / 2
    assert np.abs((found[:, outside] - middle) / (np.array(high) - low)).max() < 0.05


@pytest.mark.parametrize("model", [LINE, VOLUME])
@pytest.mark.parametrize("parameterization", ["pixels", "fourier"])
def test_filters_answer_more_than_to_noise(model: Any, parameterization: str) -> None:
    before = state(model)
    found = activation_maximization(model, "conv", parameterization=parameterization)
    again = activation_maximization(model, "conv", parameterization=parameterization)
    np.testing.assert_array_equal(found, again)
    assert state(model) == before
    assert found.min() >= 0
    assert found.max() <= 1
    space = tuple(range(1, found.ndim - 1))
    noise = np.random.default_rng(0).random((100, *model.input_shape[1:]), dtype=np.float32)
    mine = np.diagonal(maps(model, found).mean(axis=space))
    assert (mine > maps(model, noise).mean(axis=space).max(axis=0)).all()


def test_a_row_of_numbers_goes_to_the_ends_that_its_weights_ask_for() -> None:
    found = activation_maximization(ROW, objective="class", **PLAIN)
    weights = ROW.get_layer("out").get_weights()[0]
    np.testing.assert_allclose(found, (weights.T > 0).astype(float), atol=1e-3)


def test_planes_of_a_volume_are_smoothed_within_themselves() -> None:
    model = model_of((2, 6, 6, 1), layers.Conv3D(1, (1, 6, 6), name="conv"))
    plain = activation_maximization(model, "conv", [0], l2=0, total_variation=0, jitter=0)
    smooth = activation_maximization(model, "conv", [0], l2=0, total_variation=3, jitter=0)

    def roughness(found: np.ndarray) -> float:
        return float(np.abs(np.diff(found, axis=2)).mean() + np.abs(np.diff(found, axis=3)).mean())

    assert roughness(smooth) < roughness(plain)


def test_an_open_length_is_filled() -> None:
    model = model_of((None, 2), layers.Conv1D(2, 3, name="conv"))
    assert activation_maximization(model, "conv", steps=2).shape == (2, 128, 2)
    assert activation_maximization(model, "conv", steps=2, size=20).shape == (2, 20, 2)


@pytest.mark.parametrize("model", [LINE, VOLUME, ROW])
def test_a_canvas_is_the_input_in_another_order(model: Any) -> None:
    shape = canvas_shape(Network.of(model))
    assert np.prod(shape) == np.prod(model.input_shape[1:])
    assert input_channels(Network.of(model)) == model.input_shape[-1]
    # Numbers that tell place and channel: those of a plane stay beside one another.
    pixels = np.arange(2 * np.prod(shape)).reshape(2, *shape)
    there = as_model_input(Network.of(model), pixels, ops=np)
    assert there.shape == (2, *model.input_shape[1:])
    assert sorted(there.ravel()) == sorted(pixels.ravel())
    if model is VOLUME:
        np.testing.assert_array_equal(there[:, 1, ..., 0], pixels[..., 2])


def test_what_has_no_meaning_for_them_is_said() -> None:
    with pytest.raises(UserError, match="rotate and scale move images, and the model takes none"):
        activation_maximization(LINE, "conv", rotate=5)
    with pytest.raises(UserError, match="each for all or for each of 2 channels"):
        activation_maximization(VOLUME, "conv", input_range=((0, 0, 0), (1, 1, 1)))
    with pytest.raises(UndefinedError, match="does not have one image as its input"):
        compute(subject("activation_maximization", LINE))
    words = [layers.Embedding(20, 4), layers.Conv1D(3, 2, name="conv"), layers.Flatten()]
    tokens = keras.Sequential([keras.Input((10,), dtype="int32"), *words, layers.Dense(2)])
    with pytest.raises(UndefinedError, match="no gradient with respect to its input"):
        activation_maximization(tokens, "conv")
    many = keras.Sequential([keras.Input((2, 2, 2, 2, 1)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(UndefinedError, match="no image, line, volume or row of numbers"):
        activation_maximization(many, objective="class")
