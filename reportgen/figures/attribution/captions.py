"""Captions of images that were explained, from their facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def percent(share: float) -> str:
    """A probability as per cent, never rounded to a certainty that it is not."""
    if 0.999 < share < 1:
        return "> 99.9%"
    return "100%" if share == 1 else f"{share * 100:.1f}%"


def plain(value: float) -> str:
    """A value that is no share of anything, to three significant digits.

    >>> plain(1.2749), plain(-0.5), plain(12345.6)
    ('1.27', '-0.5', '12,346')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def size(sides: Sequence[int]) -> str:
    """Sides as "28 x 28"."""
    return " x ".join(str(side) for side in sides)


def label(sample: Mapping[str, Any]) -> str:
    """A short title: the prediction, and the class that was explained where it is another.

    Of plain values the unit that was explained, and its value.
    """
    if "value" in sample:
        return f"{sample['explained']} at {plain(sample['value'])}"
    words = f"{sample['predicted']} ({percent(sample['probability'])})"
    if sample["explained"] != sample["predicted"]:
        words = f"for {sample['explained']}; predicted {words}"
    return words


def image(sample: Mapping[str, Any]) -> str:
    """Which image it is: "test image 12 (cat)", without the label where there is none."""
    words = f"test image {sample['index']}"
    return f"{words} ({sample['label']})" if sample["label"] else words


def ordinal(number: int) -> str:
    """A place in a row, counted from 1, such as "1st" and "46th"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}th" if 10 <= number % 100 <= 20 else f"{number}{ending}"


def numbering(what: str, index: int) -> str:
    """A sentence on how channels or filters are counted, for one of them."""
    place = ordinal(index + 1)
    return f"{what.capitalize()}s are counted from 0: {what} {index} is the layer's {place}."


def channels(count: int) -> str:
    """A sentence on how channels that are no colors are shown; nothing for gray and for colors."""
    if count in (1, 3):
        return ""
    if count == 2:
        return "The two channels are shown as red and green."
    return f"Of {count} channels the first three are shown as red, green and blue."


def sentence(sample: Mapping[str, Any], more: str = "") -> str:
    """A sentence on one image; `more` is added to it after a semicolon."""
    words = f"{image(sample)[0].upper()}{image(sample)[1:]}: "
    if "value" in sample:
        words += f"{label(sample)}{_largest(sample)}"
        return f"{words}; {more}." if more else f"{words}."
    words += f"predicted {sample['predicted']} with {percent(sample['probability'])}"
    if sample.get("by"):
        words += f" (by a {sample['by']} of the model's output, which has none of its own)"
    if sample["explained"] != sample["predicted"]:
        words += f", explained for {sample['explained']}"
    return f"{words}; {more}." if more else f"{words}."


def score_of(head: Mapping[str, Any]) -> str:
    """What is explained of a head, by its samples: a "logit", or a "value" that is none."""
    return "value" if "value" in head["samples"][0] else "logit"


def answering(head: Mapping[str, Any]) -> str:
    """Of which of several heads a figure is: "for the answer of head width"."""
    what = "a value" if score_of(head) == "value" else "the answer"
    return f"for {what} of head {head['name']}"


def _largest(sample: Mapping[str, Any]) -> str:
    """Which of several values is the largest."""
    if "largest" not in sample:
        return ""
    unit, value = sample["largest"]
    if unit == sample["explained"]:
        return ", the largest value"
    return f"; the largest value is {plain(value)}, of {unit}"


def where(values: NDArray[Any]) -> str:
    """In words where a map (h, w) is largest: "upper left", "center", ..."""
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    down = ("upper", "middle", "lower")[int(3 * row // values.shape[0])]
    across = ("left", "center", "right")[int(3 * column // values.shape[1])]
    return "center" if (down, across) == ("middle", "center") else f"{down} {across}"
