"""What is said of layers that a model uses several times, for figures of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reportgen.records import Drawing, Table

REPEATED = "uses_of_repeated_layers"
"""The fact of an artifact that holds, by path of each use of such a layer, the how manieth of how
many it is, both counted from one."""


MOST = 6
"""Layers that are named; more are counted."""


def told(part: Drawing | Table, uses: Mapping[str, Sequence[int]]) -> Drawing | Table:
    """A figure whose caption says which use of its layers it shows."""
    shown = [path for path in dict.fromkeys(part.layers) if path in uses]
    first = [path for path in shown if uses[path][0] == 1]
    later = [path for path in shown if path not in first]
    said = [part.caption]
    if first:
        named = ", ".join(f"{path} {uses[path][1]} times" for path in first)
        what = named if len(first) <= MOST else f"{len(first)} of these layers several times"
        said.append(f"The model uses {what}; what is computed there is that of the first use.")
    if later:
        each = ", ".join("{} is use {} of {}".format(path, *uses[path]) for path in later)
        rest = f"{len(later)} of these are later uses of layers that are used several times"
        said.append(f"{each if len(later) <= MOST else rest}.")
    return replace(part, caption=" ".join(said)) if shown else part
