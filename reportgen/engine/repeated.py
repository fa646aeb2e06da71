"""What is said of layers that a model uses several times, for figures of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reportgen.records import Drawing, Table

REPEATED = "uses_of_repeated_layers"
"""The fact of an artifact that holds, by layer, how often the model uses it."""


MOST = 6
"""Layers that are named; more are counted."""


def told(part: Drawing | Table, uses: Mapping[str, int]) -> Drawing | Table:
    """A figure whose caption says which use of its layers it shows."""
    shown = [layer for layer in part.layers if layer in uses]
    if not shown:
        return part
    named = ", ".join(f"{layer} {uses[layer]} times" for layer in shown)
    what = named if len(shown) <= MOST else f"{len(shown)} of these layers several times"
    said = f"The model uses {what}; what is computed there is that of the first use."
    return replace(part, caption=f"{part.caption} {said}")
