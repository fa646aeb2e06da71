"""Two classes compared: edges by hand, similarities and filters by hand, the sheet."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.class_comparison import measures as by_hand
from reportgen.figures.class_comparison.compute import class_pair, compute
from reportgen.records import Target

KIND = "class_comparison"
TARGET = Target("c", "C", ("upright", "blank", "flat"))


def model() -> Any:
    """Filter 0 answers to vertical edges, filter 1 to horizontal ones, filter 2 is even."""
    start = keras.Input((8, 8, 1))
    x = layers.Conv2D(3, 3, activation="relu", name="conv")(start)
    x = layers.MaxPooling2D(name="pool")(x)
    made = keras.Model(start, layers.Dense(3, name="out")(layers.Flatten(name="flat")(x)))
    edge = np.array([[1, 0, -1]] * 3, np.float32)
    kernel = np.stack([edge, edge.T, 0 * edge], axis=-1)[:, :, None]
    made.get_layer("conv").set_weights([kernel, np.array([0, 0, 1.0])])
    return made


def data() -> Any:
    """Bars that stand (class 0) and bars that lie (class 2), six of each, and one blank."""
    pixels = np.zeros((13, 8, 8, 1), np.uint8)
    for place in range(6):
        pixels[place, :, 2 + place % 3] = 255
        pixels[6 + place, 2 + place % 3] = 255
    return dataset(pixels, {"c": [0] * 6 + [2] * 6 + [1]}, (TARGET,))


def test_similarities_by_hand() -> None:
    maps = np.array([[1.0, 0], [1, 0], [0, 2], [3, 3]])
    within, between = by_hand.similarities(maps, np.array([False, False, True, True]))
    half = 2**-0.5
    np.testing.assert_allclose(within, [1, 1, half, half])
    np.testing.assert_allclose(between, [half / 2, half / 2, 0, half])


def test_maps_that_add_up_to_one_are_not_compared() -> None:
    start = keras.Input((8, 8, 1))
    edge = layers.Conv2D(3, 3, name="edge")(start)
    made = subject(
        KIND, keras.Model(start, layers.Conv2D(3, 1, activation="softmax", name="s")(edge)), data()
    )
    artifact = compute(made)
    found = measures(artifact)
    assert found["separation@edge"].value is not None
    for name in ("within_class@s", "between_classes@s", "separation@s"):
        assert found[name].value is None
        assert "the same everywhere in every image" in found[name].how
    ids = [item.id for item in notes_of(KIND, artifact)[0]]
    assert any(one.endswith("classes.edge") for one in ids)
    assert not any(one.endswith("classes.s") for one in ids)
    assert by_hand.even(np.full((2, 3), 0.1) + 1e-9 * np.arange(3))
    assert not by_hand.even(np.array([[0.1, 0.1], [0.2, 0.2]]))


def test_pairs_won_by_hand() -> None:
    table = by_hand.wins(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
    np.testing.assert_allclose(table, [[0.5, 0], [1, 1]])
    assert table.mean() == 0.625


def test_bars_are_told_apart() -> None:
    made = subject(KIND, model(), data())
    artifact = compute(made)
    assert artifact.facts.classes == ("upright", "flat")
    assert [image.index for image in artifact.facts.images] == [0, 1, 6, 7]
    found = measures(artifact)
    assert found["orientation@conv.upright"].value > 0
    assert found["orientation@conv.upright"].n == 6
    # A lying bar has no vertical edges that the first filter could follow.
    assert found["orientation@conv.flat"].value <= 0
    # Every standing bar excites the first filter more than every lying one does.
    assert found["telling_apart@conv.0"].value == 1
    assert found["telling_apart@conv.0"].n == 12
    (shared,) = [name for name in found if name.startswith("shared@conv")]
    assert (shared, found[shared].value) == ("shared@conv.2", 0.5)
    assert found["separation@conv"].value == pytest.approx(
        found["within_class@conv"].value - found["between_classes@conv"].value
    )
    (drawing,) = check_house_rules(KIND, artifact, made.params)
    assert "upright and of flat" in drawing.caption
    edges, _, apart = (note.text for note in notes_of(KIND, artifact)[0][:3])
    assert edges.startswith("For neither class")  # on six images each
    assert "Filter `0` of `conv` tells the classes apart best" in apart
    assert "`upright` excites it more than `flat` in every pair of images" in apart


def test_the_filter_that_turns_most_can_be_shown() -> None:
    artifact = compute(subject(KIND, model(), data(), filter=None))
    assert artifact.facts.filter in (0, 1)
    # Pooling repeats what the convolution before it shows, and is not judged.
    assert not [name for name in measures(artifact) if "pool" in name]


def test_the_class_that_wins_more_often_is_named_first() -> None:
    artifact = compute(subject(KIND, model(), data(), classes=["flat", "upright"]))
    assert measures(artifact)["telling_apart@conv.0"].value == 0
    text = notes_of(KIND, artifact)[0][2].text
    assert "`upright` excites it more than `flat` in every pair" in text


def test_classes_by_name_and_index() -> None:
    assert class_pair(TARGET, None) == (0, 2)
    assert class_pair(TARGET, ["flat", "0"]) == (2, 0)
    for wrong in (["flat"], ["flat", "2"], ["flat", "upright", "blank"]):
        with pytest.raises(UserError, match="two different classes"):
            class_pair(TARGET, wrong)
    with pytest.raises(UserError, match="'c' has no class 'flut'; did you mean 'flat'"):
        class_pair(TARGET, ["flut", "0"])


def test_what_cannot_be_compared() -> None:
    with pytest.raises(UndefinedError, match="no labels"):
        compute(subject(KIND, model(), None))
    with pytest.raises(UndefinedError, match="'blank' has fewer than two"):
        compute(subject(KIND, model(), data(), classes=["blank", "flat"]))
    with pytest.raises(UserError, match=r"0\.\.2, got 3"):
        compute(subject(KIND, model(), data(), filter=3))
    flat = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(UndefinedError, match="nothing to compare"):
        compute(subject(KIND, flat, data()))
