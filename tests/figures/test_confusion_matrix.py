"""Confusion matrices: counts by hand, mistakes ranked, pictures of few and of many classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError
from reportgen.figures.confusion_matrix.compute import compute
from reportgen.figures.confusion_matrix.draw import ranked, shares
from reportgen.figures.confusion_matrix.facts import Facts, HeadFacts
from reportgen.metrics.statistics import wilson
from reportgen.records import Artifact, Target

CLASSES = ("Shirt", "Ankle boot", "Bag")
KIND = "confusion_matrix"


def model(names: tuple[str, ...] = ("class",)) -> Any:
    """Says the class of the channel that is brightest."""
    start = keras.Input((1, 1, 3))
    flat = layers.Flatten()(start)
    outputs = [layers.Dense(3, activation="softmax", name=name)(flat) for name in names]
    made = keras.Model(start, outputs if len(outputs) > 1 else outputs[0])
    for name in names:
        made.get_layer(name).set_weights([np.eye(3) * 9, np.zeros(3)])
    return made


def data(names: tuple[str, ...] = ("class",), truth: Any = (0, 0, 0, 1, 1, 2)) -> Any:
    """The model says 0, 1, 1, 1, 0, 2."""
    said = np.array([0, 1, 1, 1, 0, 2])
    images = (np.eye(3)[said] * 255).astype(np.uint8).reshape(-1, 1, 1, 3)
    targets = tuple(Target(name, name.title(), CLASSES) for name in names)
    return dataset(images, dict.fromkeys(names, truth), targets)


def test_counts_and_measures_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.network.batching.PIECE_BYTES", 4 * 12)  # four images at once
    made = subject(KIND, model(), data())
    artifact = compute(made)
    counts = artifact.arrays["counts@class"]
    np.testing.assert_array_equal(counts, [[1, 2, 0], [1, 1, 0], [0, 0, 1]])
    found = measures(artifact)
    assert (found["accuracy@class"].value, found["accuracy@class"].n) == (0.5, 6)
    assert found["accuracy@class"].baseline == 0.5
    share = found["confused_pair_share@class.Shirt>Ankle_boot"]
    assert (share.value, share.n, share.baseline) == (pytest.approx(2 / 3), 3, pytest.approx(1 / 6))
    assert found["confused_pair_rate@class.Shirt>Ankle_boot"].value == pytest.approx(2 / 3)
    lowest = found["lowest_recall@class.Shirt"]
    assert lowest.value == pytest.approx(1 / 3)
    assert "picked among 3 classes" in lowest.how
    assert lowest.interval == pytest.approx(wilson(1, 3, 0.95 ** (1 / 3)))
    assert "picked among 6 pairs" in share.how
    assert share.interval == pytest.approx(wilson(2, 3, 0.95 ** (1 / 6)))
    picture, table = check_house_rules(KIND, artifact, made.params)
    assert "Shirt predicted as Ankle boot, 2 images" in picture.alt
    assert table.rows[0] == ("Shirt", "Ankle boot", 2, pytest.approx(2 / 3), pytest.approx(2 / 3))
    text, worst = [note.text for note in notes_of(KIND, artifact)[0]]
    assert text.startswith("The most frequent mistake")
    assert "answer `Ankle boot` for `Shirt`: 66.7% of all mistakes; these are too few" in text
    assert "has the lowest recall" in worst


@pytest.mark.parametrize(
    ("mistakes", "judged"),
    [
        (
            [2, 2, 2, 2, 2, 2],
            "16.7% of all mistakes, no more than an even spread allows.",
        ),
        ([9, 1, 1, 1, 0, 0], "`Shirt`: 75% of all mistakes."),
    ],
)
def test_the_most_frequent_mistake_is_held_against_an_even_spread(
    mistakes: list[int], judged: str
) -> None:
    pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    made = [pair for pair, count in zip(pairs, mistakes, strict=True) for _ in range(count)]
    images = np.array([np.eye(3)[said] * 255 for _, said in made]).astype(np.uint8)
    labels = {"class": [true for true, _ in made]}
    given = dataset(images.reshape(-1, 1, 1, 3), labels, (Target("class", "Class", CLASSES),))
    artifact = compute(subject(KIND, model(), given))
    assert judged in notes_of(KIND, artifact)[0][0].text


def test_names_of_classes_keep_their_signs_in_what_is_said() -> None:
    given = data()
    target = Target("class", "Class", ("<b>bold</b>", "a > b", "a b"))
    named = replace(given, targets=(target,))
    note, _ = notes_of(KIND, compute(subject(KIND, model(), named)))[0]
    assert "answer `a > b` for `<b>bold</b>`" in note.text


def test_cells_are_normalized_by_row_or_by_column() -> None:
    counts = np.array([[1, 3], [0, 0]])
    np.testing.assert_allclose(shares(counts, "none"), counts)
    np.testing.assert_allclose(shares(counts, "true"), [[0.25, 0.75], [0, 0]])
    np.testing.assert_allclose(shares(counts, "predicted"), [[1, 1], [0, 0]])
    assert ranked(counts) == [(0, 1, 3)]


def test_an_output_of_a_single_unit() -> None:
    start = keras.Input((1, 1, 3))
    made = keras.Sequential([start, layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    made.layers[-1].set_weights([np.array([[-1.0], [1.0], [0.0]]), np.array([-0.1])])
    images = np.array([[255, 0, 0], [0, 255, 0], [0, 255, 0]], np.uint8).reshape(-1, 1, 1, 3)
    two = dataset(images, {"c": [0, 0, 1]}, (Target("c", "C", ("red", "green")),))
    counts = compute(subject(KIND, made, two)).arrays["counts@c"]
    np.testing.assert_array_equal(counts, [[1, 1], [0, 1]])


def test_several_outputs_have_parts_of_their_own() -> None:
    names = ("kind", "use")
    made = subject(KIND, model(names), data(names), normalize="true")
    drawn = check_house_rules(KIND, compute(made), made.params)
    assert [item.part for item in drawn] == ["kind-matrix", "kind-pairs", "use-matrix", "use-pairs"]
    assert all("of output" in item.caption for item in drawn)


def test_outputs_whose_names_differ_in_case_have_different_parts() -> None:
    names = ("kind", "Kind")
    made = subject(KIND, model(names), data(names))
    artifact = compute(made)
    drawn = check_house_rules(KIND, artifact, made.params)
    assert [item.part for item in drawn] == [
        "kind-matrix", "kind-pairs", "kind-2-matrix", "kind-2-pairs"
    ]  # fmt: skip
    assert measures(artifact)["accuracy@Kind"].part == "kind-2-matrix"


def test_no_mistake_leaves_no_table_and_says_so() -> None:
    made = subject(KIND, model(), data(truth=(0, 1, 1, 1, 0, 2)))
    artifact = compute(made)
    (drawn,) = check_house_rules(KIND, artifact, made.params)
    assert "all images lie on the diagonal" in drawn.alt
    assert "no classes are confused" in notes_of(KIND, artifact)[0][0].text


@pytest.mark.parametrize("classes", [2, 12, 13, 100])
def test_any_number_of_classes_can_be_drawn(classes: int) -> None:
    counts = np.diag(np.full(classes, 50))
    counts[0, 1] = 7
    names = [f"kind {place} of $things" for place in range(classes)]
    facts = Facts((HeadFacts("c", "C", tuple(names), prefix=""),), "test")
    artifact = Artifact({"counts@c": counts}, facts)
    params = {"normalize": "predicted", "pairs": 3}
    drawn = check_house_rules(KIND, artifact, params)
    assert ("square roots" in drawn[0].encoding) == (classes > 12)
    assert len(drawn[1].rows) == 1


def test_without_labels_there_is_nothing_to_confuse() -> None:
    with pytest.raises(UndefinedError, match="names no dataset"):
        compute(subject(KIND, model(), None))
    unlabeled = dataset(np.zeros((2, 1, 1, 3), np.uint8), {}, ())
    with pytest.raises(UndefinedError, match="has no labels"):
        compute(subject(KIND, model(), unlabeled))
