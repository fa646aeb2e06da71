"""Names of the parts of figures."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reportgen.figures.parts import part_name, part_names


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


@given(st.lists(st.text(max_size=6), max_size=8))
def test_parts_are_all_different_and_fit_an_id(names: list[str]) -> None:
    parts = part_names(names)
    assert len(set(parts)) == len(names) == len(parts)
    assert all(re.fullmatch("[a-z0-9_-]+", part) for part in parts)
