"""The table of classes."""

from __future__ import annotations

from reportgen.figures.class_table.facts import Facts, Row
from reportgen.records import Artifact, Cell, Table
from reportgen.types import Params

FACTS = Facts

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
    return (Table("", columns, rows, _caption(facts)),)


def _cells(row: Row, with_examples: bool) -> tuple[Cell, ...]:
    # Indices are names, not amounts: as text they get no thousands' comma.
    first = None if row.first is None else str(row.first)
    examples = (", ".join(map(str, row.examples)),) if with_examples else ()
    return (str(row.label), row.name, *row.counts, first, *examples)


def _caption(facts: Facts) -> str:
    words = f"The classes of {facts.dataset}, the label that stands for each, and its images in "
    words += "each split. Images are named by their index in their split, counted from 0"
    left = facts.left_out
    more = f"; {left} more {'class is' if left == 1 else 'classes are'} left out" if left else ""
    return f"{words}{more}."
