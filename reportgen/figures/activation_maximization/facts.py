"""What those who measure and those who draw this figure call its parts, and the axes of maps."""

from __future__ import annotations

import re


def part(path: str) -> str:
    """The part that shows a layer.

    >>> part("backbone/Conv_1")
    'backbone-conv_1'
    """
    return re.sub(r"[^a-z0-9_-]+", "-", path.lower()).strip("-") or "layer"
