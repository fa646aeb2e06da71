"""What a spec gives to inputs that a model file lacks, known without Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from reportgen.checking import problems_of
from reportgen.models.trust.configuration import outline
from reportgen.models.trust.inspection import outline_of
from reportgen.network.inputs import model_inputs
from reportgen.spec.loading import load_text

layers = keras.layers


def two(pack: Any) -> Any:
    image = keras.Input((8, 8, 1), name="image")
    meta = keras.Input((None,), dtype="int32", name="meta")
    vectors = layers.GlobalAveragePooling1D()(layers.Embedding(9, 2)(meta))
    both = layers.Concatenate()([layers.Flatten()(image), vectors])
    return keras.Model(pack(image, meta), layers.Dense(2)(both))


MODELS = {
    "list": two(lambda image, meta: [image, meta]),
    "dict": two(lambda image, meta: {"meta": meta, "image": image}),
    "nested": two(lambda image, meta: [[meta], {"image": image}]),
    "one": keras.Model(x := keras.Input((6, 1), name="x"), layers.Flatten()(x)),
    "sequential": keras.Sequential([keras.Input((6,), name="row"), layers.Dense(2)]),
}


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("name", MODELS)
def test_a_file_names_its_inputs_as_keras_does(name: str, suffix: str, tmp_path: Path) -> None:
    model, file = MODELS[name], tmp_path / f"m.{suffix}"
    model.save(file)
    graph = model if name != "sequential" else model._functional
    assert outline_of(file).inputs == tuple(tuple(one) for one in model_inputs(graph))


@pytest.mark.parametrize(
    "config",
    [
        None,
        {"class_name": "Own", "config": {"layers": []}},
        {"class_name": "Sequential", "config": {"layers": []}},
        {"class_name": "Functional", "config": {"layers": [], "input_layers": [["x", 0, 0]]}},
        {"class_name": "Functional", "config": {"layers": [], "input_layers": 3}},
    ],
)
def test_what_a_configuration_does_not_tell_is_left_to_the_build(config: Any) -> None:
    assert outline(config).inputs is None


SPEC = """\
models:
  two:
    source: m.keras
    inputs:
      image: images
      {}: {}
figures: [summary]
"""


@pytest.mark.parametrize(
    ("name", "value", "line", "expected"),
    [
        ("metta", 1, 6, "the model has no input 'metta'; it takes image (8 x 8 x 1), meta (any "),
        ("meta", 1, 6, "input 'meta' takes values of any length, and one number does not say how"),
        ("meta", [1, 2.5], 6, "takes whole numbers from -2147483648 to 2147483647 (int32), got 2."),
    ],
)
def test_mistakes_are_told_with_their_lines(
    name: str, value: Any, line: int, expected: str, tmp_path: Path
) -> None:
    MODELS["dict"].save(tmp_path / "m.keras")
    file = tmp_path / "x.yaml"
    *others, found = problems_of(load_text(SPEC.format(name, value), file))
    assert (found.file, found.line) == (str(file), line)
    assert expected in str(found)
    missing = [str(problem) for problem in others]
    assert len(missing) == (name == "metta")
    for text in missing:
        assert f"{file}:4: 'inputs' says nothing of 'meta'" in text
        assert "write inputs: {image: images, meta: [0, 0]}, with values of your own" in text


def test_a_mistake_beside_the_model_is_told_with_its_line(tmp_path: Path) -> None:
    MODELS["list"].save(tmp_path / "m.keras")
    text = "model: m.keras\nfigures: [summary]\ninputs:\n  image: images\n  metta: 1\n"
    told = [str(one) for one in problems_of(load_text(text, tmp_path / "x.yaml"))]
    assert [one.split(": ")[0].rsplit(":", 1)[1] for one in told] == ["3", "5"]
    assert "'inputs' says nothing of 'meta'" in told[0]
    assert "the model has no input 'metta'" in told[1]


def test_what_fits_is_no_mistake(tmp_path: Path) -> None:
    MODELS["list"].save(tmp_path / "m.keras")
    assert problems_of(load_text(SPEC.format("meta", [1, 2]), tmp_path / "x.yaml")) == []


def test_a_file_that_is_refused_is_not_asked_for_inputs(tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(b"no archive")
    (found,) = problems_of(load_text(SPEC.format("metta", 1), tmp_path / "x.yaml"))
    assert "metta" not in str(found)
