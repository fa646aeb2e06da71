"""What is told of an image that was explained."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from reportgen.drafting.quotes import Quotes
from reportgen.figures.attribution.captions import sentence, title
from reportgen.figures.attribution.explained import explained_images
from reportgen.figures.attribution.heads import class_name
from reportgen.records import Dataset, Head, Preprocessing, Split, Target

CATS = Target("class", "Class", ("cat", "dog", "owl"))


def data(targets: tuple[Target, ...] = ()) -> Dataset:
    labels = {target.name: np.array([0, 2]) for target in targets}
    split = Split(np.zeros((2, 4, 4, 1), np.uint8), labels)
    return Dataset("d", "D", targets, {"train": split, "test": split}, Preprocessing(), "", "")


@pytest.mark.parametrize(
    ("kind", "units", "added"),
    [("softmax", 3, ""), ("sigmoid", 1, ""), ("logits", 3, "softmax"), ("logits", 1, "sigmoid")],
)
def test_probabilities_that_the_model_does_not_give_are_told(
    kind: Literal["softmax", "sigmoid", "logits"], units: int, added: str
) -> None:
    target = Target("class", "Class", CATS.classes[: max(units, 2)])
    head = Head("h", "H", 0, units, kind, target)
    logits = np.full((1, units), 0.5, np.float32)
    (sample,) = explained_images(
        head, logits, np.array([0]), data((target,)), np.array([1 if units > 1 else 0])
    )
    words = f"(by a {added} of the model's output, which gives no probabilities itself)"
    assert (words in sentence(sample, Quotes())) == bool(added)
    assert "by a" in sentence(sample, Quotes()) or not added


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
def test_without_labels_probabilities_are_told_of_numbered_classes(kind: Any) -> None:
    head = Head("h", "H", 0, 1 if kind == "sigmoid" else 2, kind, None)
    logits = np.log(np.array([[3.0]] if kind == "sigmoid" else [[1.0, 3.0]], np.float32))
    (sample,) = explained_images(head, logits, np.array([1]), data(), np.array([0]))
    assert sentence(sample, Quotes()) == "Test image 0: predicted class 1 with 75.0%."


@pytest.mark.parametrize(
    ("value", "words"),
    [(1.274, "1.27"), (-0.5, "-0.5"), (0.0, "0"), (12345.6, "12,346"), (0.00031, "0.00031")],
)
def test_a_value_that_nothing_makes_a_score_stands_for_itself(value: float, words: str) -> None:
    head = Head("h", "H", 0, 1, "logits", None)
    (sample,) = explained_images(
        head, np.array([[value]], np.float32), np.array([1]), data(), np.array([1])
    )
    assert title(sample) == f"unit 0 at {words}"
    assert sentence(sample, Quotes(), "so it is") == f"Test image 1: unit 0 at {words}; so it is."
    assert sample.predicted == ""


@pytest.mark.parametrize(
    ("explained", "words"),
    [
        (2, "unit 2 at 1.5, the largest value."),
        (0, "unit 0 at -3; the largest value is 1.5, of unit 2."),
    ],
)
def test_of_several_values_the_largest_is_told(explained: int, words: str) -> None:
    head = Head("h", "H", 0, 3, "logits", None)
    values = np.array([[-3, 0.25, 1.5], [2, 2, 2]], np.float32)
    (_, tied) = explained_images(head, values, np.array([explained] * 2), data(), np.array([0, 1]))
    assert sentence(tied, Quotes()) == f"Test image 1: unit {explained} at 2, the largest value."
    (sample,) = explained_images(head, values[:1], np.array([explained]), data(), np.array([0]))
    assert sentence(sample, Quotes()) == f"Test image 0: {words}"
    assert title(sample) == f"unit {explained} at {'1.5' if explained else '-3'}"


def test_an_image_is_called_by_its_class_even_where_the_output_has_another_meaning() -> None:
    head = Head("box", "Box", 1, 1, "logits", None)
    values = np.array([[2.0], [4.0]], np.float32)
    first, second = explained_images(
        head, values, np.array([1, 1]), data((CATS,)), np.array([0, 1])
    )
    assert sentence(first, Quotes()) == "Test image 0 (cat): unit 0 at 2."
    assert sentence(second, Quotes()) == "Test image 1 (owl): unit 0 at 4."


def test_units_and_classes_are_named() -> None:
    assert class_name(Head("h", "H", 0, 1, "logits", None), 1) == "unit 0"
    assert class_name(Head("h", "H", 0, 4, "logits", None), 3) == "unit 3"
    assert class_name(Head("h", "H", 0, 4, "softmax", None), 3) == "class 3"
    assert class_name(Head("h", "H", 0, 3, "logits", CATS), 1) == "dog"
