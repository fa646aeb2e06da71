"""A channel as numbers: the values themselves, what is marked, what is refused."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.channel_table.compute import compute
from reportgen.records import Target

KIND = "channel_table"


def model(activation: str | None = None) -> Any:
    """Channel 0 is minus one half plus the pixel, channel 1 its negative."""
    start = keras.Input((3, 4, 1))
    x = layers.Conv2D(2, 1, activation=activation, name="conv")(start)
    made = keras.Model(start, layers.Dense(2, name="out")(layers.Flatten(name="flat")(x)))
    weights = np.array([1.0, -1.0]).reshape(1, 1, 1, 2)
    made.get_layer("conv").set_weights([weights, np.array([-0.5, 0.5])])
    return made


def data() -> Any:
    """Two images: black but for a white pixel in row 1, column 2; and all black."""
    pixels = np.zeros((2, 3, 4, 1), np.uint8)
    pixels[0, 1, 2] = 255
    return dataset(pixels, {"c": [0, 1]}, (Target("c", "C", ("dot", "night")),))


def test_values_marks_and_words() -> None:
    made = subject(KIND, model(), data(), samples=[0], decimals=2)
    artifact = compute(made)
    assert artifact.arrays["map"].shape == (3, 4)
    found = measures(artifact)
    assert found["positive_share@conv"].value == pytest.approx(1 / 12)
    assert (found["largest@conv"].value, found["smallest@conv"].value) == (0.5, -0.5)
    (table,) = check_house_rules(KIND, artifact, made.params)
    assert table.columns == ("Row", "0", "1", "2", "3")
    assert table.rows[1] == ("1", -0.5, -0.5, 0.5, -0.5)
    assert (table.marks, table.decimals) == (((1, 3),), 2)
    assert "test image 0 (dot)" in table.caption
    assert "1 of 12 values are above zero." in table.caption
    assert "set in bold" in table.encoding
    (note,) = notes_of(KIND, artifact)[0]
    assert "above zero at 8.3% of its positions" in note.text


def test_another_channel_and_image() -> None:
    made = subject(KIND, model(), data(), layer="conv", channel=1, samples=[1])
    (table,) = check_house_rules(KIND, compute(made), made.params)
    assert all(cell == 0.5 for row in table.rows for cell in row[1:])
    assert len(table.marks) == 12
    assert "test image 1 (night)" in table.caption


def test_the_channel_that_follows_edges_best_can_be_shown() -> None:
    start = keras.Input((8, 8, 1))
    x = layers.Conv2D(2, 3, activation="relu", name="conv")(start)
    made = keras.Model(start, layers.Dense(2, name="out")(layers.Flatten(name="flat")(x)))
    spot, edge = np.zeros((3, 3)), np.array([[0, 0, 0], [1, 0, -1], [0, 0, 0]])
    spot[1, 1] = 1
    made.get_layer("conv").set_weights([np.stack([spot, edge], -1)[:, :, None], np.zeros(2)])
    pixels = np.zeros((1, 8, 8, 1), np.uint8)
    pixels[0, :, :3] = 255
    given = dataset(pixels, {"c": [0]}, (Target("c", "C", ("half", "none")),))
    assert compute(subject(KIND, made, given, channel=None)).facts.channel == 1


def test_a_large_map_is_cut_and_says_so() -> None:
    made = subject(KIND, model("relu"), data(), samples=[0], max_side=2)
    artifact = compute(made)
    (table,) = check_house_rules(KIND, artifact, made.params)
    assert (len(table.rows), len(table.columns)) == (2, 3)
    assert "the upper left 2 x 2 of 3 x 4 positions" in table.caption
    assert "1 of 12 values" in table.caption
    assert table.marks == ()


def test_a_silent_channel() -> None:
    artifact = compute(subject(KIND, model("relu"), data(), samples=[1]))
    (note,) = notes_of(KIND, artifact)[0]
    assert "nowhere above zero" in note.text


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"channel": 2}, r"channel must lie in 0\.\.1, got 2"),
        ({"samples": [0, 1]}, "one test image, got 2"),
        ({"layer": "flat"}, "conv"),
    ],
)
def test_mistakes_are_told(params: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        compute(subject(KIND, model(), data(), **params))


def test_without_a_map_there_is_no_table() -> None:
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(KIND, model(), None))
    flat = keras.Sequential([keras.Input((3, 4, 1)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(UndefinedError, match="no convolution"):
        compute(subject(KIND, flat, data()))
