"""What those who measure and those who draw this figure call its parts, and the axes of maps."""

from __future__ import annotations

import re

AXES = ((), ("position",), ("row", "column"), ("depth", "row", "column"))
"""What the axes of a map are called, by their number."""

PLACES = ("", "a place on its one axis", "a row and a column", "a depth, a row and a column")
"""What a unit's place in such a map consists of."""


def part(path: str) -> str:
    """The part that shows a layer.

    >>> part("backbone/Conv_1")
    'backbone-conv_1'
    """
    return re.sub(r"[^a-z0-9_-]+", "-", path.lower()).strip("-") or "layer"
