"""Specs that want all memory or time, and specs of chance: one clear message each."""

from __future__ import annotations

from pathlib import Path

import pytest
from budgets import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.checking import load, load_text
from reportgen.errors import Problem, UserError
from tests.spec.telling import TWO, problems

at_once = pytest.mark.timeout(60)
"""Without its limits the reader would take hours, or all memory."""


@at_once
def test_ten_megabytes_of_aliases_are_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: &a [x]\nb: [" + "*a," * 3_500_000 + "]\n")
    with pytest.raises(UserError, match="the spec is larger than 1 MB"):
        load(file)


@at_once
def test_a_small_file_that_unfolds_into_billions_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert "more than 20000 values, aliases counted" in problems("\n".join(lines))[0]


@at_once
@pytest.mark.parametrize("piece", ["[", "- ", "{a: ", "? "])
def test_deep_nesting_is_refused(piece: str) -> None:
    assert "nested more than 50 deep" in problems(piece * (900_000 // len(piece)))[0]


@at_once
@pytest.mark.parametrize("piece", ["a,", "[],", "{a: b},"])
def test_long_lists_are_refused(piece: str) -> None:
    (told, *_) = problems(f"figures: [{piece * (900_000 // len(piece))}]")
    assert "more than 20000 values" in told


@at_once
def test_thousands_of_mistakes_are_counted_and_a_hundred_are_told() -> None:
    told = problems("".join(f"key{i}: 1\n" for i in range(9000)))
    assert len(told) == 101
    assert told[-1].endswith("and 8901 problems more")


PIECES = st.one_of(
    st.text(st.sampled_from(list("abc:-[]{}&*!|>#'\"\n ,0.~?%@`\t\\é\x85")), max_size=8),
    st.sampled_from(
        [
            "null",
            "true",
            ".nan",
            "1e999",
            "-1",
            "[]",
            "{}",
            "'",
            "\n  ",
            "&a ",
            "*a",
            "!!int ",
            "---",
        ]
    ),
)
GOOD = (
    TWO.replace("a: zoo:base", "a: {source: zoo:base, dataset: {source: line}}")
    + "title: T\nauthors: [A, B]\nseed: 3\nintro: |\n  Text.\nsections:\n"
    "  - title: One\n    model: a\n"
    "    figures:\n      - summary\n      - grad_cam: {samples: [1, 2], id: g}\n      - kernels:\n"
    "          layers: [x]\ninferences: [pooling_effect]\n"
)


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 20), PIECES), max_size=4))
def test_no_mutation_of_a_spec_raises_anything_but_a_user_error(
    cuts: list[tuple[int, int, str]],
) -> None:
    text = GOOD
    for start, length, new in cuts:
        text = text[:start] + new + text[start + length :]
    told(text)


KEYS = st.sampled_from(
    ["title", "model", "models", "dataset", "training", "figures", "sections", "inferences",
     "source", "id", "kernels", "grad_cam", "layers", "samples", "a", "epochs", "text", "params"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=examples(300), deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_no_tree_of_values_raises_anything_but_a_user_error(tree: dict[str, object]) -> None:
    import json

    told(json.dumps(tree))


def told(text: str) -> None:
    found: tuple[Problem, ...] = ()
    try:
        load_text(text, Path("x.yaml"))
    except UserError as error:
        found = error.problems
    assert all("\n" not in str(problem) for problem in found)


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_user_error(data: bytes) -> None:
    with pytest.raises(UserError):
        load_text(data, Path("x.yaml"))
