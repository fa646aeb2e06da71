from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reportgen import models
from reportgen.errors import UserError

Load = Callable[..., models.Loaded]


@pytest.fixture
def small() -> Any:
    keras.utils.set_random_seed(0)
    layers = [keras.Input((6, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    return keras.Sequential(layers)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_saved_model_comes_back_and_counts_as_trained(
    load: Load, tmp_path: Path, small: Any, suffix: str
) -> None:
    small.save(tmp_path / f"mine{suffix}")
    loaded = load(f"mine{suffix}", input_shape=(6, 6, 1))
    assert loaded.trained
    images = np.random.default_rng(0).random((4, 6, 6, 1), np.float32)
    np.testing.assert_array_equal(np.array(loaded.model(images)), np.array(small(images)))


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
    with pytest.raises(UserError, match="is not a model that Keras can load"):
        load(f"mine{suffix}")


def test_weights_alone_are_not_a_model(load: Load, tmp_path: Path, small: Any) -> None:
    small.save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(UserError, match="is not a model that Keras can load"):
        load("mine.weights.h5")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_file_is_not_run(load: Load, tmp_path: Path, suffix: str) -> None:
    code = keras.layers.Lambda(lambda x: x * 2, output_shape=(3,))
    keras.Sequential([keras.Input((3,)), code]).save(tmp_path / f"code{suffix}")
    with pytest.raises(UserError, match="contains a Lambda layer"):
        load(f"code{suffix}")


def test_a_class_of_the_users_own_is_pointed_to_a_function(load: Load, tmp_path: Path) -> None:
    class Doubling(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x * 2

    keras.Sequential([keras.Input((3,)), Doubling()]).save(tmp_path / "own.keras")
    with pytest.raises(UserError, match="class that Keras does not know") as caught:
        load("own.keras")
    assert "Python function" in caught.value.problems[0].hint


def test_something_else_than_a_source_is_told_the_sources(load: Load) -> None:
    with pytest.raises(UserError, match="'resnet' is not a model source; write zoo:NAME"):
        load("resnet")


def test_images_of_another_shape_do_not_fit(load: Load, tmp_path: Path, small: Any) -> None:
    small.save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match=r"of shape \(6, 6, 1\), but .*\(28, 28, 3\)"):
        load("mine.keras", input_shape=(28, 28, 3))


def test_a_model_for_any_size_takes_images_with_its_channels(load: Load, tmp_path: Path) -> None:
    layers = [keras.Input((None, None, 3)), keras.layers.GlobalAveragePooling2D()]
    keras.Sequential(layers).save(tmp_path / "any.keras")
    assert load("any.keras", input_shape=(28, 28, 3)).trained
    with pytest.raises(UserError, match=r"\(None, None, 3\)"):
        load("any.keras", input_shape=(28, 28, 1))
