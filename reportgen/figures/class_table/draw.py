"""The table of classes."""

from __future__ import annotations

from reportgen.drafting import Sentences
from reportgen.figures.class_table.facts import Facts, Row
from reportgen.records import Artifact, Cell, Table
from reportgen.types import Params

FACTS = Facts
SENTENCES = Sentences(__file__)

_COLUMNS = (
    "Label",
    "Class",
    "Training images",
    "Validation images",
    "Test images",
    "First training image",
)


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """One table with a row for each class."""
    facts: Facts = artifact.facts
    with_examples = params["examples"] > 0
    columns = (*_COLUMNS, "First test images") if with_examples else _COLUMNS
    rows = tuple(_cells(row, with_examples) for row in facts.rows)
    return (Table("", columns, rows, _caption(facts), encoding=SENTENCES("encoding").text),)


def _cells(row: Row, with_examples: bool) -> tuple[Cell, ...]:
    # Indices are names, not amounts: as text they get no thousands' comma.
    first = None if row.first is None else str(row.first)
    examples = (", ".join(map(str, row.examples)),) if with_examples else ()
    return (str(row.label), row.name, *row.counts, first, *examples)


def _caption(facts: Facts) -> str:
    return SENTENCES("classes", dataset=facts.dataset, left=facts.left_out).text
