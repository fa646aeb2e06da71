"""How a figure's own notes say where a map lies, and of which output."""

from __future__ import annotations

from reportgen.drafting.judging import few, side
from reportgen.records import Evidence

_AREA = {
    "above": "more than its share of the area",
    "below": "less than its share of the area",
    "open": "which cannot be told from its share of the area",
}
_FEW = "from too few images to compare with its share of the area"


def beside_area(inside: Evidence) -> str:
    """What a share inside the foreground is, beside the area's share (its baseline)."""
    return _FEW if few(inside) else _AREA[side(inside)]


def of_output(text: str, alone: bool) -> str:
    """A sentence about one output; an output that is the only one is not named.

    >>> of_output("the map is even.", alone=False)
    'For {head} the map is even.'
    """
    return text[:1].upper() + text[1:] if alone else "For {head} " + text
