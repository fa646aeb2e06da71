"""The table of shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.records import Artifact, Table

_COLUMNS = ("Data", "State", "Shape", "Type", "Values")


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """One table: what was there before preparation, then what the model is given."""
    facts, show = artifact.facts, params["show"]
    before = "as published" if facts["published"] else "as held here"
    states = {"before": before, "after": "for the model"}
    chosen = states if show == "both" else {show: states[show]}
    rows = tuple(_row(row, state) for key, state in chosen.items() for row in facts[key])
    return (Table("", _COLUMNS, rows, _caption(facts, show)),)


def _row(row: Mapping[str, Any], state: str) -> tuple[str, ...]:
    # Written as Python writes a shape: this is what `array.shape` gives.
    shape = tuple(row["shape"])
    ends = " to ".join(f"{end:.4g}" for end in row["range"])
    what = row["what"][0].upper() + row["what"][1:]
    return (what, state, str(shape), row["type"], ends or "none")


def _caption(facts: Mapping[str, Any], show: str) -> str:
    words = f"Shapes of {facts['dataset']}"
    if show == "before":
        return f"{words} before it is prepared."
    after = f"images have an axis for their channels; {facts['prepared']}"
    if facts["published"]:
        after += "; the validation images are taken from the published training images"
    return f"{words}, {'before and ' * (show == 'both')}after it is prepared: {after}."
