from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.models.application import load
from reportgen.models.trust import vetting
from reportgen.records import Target

Load = Callable[..., models.Loaded]
DIGITS = (Target("class", "Class", tuple("0123456789")),)


TINY = "application:MobileNetV3Small"


def test_random_weights_take_the_datasets_shape_and_classes(load: Load) -> None:
    given = {"input_shape": (64, 64, 3), "targets": DIGITS, "params": {"weights": None}}
    loaded = load(TINY, **given)
    assert not loaded.trained
    assert loaded.model.input_shape == (None, 64, 64, 3)
    assert loaded.model.output_shape == (None, 10)


def test_an_unknown_network_is_named_with_its_neighbor(load: Load) -> None:
    with pytest.raises(
        UserError, match="no network named 'MobileNetV4'; did you mean 'MobileNetV2'"
    ):
        load("application:MobileNetV4")
    with pytest.raises(UserError, match="no network named 'vgg16'"):
        load("application:vgg16")


def test_without_network_one_sentence_says_what_to_do(
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import urllib.error

    from keras.src.backend import config
    from keras.src.utils import file_utils

    def unreachable(*args: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(config, "_KERAS_DIR", str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", unreachable)
    with pytest.raises(UserError) as caught:
        load(TINY)
    (problem,) = caught.value.problems
    assert "could not be downloaded (Name or service not known)" in problem.message
    assert "null for random weights" in problem.hint
    assert capsys.readouterr().out == ""


def test_images_that_are_too_small_are_the_users_mistake(load: Load) -> None:
    given = {"input_shape": (28, 28, 3), "targets": DIGITS, "params": {"weights": None}}
    with pytest.raises(UserError, match=r"VGG16 cannot be built .* \(28, 28, 3\): .* 32x32"):
        load("application:VGG16", **given)


def test_weights_come_from_a_file_and_count_as_trained(load: Load, tmp_path: Path) -> None:
    given = {"input_shape": (32, 32, 3), "targets": DIGITS}
    first = load(TINY, **given, params={"weights": None}).model
    first.save_weights(tmp_path / "mine.weights.h5")
    loaded = load(TINY, **given, params={"weights": "mine.weights.h5"}, seed=9)
    assert loaded.trained
    pairs = zip(first.get_weights(), loaded.model.get_weights(), strict=True)
    assert all((a == b).all() for a, b in pairs)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> str:
    """A network of `keras.applications` that is built at once."""
    import keras

    def network(
        weights: None, input_shape: tuple[int, ...] | None, classes: int = 1000
    ) -> keras.Model:
        layers = [keras.layers.Conv2D(4, 3, name="first"), keras.layers.GlobalMaxPooling2D()]
        return keras.Sequential(
            [
                keras.Input(input_shape or (8, 8, 3)),
                *layers,
                keras.layers.Dense(classes, name="last"),
            ]
        )

    monkeypatch.setattr(keras.applications, "VGG16", network)
    return "application:VGG16"


def saved(load: Load, source: str, path: Path) -> list[np.ndarray]:
    """Weights of the network for ten classes, which a file of some format then holds."""
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    model = load(source, input_shape=(8, 8, 3), targets=DIGITS, params={"weights": None}).model
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    elif path.name.startswith("alone"):
        with h5py.File(path, "w") as file:
            save_weights_to_hdf5_group(file, model)
    else:
        model.save(path)
    return list(model.get_weights())


FILES = ["own.weights.h5", "alone.h5", "alone.hdf5", "whole.h5", "whole.keras"]


@pytest.mark.parametrize("name", FILES)
def test_weights_are_read_from_every_format_of_keras(
    load: Load, tmp_path: Path, small: str, name: str
) -> None:
    expected = saved(load, small, tmp_path / name)
    given = {"input_shape": (8, 8, 3), "targets": DIGITS, "params": {"weights": name}}
    loaded = load(small, **given, seed=9)
    assert loaded.weights.endswith(f"the file {name}.")
    pairs = zip(expected, loaded.model.get_weights(), strict=True)
    assert all((a == b).all() for a, b in pairs)


@pytest.mark.parametrize("name", FILES)
def test_weights_that_do_not_fit_are_told_in_one_sentence(
    load: Load, tmp_path: Path, small: str, name: str
) -> None:
    saved(load, small, tmp_path / name)
    pair = (Target("pair", "Pair", ("a", "b", "c")),)
    with pytest.raises(UserError) as caught:
        load(small, input_shape=(8, 8, 3), targets=pair, params={"weights": name})
    assert str(caught.value) == (
        f"the weights of {name} do not fit VGG16: its layer 'last' takes the shape (4, 3), "
        "the file has (4, 10); they must be of the same network with as many classes (3 here)"
    )


@pytest.mark.parametrize("name", FILES)
def test_weights_of_another_network_are_told_in_one_sentence(
    load: Load, tmp_path: Path, small: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    saved(load, small, tmp_path / name)
    other = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Dense(2), keras.layers.PReLU()])
    monkeypatch.setattr(keras.applications, "VGG16", lambda **_: other)
    with pytest.raises(UserError) as caught:
        load(small, params={"weights": name})
    (problem,) = caught.value.problems
    assert problem.message.startswith(f"the weights of {name} do not fit VGG16: ")
    assert len(problem.message) < 300
    assert str(tmp_path) not in problem.message


@pytest.mark.parametrize("name", FILES)
def test_a_refused_weights_file_never_reaches_keras(
    load: Load, tmp_path: Path, small: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n torn")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: pytest.fail("Keras saw it"))
    with pytest.raises(UserError, match=f"the weights file {name} is refused: it is not"):
        load(small, params={"weights": name})


def test_a_weights_file_is_inspected_once_for_its_content(
    load: Load, tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(load, small, tmp_path / "own.weights.h5")
    looked: list[object] = []
    monkeypatch.setattr(vetting, "_sound_weights", set())
    monkeypatch.setattr(vetting, "inspect_isolated", lambda *_, **given: looked.append(given))
    given = {"input_shape": (8, 8, 3), "targets": DIGITS, "params": {"weights": "own.weights.h5"}}
    for _ in range(2):
        load(small, **given)
    assert [one["kind"] for one in looked] == ["weights"]
    model = load(small, **given).model
    model.layers[-1].bias.assign([9.0] * 10)
    model.save_weights(tmp_path / "own.weights.h5")
    load(small, **given)
    assert len(looked) == 2


def test_a_missing_weights_file_is_the_users_mistake(load: Load) -> None:
    with pytest.raises(UserError, match=r"no weights file .*none\.h5"):
        load(TINY, params={"weights": "none.h5"})


def test_random_weights_without_labels_are_shown_as_they_are(load: Load) -> None:
    given = {"input_shape": (32, 32, 3), "params": {"weights": None}}
    loaded = load(TINY, **given)
    assert loaded.trained
    assert loaded.model.output_shape == (None, 1000)
    assert "never trained" in loaded.weights
    again = load(TINY, **given)
    pairs = zip(loaded.model.get_weights(), again.model.get_weights(), strict=True)
    assert all((a == b).all() for a, b in pairs)


def test_each_origin_of_weights_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    asked: list[object] = []

    def network(**arguments: object) -> str:
        asked.append(arguments["weights"])
        return made

    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    made.save_weights(tmp_path / "mine.weights.h5")
    monkeypatch.setattr(keras.applications, "VGG16", network)
    shape = (64, 64, 3)
    said = [
        load("VGG16", tmp_path, shape, targets, {"weights": weights})[1:]
        for weights, targets in [("imagenet", ()), ("mine.weights.h5", ()), (None, DIGITS)]
    ]
    assert [final for final, _ in said] == [True, True, False]
    assert "trained on ImageNet" in said[0][1]
    assert said[1][1].endswith("the file mine.weights.h5.")
    assert "then trained for this report" in said[2][1]
    assert asked == ["imagenet", None, None]
