"""Names of the parts of figures."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import dataset, seeded
from subjects import check_house_rules, subject

from reportgen.figures.parts import class_of, class_qualifier, head_parts, part_name, part_names


def test_paths_become_parts_of_ids() -> None:
    assert part_name("backbone/Conv_1") == "backbone-conv_1"
    assert part_name("///") == "layer"
    assert part_name("?", "output") == "output"


def test_names_that_differ_in_case_alone_get_different_parts() -> None:
    assert part_names(["conv", "Conv", "conv-2", "CONV"]) == [
        "conv",
        "conv-2",
        "conv-2-2",
        "conv-3",
    ]
    assert part_names(["a/b", "a-b", "A b", "é"]) == ["a-b", "a-b-2", "a-b-3", "layer"]


def test_classes_in_names_of_measures_have_no_space_and_no_greater_sign() -> None:
    assert class_qualifier("a > b") == "a_%3E_b"
    for name in ("a > b", "star_x_", "50%5F", " ", "a\u3000b\tc", "..."):
        assert class_of(class_qualifier(name)) == name
        assert not set(" >\t\u3000") & set(class_qualifier(name))
    assert class_qualifier("") == "unnamed"


@given(st.lists(st.text(max_size=6), max_size=8))
def test_parts_are_all_different_and_fit_an_id(names: list[str]) -> None:
    parts = part_names(names)
    assert len(set(parts)) == len(names) == len(parts)
    assert all(re.fullmatch("[a-z0-9_-]+", part) for part in parts)


def test_a_head_that_is_the_only_one_has_the_part_that_a_figure_gives_it() -> None:
    assert head_parts(["class"]) == [""]
    assert head_parts(["Class"], "heatmap") == ["heatmap"]
    assert head_parts(["Class", "class", "?"], "heatmap") == ["class", "class-2", "output"]


def twins(first: str, second: str) -> Any:
    """Two convolutions after each other, and a head behind each."""
    x = keras.Input((6, 6, 1))
    low = keras.layers.Conv2D(2, 3, padding="same", activation="relu", name="conv")(x)
    top = keras.layers.Conv2D(2, 3, activation="relu", name="Conv")(low)
    flat = keras.layers.Flatten()(top)
    heads = [keras.layers.Dense(3, "softmax", name=name)(flat) for name in (first, second)]
    return seeded(keras.Model(x, heads))


@pytest.mark.parametrize(
    ("kind", "params", "expected"),
    [
        ("activation_maximization", {"steps": 2}, ["conv", "conv-2"]),
        ("activation_maximization", {"steps": 2, "objective": "class"}, ["class", "class-2"]),
        ("grad_cam", {}, ["class", "class-2"]),
        ("saliency", {}, ["class", "class-2"]),
        ("occlusion", {"patch": 3, "measure_on": 2}, ["class", "class-2"]),
    ],
)
def test_layers_and_heads_whose_names_differ_in_case_alone_have_figures_of_their_own(
    kind: str, params: dict[str, Any], expected: list[str]
) -> None:
    given = subject(kind, twins("class", "Class"), dataset({"class": 3, "Class": 3}), **params)
    artifact = import_module(f"reportgen.figures.{kind}.compute").compute(given)
    drawn = check_house_rules(kind, artifact, given.params)
    assert [drawing.part for drawing in drawn] == expected
    assert {measure.part for measure in artifact.measures} <= {*expected, ""}
    # Each part has the pixels of its own layer or head.
    pictures = {drawing.picture.data for drawing in drawn}
    assert len(pictures) == len(expected)
