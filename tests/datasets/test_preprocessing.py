"""Preparation of pixels: what is declared, against Keras' own and by hand."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from reportgen.datasets.preprocessing import APPLICATIONS, PARAMETERS, preprocessing
from reportgen.errors import UserError
from reportgen.network.preprocessing import prepare, restore, value_range, value_ranges

DEFAULTS = {parameter.name: parameter.default for parameter in PARAMETERS}
PIXELS = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 3), np.uint8)


def made(channels: int = 3, **params: Any) -> Any:
    return preprocessing({**DEFAULTS, **params}, channels)


def test_every_application_is_prepared_as_keras_does() -> None:
    import keras

    networks = {n for n in dir(keras.applications) if n[0].isupper()}
    assert networks == set(APPLICATIONS)
    for name in APPLICATIONS:
        function = getattr(keras.applications, name)
        own = inspect.getmodule(inspect.unwrap(function)).preprocess_input  # type: ignore[union-attr]
        expected = own(PIXELS.astype(np.float32))
        np.testing.assert_allclose(prepare(PIXELS, made(application=name)), expected, atol=2e-5)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"scaling": "-1..1"},
        {"scaling": "0..255", "mean": [10.0, 20.0, 30.0]},
        {"mean": [0.5], "std": [0.2, 0.3, 0.4]},
        {"application": "VGG16"},
        {"application": "DenseNet121"},
    ],
)
def test_restoring_gives_the_pixels_back(params: dict[str, Any]) -> None:
    how = made(**params)
    np.testing.assert_allclose(restore(prepare(PIXELS, how), how), PIXELS, atol=1e-3)


def test_mean_and_deviation_by_hand() -> None:
    how = made(mean=[0.5, 0.25, 0.0], std=[0.5])
    pixel = np.array([255, 51, 0], np.uint8).reshape(1, 1, 1, 3)
    np.testing.assert_allclose(prepare(pixel, how).ravel(), [1.0, -0.1, 0.0], atol=1e-6)
    assert how.text == (
        "pixel values divided by 255, minus 0.5, 0.25, 0, divided by 0.5, each number for one "
        "channel"
    )


def test_the_range_of_each_channel() -> None:
    how = made(application="VGG16")
    lows, highs = value_ranges(how, 3)
    np.testing.assert_allclose(lows, [-103.939, -116.779, -123.68])
    np.testing.assert_allclose(highs, [151.061, 138.221, 131.32])
    assert value_range(how) == pytest.approx((-123.68, 151.061))
    assert [ends.tolist() for ends in value_ranges(made(), 2)] == [[0, 0], [1, 1]]


def test_channels_are_put_into_the_models_order() -> None:
    pixel = np.array([10, 20, 30], np.uint8).reshape(1, 1, 1, 3)
    blue = prepare(pixel, made(application="VGG19"))[0, 0, 0, 0]
    assert blue == pytest.approx(30 - 103.939, abs=1e-4)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"mean": [1.0, 2.0]}, "'mean' has 2 numbers, but the images have 3 channels"),
        ({"std": [1.0] * 4}, "'std' has 4 numbers"),
        ({"application": "VGG16", "mean": [0.5]}, "'application' brings its own scaling"),
        ({"application": "VGG16", "scaling": "-1..1"}, "'application' brings its own scaling"),
        ({"application": "Xceptoin"}, "did you mean 'Xception'"),
        ({"application": "VGG16", "channels": 1}, "takes images of 3 channels"),
    ],
)
def test_what_does_not_go_together(params: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        made(**params)
