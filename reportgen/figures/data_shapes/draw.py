"""The table of shapes."""

from __future__ import annotations

from reportgen.drafting import Sentences
from reportgen.figures.data_shapes.facts import Facts, Row
from reportgen.records import Artifact, Table
from reportgen.types import Params

FACTS = Facts
SENTENCES = Sentences(__file__)

_COLUMNS = ("Data", "State", "Shape", "Type", "Values")


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """One table: the data before preparation, then the data that the model takes."""
    facts: Facts = artifact.facts
    show = params["show"]
    before = SENTENCES("before", published="yes" if facts.published else "no").text
    groups = {"before": (before, facts.before), "after": (SENTENCES("after").text, facts.after)}
    shown = groups.values() if show == "both" else [groups[show]]
    rows = tuple(_cells(row, state) for state, arrays in shown for row in arrays)
    return (Table("", _COLUMNS, rows, _caption(facts, show)),)


def _cells(row: Row, state: str) -> tuple[str, ...]:
    limits = " to ".join(f"{limit:.4g}" for limit in row.range)
    what = row.what[0].upper() + row.what[1:]
    # The shape is written as Python prints it: this is what `array.shape` gives.
    return (what, state, str(row.shape), row.type, limits or "none")


def _caption(facts: Facts, show: str) -> str:
    return SENTENCES(
        "shapes",
        show=show,
        dataset=facts.dataset,
        preprocessing=facts.preprocessing,
        published="yes" if facts.published else "no",
    ).text
