"""Images reach a model in the range that it expects, and answers that are no answers are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from reportgen import checking, models, reports
from reportgen.datasets.arrays import from_arrays
from reportgen.datasets.npz import ENTRY
from reportgen.engine import dataset as dataset_stage
from reportgen.engine import doubts, preparation
from reportgen.engine import model as model_stage
from reportgen.engine.checkpoint import ModelParams
from reportgen.engine.job import Job
from reportgen.models.adapting import hold_inputs
from reportgen.network.network import Network
from reportgen.network.preprocessing import prepare, value_range
from reportgen.network.rescaling import expected_values
from reportgen.records import Answers, Dataset
from reportgen.store import Store
from reportgen.training.answers import doubtful
from reportgen.training.evaluation import evaluate
from reportgen.types import Layer, Model, Tensor
from tests.test_own_data import Ear

SHAPE = (8, 8, 3)
RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (40, *SHAPE)).astype(np.float32)
MEAN = np.asarray([103.939, 116.779, 123.68], np.float32)

Steps = Callable[[Tensor], Tensor]


def chain(*steps: Steps) -> Model:
    """A small network behind some steps."""
    images = keras.Input(SHAPE)
    values = images
    for step in steps:
        values = step(values)
    maps = layers.Conv2D(2, 3)(values)
    return keras.Model(images, layers.Dense(2)(layers.GlobalAveragePooling2D()(maps)))


def adapted(images: np.ndarray, **options: object) -> Layer:
    layer = layers.Normalization(**options)
    layer.adapt(images)
    return layer


class Inside(layers.Layer):  # type: ignore[misc]
    """A layer with weights of its own behind arithmetic, and behind another layer of several."""

    def __init__(self, scale: float = 1 / 255, **options: object) -> None:
        super().__init__(**options)
        self.factor = scale
        self.norm, self.conv = layers.LayerNormalization(), layers.Conv2D(2, 3)

    def build(self, shape: tuple[int, ...]) -> None:
        self.conv.build(shape)
        self.norm.build((*shape[:-1], 2))

    def call(self, images: Tensor) -> Tensor:
        return self.norm(self.conv(images * self.factor))


class Arithmetic(layers.Layer):  # type: ignore[misc]
    """A layer without weights that rescales."""

    def call(self, images: Tensor) -> Tensor:
        return ops.subtract(ops.divide(images, 127.5), 1.0)


class Hidden(layers.Layer):  # type: ignore[misc]
    """A layer with weights of its own behind a scale that nobody can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.conv = layers.Rescaling(1 / 255), layers.Conv2D(2, 3)

    def build(self, shape: tuple[int, ...]) -> None:
        self.conv.build(shape)

    def call(self, images: Tensor) -> Tensor:
        return self.conv(self.scale(images))


def nested() -> Model:
    inner = keras.Sequential([keras.Input(SHAPE), chain(layers.Rescaling(1 / 255)), layers.ReLU()])
    return keras.Sequential([keras.Input(SHAPE), layers.RandomFlip(), inner, layers.Dense(2)])


def two_inputs() -> Model:
    images, numbers = keras.Input(SHAPE, name="image"), keras.Input((4,), name="meta")
    flat = layers.Flatten()(layers.Conv2D(2, 3)(images / 127.5 - 1))
    return keras.Model([images, numbers], layers.Concatenate()([flat, numbers]))


def held_input() -> Model:
    """Two inputs as a spec gives them: images to one, a number to the other."""
    return hold_inputs(two_inputs(), {"image": "images", "meta": 0.5})[0]


def without_weights() -> Model:
    images = keras.Input(SHAPE)
    return keras.Model(images, ops.softmax(ops.mean(images / 255, axis=(1, 2))))


def first_batch_normalization(mean: float, variance: float) -> Model:
    layer = layers.BatchNormalization()
    model = chain(layer)
    layer.set_weights([np.ones(3), np.zeros(3), np.full(3, mean), np.full(3, variance)])
    return model


def whole() -> Model:
    images = keras.Input(SHAPE, dtype="uint8")
    return keras.Model(images, layers.Conv2D(2, 3)(ops.cast(images, "float32")))


EDGES = np.asarray([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32)


def fixed(kernel: np.ndarray, *after: Steps, learns: bool = False) -> Model:
    """A filter of one channel each that never trains, before the network."""
    layer = layers.DepthwiseConv2D(3, use_bias=False, trainable=learns)
    model = chain(layer, *after)
    layer.set_weights([np.repeat(kernel[..., None, None], 3, axis=2)])
    return model


def frozen(*steps: Steps) -> Model:
    """A network whose weights all are frozen."""
    model = keras.Sequential([keras.Input(SHAPE), chain(*steps), layers.Dense(2)])
    model.layers[0].trainable = False
    return model


def two_backbones() -> Model:
    images = keras.Input(SHAPE)
    parts = [
        chain(Arithmetic())(images),
        chain(layers.RandomFlip(), layers.Rescaling(1 / 255))(images),
    ]
    return keras.Model(images, layers.Concatenate()(parts))


def channels_first(*steps: Steps, side: int | None = 8) -> Model:
    images = keras.Input((3, side, side))
    values = images
    for step in steps:
        values = step(values)
    return keras.Model(images, layers.Conv2D(2, 3, data_format="channels_first")(values))


def of_policy(policy: str, *steps: Callable[[], Steps]) -> Model:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return chain(*(make() for make in steps))
    finally:
        keras.config.set_dtype_policy(before)


def application(name: str) -> Model:
    return getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3))


AUGMENTED = (
    layers.RandomFlip(), layers.RandomRotation(0.1), layers.Resizing(12, 12),
    layers.CenterCrop(6, 6), layers.Rescaling(1 / 255), layers.Dropout(0.1),
)  # fmt: skip

EXPECTED: dict[str, tuple[Callable[[], Model], str]] = {
    "nothing": (chain, ""),
    "1/255": (lambda: chain(layers.Rescaling(1 / 255)), "bytes"),
    "1/127.5 - 1": (lambda: chain(layers.Rescaling(1 / 127.5, -1)), "bytes"),
    "2, -1 of 0..1": (lambda: chain(layers.Rescaling(2.0, -1)), "fractions"),
    "up and down": (lambda: chain(layers.Rescaling(255.0), layers.Rescaling(1 / 255)), ""),
    "up alone": (lambda: chain(layers.Rescaling(255.0)), "fractions"),
    "normalization of bytes": (lambda: chain(adapted(BYTES)), "bytes"),
    "normalization of 0..1": (lambda: chain(adapted(BYTES / 255)), "fractions"),
    "normalization of each pixel": (lambda: chain(adapted(BYTES, axis=(1, 2, 3))), "bytes"),
    "by variance alone": (
        lambda: chain(layers.Normalization(mean=0.0, variance=255.0**2)), "bytes",
    ),
    "1/255 and a small mean": (
        lambda: chain(layers.Rescaling(1 / 255), adapted(BYTES / 255)), "bytes",
    ),
    "not adapted": (lambda: chain(layers.Normalization()), ""),
    "augmentation between": (lambda: chain(*AUGMENTED), "bytes"),
    "division": (lambda: chain(lambda x: x / 255), "bytes"),
    "mean of ImageNet, turned": (lambda: chain(lambda x: x[..., ::-1] - MEAN), "bytes"),
    "preprocess_input": (
        lambda: chain(keras.applications.densenet.preprocess_input), "bytes",
    ),
    "negative": (lambda: chain(lambda x: 255 - x), "bytes"),
    "negative of 0..1": (lambda: chain(lambda x: 1 - x), "fractions"),
    "clip": (lambda: chain(lambda x: ops.clip(x, 0, 1)), ""),
    "padded pooling": (
        lambda: chain(layers.ZeroPadding2D(1), layers.AveragePooling2D(3, strides=1)), "",
    ),
    "scale behind weights": (
        lambda: chain(layers.Conv2D(3, 1), layers.Rescaling(1 / 255)), "",
    ),
    "nested": (nested, "bytes"),
    "two inputs": (two_inputs, "bytes"),
    "an input that is held": (held_input, "bytes"),
    "no weights at all": (without_weights, ""),
    "whole numbers": (whole, "bytes"),
    "a layer of several": (lambda: keras.Sequential([keras.Input(SHAPE), Hidden()]), "bytes"),
    "batch normalization of bytes": (lambda: first_batch_normalization(120, 3600), "bytes"),
    "batch normalization of 0..1": (lambda: first_batch_normalization(0.5, 0.1), "fractions"),
    "-1..1 to 0..1": (lambda: chain(lambda x: (x + 1) / 2), "signed"),
    "-1..1 to 1..0": (lambda: chain(lambda x: (1 - x) / 2), "signed"),
    "-1..1 to bytes": (lambda: chain(layers.Rescaling(127.5, 127.5)), "signed"),
    "-1..1 to Caffe's": (lambda: chain(lambda x: (x + 1) * 127.5 - MEAN), "signed"),
    "normalization of -1..1": (lambda: chain(adapted(BYTES / 127.5 - 1)), "signed"),
    "0..1 to -0.5..0.5": (lambda: chain(lambda x: x - 0.5), "fractions"),
    "an own layer without weights": (lambda: chain(Arithmetic()), "bytes"),
    "an own layer of several": (lambda: chain(Inside()), "bytes"),
    "an own layer of 0..1": (lambda: chain(Inside(2.0)), "fractions"),
    "an own layer of anything": (lambda: chain(Inside(1.0)), ""),
    "over time": (
        lambda: keras.Sequential([keras.Input((2, *SHAPE)), layers.TimeDistributed(chain())]), "",
    ),
    "edges, rescaled": (lambda: fixed(EDGES, layers.Rescaling(1 / 255)), "bytes"),
    "edges": (lambda: fixed(EDGES), ""),
    "edges that train": (lambda: fixed(EDGES, learns=True), ""),
    "edges of 0..1": (lambda: fixed(EDGES, layers.Rescaling(2.0)), ""),
    "a mean in a convolution": (lambda: fixed(np.full((3, 3), 1 / 9 / 255)), "bytes"),
    "a blur, rescaled": (lambda: fixed(np.full((3, 3), 1 / 9), lambda x: x / 255), "bytes"),
    "all frozen": (frozen, ""),
    "all frozen, rescaled": (lambda: frozen(layers.Rescaling(1 / 255)), "bytes"),
    "two backbones": (two_backbones, "bytes"),
    "channels first": (lambda: channels_first(layers.Rescaling(1 / 255)), "bytes"),
    "channels first, any size": (
        lambda: channels_first(lambda x: x / 255, side=None), "bytes",
    ),
    "channels first, normalized": (
        lambda: channels_first(adapted(BYTES.transpose(0, 3, 1, 2), axis=1)), "bytes",
    ),
    "channels first, as it is": (channels_first, ""),
    "dark bytes": (lambda: chain(layers.Normalization(mean=1.2, variance=40.0)), "bytes"),
    "half precision": (
        lambda: of_policy("mixed_float16", lambda: layers.Rescaling(1 / 255)), "bytes",
    ),
    "pure half precision": (
        lambda: of_policy("float16", lambda: layers.Rescaling(1 / 127.5, -1)), "bytes",
    ),
    "brain floats": (
        lambda: of_policy("bfloat16", lambda: layers.Rescaling(1 / 255)), "bytes",
    ),
    "half precision of 0..1": (lambda: of_policy("float16"), ""),
    "normalization in half precision": (
        lambda: of_policy("mixed_float16", lambda: adapted(BYTES)), "bytes",
    ),
    "EfficientNetB0": (lambda: application("EfficientNetB0"), "bytes"),
    "MobileNetV3Small": (lambda: application("MobileNetV3Small"), "bytes"),
    "ConvNeXtTiny": (lambda: application("ConvNeXtTiny"), "bytes"),
    "MobileNetV2": (lambda: application("MobileNetV2"), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_the_first_layers_tell_what_a_model_expects(name: str) -> None:
    """Whether a model rescales bytes was decided by nothing, and 0..1 given to all."""
    make, values = EXPECTED[name]
    assert expected_values(Network.of(make())).values == values


@pytest.mark.parametrize(
    ("steps", "reach"),
    [
        ((lambda x: x / 255, lambda x: 0.1 * x), 0),
        ((layers.Rescaling(1 / 127.5, -1), layers.Rescaling(0.05)), 0),
        ((adapted(BYTES), lambda x: 0.02 * x), 0),
        ((layers.Rescaling(1 / 4095),), 4095),
        ((lambda x: x / 16, lambda x: x / 255), 4080),
    ],
)
def test_a_small_factor_makes_no_values_of_more_than_a_byte(
    steps: tuple[Steps, ...], reach: float
) -> None:
    """`Rescaling(1/255)` and a factor of 0.1 were told as made for values to 2,550."""
    found = expected_values(Network.of(chain(*steps)))
    assert found.values == "bytes"
    assert found.reach == pytest.approx(reach, rel=0.01)


def dataset(**params: object) -> Dataset:
    """Random photos of two classes, prepared as a spec asks for."""
    images = BYTES.astype(np.uint8)
    given = {"path": "", **params}
    filled = {p.name: p.default for p in ENTRY.parameters} | given
    arrays = {"x_train": images, "y_train": np.arange(40) % 2}
    return from_arrays(arrays, None, "Photos", filled, 0)


def settled(model: Model, source: str = "m.keras", **params: object) -> Dataset:
    """The dataset as a model of this source receives it."""
    model_params = {"weights": params.pop("weights")} if "weights" in params else {}
    left_open = not any(params.values())
    asked, data = ModelParams(source, model_params, 0, "npz", settle=left_open), dataset(**params)
    warnings = tuple(doubts.of_scaling(data, model, asked))
    return replace(preparation.settled(data, model, asked), warnings=warnings)


SIGNED = layers.Rescaling(0.5, 0.5, name="own")


def test_a_model_settles_what_the_spec_leaves_open() -> None:
    """Images were divided by 255 and then once more by the model's own Rescaling."""
    found = settled(chain(layers.Rescaling(1 / 255, name="own")))
    assert value_range(found.preprocessing) == (0, 255)
    assert "the model rescales them itself in layer 'own'" in found.preprocessing.text
    assert not found.warnings
    assert value_range(settled(chain()).preprocessing) == (0, 1)
    signed = settled(chain(SIGNED)).preprocessing
    assert value_range(signed) == (-1, 1)
    assert "the model expects such values in layer 'own'" in signed.text


@pytest.mark.parametrize(
    ("steps", "params", "warning"),
    [
        ((layers.Rescaling(1 / 255),), {"scaling": "0..1"}, "The model rescales pixel values"),
        ((layers.Rescaling(1 / 255),), {"scaling": "-1..1"}, "They are prepared twice"),
        ((layers.Rescaling(1 / 255),), {"application": "VGG16"}, "The model rescales"),
        ((layers.Rescaling(1 / 255),), {"mean": [0.5]}, "The model rescales pixel values"),
        ((layers.Rescaling(1 / 255),), {"scaling": "0..255"}, ""),
        ((adapted(BYTES / 255),), {"scaling": "0..255"}, "expects values of about 0 to 1"),
        ((adapted(BYTES / 255),), {"scaling": "0..1"}, ""),
        ((), {"scaling": "0..255"}, ""),
        ((SIGNED,), {"scaling": "0..1"}, "expects values of about -1 to 1"),
        ((SIGNED,), {"scaling": "0..255"}, "expects values of about -1 to 1"),
        ((SIGNED,), {"scaling": "-1..1"}, ""),
    ],
)  # fmt: skip
def test_a_scaling_that_does_not_fit_is_obeyed_and_warned_of(
    steps: tuple[Layer, ...], params: dict[str, object], warning: str
) -> None:
    """A spec could scale images twice without a word."""
    found = settled(chain(*steps), **params)
    assert found.preprocessing == dataset(**params).preprocessing
    texts = [one.text for one in found.warnings]
    assert (len(texts) == 1 and warning in texts[0]) if warning else texts == []


def test_imagenet_weights_settle_what_the_spec_leaves_open() -> None:
    """`application:VGG16` over a plain folder of photos got them divided by 255."""
    found = settled(chain(), "application:VGG16")
    assert found.preprocessing == dataset(application="VGG16").preprocessing
    assert not found.warnings


@pytest.mark.parametrize(
    ("source", "params", "warning"),
    [
        ("application:VGG16", {"scaling": "0..1"}, "ImageNet weights demand images prepared as"),
        ("application:VGG16", {"application": "VGG16"}, ""),
        ("application:VGG16", {"application": "ResNet50"}, ""),
        ("application:MobileNetV2", {"scaling": "-1..1"}, ""),
        ("application:VGG16", {"weights": "own.h5"}, "names no scaling"),
        ("application:VGG16", {"weights": None}, ""),
    ],
)
def test_an_application_that_is_given_other_images_is_warned_of(
    source: str, params: dict[str, object], warning: str
) -> None:
    """ImageNet weights with images that they were not trained on answered without a word."""
    texts = [one.text for one in settled(chain(), source, **params).warnings]
    assert (len(texts) == 1 and warning in texts[0]) if warning else texts == []


def test_a_saved_model_is_asked_about() -> None:
    """Nobody sees whether a program of TensorFlow rescales: it got 0..1 without a word."""
    source = "net/saved_model.pb"
    (found,) = settled(chain(), source).warnings
    assert "so it receives pixel values divided by 255" in found.text
    assert "Write 'scaling: 0..255' in the dataset if the model rescales" in found.text
    assert settled(chain(), source, scaling="0..255").warnings == ()


# --- answers that are no answers ------------------------------------------------------------------


def photos(
    images: np.ndarray, labels: np.ndarray | None, names: tuple[str, ...] = ("dark", "light")
) -> Dataset:
    """Test images for a model of `by_brightness`."""
    filled = {p.name: p.default for p in ENTRY.parameters} | {"path": ""}
    if labels is None:
        return from_arrays({"x_test": images}, None, "Photos", filled, 0)
    arrays = {f"x_{split}": images for split in ("train", "validation", "test")}
    labels_of = {f"y_{split}": labels for split in ("train", "validation", "test")}
    return from_arrays({**arrays, **labels_of}, names, "Photos", filled, 0)


def bright_and_dark(count: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(count) % 2
    images = RNG.integers(0, 110, (count, *SHAPE)) + 145 * labels[:, None, None, None]
    return images.astype(np.uint8), labels


def doubts_of(model: Model, data: Dataset) -> list[Answers]:
    network = Network.of(model)
    heads = network.heads_for(data.targets)
    metrics, _ = evaluate(model, data, heads)
    others = doubts.others(data.preprocessing, 3)
    return list(doubtful(network, data, heads, metrics, others))


def in_words(answers: Answers) -> str:
    return doubts.of_answers(answers, trained_here=False).text


def test_a_model_that_answers_all_alike_is_told_with_the_scaling_that_mends_it() -> None:
    """A model that got other pixel values than in its training filled a report of nonsense."""
    images, labels = bright_and_dark(60)
    model = by_brightness(lambda x: x / 255)  # The spec is taken to say 0..1.
    (found,) = doubts_of(model, photos(images, labels))
    assert (found.fault, found.answer, found.remedy) == ("alike", "dark", "'scaling: 0..255'")
    text = in_words(found)
    assert "gives 100% of 60 test images the same answer, 'dark'" in text
    assert "answers 50% of 60 test images correctly" in text
    assert "always giving one answer would reach 50%" in text
    assert text.endswith("With 'scaling: 0..255', it answers 100% of 60 test images correctly.")


def test_classes_in_another_order_are_found() -> None:
    """A model whose classes are numbered otherwise had an accuracy of 0 % without a word."""
    images, labels = bright_and_dark(60)
    (found,) = doubts_of(by_brightness(), photos(images, 1 - labels, names=("light", "dark")))
    assert found.fault == "chance"
    assert found.accuracy is not None
    assert found.accuracy.value == 0
    assert found.remedy == "another order of its classes ('light' as 'dark', 'dark' as 'light')"
    assert found.repaired is not None
    assert (found.repaired.value, found.repaired.n) == (1, 30)


def test_colors_in_another_order_are_found() -> None:
    """A model of images in BGR answered at chance for images in RGB."""
    images, labels = bright_and_dark(60)
    images[..., 1:] = 128
    red_alone = by_brightness()
    red_alone.get_layer("gray").set_weights([np.eye(3)[2].reshape(1, 1, 3, 1), np.zeros(1)])
    (found,) = doubts_of(red_alone, photos(images, labels))
    assert found.remedy == "the colors in reverse order"
    assert found.repaired is not None
    assert found.repaired.value == 1
    assert doubts_of(red_alone, photos(images[..., ::-1], labels)) == []


@pytest.mark.parametrize(
    ("count", "classes", "fault"),
    [
        (60, "both", ""),
        (3, "alike", ""),
        (8, "alike", "alike"),
        (30, "light", ""),
        (30, "dark", ""),
    ],
)
def test_few_images_and_images_of_one_class_raise_no_doubt(
    count: int, classes: str, fault: str
) -> None:
    """Small test sets, and those of one class, must not cry wolf."""
    images, labels = bright_and_dark(2 * count)
    if classes in ("light", "dark"):
        images, labels = (part[labels == (classes == "light")] for part in (images, labels))
    elif classes == "alike":
        images, labels = images[::2], np.arange(count) % 2
    found = doubts_of(by_brightness(), photos(images, labels))
    assert [one.fault for one in found] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("images", "sure", "doubted"),
    [(20, True, True), (6, True, False), (6, False, True), (2, False, False)],
)
def test_images_without_labels_are_judged_too(images: int, sure: bool, doubted: bool) -> None:
    """Six photos were all "class 111 with 2.1 %", and nothing was said of it."""
    model = by_brightness()
    if not sure:
        model.get_layer("class").set_weights([np.asarray([[-0.01, 0.01]]), np.asarray([0.2, 0])])
    dark = bright_and_dark(2 * images)[0][::2]
    found = doubts_of(model, photos(dark, None))
    assert len(found) == doubted
    if doubted:
        assert "Unless the images all show the same, the answers say nothing" in in_words(found[0])


def test_a_model_of_random_weights_is_told_once(tmp_path: Path) -> None:
    """What declares itself random needs no doubt besides."""
    np.savez(tmp_path / "own.npz", x_test=bright_and_dark(20)[0])
    store = Store(tmp_path / "cache")

    def quiet(done: int, total: int, text: str) -> None: ...

    params = {"path": "own.npz", "labels": False, "size": [32, 32]}
    given = {"source": "npz", "params": params, "seed": 1}
    data = dataset_stage.run(Job("dataset", (), given, base=str(tmp_path)), store, quiet)
    source = {"source": "application:MobileNetV3Small", "params": {"weights": None}, "seed": 1}
    asked = {**source, "dataset": "npz", "settle": True}
    made = model_stage.run(Job("model", (), asked, data, base=str(tmp_path)), store, quiet)
    facts = json.loads(store.get(made["facts"].object))
    assert "drawn at random" in facts["training"]["weights"]
    assert (facts["warnings"], facts["doubtful"]) == ([], [])


def test_a_model_trained_here_is_told_of_other_causes() -> None:
    """A training that came to nothing was reported like any other."""
    (found,) = doubts_of(by_brightness(lambda x: 0 * x), photos(*bright_and_dark(60)))
    assert "None of the usual scalings and orders" in in_words(found)
    assert "too few epochs or images" in doubts.of_answers(found, trained_here=True).text


# --- whole reports --------------------------------------------------------------------------------

SPEC = """
title: Pairs
models:
  nested: {source: nested.keras, dataset: &photos {source: npz, path: photos.npz}}
  plain: {source: plain.keras, dataset: *photos}
  wrong: {source: nested.keras, dataset: {source: npz, path: photos.npz, scaling: 0..1}}
  here: {source: "python:own:net", dataset: *photos, training: {epochs: 2, learning_rate: 0.05}}
  alone: {source: nested.keras}
sections:
  - {title: Nested, model: nested, figures: [evaluation, samples, data_shapes]}
  - {title: Plain, model: plain, figures: [evaluation, samples]}
  - {title: Wrong, model: wrong, figures: [evaluation]}
  - {title: Here, model: here, figures: [data_shapes]}
  - title: Alone
    model: alone
    figures: [{activation_maximization: {steps: 1, filters: 1}}]
"""
FUNCTION = """
import keras
from keras import layers
import numpy as np

def net(input_shape, targets):
    scale = layers.Normalization(name="scale")
    scale.adapt(np.load({file!r})["x_train"].astype("float32"))
    images = keras.Input(input_shape)
    maps = layers.Conv2D(2, 3)(scale(images))
    return keras.Model(images, layers.Dense(2)(layers.GlobalAveragePooling2D()(maps)))
"""


def by_brightness(*steps: Steps) -> Model:
    """A model that tells bright images from dark ones, with the middle of 0..1 between them."""
    images = keras.Input(SHAPE)
    values = images
    for step in steps:
        values = step(values)
    mean = layers.GlobalAveragePooling2D()(layers.Conv2D(1, 1, name="gray")(values))
    answers = layers.Dense(2, activation="softmax", name="class")(mean)
    model = keras.Model(images, answers, name="inner")
    model.get_layer("gray").set_weights([np.full((1, 1, 3, 1), 1 / 3), np.zeros(1)])
    model.get_layer("class").set_weights([np.asarray([[-9.0, 9.0]]), np.asarray([4.5, -4.5])])
    return model


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ear, float]:
    """A report on pairs of models and data; what the build said; the accuracy by Keras."""
    root = tmp_path_factory.mktemp("pairs")
    known, shown = bright_and_dark(60)
    images, labels = bright_and_dark(60)
    labels[::7] = 1 - labels[::7]
    np.savez(root / "photos.npz", x_train=known, y_train=shown, x_test=images, y_test=labels)
    inner = by_brightness(layers.Rescaling(1 / 255, name="own"))
    outer = keras.Input(SHAPE)
    model = keras.Model(outer, inner(outer))
    model.save(root / "nested.keras")
    by_brightness().save(root / "plain.keras")
    (root / "own.py").write_text(FUNCTION.format(file=str(root / "photos.npz")))
    (root / "pairs.yaml").write_text(SPEC)
    ear = Ear()
    plans = reports.plans([checking.load(root / "pairs.yaml")])
    place = reports.Place(root / "site", root / "cache")
    assert reports.build(plans, place, ear, prune=True) == 0, ear.said
    assert {one.state for one in reports.statuses(plans, place)} == {"fresh"}
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    accuracy = model.evaluate(images.astype(np.float32), labels, verbose=0)[1]
    return root / "site/pairs", ear, accuracy


def test_models_that_share_a_dataset_each_get_their_own_range(
    report: tuple[Path, Ear, float],
) -> None:
    """A nested backbone with a Rescaling reached 33 % where Keras evaluates it at 83 %."""
    folder, _, accuracy = report
    models = {m["name"]: m for m in json.loads((folder / "report.json").read_text())["models"]}
    reached = {name: m["metrics"].get("test.class.accuracy") for name, m in models.items()}
    assert 0.8 < accuracy < 0.9
    assert reached["nested"] == reached["plain"] == pytest.approx(accuracy)
    assert reached["wrong"] == pytest.approx(0.5, abs=0.05)
    assert reached["here"] > 0.8


def test_the_page_says_how_images_reach_a_model_that_rescales_them(
    report: tuple[Path, Ear, float],
) -> None:
    """Nothing on the page told that a model rescales its images."""
    folder, ear, _ = report
    page = (folder / "report.md").read_text()
    how = "pixel values as they are, 0 to 255; the model rescales them itself in layer"
    sections = {part.partition("\n")[0]: part for part in page.split("\n## ")}
    assert sections["Nested"].count(f"{how} 'inner/own'") == 4
    assert how not in sections["Plain"]
    assert "pixel values divided by 255" in sections["Plain"]
    assert f"{how} 'scale'" in sections["Here"]
    assert "(0 to 255)" in sections["Alone"]
    doubts = [text for text in ear.said if "prepared twice" in text]
    assert len(doubts) == 1
    assert page.count("**Warning.** Wrong: The model rescales pixel values") == 1
    assert page.count("prepared twice") == 1
    assert "prepared twice" in sections["# Pairs"]


def test_the_judgment_of_the_answers_stands_in_the_notes(report: tuple[Path, Ear, float]) -> None:
    """The notes of a report praised the heatmaps of a model that answered all alike."""
    written = json.loads((report[0] / "report.json").read_text())
    (note,) = (each for each in written["notes"] if each["rule"] == "useful_answers")
    assert note["verdict"] == "contradicted"
    assert "answers 100% of the test images as `0`; with `scaling: 0..255`, 85%" in note["text"]
    evidence = {item["id"]: item for item in written["evidence"]}
    values = {cited.partition("@")[0]: evidence[cited]["value"] for cited in note["cites"]}
    assert values == {
        "inferences.useful_answers.same_answer": 1,
        "evaluation-3.accuracy": pytest.approx(0.5, abs=0.05),
        "inferences.useful_answers.repaired": pytest.approx(0.85),
    }
    (block,) = (each for each in written["notes"] if each["id"] == "evaluation-3.accuracy")
    assert "no better than by always naming the most frequent class" in block["text"]
    doubted = {model["name"]: bool(model["doubtful"]) for model in written["models"]}
    assert doubted == {name: name == "wrong" for name in doubted}
    assert [warning["kind"] for warning in written["warnings"]] == [
        "validation_from_training",
        "scaling",
        "answers",
    ]


# --- inputs of one model that expect different values ---------------------------------------------


def sees(name: str, *steps: Steps) -> tuple[Tensor, Tensor]:
    """An input of a name, and the mean of its values behind some steps, minus a half."""
    images = keras.Input(SHAPE, name=name)
    values = images
    for step in steps:
        values = step(values)
    gray = layers.Conv2D(
        1, 1, kernel_initializer=keras.initializers.Constant(1 / 3),
        bias_initializer=keras.initializers.Constant(-0.5),
    )  # fmt: skip
    return images, layers.GlobalAveragePooling2D()(gray(values))


SIDES: dict[str, Callable[[str], tuple[Tensor, Tensor]]] = {
    "bytes": lambda name: sees(name, layers.Rescaling(1 / 255)),
    "0..1": sees,
    "-1..1": lambda name: sees(name, lambda x: (x + 1) / 2),
}


def pair(left: str, right: str) -> Model:
    """A model whose answers are right only where both inputs get what they expect.

    Its two probabilities are those of light and of dark: both inputs must say the same.
    """
    (a, light), (b, other) = SIDES[left]("left"), SIDES[right]("right")
    doubled = layers.Concatenate()([ops.minimum(-light, -other), ops.minimum(light, other)])
    return keras.Model({"left": a, "right": b}, layers.Softmax()(20 * doubled))


@pytest.mark.parametrize("left", SIDES)
@pytest.mark.parametrize("right", SIDES)
def test_each_input_gets_the_values_that_it_expects(tmp_path: Path, left: str, right: str) -> None:
    """With one input that rescales by itself, both got bytes: 13 % right for 100 %."""
    pair(left, right).save(tmp_path / "pair.keras")
    images, labels = bright_and_dark(40)
    data = photos(images, labels)
    asked = ModelParams("pair.keras", {}, 0, "npz", inputs=BOTH, settle=True)
    loaded = load_pair(tmp_path)
    settled = preparation.settled(data, loaded.model, asked)
    heads = Network.of(loaded.model).heads_for(settled.targets)
    metrics, _ = evaluate(loaded.model, settled, heads)
    assert metrics["test.class.accuracy"] == 1
    given = prepare(images, settled.preprocessing)
    means = images.mean(axis=(1, 2, 3)) / 255 - 0.5
    expected = 1 / (1 + np.exp(-40 * means))
    np.testing.assert_allclose(np.asarray(loaded.model(given))[:, 1], expected, atol=1e-4)
    assert list(doubts.of_scaling(data, loaded.model, asked)) == []
    made = [layer.name for layer in loaded.model.layers if layer.name.startswith("rescale_")]
    assert (len(made) == 1) == (left != right)
    assert ("which the model itself does not have" in loaded.weights) == (left != right)
    assert loaded.unlike == ""


def test_one_scaling_for_inputs_that_expect_others_is_obeyed_and_warned_of(tmp_path: Path) -> None:
    """No scaling of the spec suits both inputs."""
    pair("bytes", "-1..1").save(tmp_path / "pair.keras")
    found = load_pair(tmp_path, apart=False)
    assert [layer.name for layer in found.model.layers if "rescale_" in layer.name] == []
    assert "input 'right' expects values of -1 to 1, and the others 0 to 255" in found.unlike
    assert "each input receives what it expects" in found.unlike
    pair("0..1", "0..1").save(tmp_path / "pair.keras")
    assert load_pair(tmp_path, apart=False).unlike == ""


BOTH = {"left": "images", "right": "images"}


def load_pair(folder: Path, apart: bool = True) -> models.Loaded:
    return models.load(
        "pair.keras", base=folder, input_shape=SHAPE, targets=(), seed=0, params={}, inputs=BOTH,
        apart=apart, cache=folder / "cache",
    )  # fmt: skip
