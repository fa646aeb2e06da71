"""Answers that tell nothing, and classes that are confused, planted as logits by true class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import planted
import pytest
from planted import answering, code_image, examine, seeds

from reportgen.inferences.useful_answers import infer

BOTH = ("evaluation", "confusion_matrix")


def constant(classes: int) -> np.ndarray:
    table = np.zeros((classes, classes))
    table[:, 0] = 1
    return table


@seeds
@pytest.mark.parametrize("kind", BOTH)
def test_a_constant_answer_is_no_better_than_the_most_frequent_class(seed: int, kind: str) -> None:
    data = planted.data(code_image, seed, (95, 5))
    seen = examine(answering(constant(2)), data, kind)
    assert seen.verdict("useful_answers") == "contradicted"
    twin = examine(answering(np.eye(2)), planted.data(code_image, seed, (190, 10)), kind)
    assert twin.verdict("useful_answers") == "supported"
    assert twin.says(r"beats always naming .*: 100% against 95%", "useful_answers")


@seeds
def test_random_answers_are_no_better_than_chance(seed: int) -> None:
    data = planted.data(code_image, seed, (50,) * 4)
    rng = np.random.default_rng(seed)
    noise = planted.relabeled(
        data, {name: rng.permutation(split.labels["class"]) for name, split in data.splits.items()}
    )
    seen = examine(answering(np.eye(4)), noise, *BOTH)
    accuracy = seen.evidence("accuracy@test.class")
    assert accuracy.baseline == 0.25
    assert abs(accuracy.value - 0.25) < 0.15
    assert seen.verdict("useful_answers") == "contradicted"
    for rule, notes in seen.inferred.items():
        assert all(note.verdict != "supported" for note in notes), rule


@seeds
def test_rare_classes_told_apart_at_the_price_of_accuracy(seed: int) -> None:
    """A tenth of the frequent class is taken for the rare one, which is always found."""
    data = planted.data(code_image, seed, (170, 30))
    labels = data.splits["test"].labels["class"].copy()
    labels[170:190] = 0
    rare = planted.relabeled(data, dict.fromkeys(data.splits, labels))
    seen = examine(answering(np.eye(2)), rare, "evaluation")
    assert seen.evidence("accuracy@test.class").value == 0.9
    assert seen.evidence("accuracy@test.class").baseline == 0.95
    balanced = seen.evidence("balanced_accuracy@test.class")
    assert balanced.value == pytest.approx((170 / 190 + 1) / 2)
    # The warning of the page goes by accuracy; the figures know more.
    plain = replace(seen.findings.models[0], doubtful=())
    (note,) = infer(replace(seen.findings, models=(plain,))).notes
    assert note.verdict == "inconclusive"
    assert "yet tells classes apart: recall averages 94.7%" in note.text


@seeds
def test_a_class_that_is_never_answered(seed: int) -> None:
    table = np.eye(4)
    table[2] = [0, 1, 0, 0]
    data = planted.data(code_image, seed, (30, 30, 20, 30))
    seen = examine(answering(table), data, *BOTH)
    assert seen.evidence("unanswered_classes@class").value == 1
    assert seen.evidence("unanswered@class.two").n == 20
    assert seen.verdict("class_answers") == "contradicted"
    twin = examine(answering(np.eye(4)), data, *BOTH)
    assert twin.evidence("unanswered_classes@class").value == 0
    assert twin.verdict("class_answers") == "supported"
    assert not twin.says("never answers")


@seeds
def test_a_class_of_few_images_is_not_called_never_answered(seed: int) -> None:
    table = np.eye(3)
    table[2] = [0, 1, 0]
    data = planted.data(code_image, seed, (40, 40, 3))
    assert not examine(answering(table), data, *BOTH).says("never answers")


@seeds
def test_two_swapped_classes(seed: int) -> None:
    data = planted.data(code_image, seed, (30, 30, 30, 30))
    seen = examine(answering(np.eye(4)[[0, 2, 1, 3]]), data, *BOTH)
    swapped = seen.evidence("swapped@class.one>two")
    assert (swapped.value, swapped.n, swapped.baseline) == (1, 60, 0)
    assert seen.says("swaps `one` and `two`: 100% of their images", "class_answers")
    assert seen.verdict("clean_labels") != "contradicted"
    twin = examine(answering(np.eye(4)), data, *BOTH)
    assert not twin.has("swapped@class.one>two")
    assert not twin.says("swaps")


@seeds
def test_a_class_that_is_answered_as_another_one(seed: int) -> None:
    table = np.eye(4)
    table[1] = table[2]
    data = planted.data(code_image, seed, (30, 30, 30, 30))
    seen = examine(answering(table), data, *BOTH)
    assert seen.evidence("renamed@class.one>two").value == 1
    assert seen.verdict("class_answers") == "contradicted"


@seeds
def test_classes_that_tie_for_the_worst(seed: int) -> None:
    data = planted.data(code_image, seed, (20, 20, 20, 20))
    labels = data.splits["test"].labels["class"].copy()
    labels[:4], labels[20:24] = 1, 0  # Each of the first two classes has four of the other.
    mixed = planted.relabeled(data, {"test": labels})
    seen = examine(answering(np.eye(4)), mixed, "confusion_matrix")
    assert seen.evidence("tied_classes@class").value == 2
    assert seen.evidence("tied_recall@class.zero").value == 0.8
    assert seen.says("share the lowest recall, 80%: `zero` and `one`")
    labels[4] = 1
    twin = examine(answering(np.eye(4)), planted.relabeled(data, {"test": labels}), *BOTH)
    assert not twin.has("tied_classes@class")


@seeds
def test_the_most_frequent_confusion(seed: int) -> None:
    data = planted.data(code_image, seed, (40, 40, 40, 40))
    labels = data.splits["test"].labels["class"].copy()
    labels[80:92] = 3  # Twelve images that look like class two are labeled three.
    seen = examine(answering(np.eye(4)), planted.relabeled(data, {"test": labels}), *BOTH)
    assert seen.evidence("confused_pair_share@class.three>two").value == 1
    assert seen.evidence("confused_pair_rate@class.three>two").value == pytest.approx(12 / 52)
    assert seen.says("answer `two` for `three`")
