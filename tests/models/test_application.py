from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.models.application import load_application
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


def test_each_origin_of_weights_is_said(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    asked: list[object] = []

    def network(**arguments: object) -> str:
        asked.append(arguments["weights"])
        return "model"

    monkeypatch.setattr(keras.applications, "VGG16", network)
    base, shape = Path("specs/photos"), (64, 64, 3)
    said = [
        load_application("VGG16", base, shape, targets, {"weights": weights})[1:]
        for weights, targets in [("imagenet", ()), ("README.md", ()), (None, DIGITS)]
    ]
    assert [final for final, _ in said] == [True, True, False]
    assert "trained on ImageNet" in said[0][1]
    assert said[1][1].endswith("the file README.md.")
    assert "then trained for this report" in said[2][1]
    assert asked == ["imagenet", "specs/photos/README.md", None]
