"""Words for test images: probabilities, places, the explained class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reportgen.drafting.quotes import Quotes
from reportgen.figures.attribution.captions import (
    numbering,
    ordinal,
    percent,
    sentence,
    title,
    where,
)
from reportgen.figures.attribution.samples import ExplainedImage


@pytest.mark.parametrize(("share", "words"), [(1, "100%"), (0.99999, "> 99.9%"), (0.5, "50.0%")])
def test_no_probability_is_rounded_to_a_certainty(share: float, words: str) -> None:
    assert percent(share) == words


def test_words_for_a_sample() -> None:
    right = ExplainedImage(3, "cat", explained="dog", predicted="dog", probability=0.75)
    assert title(right) == "dog (75.0%)"
    assert title(right, "zero") == "dog (75.0%): zero"
    assert sentence(right, Quotes()) == "Test image 3 (cat): predicted dog with 75.0%."
    other = replace(right, explained="cow", label="")
    assert other.name == "test image 3"
    assert title(other) == "for cow; predicted dog (75.0%)"
    assert sentence(other, Quotes(), "more").endswith("explained for cow; more.")


def test_where_a_map_is_largest() -> None:
    places = {
        "upper left": (0, 0),
        "center": (1, 1),
        "middle right": (1, 2),
        "lower center": (2, 1),
    }
    for words, place in places.items():
        values = np.zeros((3, 3))
        values[place] = 1
        assert where(values) == words


def test_places_in_a_row() -> None:
    found = [ordinal(n) for n in (1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 46, 101, 111, 122)]
    expected = "1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 46th 101st 111th 122nd"
    assert found == expected.split()
    words = "Filters are counted from zero: filter 45 is the layer's 46th."
    assert numbering("filter", 45) == words
