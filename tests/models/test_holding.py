"""Models of several inputs as models of images, the other inputs held at what a spec says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import reportgen
from reportgen import models
from reportgen.checking.input_mistakes import problems
from reportgen.errors import UserError
from reportgen.models.adapting import hold_inputs, reshape_images
from reportgen.models.checkpoints import digest as of_model
from reportgen.models.trust.inspection import inspect
from reportgen.network.input_values import InputsMisfitError
from reportgen.network.layer_selection import choose
from reportgen.network.layers import is_conv, rows
from reportgen.network.network import Network
from reportgen.network.receptive_field import receptive_field
from reportgen.spec.loading import load_text
from tests.models.two_inputs import GIVEN, IMAGES, META, alone, pooled, two

layers = keras.layers


@pytest.fixture(autouse=True)
def seeded() -> None:
    keras.utils.set_random_seed(3)


PACKS = [
    lambda image, meta: [image, meta],
    lambda image, meta: {"meta": meta, "image": image},
    lambda image, meta: [[meta], {"image": image}],
]


@pytest.mark.parametrize("pack", PACKS)
def test_answers_are_those_at_the_values_however_inputs_are_packed(pack: Any) -> None:
    model = two(pack)
    found, sentence = hold_inputs(model, GIVEN)
    np.testing.assert_allclose(
        found.predict(IMAGES, verbose=0), alone(model).predict(IMAGES, verbose=0), atol=1e-6
    )
    assert sentence == "Input 'meta' is held at [0.2, 0.5, 0.3]; all figures hold for that value " \
        "alone."  # fmt: skip


def worded(error: InputsMisfitError) -> str:
    return " ".join(map(str, problems(error, {})))


def test_the_manuals_example_is_such_a_model(tmp_path: Path) -> None:
    manual = Path("docs/spec.md").read_text("utf-8")
    (text,) = re.findall(r"  ```yaml\n(.*?)  ```", manual, re.DOTALL)
    (tmp_path / "two_inputs.keras").touch()
    given = load_text(text, tmp_path / "x.yaml").models[0].inputs
    image, meta, mask = (
        keras.Input(shape, name=name)
        for name, shape in (("image", (28, 28, 1)), ("meta", (3,)), ("mask", (28, 28, 1)))
    )
    both = layers.Concatenate()([pooled(layers.Subtract()([image, mask])), meta])
    model = keras.Model([mask, image, meta], layers.Dense(2)(both))
    images = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
    expected = model([np.ones_like(images), images, np.float32([META] * 4)])
    np.testing.assert_allclose(hold_inputs(model, given)[0](images), expected, atol=1e-6)


def test_maps_are_those_of_the_model_of_one_input_that_equals_it() -> None:
    model = two()
    found, expected = hold_inputs(model, GIVEN)[0], alone(model)
    for index in range(3):
        heat = reportgen.grad_cam(found, IMAGES, targets=index)
        np.testing.assert_allclose(heat, reportgen.grad_cam(expected, IMAGES, index), atol=1e-6)
        assert heat.max() > 0 or index
    np.testing.assert_allclose(
        reportgen.saliency(found, IMAGES, targets=1),
        reportgen.saliency(expected, IMAGES, targets=1),
        atol=1e-6,
    )
    np.testing.assert_allclose(
        reportgen.occlusion(found, IMAGES, targets=1, patch=4, stride=4),
        reportgen.occlusion(expected, IMAGES, targets=1, patch=4, stride=4),
        atol=1e-5,
    )


def test_layers_keep_their_paths_and_what_is_held_is_a_row_of_the_summary() -> None:
    model = two()
    found, _ = hold_inputs(model, GIVEN)
    table = {row.name: row for row in rows(found)}
    assert set(table) == set(Network.of(model).layers) == set(Network.of(found).layers)
    assert (table["meta"].type, table["meta"].output_shape) == ("HeldInput", "(None, 3)")
    assert (table["image"].type, table["conv"].connected_to) == ("InputLayer", ("image[0][0]",))
    assert table["both"].connected_to == ("pool[0][0]", "meta[0][0]")
    assert choose(Network.of(found), "all", is_conv) == ["conv"]
    assert all(
        Network.of(found).layers[name] is model.get_layer(name) for name in ("conv", "both", "out")
    )
    assert rows(model)[0].connected_to == ()  # the model itself is as it was


def test_other_values_make_another_digest() -> None:
    model = two()
    digests = {
        of_model(hold_inputs(model, {**GIVEN, "meta": m})[0], None) for m in (META, 0.2, 0.25)
    }
    assert len(digests) == 3
    assert of_model(hold_inputs(model, GIVEN)[0], None) in digests


def test_no_model_file_may_hold_what_is_held(tmp_path: Path) -> None:
    hold_inputs(two(), GIVEN)[0].save(tmp_path / "m.keras")
    with pytest.raises(UserError, match=r"HeldInput"):
        inspect(tmp_path / "m.keras")


def test_whole_numbers_reach_an_embedding_as_such() -> None:
    image, words = keras.Input((8, 8, 1), name="image"), keras.Input((None,), dtype="int32")
    words.name = words._keras_history.operation.name = "words"
    vectors = layers.Embedding(10, 3, mask_zero=True)(words)
    both = layers.Concatenate()([pooled(image), layers.GlobalAveragePooling1D()(vectors)])
    model = keras.Model([image, words], layers.Dense(2)(both))
    found, _ = hold_inputs(model, {"image": "images", "words": [7.0, 2.0, 0.0]})
    expected = model([IMAGES, np.array([[7, 2, 0]] * 5, np.int32)])
    np.testing.assert_allclose(found(IMAGES), expected, atol=1e-6)
    assert found.get_layer("words").output.dtype == "int32"
    with pytest.raises(InputsMisfitError) as caught:
        hold_inputs(model, {"image": "images", "words": [0.5]})
    assert re.search(r"whole numbers .* \(int32\), got 0\.5", worded(caught.value))


@pytest.mark.parametrize("side", [8, None])
def test_a_mask_of_one_number_is_as_large_as_the_images(side: int | None) -> None:
    image = keras.Input((side, side, 1), name="image")
    mask = keras.Input((side, side, 2), name="mask")
    maps = layers.Concatenate(name="both")([image, mask])
    maps = layers.Conv2D(3, 3, name="second")(layers.Conv2D(2, 3, name="first")(maps))
    out = layers.Dense(2)(layers.GlobalMaxPooling2D()(maps))
    model = keras.Model([image, mask], out)
    found, _ = hold_inputs(model, {"image": "images", "mask": 0.5})
    halves = np.full((5, 8, 8, 2), 0.5, np.float32)
    np.testing.assert_allclose(found(IMAGES), model([IMAGES, halves]), atol=1e-6)
    # What is held sees nothing of the image, so it keeps no field from being known.
    assert [receptive_field(Network.of(found), name) for name in ("both", "first", "second")] == [
        1,
        3,
        5,
    ]
    assert receptive_field(Network.of(found), "mask") is None


def test_images_without_channels_and_held_values_go_together() -> None:
    image, meta = keras.Input((8, 8), name="image"), keras.Input((3,), name="meta")
    maps = layers.Conv1D(2, 3, name="conv")(image)
    both = layers.Concatenate()([layers.Flatten()(maps), meta])
    model = keras.Model([image, meta], layers.Dense(2)(both))
    found, _ = reshape_images(hold_inputs(model, GIVEN)[0], (8, 8, 1))
    expected = model([IMAGES[..., 0], np.float32([META] * 5)])
    np.testing.assert_allclose(found(IMAGES), expected, atol=1e-6)


def test_a_model_of_one_input_stays_as_it_is() -> None:
    model = alone(two())
    name = model.inputs[0].name
    assert hold_inputs(model, {}) == hold_inputs(model, {name: "images"}) == (model, "")
    with pytest.raises(InputsMisfitError) as caught:
        hold_inputs(model, {"image": "images"})
    assert f"no input 'image'; it takes {name} " in worded(caught.value)


def test_a_file_is_loaded_so_and_mistakes_have_their_lines(
    load: Callable[..., models.Loaded], tmp_path: Path
) -> None:
    model = two()
    model.save(tmp_path / "two.keras")
    given = {"inputs": GIVEN, "input_shape": (8, 8, 1)}
    loaded = load("two.keras", **given)
    assert loaded.trained
    assert loaded.weights.startswith("Input 'meta' is held at")
    np.testing.assert_allclose(loaded.model(IMAGES), alone(model)(IMAGES), atol=1e-6)
    with pytest.raises(InputsMisfitError) as caught:
        load("two.keras", **given | {"inputs": {"image": "images"}})
    lines = {"": 4, "image": 5, "meta": 6}
    assert [problem.line for problem in problems(caught.value, lines)] == [4]
    wrong = {"image": "images", "meta": [1.0, 2.0]}
    with pytest.raises(InputsMisfitError) as caught:
        load("two.keras", **given | {"inputs": wrong})
    assert [problem.line for problem in problems(caught.value, lines)] == [6]
    with pytest.raises(UserError, match=r"expects images of shape \(8, 8, 1\), but the dataset's"):
        load("two.keras", **given | {"input_shape": (9, 9, 1)})
