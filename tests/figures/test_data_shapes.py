"""Shapes, types and ranges, before and after preparation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError
from reportgen.figures.data_shapes.compute import compute
from reportgen.records import Target

KIND = "data_shapes"
SHAPE = Target("shape", "Shape", ("a", "b"))
TONE = Target("tone", "Tone", ("x", "y"))


def data() -> Any:
    pixels = np.zeros((2, 3, 5, 1), np.uint8)
    pixels[0, 0, 0] = 255
    return dataset(pixels, {"shape": [0, 1]}, (SHAPE,))


def test_before_and_after() -> None:
    made = subject(KIND, None, data())
    artifact = compute(made)
    (table,) = check_house_rules(KIND, artifact, made.params)
    assert table.rows[0] == (
        "Training images", "as stored here", "(2, 3, 5, 1)", "uint8", "0 to 255"
    )  # fmt: skip
    assert table.rows[1][2:] == ("(2,)", "int64", "0 to 1")
    assert table.rows[6] == (
        "Training images", "for the model", "(2, 3, 5, 1)", "float32", "0 to 1"
    )  # fmt: skip
    assert len(table.rows) == 12
    assert measures(artifact)["images@test"].value == 2
    assert notes_of(KIND, artifact)[0] == ()


def test_what_was_published_is_told_where_it_is_known() -> None:
    row = {"what": "test images", "shape": [2, 3, 5], "type": "uint8", "range": [0, 255]}
    made = subject(KIND, None, replace(data(), facts={"published": [row]}), show="before")
    (table,) = check_house_rules(KIND, compute(made), made.params)
    assert table.rows == (("Test images", "as published", "(2, 3, 5)", "uint8", "0 to 255"),)
    made = subject(KIND, None, replace(data(), facts={"published": [row]}), show="after")
    (table,) = check_house_rules(KIND, compute(made), made.params)
    assert len(table.rows) == 6
    assert "taken from the published training images" in table.caption


def test_labels_of_several_targets_stand_side_by_side() -> None:
    pixels = np.zeros((3, 2, 2, 3), np.uint8)
    labels = {"shape": [0, 1, 0], "tone": [1, 1, 1]}
    artifact = compute(subject(KIND, None, dataset(pixels, labels, (SHAPE, TONE))))
    assert artifact.facts.after[1].shape == (3, 2)
    assert artifact.facts.after[0].range == (0.0, 0.0)
    bare = compute(subject(KIND, None, dataset(pixels, {}, ())))
    assert [row.what for row in bare.facts.after] == [
        "training images", "validation images", "test images"
    ]  # fmt: skip


def test_without_a_dataset_there_is_nothing_to_list() -> None:
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(KIND, None, None))
