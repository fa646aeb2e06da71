"""Occlusion: numbers by hand, an independent reference, invariances, the figure."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, sequential, two_heads
from subjects import check_house_rules, measures, notes_of, subject

from reportgen.figures.occlusion.compute import compute

layers = keras.layers


def linear(weights: np.ndarray) -> Any:
    """One image of the weights' shape; class 0 adds pixels with these weights, class 1 none."""
    x = keras.Input((*weights.shape, 1))
    model = keras.Model(x, layers.Dense(2, "softmax")(layers.Flatten()(x)))
    kernel = np.stack([weights.ravel(), np.zeros(weights.size)], axis=1)
    model.set_weights([kernel, np.zeros(2)])
    return model


def test_the_figure_of_one_head_and_of_several() -> None:
    given = subject("occlusion", sequential(), dataset({"class": 3}), samples=2, patch=2)
    artifact = compute(given)
    (figure,) = check_house_rules("occlusion", artifact, given.params)
    assert "a patch of 2 x 2 pixels" in figure.caption
    assert "at 36 positions (1 x 1 pixels apart)" not in figure.caption
    assert "at 25 positions (1 x 1 pixels apart)" in figure.caption
    assert [note.rule for note in notes_of("occlusion", artifact)[0]] == [
        "occlusion.drop",
        "occlusion.flipped",
        "occlusion.focus",
    ]
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    given = subject("occlusion", two_heads(), data, base="black", score="probability")
    figures = check_house_rules("occlusion", compute(given), given.params)
    assert [figure.part for figure in figures] == ["width", "angle"]
    assert "filled with black" in figures[0].caption


@pytest.mark.parametrize("score", ["logit", "probability"])
def test_classes_are_called_by_their_names(score: str) -> None:
    given = subject("occlusion", sequential(), dataset({"sort": 3}), target="sort 1", score=score)
    artifact = compute(given)
    ((sample,),) = (head.samples for head in artifact.facts.heads)
    assert sample.image.label in ("sort 0", "sort 1", "sort 2")
    assert sample.image.predicted in ("sort 0", "sort 1", "sort 2")
    assert sample.image.explained == "sort 1"
    (figure,) = check_house_rules("occlusion", artifact, given.params)
    assert f"predicted {sample.image.predicted} with" in figure.caption


def test_measures_by_hand() -> None:
    # All evidence in one pixel of the foreground, which the fill (black) takes away.
    weights = np.zeros((6, 6))
    weights[2, 2] = 8.0
    data = dataset({"class": 2}, n=8)
    given = subject("occlusion", linear(weights), data, patch=1, base="black", target="class 0")
    found = measures(compute(given))
    assert found["energy_in_foreground@class"].value == pytest.approx(1)
    assert found["energy_in_foreground@class"].baseline == pytest.approx(6 / 36)
    assert found["zero_maps@class"].value == 0
    z = data.splits["test"].images[:, 2, 2, 0] / 255 * 8.0
    sure = 1 / (1 + np.exp(-z))
    assert found["largest_drop@class"].value == pytest.approx((sure - 0.5).mean(), abs=1e-5)
    assert found["largest_drop@class"].baseline == pytest.approx((sure - 0.5).mean() / 36, abs=1e-5)
    # A logit of 0 is a tie, which goes to the first class: no answer changes.
    assert found["flipped@class"].value == 0


def test_a_single_position_is_one() -> None:
    weights = np.zeros((6, 6))
    weights[2, 2] = 8.0
    given = subject("occlusion", linear(weights), dataset({"class": 2}, n=8), patch=6)
    (figure,) = check_house_rules("occlusion", compute(given), given.params)
    assert "at 1 position." in figure.caption
    assert "of 1 position changes the answer" in figure.caption


def test_a_zero_map_is_drawn_and_said() -> None:
    data = dataset({"class": 2}, n=8)
    given = subject("occlusion", linear(np.zeros((6, 6))), data)
    artifact = compute(given)
    (figure,) = check_house_rules("occlusion", artifact, given.params)
    assert "so the map is zero everywhere" in figure.caption
    assert "zero everywhere" in figure.alt
    assert measures(artifact)["energy_in_foreground@class"].value is None
