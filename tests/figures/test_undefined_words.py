"""Where a method is undefined a page says so of "the model", by no name that Keras made up."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras
import numpy as np
import pytest
from subjects import dataset, subject

from reportgen.attribution.saliency import AveragingSettings, attribute
from reportgen.errors import UndefinedError
from reportgen.network.network import Network
from reportgen.records import Target

layers = keras.layers

NAME = "sequential_11"


def dense() -> Any:
    body = [layers.Flatten(), layers.Dense(3, "softmax", name="class")]
    return keras.Sequential([keras.Input((6, 6, 1)), *body], name=NAME)


def bent() -> Any:
    """A network with a convolution and no ReLU."""
    body = [layers.Conv2D(2, 3, activation="tanh", name="conv"), layers.Flatten()]
    return keras.Sequential([keras.Input((6, 6, 1)), *body, layers.Dense(3, "softmax")], name=NAME)


def data() -> Any:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 6, 1), np.uint8)
    target = Target("class", "Class", ("a", "b", "c"))
    return dataset(pixels, {"class": np.arange(4) % 3}, (target,))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("activation_maximization", {}),
        ("channel_table", {}),
        ("deconvnet", {}),
        ("edge_filters", {}),
        ("feature_maps", {}),
        ("grad_cam", {}),
        ("grad_cam", {"layer": "class"}),
        ("layer_metrics", {}),
        ("mean_feature_maps", {}),
    ],
)
def test_a_model_without_maps_is_called_the_model(kind: str, given: dict[str, Any]) -> None:
    compute = import_module(f"reportgen.figures.{kind}.compute").compute
    with pytest.raises(UndefinedError) as caught:
        compute(subject(kind, dense(), data(), **given))
    assert NAME not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_so_is_one_without_a_relu() -> None:
    compute = import_module("reportgen.figures.saliency.compute").compute
    given = subject("saliency", bent(), data(), method="guided_backpropagation")
    with pytest.raises(UndefinedError, match=r"and output '\w+' of the model where its backward"):
        compute(given)


def test_and_one_whose_gradients_are_not_finite() -> None:
    model = bent()
    model.get_layer("conv").kernel.assign(np.full((3, 3, 1, 2), 1e38, np.float32))
    model.layers[-1].kernel.assign(np.full((32, 3), 3e38, np.float32))
    x, targets = np.full((2, 6, 6, 1), 1e-38, np.float32), np.zeros((2, 1), np.int32)
    dials = AveragingSettings(1, 0, 1, 1, np.zeros(1), 0)
    with pytest.raises(UndefinedError, match=r"^The gradients of the model hold values that"):
        attribute(Network.of(model), x, [0], targets, "gradient", dials)
