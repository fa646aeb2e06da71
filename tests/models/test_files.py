from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reportgen import functions, models
from reportgen.errors import UserError
from reportgen.models.trust import vetting
from reportgen.models.trust.inspection import inspect
from reportgen.models.trust.reading import settings_kept

Load = Callable[..., models.Loaded]
LAYERS = keras.layers
OWN = """
import keras

@keras.saving.register_keras_serializable("me")
class Doubling(keras.layers.Layer):
    def call(self, x):
        return x * 2

@keras.saving.register_keras_serializable("me")
def halved(x):
    return x / 2

keras.config.set_floatx("float64")
"""


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the process of its own, which takes seconds to start; a few tests here have it."""
    monkeypatch.setattr(vetting, "_reader", lambda *_: nullcontext())
    monkeypatch.setattr(vetting, "_passed", set())


def many_kinds() -> Any:
    """A model of many kinds of layers, nested, with two outputs."""
    start = keras.Input((16, 16, 3))
    x = LAYERS.RandomRotation(0.1)(LAYERS.RandomFlip()(start))
    x = LAYERS.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 1.0, 1.0])(x)
    limit = keras.constraints.MaxNorm(2)
    given = {"kernel_regularizer": "l2", "kernel_constraint": limit}
    x = LAYERS.Conv2D(8, 3, activation="relu", **given)(x)
    x = LAYERS.DepthwiseConv2D(3, activation=keras.activations.gelu)(x)
    x = LAYERS.BatchNormalization()(x)
    x = LAYERS.LayerNormalization()(LAYERS.SeparableConv2D(8, 3)(x))
    inner = [keras.Input((10, 10, 8)), LAYERS.Conv2D(4, 3), LAYERS.LeakyReLU(), LAYERS.MaxPool2D()]
    x = keras.Sequential(inner, name="inner")(x)
    y = LAYERS.Reshape((16, 4))(x)
    y = LAYERS.Bidirectional(LAYERS.GRU(3))(LAYERS.MultiHeadAttention(2, 4)(y, y))
    a = LAYERS.Dense(3, "softmax", name="a")(y)
    b = LAYERS.Dense(1, "sigmoid", name="b")(LAYERS.GlobalAveragePooling2D()(x))
    model = keras.Model(start, [a, b])
    losses = {"a": keras.losses.CategoricalCrossentropy(), "b": "binary_crossentropy"}
    model.compile("adam", loss=losses, metrics={"a": ["accuracy"]})
    return model


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_model_of_many_kinds_of_layers_comes_back(
    load: Load, tmp_path: Path, suffix: str
) -> None:
    model = many_kinds()
    model.save(tmp_path / f"mine{suffix}")
    loaded = load(f"mine{suffix}")
    assert loaded.trained
    images = np.random.default_rng(0).random((2, 16, 16, 3), np.float32)
    answers = zip(model(images, training=False), loaded.model(images, training=False), strict=True)
    for mine, theirs in answers:
        np.testing.assert_array_equal(np.array(theirs), np.array(mine))


@pytest.mark.usefixtures("untried")
def test_operations_of_keras_are_harmless(load: Load, tmp_path: Path) -> None:
    start = keras.Input((4, 4, 2))
    x = keras.ops.concatenate([keras.ops.sin(start) * 2 + 1, start[:, ::1] ** 2], axis=-1)
    x = keras.ops.mean(keras.ops.image.resize(x, (2, 2)), axis=(1, 2))
    model = keras.Model(start, x)
    model.save(tmp_path / "ops.keras")
    images = np.random.default_rng(0).random((2, 4, 4, 2), np.float32)
    np.testing.assert_array_equal(load("ops.keras").model(images), model(images))


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0"])
def test_networks_of_keras_pass_the_inspection(tmp_path: Path, name: str) -> None:
    model = getattr(keras.applications, name)(weights=None, classes=2, input_shape=(32, 32, 3))
    for suffix in (".keras", ".h5"):
        model.save(tmp_path / f"net{suffix}")
        inspect(tmp_path / f"net{suffix}")


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_layers_that_networks_of_keras_bring_come_back(
    load: Load, tmp_path: Path, suffix: str
) -> None:
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    start = keras.Input((4, 4, 2))
    x = CustomScaleLayer(0.2, name="sum")([start, LAYERS.Conv2D(2, 1)(start)])
    model = keras.Model(start, LAYERS.Dense(3, "softmax")(LAYERS.GlobalAveragePooling2D()(x)))
    model.save(tmp_path / f"mine{suffix}")
    images = np.random.default_rng(0).random((2, 4, 4, 2), np.float32)
    np.testing.assert_array_equal(load(f"mine{suffix}").model(images), model(images))


def test_a_missing_file_is_named_with_its_neighbor(load: Load, tmp_path: Path, small: Any) -> None:
    small.save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match=r"no model file .*mime\.keras; did you mean 'mine\.keras'"):
        load("mime.keras")
    with pytest.raises(UserError, match="holds no model file"):
        load("nowhere/mime.keras")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 torn off", b"\x89HDF\r\n\x1a\n"])
def test_a_file_that_is_not_a_model_says_so(
    load: Load, tmp_path: Path, suffix: str, content: bytes
) -> None:
    (tmp_path / f"mine{suffix}").write_bytes(content)
    with pytest.raises(UserError, match=rf"the model file mine\{suffix} is refused: it is not"):
        load(f"mine{suffix}")


def test_weights_alone_are_not_a_model(load: Load, tmp_path: Path, small: Any) -> None:
    small.save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(UserError, match="it holds weights alone"):
        load("mine.weights.h5")


@pytest.fixture
def code(tmp_path: Path) -> Any:
    def build(suffix: str) -> str:
        layer = LAYERS.Lambda(lambda x: x * 2, output_shape=(3,), name="trick")
        keras.Sequential([keras.Input((3,)), layer]).save(tmp_path / f"code{suffix}")
        return f"code{suffix}"

    return build


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_file_is_not_run(load: Load, code: Any, suffix: str) -> None:
    with pytest.raises(UserError, match="the layer 'trick' is a Lambda, which is code") as caught:
        load(code(suffix))
    assert "--trust-model" in caught.value.problems[0].hint


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_trusted_file_is_run(load: Load, code: Any, suffix: str) -> None:
    loaded = load(code(suffix), trusted=True)
    assert np.array(loaded.model(np.ones((1, 3), np.float32))).tolist() == [[2, 2, 2]]


def test_a_saved_model_needs_trust(load: Load, tmp_path: Path, small: Any) -> None:
    small.export(tmp_path / "program", verbose=False)
    with pytest.raises(UserError, match="a SavedModel of TensorFlow, a program"):
        load("program/saved_model.pb")
    loaded = load("program/saved_model.pb", trusted=True, input_shape=(6, 6, 1))
    images = np.random.default_rng(0).random((2, 6, 6, 1), np.float32)
    np.testing.assert_allclose(loaded.model(images), small(images), rtol=1e-6)
    (tmp_path / "program" / "saved_model.pb").write_bytes(b"hello")
    with pytest.raises(UserError, match="cannot be used"):
        load("program/saved_model.pb", trusted=True)


def own(folder: Path, suffix: str) -> str:
    """A file with a layer and an activation of a module in the folder; nothing stays registered."""
    (folder / "my_layers.py").write_text(OWN)
    with settings_kept():
        scope: dict[str, Any] = {"__name__": "my_layers"}
        exec(OWN, scope)
        keras.config.set_floatx("float32")
        dense = LAYERS.Dense(2, scope["halved"], kernel_initializer="ones")
        model = keras.Sequential([keras.Input((3,)), scope["Doubling"](name="twice"), dense])
        model.save(folder / f"own{suffix}")
    return f"own{suffix}"


def test_a_class_of_the_users_own_needs_its_module(load: Load, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'twice' is of the class 'my_layers\.Doubling'") as caught:
        load(own(tmp_path, ".keras"))
    assert "name the module that defines it in the spec" in caught.value.problems[0].hint


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_own_classes_may_lie_deeper_in_a_package(
    load: Load, tmp_path: Path, suffix: str, untried: None
) -> None:
    (tmp_path / "pk").mkdir()
    (tmp_path / "pk" / "__init__.py").write_text("from .layers import Doubling, halved\n")
    (tmp_path / "pk" / "layers.py").write_text(OWN.partition("keras.config")[0])
    with functions.importable(tmp_path), settings_kept():
        module = functions.imported("pk", tmp_path)
        twice, dense = module.Doubling(name="twice"), LAYERS.Dense(2, module.halved, name="d")
        model = keras.Sequential([keras.Input((3,)), twice, dense])
        # From a notebook, say: how it was trained is in the file, and nobody else has it.
        model.compile("sgd", loss=lost, metrics=[Metric()])
        model.save(tmp_path / f"deep{suffix}")
    loaded = load(f"deep{suffix}", params={"modules": ["pk"]})
    images = np.ones((1, 3), np.float32)
    np.testing.assert_allclose(np.array(loaded.model(images)), np.array(model(images)), rtol=1e-6)


def lost(true: Any, said: Any) -> Any:
    return keras.ops.mean(true - said)


class Metric(keras.metrics.Mean):
    """One of nobody else's."""


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_own_classes_come_from_the_declared_module(load: Load, tmp_path: Path, suffix: str) -> None:
    """With the trial; and what the module changes in the process is put back."""
    registered = dict(keras.saving.get_custom_objects())
    loaded = load(own(tmp_path, suffix), params={"modules": ["my_layers"]})
    assert np.array(loaded.model(np.ones((1, 3), np.float32))).tolist() == [[3, 3]]
    assert keras.config.floatx() == "float32"
    assert keras.saving.get_custom_objects() == registered


def test_a_module_that_is_not_there_is_named(load: Load, tmp_path: Path, small: Any) -> None:
    small.save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match="there is no module 'nowhere'"):
        load("mine.keras", params={"modules": ["nowhere"]}, trusted=True)
    with pytest.raises(UserError, match="cannot be the name of a module"):
        load("mine.keras", params={"modules": ["../evil"]}, trusted=True)


@pytest.mark.parametrize("trusted", [False, True])
def test_a_module_that_fails_is_told_with_its_file_and_line(
    load: Load, tmp_path: Path, small: Any, trusted: bool
) -> None:
    # `check` runs no code, so only the build can tell; the trial and the worker say the same.
    (tmp_path / "mine.py").write_text("import helping\n")
    (tmp_path / "helping.py").write_text("SIZE = 3\n\nLAYERS = {}['gone']\n")
    small.save(tmp_path / "mine.keras")
    with pytest.raises(UserError) as caught:
        load("mine.keras", params={"modules": ["mine"]}, trusted=trusted)
    (problem,) = caught.value.problems
    assert problem.message == "importing mine failed: KeyError: 'gone'"
    assert (Path(str(problem.file)).name, problem.line) == ("helping.py", 3)


def test_something_else_than_a_source_is_told_the_sources(load: Load) -> None:
    with pytest.raises(UserError, match="'resnet' is not a model source; write zoo:NAME"):
        load("resnet")


def test_a_pipe_is_not_waited_for(load: Load, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.keras")
    with pytest.raises(UserError, match="there is no model file"):
        load("pipe.keras")


@pytest.mark.usefixtures("untried")
def test_images_of_another_shape_do_not_fit(load: Load, tmp_path: Path, small: Any) -> None:
    small.save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match=r"of shape \(6, 6, 1\), but .*\(28, 28, 3\)"):
        load("mine.keras", input_shape=(28, 28, 3))


@pytest.mark.usefixtures("untried")
def test_a_model_for_any_size_takes_images_with_its_channels(load: Load, tmp_path: Path) -> None:
    layers = [keras.Input((None, None, 3)), keras.layers.GlobalAveragePooling2D()]
    keras.Sequential(layers).save(tmp_path / "any.keras")
    assert load("any.keras", input_shape=(28, 28, 3)).trained
    with pytest.raises(UserError, match=r"\(None, None, 3\)"):
        load("any.keras", input_shape=(28, 28, 1))
