"""How the parts of this figure are called, for those who measure and those who draw."""

from __future__ import annotations

import re


def part(path: str, sample: int, samples: int) -> str:
    """The part that shows a layer for a sample: its name, numbered where samples are several.

    >>> part("conv2d_2", 0, 1), part("backbone/Conv", 1, 2)
    ('conv2d_2', 'backbone-conv-s1')
    """
    name = re.sub(r"[^a-z0-9_-]+", "-", path.lower()).strip("-") or "layer"
    return name if samples == 1 else f"{name}-s{sample}"
