"""The table of shapes."""

from __future__ import annotations

from reportgen.figures.data_shapes.facts import Facts, Row
from reportgen.records import Artifact, Table
from reportgen.types import Params

FACTS = Facts

_COLUMNS = ("Data", "State", "Shape", "Type", "Values")


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """One table: the data before preparation, then the data that the model takes."""
    facts: Facts = artifact.facts
    show = params["show"]
    before = "as published" if facts.published else "as held here"
    groups = {"before": (before, facts.before), "after": ("for the model", facts.after)}
    shown = groups.values() if show == "both" else [groups[show]]
    rows = tuple(_cells(row, state) for state, arrays in shown for row in arrays)
    return (Table("", _COLUMNS, rows, _caption(facts, show)),)


def _cells(row: Row, state: str) -> tuple[str, ...]:
    limits = " to ".join(f"{limit:.4g}" for limit in row.range)
    what = row.what[0].upper() + row.what[1:]
    # The shape is written as Python prints it: this is what `array.shape` gives.
    return (what, state, str(row.shape), row.type, limits or "none")


def _caption(facts: Facts, show: str) -> str:
    words = f"Shapes of {facts.dataset}"
    if show == "before":
        return f"{words} before it is prepared."
    after = f"images have an axis for their channels; {facts.preprocessing}"
    if facts.published:
        after += "; the validation images are taken from the published training images"
    return f"{words}, {'before and ' * (show == 'both')}after it is prepared: {after}."
