"""Numbers and names as they stand in prose."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reportgen.drafting.wording
from reportgen.drafting import listed, number, percent, quoted, unbacked_numbers
from reportgen.records import Evidence, Note


def test_the_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(reportgen.drafting.wording).failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (4069216, "4,069,216"),
        (1.05, "1.05"),
        (0.000123, "0.000123"),
        (123.456, "123"),
        (0.9996, "1.00"),
        (None, "undefined"),
        (float("nan"), "undefined"),
    ],
)
def test_numbers_have_three_significant_digits_or_are_whole(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"),
        (1, "100%"),
        (0.5, "50%"),
        (0.504, "50.4%"),
        (0.9996, "99.96%"),
        (0.0004, "0.040%"),
        (-0.12, "-12%"),
        (2.5, "250%"),
        (None, "undefined"),
    ],
)
def test_shares_never_round_to_none_or_all(value: float | None, text: str) -> None:
    assert percent(value) == text


@example(83886.4375, "%")
@example(21474836.79954815, "%")
@given(st.floats(-1e9, 1e9), st.sampled_from(["", "+", "%", "+%"]))
def test_what_is_written_is_always_backed_by_the_value(value: float, style: str) -> None:
    evidence = Evidence("x-1.y", value, "", None, None, None, "", "x-1")
    written = (percent if "%" in style else number)(value, sign="+" in style)
    drafted = Note("x-1.z", "z", f"It is {written}.", "info", (evidence.id,))
    assert unbacked_numbers(drafted, [evidence]) == []


@given(st.floats(0.001, 1000), st.sampled_from([0.9, 1.1]))
def test_a_value_a_tenth_off_is_found(value: float, factor: float) -> None:
    true = Evidence("x-1.y", value, "", None, None, None, "", "x-1")
    drafted = Note("x-1.z", "z", f"It is {number(value * factor)}.", "info", (true.id,))
    assert len(unbacked_numbers(drafted, [true])) == 1


def test_names_and_lists() -> None:
    assert quoted("a`b") == "`a'b`"
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b, and c",
    ]
