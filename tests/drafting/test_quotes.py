"""Measured numbers in captions: what is written is recorded, and nothing else can be written."""

from __future__ import annotations

import pytest

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.rounding import NUMBER, shows


@pytest.mark.parametrize(
    ("text", "value", "right"),
    [
        ("0.41", 0.4136, True), ("0.42", 0.4136, False), ("0.4", 0.4136, True),
        ("41.4%", 0.4136, True), ("41.3%", 0.4136, False), ("8,064", 8064, True),
        ("-0.037", -0.0366, True), ("−0.037", -0.0366, True), ("0.037", -0.0366, False),
        ("3.0e−4", 3.04e-4, True), ("3.0e-4", 3.06e-4, False), ("1.2e+04", 12345, True),
        ("> 99.9%", 0.99999, True), ("> 99.9%", 0.99, False), ("100%", 1, True),
        ("0.12", 0.125, True), ("0.13", 0.125, True),
    ],
)  # fmt: skip
def test_a_number_shows_a_value_if_it_is_a_rounding_of_it(
    text: str, value: float, right: bool
) -> None:
    assert shows(text, value) is right


def test_numbers_are_found_with_sign_separator_exponent_and_percent() -> None:
    text = "From -0.5 to 1,234.5 (3.0e\N{MINUS SIGN}4), 99.9% of conv2d_1, 28 x 28 px."
    found = NUMBER.findall(text)
    assert found == ["-0.5", "1,234.5", "3.0e\N{MINUS SIGN}4", "99.9%", "2", "1", "28", "28"]


def test_a_number_is_written_as_it_was_and_recorded() -> None:
    quotes = Quotes()
    text = f"the largest is {quotes.number('3.96', 'largest', 3.9612, 'over all maps', 'px', 10)}"
    assert text == "the largest is 3.96"
    assert quotes.number("4", "largest", 3.9612, "over all maps", "px", 10) == "4"
    assert [(one.shown, one.measure.name, one.measure.value) for one in quotes] == [
        ("3.96", "largest", 3.9612), ("4", "largest", 3.9612),
    ]  # fmt: skip


def test_a_wrong_number_and_a_name_with_two_values_are_refused() -> None:
    quotes = Quotes()
    with pytest.raises(ValueError, match="no rounding of largest"):
        quotes.number("3.97", "largest", 3.9612, "over all maps")
    quotes.number("1", "count", 1, "counted")
    with pytest.raises(ValueError, match="the name 'count'"):
        quotes.number("2", "count", 2, "counted")
