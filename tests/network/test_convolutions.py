"""Wrappers around convolutions are convolutions; what takes images over time is not."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import reportgen
from reportgen.errors import UndefinedError
from reportgen.figures.architecture.descriptions import describe
from reportgen.figures.summary.compute import described
from reportgen.network.dependencies import steps
from reportgen.network.layers import acting, convolution, is_conv
from reportgen.network.network import Network
from reportgen.network.receptive_field import receptive_field

layers = keras.layers


class Halved(keras.layers.Wrapper):
    """Computes with half the kernel that the layer inside holds."""

    def call(self, inputs: Any) -> Any:
        return self.layer(inputs) / 2

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.layer.compute_output_shape(input_shape)


class Averaged(Halved):
    """A convolution whose maps are averaged at once."""

    def call(self, inputs: Any) -> Any:
        return keras.ops.mean(self.layer(inputs), axis=(1, 2))

    def compute_output_shape(self, input_shape: Any) -> Any:
        shape = self.layer.compute_output_shape(input_shape)
        return (shape[0], shape[-1])


def stack(layer: Any, side: int = 12) -> keras.Model:
    keras.utils.set_random_seed(3)
    image = keras.Input((side, side, 1))
    maps = layer(layers.Conv2D(2, 3, name="first")(image))
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(maps)))


def spectral() -> keras.Model:
    inside = layers.Conv2D(4, 3, strides=2, activation="relu")
    return stack(layers.SpectralNormalization(inside, name="sn"))


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).random((3, 12, 12, 1)).astype("float32")


def test_a_spectral_normalization_is_the_convolution_inside(pixels: np.ndarray) -> None:
    model = spectral()
    layer = model.get_layer("sn")
    assert convolution(layer) is layer.layer is acting(layer)
    maps = reportgen.grad_cam(model, pixels)
    np.testing.assert_array_equal(maps, reportgen.grad_cam(model, pixels, layer="sn"))
    assert maps.shape == (3, 4, 4)
    assert receptive_field(Network.of(model), "sn") == 5
    assert list(reportgen.feature_maps(model, pixels)) == ["first", "sn"]
    assert reportgen.deconvnet(model, pixels, filters=[1]).shape == (1, 3, 12, 12, 1)


def test_its_kernel_computes_its_maps(pixels: np.ndarray) -> None:
    model = spectral()
    found = reportgen.kernels(model)
    before, after = (
        reportgen.feature_maps(model, pixels, [name])[name] for name in ("first", "sn")
    )
    bias = np.asarray(model.get_layer("sn").layer.bias)
    expected = keras.ops.conv(before, found["sn"], strides=2) + bias
    np.testing.assert_allclose(after, np.maximum(np.asarray(expected), 0), atol=1e-5)


def test_its_relu_is_guided(pixels: np.ndarray) -> None:
    wrapped = spectral()
    plain = stack(layers.Conv2D(4, 3, strides=2, activation="relu"))
    inside = wrapped.get_layer("sn").layer
    plain.layers[1].set_weights(wrapped.get_layer("first").get_weights())
    plain.layers[2].set_weights(inside.get_weights())
    plain.layers[-1].set_weights(wrapped.layers[-1].get_weights())
    for method in ("gradient", "guided_backpropagation"):
        mine, theirs = (
            reportgen.saliency(model, pixels, targets=0, method=method)
            for model in (wrapped, plain)
        )
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_it_is_told_as_what_is_inside() -> None:
    model = spectral()
    assert described(model.get_layer("sn")) == "4 filters of 3 x 3, 2 x 2 apart, relu"
    step = next(one for one in steps(Network.of(model)) if one.path == "sn")
    said = describe(step, [(10, 10, 2)], 0)
    assert (said.role, said.width, said.extras) == ("conv", 4, ("relu",))
    assert said.what == "3 x 3 conv, stride 2"


def test_the_kernel_of_another_wrapper_is_not_known(pixels: np.ndarray) -> None:
    model = stack(Halved(layers.Conv2D(4, 3), name="half"))
    assert reportgen.grad_cam(model, pixels).shape == (3, 8, 8)
    assert list(reportgen.kernels(model)) == ["first"]
    with pytest.raises(UndefinedError, match=r"kernel of layer 'half' is not known.*Halved wraps"):
        reportgen.kernels(model, ["half"])
    assert receptive_field(Network.of(model), "half") is None


def test_wrappers_without_the_maps_of_a_convolution_are_none(pixels: np.ndarray) -> None:
    image = keras.Input((12, 12, 1))
    layer = Averaged(layers.Conv2D(4, 3))
    model = keras.Model(image, layers.Dense(3)(layer(layers.Conv2D(2, 3, name="first")(image))))
    assert not is_conv(layer)
    assert reportgen.grad_cam(model, pixels).shape == (3, 10, 10)
    assert not is_conv(layers.SpectralNormalization(layers.Dense(2)))


@pytest.mark.parametrize(
    "layer",
    [
        layers.TimeDistributed(layers.Conv2D(2, 3), name="film"),
        layers.ConvLSTM2D(2, 3, return_sequences=True, name="film"),
        layers.Bidirectional(layers.ConvLSTM2D(2, 3, return_sequences=True), name="film"),
    ],
)
def test_layers_over_time_are_named_and_not_taken(layer: Any) -> None:
    film = keras.Input((2, 8, 8, 1))
    model = keras.Model(film, layers.Dense(3)(layers.GlobalAveragePooling3D()(layer(film))))
    frames = np.random.default_rng(1).random((3, 2, 8, 8, 1)).astype("float32")
    told = "no convolution layer but 'film', which takes images over time"
    with pytest.raises(UndefinedError, match=told):
        reportgen.grad_cam(model, frames)
    with pytest.raises(UndefinedError, match=told):
        reportgen.deconvnet(model, frames)
    assert reportgen.grad_cam(model, frames, layer="film").shape == (3, 2, 6, 6)
