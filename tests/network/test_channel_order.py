"""Models that read channels first on a processor: what their twins with channels last give."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from small_models import seeded
from tensorflow.python.framework import config

import reportgen
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.summary.compute import input_measures
from reportgen.models.adapting import check_input
from reportgen.network import execution
from reportgen.network.channel_order import channels_first
from reportgen.network.dependencies import steps
from reportgen.network.execution import needs_xla
from reportgen.network.inputs import as_input_shape
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training.evaluation import evaluate
from reportgen.training.loop import train
from reportgen.training.parameters import PARAMETERS

Floats = NDArray[np.float32]
layers = keras.layers
SIDE = 12
TARGET = Target("class", "Class", ("a", "b", "c"))


def network(order: str) -> Any:
    """All kinds of layers with maps; no map is as wide as it has channels (see decisions)."""
    first = order == "channels_first"
    given: Any = {"data_format": order}
    x = keras.Input((2, SIDE, SIDE) if first else (SIDE, SIDE, 2), name="x")
    y = layers.Conv2D(6, 3, activation="relu", name="conv", **given)(x)
    y = layers.BatchNormalization(axis=1 if first else -1, name="norm")(y)
    y = layers.MaxPooling2D(3, 2, "same", name="pool", **given)(y)
    y = layers.DepthwiseConv2D(3, padding="same", name="deep", **given)(y)
    y = layers.ReLU(name="relu")(layers.ZeroPadding2D(1, name="frame", **given)(y))
    y = layers.Conv2D(4, 3, strides=2, name="late", **given)(y)
    z = layers.AveragePooling2D(2, name="mean", **given)(layers.UpSampling2D(2, **given)(y))
    y = layers.Add(name="sum")([y, z])
    y = layers.GlobalAveragePooling2D(name="flat", **given)(y)
    return keras.Model(x, layers.Dense(3, "softmax", name="out")(y), name=order)


def twins() -> tuple[Any, Any]:
    first, last = seeded(network("channels_first")), network("channels_last")
    weights = [np.abs(w) + 0.1 if w.ndim == 1 else w for w in first.get_weights()]
    for model in (first, last):
        model.set_weights(weights)
    return first, last


def images(n: int = 4) -> Floats:
    return np.random.default_rng(0).random((n, SIDE, SIDE, 2), np.float32)


OTHERS = ["relu", "sum", "norm", "frame", "deep"]
"""Layers of which some do not say where channels are."""

ASCENT = {"steps": 4, "parameterization": "pixels", "jitter": 1, "rotate": 3.0, "scale": 0.05}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "feature maps": lambda m: list(reportgen.feature_maps(m, images()).values()),
    "feature maps of others": lambda m: list(reportgen.feature_maps(m, images(), OTHERS).values()),
    "grad_cam at a sum": lambda m: reportgen.grad_cam(m, images(), 2, layer="sum"),
    "deconvnet of a relu": lambda m: reportgen.deconvnet(m, images(), "relu", [0, 5]),
    "unit of a relu": lambda m: reportgen.activation_maximization(
        m, "relu", [5], objective="unit", **ASCENT
    ),
    **{
        method: lambda m, method=method: reportgen.grad_cam(
            m, images(), 1, layer="late", method=method
        )
        for method in ("grad_cam", "layer_cam", "score_cam")
    },
    "grad_cam at the first layer": lambda m: reportgen.grad_cam(m, images(), 1, layer="conv"),
    **{
        method: lambda m, method=method: reportgen.saliency(m, images(), 1, method=method)
        for method in ("gradient", "guided_backpropagation", "integrated_gradients")
    },
    "deconvnet": lambda m: reportgen.deconvnet(m, images(), "late"),
    "occlusion": lambda m: reportgen.occlusion(m, images(2), 1),
    "embedding": lambda m: reportgen.embedding(m, images()),
    "kernels": lambda m: list(reportgen.kernels(m).values()),
    "pixels": lambda m: reportgen.activation_maximization(m, "late", [0, 3], **ASCENT),
    "waves": lambda m: reportgen.activation_maximization(
        m, "conv", [1], **{**ASCENT, "parameterization": "fourier"}
    ),
    "class": lambda m: reportgen.activation_maximization(m, objective="class", **ASCENT),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_answers_are_those_of_channels_last(name: str) -> None:
    first, last = twins()
    for _ in range(2):  # The second call of a graph is another one where there is no compiler.
        found, expected = FUNCTIONS[name](first), FUNCTIONS[name](last)
        pairs = (
            zip(found, expected, strict=True) if isinstance(found, list) else [(found, expected)]
        )
        for one, other in pairs:
            back = one if one.shape == other.shape else np.moveaxis(one, -3, -1)
            scale = max(1.0, float(np.abs(other).max()))
            np.testing.assert_allclose(back, other, atol=1e-5 * scale)


def test_images_may_come_as_the_model_takes_them() -> None:
    first, last = twins()
    pixels = images(2)
    turned = np.moveaxis(pixels, -1, 1)
    expected = reportgen.occlusion(last, pixels, patch=4)
    np.testing.assert_allclose(reportgen.occlusion(first, turned, patch=4), expected, atol=1e-5)
    for baseline in (0.3, [0.1, 0.4], pixels[0]):
        how: Any = {"method": "integrated_gradients", "baseline": baseline}
        mine = reportgen.saliency(first, pixels, **how)
        np.testing.assert_allclose(mine, reportgen.saliency(last, pixels, **how), atol=1e-5)
    with pytest.raises(UserError, match="baseline must be one value, one for each channel"):
        reportgen.saliency(first, pixels, method="integrated_gradients", baseline=[1, 2, 3])


def test_only_models_that_read_channels_first_are_compiled() -> None:
    first, last = twins()
    assert needs_xla(Network.of(first))
    assert not needs_xla(Network.of(last))
    reportgen.grad_cam(first, images())
    (graph,) = execution.graphs_of(Network.of(first)).values()
    assert graph.function._jit_compile
    assert graph.traces == 1


def test_a_gpu_needs_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [kind])
    assert not needs_xla(Network.of(twins()[0]))


def test_an_image_is_turned_where_the_model_reads_channels_first() -> None:
    first, last = twins()
    assert as_input_shape(Network.of(first), (SIDE, SIDE, 2)) == (2, SIDE, SIDE)
    assert as_input_shape(Network.of(first), (2, SIDE, SIDE)) == (2, SIDE, SIDE)
    assert as_input_shape(Network.of(last), (SIDE, SIDE, 2)) == (SIDE, SIDE, 2)
    check_input(first, "m.keras", (SIDE, SIDE, 2))
    with pytest.raises(UserError, match=r"expects images of shape \(2, 12, 12\), .*\(9, 12, 2\)"):
        check_input(first, "m.keras", (9, 12, 2))


def test_where_channels_are_is_followed_through_layers_that_do_not_say() -> None:
    x = keras.Input((SIDE, SIDE, 2), name="x")
    y = layers.Permute((3, 1, 2), name="turn")(x)
    y = layers.Conv2D(6, 3, data_format="channels_first", name="conv")(y)
    y = layers.ReLU(name="relu")(y)
    y = layers.Permute((2, 3, 1), name="back")(y)
    model = keras.Model(x, layers.ReLU(name="end")(y))
    found = {
        path: channels_first(Network.of(model), path)
        for path in ("turn", "conv", "relu", "back", "end")
    }
    assert found == {"turn": False, "conv": True, "relu": True, "back": False, "end": False}
    assert channels_first(Network.of(model), "back", at_input=True)


def test_the_summary_and_the_drawing_tell_channels_last() -> None:
    told = [input_measures(Network.of(model)) for model in twins()]
    assert [[m.value for m in one] for one in told] == [[SIDE, 2], [SIDE, 2]]
    shapes = [[step.shapes for step in steps(Network.of(model))] for model in twins()]
    assert shapes[0] == shapes[1]


def data() -> Dataset:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (24, SIDE, SIDE, 2), dtype=np.uint8)
    split = Split(pixels, {"class": np.arange(24) % 3}, None)
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("noise", "Noise", (TARGET,), splits, Preprocessing(), "", "0")


def test_training_and_evaluation_are_those_of_channels_last() -> None:

    settings = {p.name: p.default for p in PARAMETERS} | {"epochs": 2, "batch_size": 8}
    settings["optimizer"] = "sgd"
    found = []
    for model in twins():
        ends = Network.of(model).heads_for((TARGET,))
        log = train(model, data(), ends, settings, 3, lambda *_: None)
        found.append((log.logs, evaluate(model, data(), ends)[0], model.get_weights()))
    for one, other in zip(found[0][:2], found[1][:2], strict=True):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_allclose(one[name], other[name], atol=1e-5)
    for mine, theirs in zip(found[0][2], found[1][2], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_maps_can_be_made_after_a_training_in_the_same_process() -> None:
    """Training asks for deterministic operations, where XLA refuses the way through a maximum."""
    first, last = twins()
    tf.config.experimental.enable_op_determinism()
    found, expected = (reportgen.grad_cam(one, images(), 1, layer="conv") for one in (first, last))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert config.is_op_determinism_enabled()


def unknown(end: str) -> Any:
    """A model with an operation that XLA does not know."""

    class Strange(layers.Layer):
        def call(self, x: Any) -> Any:
            return tf.strings.to_number(tf.strings.as_string(x))

        def compute_output_spec(self, x: Any) -> Any:
            return keras.KerasTensor(x.shape, x.dtype)

    x = keras.Input((2, 4, 4))
    y = layers.GlobalAveragePooling2D(data_format="channels_first")(Strange()(x))
    return keras.Model(x, layers.Dense(3, end, name="out")(y), name="strange")


def test_what_cannot_be_compiled_is_said_in_one_sentence() -> None:
    with pytest.raises(UndefinedError) as caught:
        reportgen.embedding(unknown("softmax"), np.zeros((1, 4, 4, 2), np.float32))
    said = str(caught.value)
    assert said.startswith("Model 'strange' cannot be run here: ")
    assert "\n" not in said


_HARDEST = "feature or layer_cam or deconvnet or class or training_and"


@pytest.mark.skipif("CHANNELS_FIRST_ALONE" in os.environ, reason="this is the inner run")
def test_the_same_without_kernels_for_channels_first() -> None:
    """Other processors have no such kernels at all; here they can be switched off."""
    switched = {"TF_ENABLE_ONEDNN_OPTS": "0", "CHANNELS_FIRST_ALONE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-k", _HARDEST, __file__],
        env={**os.environ, **switched}, capture_output=True, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
