"""What is shown of a model is what plain eager Keras gives.

A layer's activations and the slope of a logit are read by calling the model as anyone would, with
a hook in the layer.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import zoo
from any_model import KINDS, SAID, data_of, model_of, outcome, parameters, shape_of, subject

from reportgen.errors import UserError
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.records import (
    Artifact,
)

NAMING = {
    kind: {name: ["conv[1]"] if name == "layers" else "conv[1]"}
    for kind in KINDS
    for name in ("layer", "layers")
    if any(p.name == name and p.kind in ("layers", "str") for p in parameters(kind))
}
"""Kinds that can be told a layer, and how they are told a later use of one."""


@pytest.mark.parametrize("kind", NAMING)
def test_a_later_use_of_a_layer_can_be_shown(kind: str) -> None:
    given = subject(kind, zoo.seeded(zoo.shared(2)))
    given = replace(given, params={**given.params, **NAMING[kind]})
    folder = f"reportgen.figures.{kind}"
    found = import_module(f"{folder}.compute").compute(given)
    parts = import_module(f"{folder}.draw").draw(found, given.params)
    assert "conv[1]" in {layer for part in parts for layer in part.layers}
    assert len({part.part for part in parts}) == len(parts)


class Hook:
    """Stands in for a layer's call: keeps the first output, to which it may add something."""

    def __init__(self, layer: Any, change: Any = None) -> None:
        self.layer, self.change, self.output = layer, change, None
        self.call = layer.call

    def __enter__(self) -> Hook:
        self.layer.__dict__["call"] = self._run
        return self

    def __exit__(self, *_: object) -> None:
        del self.layer.__dict__["call"]

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        output = self.call(*args, **kwargs)
        if self.output is None and not keras.backend.is_keras_tensor(output):
            output = output if self.change is None else output + self.change
            self.output = output
        return output


def as_given(model: Any, pixels: np.ndarray) -> Any:
    """Images as the model takes them."""
    first = getattr(model, "inputs", None) and model.inputs[0].shape[1] == 2
    return tf.constant(np.moveaxis(pixels, -1, 1) if first else pixels)


def eager_maps(model: Any, layer: Any, pixels: np.ndarray) -> np.ndarray:
    with Hook(layer) as hook:
        model(as_given(model, pixels), training=False)
    maps = np.asarray(hook.output).astype(np.float32)
    return np.moveaxis(maps, 1, -1) if is_first(layer) else maps


def is_first(layer: Any) -> bool:
    return getattr(layer, "data_format", "") == "channels_first"


FINITE = [name for name in zoo.MODELS if (name, "feature_maps") not in SAID]


@pytest.mark.parametrize("name", FINITE)
def test_feature_maps_are_those_of_plain_keras(name: str) -> None:
    model, found = model_of(name), outcome(name, "feature_maps")
    assert isinstance(found, Artifact)
    index = found.facts.images[0].index
    stored = np.asarray(data_of(model, "feature_maps").splits["test"].images)[index : index + 1]
    pixels = stored.astype(np.float32) / 255
    pixels = np.repeat(pixels, 5, axis=0) if name == "fixed" else pixels
    for layer in found.facts.layers:
        expected = eager_maps(model, Network.of(model).layers[layer.path], pixels)[:1]
        maps = np.moveaxis(found.arrays[f"maps@{layer.path}"], 1, -1)
        close = 2e-3 if name == "mixed" else 1e-5
        np.testing.assert_allclose(maps, expected, atol=close * max(np.ptp(expected), 1e-3))


def slopes_by_hand(model: Any, path: str, pixels: np.ndarray, index: int) -> tuple[Any, Any]:
    """Activations of a layer and the slope of one logit of the layer `out`, all eager."""
    layer, out = (
        Network.of(model).layers[path],
        Network.of(model).layers[find(Network.of(model), "out")],
    )
    kept = out.activation
    given = as_given(model, pixels)
    shape = eager_maps(model, layer, pixels).shape
    shape = (shape[0], shape[-1], *shape[1:-1]) if is_first(layer) else shape
    nothing = tf.Variable(tf.zeros(shape, layer.compute_dtype))
    out.activation = keras.activations.linear
    try:
        with tf.GradientTape() as tape, Hook(layer, nothing.value()) as at, Hook(out) as head:
            tape.watch(at.change)
            model(given, training=False)
            score = head.output[:, index]
    finally:
        out.activation = kept
    slope = np.asarray(tape.gradient(score, at.change)).astype(np.float64)
    maps = np.asarray(at.output).astype(np.float64)
    if is_first(layer):
        return np.moveaxis(maps, 1, -1), np.moveaxis(slope, 1, -1)
    return maps, slope


EXPLAINED = [
    name
    for name in FINITE
    if (name, "grad_cam") not in SAID and name not in ("two_outputs", "subclassed_inside")
]


@pytest.mark.parametrize("name", [*EXPLAINED, "line", "volume"])
def test_grad_cam_is_that_of_plain_keras(name: str) -> None:
    from reportgen.attribution.cam import grad_cam, target_layer

    model = model_of(name)
    shape = [zoo.SIDE if side is None else side for side in shape_of(model)]
    pixels = np.random.default_rng(7).random((5, *shape), dtype=np.float32)
    units, largest = (1, 0.0) if name == "sigmoid" else (zoo.CLASSES, 0.0)
    for index in range(units):
        maps, slope = slopes_by_hand(model, target_layer(Network.of(model), None), pixels, index)
        space = tuple(range(1, maps.ndim - 1))
        weights = slope.mean(axis=space, keepdims=True)
        expected = np.maximum((weights * maps).sum(axis=-1), 0)
        found = grad_cam(model, pixels, targets=1 if name == "sigmoid" else index)
        close = 5e-3 if name == "mixed" else 1e-5
        np.testing.assert_allclose(found, expected, atol=close * max(np.ptp(expected), 1e-3))
        largest = max(largest, float(expected.max()))
    assert (largest > 0) == (name != "dead")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_freshly_loaded_model_gives_what_the_saved_one_gave(tmp_path: Path, suffix: str) -> None:
    from reportgen.attribution.cam import grad_cam

    model = model_of("sequential")
    file = tmp_path / f"model{suffix}"
    model.save(file)
    loaded = keras.models.load_model(file, compile=False)
    pixels = np.random.default_rng(0).random((3, zoo.SIDE, zoo.SIDE, 1), dtype=np.float32)
    np.testing.assert_array_equal(grad_cam(loaded, pixels, 1), grad_cam(model, pixels, 1))


def test_a_layer_three_models_deep_is_addressed_by_its_path() -> None:
    from reportgen.attribution.cam import grad_cam

    model = model_of("nested")
    assert [layer.path for layer in outcome("nested", "feature_maps").facts.layers] == [
        "a/b/c/conv",
        "a/b/pool",
    ]
    pixels = np.random.default_rng(0).random((2, zoo.SIDE, zoo.SIDE, 1), dtype=np.float32)
    by_path = grad_cam(model, pixels, 1, layer="a/b/c/conv")
    np.testing.assert_array_equal(by_path, grad_cam(model, pixels, 1, layer="conv"))
    with pytest.raises(UserError, match="a/b/c/conv"):
        grad_cam(model, pixels, 1, layer="b/conv")


def test_looking_leaves_every_model_as_it_was() -> None:
    for name in ("sequential", "subclassed", "nested", "shared"):
        model = zoo.seeded(zoo.MODELS[name]())
        before = [w.tobytes() for w in model.get_weights()], [v.trainable for v in model.weights]
        pixels = np.zeros((1, zoo.SIDE, zoo.SIDE, 1), np.float32)
        answer = np.asarray(model(pixels))
        for kind in ("summary", "feature_maps", "grad_cam", "activation_maximization"):
            import_module(f"reportgen.figures.{kind}.compute").compute(subject(kind, model))
        after = [w.tobytes() for w in model.get_weights()], [v.trainable for v in model.weights]
        assert after == before
        np.testing.assert_array_equal(np.asarray(model(pixels)), answer)
