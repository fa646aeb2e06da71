"""Odd models and data sets as users bring them: the right value, or one message."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from reportgen.datasets.arrays import from_arrays
from reportgen.datasets.npz import ENTRY
from reportgen.engine.checkpoint import ModelParams
from reportgen.engine.doubts import of_scaling
from reportgen.network.network import Network
from reportgen.network.rescaling import expected_values
from reportgen.network.warnings import model_warnings
from reportgen.suggestions import units_misfit
from reportgen.types import Layer, Model

SHAPE = (8, 8, 3)


def behind(*steps: Layer) -> Model:
    """A small network behind some steps."""
    images = values = keras.Input(SHAPE)
    for step in steps:
        values = step(values)
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(values))
    return keras.Model(images, layers.Dense(2, "softmax")(maps))


@pytest.mark.parametrize(
    "step",
    [
        lambda x: ops.cast(x, "float32") / 255,
        lambda x: x - ops.mean(x, axis=(1, 2, 3), keepdims=True),
        ops.image.rgb_to_grayscale,
        lambda x: ops.cast(x > 127, "float32"),
        lambda x: ops.cast(layers.Discretization([64.0, 128.0])(x), "float32"),
    ],
)
def test_a_model_that_begins_with_an_operation_has_its_warnings(step: Layer) -> None:
    """Operations have no weights, and such a model ended in an AttributeError."""
    assert not list(model_warnings(Network.of(behind(step))))


def test_a_rescaled_image_that_joins_features_counts() -> None:
    """Beside a convolution of the raw image, the Rescaling of a skip connection was not seen."""
    images = keras.Input(SHAPE)
    joined = layers.Concatenate()([layers.Conv2D(3, 1)(images), layers.Rescaling(1 / 255)(images)])
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(joined))
    network = Network.of(keras.Model(images, layers.Dense(2)(maps)))
    assert expected_values(network).values == "bytes"


@pytest.mark.parametrize(
    ("step", "reach"),
    [
        (layers.Rescaling(1 / 4095), 4095),
        (layers.Rescaling(1 / 65535), 65535),
        (layers.Rescaling(2 / 65535, -1), 65535),
        (layers.Normalization(mean=1500.0, variance=900.0**2), 3000),
        (layers.Rescaling(1 / 255), 0),
        (layers.Rescaling(1 / 127.5, -1), 0),
        (layers.Normalization(mean=120.0, variance=60.0**2), 0),
        (layers.Normalization(mean=0.0, variance=255.0**2), 0),
    ],
)
def test_a_model_of_more_than_8_bits_is_told_how_it_gets_them(step: Layer, reach: int) -> None:
    """A model that divides by 4095 got bytes, and nothing said what mends it."""
    model = behind(step)
    assert expected_values(Network.of(model)).reach == pytest.approx(reach, rel=1e-3)
    given = doubts_of(model)
    assert len(given) == bool(reach)
    if reach:
        assert f"'std: {1 / reach:.4g}'" in given[0]
        assert not doubts_of(model, std=[1 / reach])


def doubts_of(model: Model, **params: object) -> list[str]:
    """The doubts about how photos, prepared as a spec asks for, reach a model."""
    images = np.random.default_rng(0).integers(0, 256, (20, *SHAPE)).astype(np.uint8)
    filled = {p.name: p.default for p in ENTRY.parameters} | {"path": "", **params}
    arrays = {"x_train": images, "y_train": np.arange(20) % 2}
    data = from_arrays(arrays, None, "Photos", filled, 0)
    asked = ModelParams("m.keras", {}, 0, "npz", settle=not params)
    return [warning.text for warning in of_scaling(data, model, asked)]


def test_classes_that_labels_lack_may_be_named() -> None:
    """Labels that hold fewer classes than the model were refused, and the way out was not told."""
    hints = [
        units_misfit("out", 4, "softmax", "class", names)[1] for names in ("a", "abc", "abcde")
    ]
    way_out = ["name all 4 classes of the model under 'classes'" in hint for hint in hints]
    assert way_out == [True, True, False]
