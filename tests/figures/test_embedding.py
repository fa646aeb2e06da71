"""Embeddings of a model whose answer is known: angles by hand, projections, what has no meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject, values

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.embedding.compute import compute
from reportgen.figures.embedding.facts import SplitFacts
from reportgen.network import batching
from reportgen.records import Target

KIND = "embedding"
TARGET = Target("c", "C", ("right", "up", "empty class"))


def model(dimensions: int = 2, **given: Any) -> Any:
    """The image's first pixels are its embedding; classes 0 and 1 have the first two axes."""
    made = keras.Sequential(
        [
            keras.Input((dimensions, 1, 1)),
            layers.Flatten(name="flat"),
            layers.Dense(3, "softmax", name="out", **given),
        ]
    )
    kernel = np.zeros((dimensions, 3), np.float32)
    kernel[0, 0], kernel[1, 1] = 2.0, 3.0
    made.get_layer("out").set_weights([kernel, *made.get_layer("out").get_weights()[1:]])
    return made


def data(dimensions: int = 2) -> Any:
    """Twelve images of two classes around two axes, the last of class 1 on class 0's axis."""
    pixels = np.zeros((12, dimensions, 1, 1), np.uint8)
    pixels[:6, 0, 0, 0] = 100
    pixels[:6, 1, 0, 0] = [0, 100, 0, 0, 0, 0]
    pixels[6:, 1, 0, 0] = 200
    pixels[11, :2, 0, 0] = [200, 0]
    if dimensions > 2:
        pixels[:, 2:, 0, 0] = np.random.default_rng(0).integers(0, 9, (12, dimensions - 2))
    return dataset(pixels, {"c": [0] * 6 + [1] * 6}, (TARGET,))


def test_angles_by_hand() -> None:
    found = measures(compute(subject(KIND, model(), data(), splits=["test"])))
    # Class 0: five at 0 and one at 45 degrees; class 1: five at 90 and one at 0.
    turned = np.array([0, 45, 0, 0, 0, 0, 90, 90, 90, 90, 90, 0])
    first = np.degrees(np.arctan2(0.5**0.5, 5 + 0.5**0.5))
    second = np.degrees(np.arctan2(5, 1))
    own = np.abs(turned - np.repeat([first, second], 6))
    other = np.abs(turned - np.repeat([second, first], 6))
    assert found["within_angle@test"].value == pytest.approx(own.mean(), abs=1e-4)
    assert found["nearest_other_angle@test"].value == pytest.approx(other.mean(), abs=1e-4)
    apart = ((other - own) / np.maximum(own, other)).mean()
    assert found["separation@test"].value == pytest.approx(apart, abs=1e-5)
    right = int((own < other).sum())
    assert found["nearest_center@test"].value == right / 12
    assert found["nearest_center@test"].baseline == 0.5
    least = found["closest_centers@right>up"]
    assert least.value == pytest.approx(second - first, abs=1e-4)
    assert least.baseline == 180
    # The third class has no images, and its weights no direction.
    angle = found["weight_center_angle"]
    assert (angle.n, angle.value) == (2, pytest.approx((first + 90 - second) / 2, abs=1e-4))
    assert found["length@test"].value == pytest.approx(
        (5 * 100 + 100 * 2**0.5 + 6 * 200) / 12 / 255, rel=1e-5
    )
    assert found["length_effect"].value == pytest.approx(1, abs=1e-5)


def test_the_second_split_is_measured_by_the_centers_of_the_first() -> None:
    whole = data()
    turned = replace(whole.splits["test"], images=np.asarray(whole.splits["test"].images)[:, ::-1])
    split = replace(whole, splits={**whole.splits, "test": turned})
    found = values(compute(subject(KIND, model(), split)))
    assert found["within_angle@train"] < 30 < 60 < found["within_angle@test"]
    assert found["nearest_center@test"] == pytest.approx(1 - found["nearest_center@train"], abs=0.1)


@pytest.mark.parametrize("dimensions", [2, 3, 7])
@pytest.mark.parametrize("weights", [False, True])
def test_house_rules(dimensions: int, weights: bool) -> None:
    given = subject(KIND, model(dimensions), data(dimensions), weights=weights)
    drawn = check_house_rules(KIND, compute(given), given.params)
    parts = ["points", *(["sphere"] if dimensions == 3 else []), "angles", "classes"]
    assert [item.part for item in drawn] == parts
    assert ("Dashed" in drawn[0].caption) == (weights and dimensions < 4)
    notes = notes_of(KIND, compute(given))[0]
    rules = [note.rule.removeprefix("embedding.") for note in notes]
    assert rules == ["angles", "closest", "length"]
    assert "changes the logits by 100%" in notes[-1].text


def test_more_than_three_dimensions_are_projected_and_the_caption_says_so() -> None:
    given = subject(KIND, model(7), data(7))
    artifact = compute(given)
    assert artifact.arrays["points@train"].shape == (12, 2)
    found = measures(artifact)["variance_shown@train"]
    assert found.baseline == 2 / 7
    assert 0.9 < found.value < 1
    (points, *_) = check_house_rules(KIND, artifact, given.params)
    assert "first two principal components of the train images" in points.caption


class Cosines(layers.Layer):
    """A head whose logits are cosines, with a margin for training."""

    margin = 0.2

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x: Any) -> Any:
        units = keras.ops.normalize(self.kernel, axis=0)
        return keras.ops.matmul(keras.ops.normalize(x, axis=-1), units)


def test_a_head_that_compares_directions_alone_is_told_by_what_it_does() -> None:
    made = keras.Sequential([keras.Input((2, 1, 1)), layers.Flatten(), Cosines(name="out")])
    artifact = compute(subject(KIND, made, data()))
    found = values(artifact)
    assert found["length_effect"] == pytest.approx(0, abs=1e-5)
    assert found["margin@Cosines"] == 0.2
    notes, _ = notes_of(KIND, artifact)
    assert notes[-1].text.startswith("Only the direction of an embedding counts")


def test_batches_change_nothing(monkeypatch: Any) -> None:
    given = subject(KIND, model(), data())
    whole = compute(given)
    monkeypatch.setattr(batching, "MOST", 5)
    again = compute(given)
    assert again.measures == whole.measures
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


def test_fewer_samples_are_spread_over_the_split() -> None:
    artifact = compute(subject(KIND, model(), data(), samples=4))
    np.testing.assert_array_equal(artifact.arrays["labels@test"], [0, 0, 1, 1])
    assert artifact.facts.splits == (SplitFacts("train", 4, 12), SplitFacts("test", 4, 12))


def test_a_named_layer_is_compared_with_weights_only_if_they_are_given_it() -> None:
    same = values(compute(subject(KIND, model(), data(), layer="flat")))
    assert "weight_center_angle" in same
    start = keras.Input((2, 1, 1))
    x = layers.Flatten(name="flat")(start)
    y = layers.Dense(2, name="turned")(x)
    made = keras.Model(start, layers.Dense(3, "softmax", name="out")(y))
    assert "weight_center_angle" not in values(compute(subject(KIND, made, data(), layer="flat")))
    assert "weight_center_angle" in values(compute(subject(KIND, made, data(), layer="turned")))


def test_without_labels_points_are_drawn_in_gray() -> None:
    whole = data()
    bare = {name: replace(split, labels={}) for name, split in whole.splits.items()}
    given = subject(KIND, model(), replace(whole, targets=(), splits=bare))
    artifact = compute(given)
    drawn = check_house_rules(KIND, artifact, given.params)
    assert [item.part for item in drawn] == ["points"]
    assert "no labels" in drawn[0].encoding
    assert "within_angle@train" not in values(artifact)


def test_embeddings_of_length_zero_are_counted_and_have_no_angle() -> None:
    whole = data()
    dark = replace(whole.splits["test"], images=np.zeros((12, 2, 1, 1), np.uint8))
    given = subject(KIND, model(), replace(whole, splits={**whole.splits, "test": dark}))
    artifact = compute(given)
    found = values(artifact)
    assert (found["no_direction@train"], found["no_direction@test"]) == (0, 12)
    assert "within_angle@test" not in found
    check_house_rules(KIND, artifact, given.params)


def test_many_classes_have_no_badges_and_a_picture_all_the_same() -> None:
    names = tuple(f"class {i}" for i in range(60))
    made = keras.Sequential(
        [keras.Input((2, 1, 1)), layers.Flatten(), layers.Dense(60, "softmax", name="out")]
    )
    images = np.random.default_rng(0).integers(1, 256, (120, 2, 1, 1), np.uint8)
    toys = dataset(images, {"c": np.arange(120) % 60}, (Target("c", "C", names),))
    given = subject(KIND, made, toys)
    drawn = check_house_rules(KIND, compute(given), given.params)
    assert "Colors repeat" in drawn[0].encoding


def test_what_has_no_meaning_is_said() -> None:
    with pytest.raises(UndefinedError, match="names no dataset"):
        compute(subject(KIND, model()))
    with pytest.raises(UserError, match="there is no split 'tset'"):
        compute(subject(KIND, model(), data(), splits=["tset"]))
    with pytest.raises(UserError, match="different splits, got test, test"):
        compute(subject(KIND, model(), data(), splits=["test", "test"]))
    thin = keras.Sequential(
        [keras.Input((2, 1, 1)), layers.Flatten(), layers.Dense(1), layers.Dense(3, name="out")]
    )
    with pytest.raises(UndefinedError, match="single value for an image"):
        compute(subject(KIND, thin, data()))
