"""Sentences and labels of test images, explained or not. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences
from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.parts import class_qualifier
from reportgen.types import Array

SENTENCES = Sentences(__file__)


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


def title(explained: ExplainedImage, remark: str = "") -> str:
    """A short title: the prediction, and the explained class where it is another.

    Of plain values the explained unit and its value. A remark follows after a colon.
    """
    if explained.value is not None:
        words = f"{explained.explained} at {plain(explained.value)}"
    else:
        words = f"{explained.predicted} ({percent(explained.probability)})"
        if explained.explained != explained.predicted:
            words = f"for {explained.explained}; predicted {words}"
    return f"{words}: {remark}" if remark else words


def sentence(explained: ExplainedImage, quotes: Quotes, remark: Sentence | str = "") -> str:
    """A sentence on one image, whose numbers are quoted; a remark follows after a semicolon."""
    remark = remark if isinstance(remark, str) else remark.text
    said = {"image": _first(explained), "unit": explained.explained, "remark": remark}
    said["remarked"] = "yes" if remark else "no"
    if explained.value is not None:
        how = f"value of unit {explained.explained} for {explained.plain_name}"
        name = f"value{of_image(explained)}"
        shown = quotes.number(plain(explained.value), name, explained.value, how)
        largest = _largest(explained, quotes)
        return SENTENCES("value", None, **said, **largest, value=shown).text
    how = f"probability of the predicted class for {explained.plain_name}"
    name = f"probability{of_image(explained, explained.predicted)}"
    share = quotes.number(percent(explained.probability), name, explained.probability, how)
    other = "no" if explained.explained == explained.predicted else "yes"
    said |= {"predicted": explained.predicted, "other": other, "by": explained.by or "none"}
    return SENTENCES("prediction", None, **said, share=share).text


def of_image(explained: ExplainedImage, unit: str = "") -> str:
    """The end of the name of a measure of one image and unit, "@test_image_4.Shirt".

    Args:
        explained: the image.
        unit: the class or unit, "" for the one that is explained.
    """
    image, name = explained.plain_name, unit or explained.explained
    return f"@{class_qualifier(image)}.{class_qualifier(name)}"


def finding(explained: ExplainedImage, shows: Sentence) -> str:
    """A sentence of an alternative text: what the map of an image shows."""
    return SENTENCES("finding", image=_first(explained), shows=shows.text).text


def ordinal(number: int) -> str:
    """A place in a row, counted from 1, such as "1st" and "46th"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}th" if 10 <= number % 100 <= 20 else f"{number}{ending}"


def numbering(what: str, index: int) -> str:
    """A sentence on how channels or filters are counted, for one of them."""
    place = ordinal(index + 1)
    return SENTENCES("numbering", what=what, index=str(index), place=place).text


def channels(count: int) -> str:
    """A sentence on how channels that are no colors are shown; nothing for gray and for colors."""
    return "" if count in (1, 3) else SENTENCES("channels", count=count).text


def own_scale() -> Sentence:
    """How to read feature maps, each of which has its own color scale."""
    return SENTENCES("own-scale")


def where(values: Array) -> str:
    """The place where a map (h, w) is largest: "upper left", "center", ..."""
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    down = ("upper", "middle", "lower")[int(3 * row // values.shape[0])]
    across = ("left", "center", "right")[int(3 * column // values.shape[1])]
    return "center" if (down, across) == ("middle", "center") else f"{down} {across}"


def _first(explained: ExplainedImage) -> str:
    """The image at the start of a sentence."""
    return f"{explained.name[0].upper()}{explained.name[1:]}"


def _largest(explained: ExplainedImage, quotes: Quotes) -> dict[str, str]:
    """Which of several values is the largest, for the catalog."""
    if explained.largest is None:
        return {"rank": "alone"}
    unit, value = explained.largest
    if unit == explained.explained:
        return {"rank": "largest"}
    how = f"largest value of a unit for {explained.plain_name}"
    shown = quotes.number(plain(value), f"largest_value{of_image(explained, unit)}", value, how)
    return {"rank": "lower", "largest": shown, "largest_unit": unit}
