"""The table of classes: labels, counts, places of examples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError
from reportgen.figures.class_table.compute import compute
from reportgen.records import Target

KIND = "class_table"
TARGET = Target("c", "Kind", ("shirt", "shoe", "bag"))


def data(labels: Any) -> Any:
    return dataset(np.zeros((len(labels), 4, 4, 1), np.uint8), {"c": labels}, (TARGET,))


def test_classes_are_counted_and_examples_listed() -> None:
    made = subject(KIND, None, data([1, 0, 1, 1]), examples=2)
    artifact = compute(made)
    (table,) = check_house_rules(KIND, artifact, made.params)
    assert table.columns[:2] == ("Label", "Class")
    assert table.rows == (
        ("0", "shirt", 1, 1, 1, "1", "1"),
        ("1", "shoe", 3, 3, 3, "0", "0, 2"),
        ("2", "bag", 0, 0, 0, None, ""),
    )
    found = measures(artifact)
    assert (found["classes"].value, found["smallest_class@train"].value) == (3, 0)
    assert found["largest_class@test"].value == 0.75
    assert found["largest_class@test"].baseline == pytest.approx(1 / 3)
    (note,) = notes_of(KIND, artifact)[0]
    assert "the rarest has 0% of the training images, the most frequent 75%" in note.text


def test_even_classes_are_said_to_be_even() -> None:
    made = subject(KIND, None, data([0, 1, 2, 2, 1, 0]), examples=0, max_classes=2)
    artifact = compute(made)
    (table,) = check_house_rules(KIND, artifact, made.params)
    assert len(table.columns) == 6
    assert table.caption.endswith("one more class is left out.")
    (note,) = notes_of(KIND, artifact)[0]
    assert note.text.startswith("All 3 classes are equally frequent")


def test_without_labels_there_are_no_classes() -> None:
    with pytest.raises(UndefinedError, match="no labels"):
        compute(subject(KIND, None, replace(data([0, 1]), targets=())))
