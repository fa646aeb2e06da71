"""How the parts of this figure are called, for those who measure and those who draw."""

from __future__ import annotations

import re

DRAWN = ("edges", "vertical", "horizontal")
"""Kinds of filters that are drawn, in the order of their rows and of the arrays' maps."""

TABLE = "filters"


def part(place: int, path: str) -> str:
    """The sheet of a layer.

    >>> part(0, "conv2d_2"), part(3, "Backbone/Conv")
    ('0-conv2d_2', '3-backbone-conv')
    """
    name = re.sub(r"[^a-z0-9_-]+", "-", path.lower()).strip("-")
    return f"{place}-{name}" if name else f"{place}"
