from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.network.graph import parameter_counts
from reportgen.records import Target

Load = Callable[..., models.Loaded]
DIGITS = (Target("class", "Class", tuple("0123456789")),)


MODULE = """
import keras

def network(input_shape, targets, units=4):
    layers = [keras.Input(input_shape), keras.layers.Flatten(),
              keras.layers.Dense(units), keras.layers.Dense(len(targets[0].classes))]
    return keras.Sequential(layers)

def trained():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), True

def unbuilt():
    return keras.Sequential([keras.layers.Dense(1)])

def fails():
    keras.layers.Dense(-1)

def needs(size):
    return size

def nothing():
    pass

NUMBER = 3
"""
IMAGES = {"input_shape": (4, 4, 1), "targets": DIGITS}


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "my_networks.py").write_text(MODULE)
    return tmp_path


def test_a_function_of_the_specs_folder_gets_shape_targets_and_params(
    load: Load, module: Path
) -> None:
    loaded = load("python:my_networks:network", **IMAGES)
    assert not loaded.trained
    assert loaded.model.output_shape == (None, 10)
    wide = load("python:my_networks:network", **IMAGES, params={"units": 7}).model
    assert wide.layers[1].units == 7


def test_a_function_without_parameters_may_say_that_its_model_is_trained(
    load: Load, module: Path
) -> None:
    assert load("python:my_networks:trained", input_shape=(2,)).trained


def test_the_process_is_left_as_it_was(load: Load, module: Path) -> None:
    before = list(sys.path)
    load("python:my_networks:trained")
    assert sys.path == before
    assert "my_networks" not in sys.modules


def test_an_edited_module_is_read_again(load: Load, module: Path) -> None:
    load("python:my_networks:network", **IMAGES)
    (module / "my_networks.py").write_text(MODULE.replace("units=4", "units=55"))
    assert load("python:my_networks:network", **IMAGES).model.layers[1].units == 55


def test_a_package_below_the_folder_is_found(load: Load, tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "small.py").write_text(MODULE)
    assert load("python:nets.small:trained").trained


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("my_networks", "names no function; write python:PACKAGE.MODULE:FUNCTION"),
        ("my_network:trained", "there is no module 'my_network'; .*spec's folder"),
        ("my_networks:train", "has no function 'train'; did you mean 'trained'"),
        ("my_networks:NUMBER", "has no function 'NUMBER'"),
        ("my_networks:nothing", "should return a keras.Model, but it returned builtins.NoneType"),
        ("my_networks:unbuilt", "no known inputs and outputs: .*; begin it with keras.Input"),
        ("my_networks:needs", "needs size"),
        ("my_networks:fails", r"my_networks\.py:16: python:my_networks:fails failed: ValueError"),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    load: Load, module: Path, source: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load(f"python:{source}")


def test_a_parameter_that_the_function_lacks_is_the_users_mistake(load: Load, module: Path) -> None:
    with pytest.raises(UserError, match="does not take unit"):
        load("python:my_networks:network", **IMAGES, params={"unit": 7})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import not_there_at_all", "imports not_there_at_all, which is not installed"),
        ("def f(:", r"broken\.py:1: importing broken failed: SyntaxError: invalid syntax"),
        ("1 / 0", r"broken\.py:1: importing broken failed: ZeroDivisionError"),
    ],
)
def test_a_module_that_fails_is_told_with_its_reason(
    load: Load, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "broken.py").write_text(text)
    with pytest.raises(UserError, match=message):
        load("python:broken:f")


SUBCLASSED = """
import keras
import numpy as np

class Own(keras.Model):
    def __init__(self):
        super().__init__(name="own")
        self.conv = keras.layers.Conv2D(3, 3, name="conv")
        self.out = keras.layers.Dense(2, "softmax", name="out")

    def call(self, x):
        return self.out(keras.ops.mean(keras.ops.relu(self.conv(x)), axis=(1, 2)))

kept = Own()
kept(np.zeros((1, 6, 6, 1), "float32"))

def network():
    return kept, True
"""


def test_a_subclassed_model_is_given_as_the_graph_that_it_draws(load: Load, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(SUBCLASSED)
    loaded = load("python:own:network")
    images = np.random.default_rng(0).random((2, 6, 6, 1), dtype=np.float32)
    conv, out = (loaded.model.get_layer(name) for name in ("conv", "out"))
    maps = np.maximum(np.asarray(conv(images)), 0).mean(axis=(1, 2))
    np.testing.assert_allclose(loaded.model.predict(images, verbose=0), out(maps), atol=1e-6)
    assert loaded.trained
    assert [tuple(tensor.shape) for tensor in loaded.model.outputs] == [(None, 2)]


def test_what_training_alone_uses_counts_as_the_models(load: Load, tmp_path: Path) -> None:
    text = SUBCLASSED.replace(
        "def call(self, x):",
        """\
    self.aug = keras.layers.Conv2D(1, 3, padding="same", name="aug")

    def call(self, x, training=False):
        x = self.aug(x) if training else x""",
    )
    text = text.replace('float32"))', 'float32"), training=True)')
    (tmp_path / "own.py").write_text(text)
    model = load("python:own:network").model
    # Convolutions with 3 * (9 + 1) and 9 + 1 weights, a dense layer with 2 * (3 + 1).
    assert model.count_params() == 30 + 8
    assert parameter_counts(model).total == 30 + 8 + 10


OUT_OF_REACH = """
import keras
import numpy as np
import tensorflow as tf

class Counting(keras.Model):
    def __init__(self):
        super().__init__(name="counting")
        self.conv = keras.layers.Conv2D(3, 3, name="conv")

    def call(self, x):
        y = self.conv(x)
        return y * 0 if tf.reduce_sum(y) > 1e9 else y

def network(trained):
    model = Counting()
    model(np.zeros((1, 6, 6, 1), "float32"))
    return model, trained
"""


def test_a_trained_model_out_of_reach_is_given_for_its_weights(load: Load, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OUT_OF_REACH)
    loaded = load("python:own:network", params={"trained": True}, **IMAGES)
    assert loaded.model.get_layer("conv").kernel.shape == (3, 3, 1, 3)
    with pytest.raises(UserError, match=r"is subclassed and its call cannot be followed; begin"):
        load("python:own:network", params={"trained": False}, **IMAGES)
