"""Every figure kind on every shape of model that people have: right, or one sentence that says why.

What is right is held against plain eager Keras: a layer's activations and the slope of a logit are
read by calling the model as anyone would, with a hook in the layer.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import zoo

from reportgen import catalog
from reportgen.catalog import Parameter
from reportgen.codec import encode
from reportgen.errors import UndefinedError, UserError
from reportgen.network.layer_selection import find
from reportgen.network.layers import rows
from reportgen.network.network import Network
from reportgen.records import (
    Artifact,
    Dataset,
    ModelFacts,
    Preprocessing,
    Split,
    Subject,
    Target,
)

KINDS = [
    name
    for name, entry in catalog.entries("figures").items()
    if entry.needs_model and name != "training_curves"  # which reads no model, only its history
]
OURS = ("activation_maximization", "evaluation", "feature_maps", "grad_cam", "kernels", "summary")
"""Kinds of which it is known what they say; of others it is only held that they say it."""

FEW = {"samples": 1, "measure_on": 7, "steps": 3, "filters": 2}
COUNT = 12

NOT_2D = "no .*(two-dimensional maps|maps with two dimensions)"
TWO_INPUTS = (
    r"has 2 inputs \(image, extra\), .* so it cannot be run\. In a spec, write "
    r"'inputs: {image: images, extra: 0}' beside its source, with values of your own\.$"
)
NO_IMAGE = "does not have one image as its input"
SAID: dict[tuple[str, str], str] = {
    **{
        ("subclassed_raw", kind): "cannot be reached, because it is subclassed and its call"
        for kind in KINDS
        if kind not in ("summary", "kernels")
    },
    **{("flat", kind): "no convolution" for kind in KINDS if kind not in ("summary", "evaluation")},
    **{
        ("two_inputs", kind): TWO_INPUTS
        for kind in ("grad_cam", "feature_maps", "activation_maximization")
    },
    **{(name, "activation_maximization"): NO_IMAGE for name in ("line", "volume")},
    **{(name, "grad_cam"): NOT_2D for name in ("line", "volume")},
    **{
        (name, kind): "weights of layer 'conv' hold values that are not finite"
        for name in ("nan", "infinite")
        for kind in ("grad_cam", "feature_maps", "activation_maximization", "evaluation")
    },
    ("nan_head", "grad_cam"): "weights of layer 'out' hold values that are not finite",
    ("nan_head", "evaluation"): "weights of layer 'out' hold values that are not finite",
    ("softmax_in_code", "grad_cam"): "gives probabilities .* but what they are made of cannot",
    ("mixture", "grad_cam"): "'mean' of the model is computed from probabilities",
    ("everywhere", "grad_cam"): "gives 6 x 6 x 3 values for an image, and what can be explained is",
    ("everywhere", "evaluation"): "gives 6 x 6 x 3 values for an image, which are no answer to a",
    ("flat", "kernels"): "no layer is a convolution",
    ("flat", "feature_maps"): "no convolution or pooling layer",
}
"""What a kind says of a model that it has no meaning for; all others are drawn."""


@cache
def model_of(name: str) -> Any:
    built = zoo.MODELS[name]()
    return built if name in zoo.AS_THEY_ARE else zoo.seeded(built)


def shape_of(model: Any) -> tuple[int | None, ...]:
    """Of an image for the model, channels last."""
    if not getattr(model, "inputs", None):
        return (zoo.SIDE, zoo.SIDE, 1)
    shape = tuple(model.inputs[0].shape[1:])
    return (*shape[1:], shape[0]) if shape == (2, zoo.SIDE, zoo.SIDE) else shape


def data_of(model: Any, kind: str = "") -> Dataset:
    """Random images of the model's channels, labeled for each of its heads.

    Maps and answers need no image: for them a model of sequences or volumes gets what it takes.
    """
    *space, channels = shape_of(model)
    if len(space) != 2:
        space, channels = (space, channels) if kind in ("feature_maps", "evaluation") else ([], 1)
    space = [side or zoo.SIDE for side in space] or [zoo.SIDE, zoo.SIDE]
    rng = np.random.default_rng(5)
    classes = 2 if getattr(model, "outputs", None) and model.output_shape == (None, 1) else 3
    targets = {"class": classes, "big": 2}
    pixels = rng.integers(0, 256, (COUNT, *space, channels), dtype=np.uint8)
    labels = {name: np.arange(COUNT) % count for name, count in targets.items()}
    told = tuple(Target(n, n, tuple(f"{n} {i}" for i in range(c))) for n, c in targets.items())
    split = Split(pixels, labels, pixels.max(axis=-1) > 127)
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("noise", "Noise", told, splits, Preprocessing(), "bright pixels", "0")


def parameters(kind: str) -> tuple[Parameter, ...]:
    return import_module(f"reportgen.figures.{kind}").ENTRY.parameters


def subject(kind: str, model: Any) -> Subject:
    params = {p.name: FEW.get(p.name, p.default) for p in parameters(kind)}
    metrics = {"test.class.accuracy": 0.5, "test.big.accuracy": 0.5}
    facts = ModelFacts(
        "any", "Any", "python:any", "noise", rows(model), 0, 0, 0, "0", {}, metrics,
        {"test": COUNT}, {},
    )  # fmt: skip
    return Subject(
        model,
        facts,
        data_of(model, kind),
        params,
        seed=6,
        network=Network.of(model),
    )


@cache
def outcome(name: str, kind: str) -> Artifact | str:
    """What a kind makes of a model, or its one sentence."""
    given = subject(kind, model_of(name))
    try:
        return import_module(f"reportgen.figures.{kind}.compute").compute(given)
    except (UndefinedError, UserError) as error:
        return str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", zoo.MODELS)
def test_is_drawn_or_says_why_not(name: str, kind: str) -> None:
    found = outcome(name, kind)
    if isinstance(found, str):
        assert kind not in OURS or re.search(SAID.get((name, kind), "(it is drawn)"), found)
        assert "\n" not in found
        return
    assert kind not in OURS or (name, kind) not in SAID
    json.dumps(encode(found.facts), allow_nan=False)
    for measure in found.measures:
        assert measure.how
        assert measure.value is None or np.isfinite(measure.value)
    draw = import_module(f"reportgen.figures.{kind}.draw").draw
    assert draw(found, subject(kind, model_of(name)).params)


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
