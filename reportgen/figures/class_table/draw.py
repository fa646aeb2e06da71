"""The table of classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.records import Artifact, Cell, Table

_COLUMNS = (
    "Label",
    "Class",
    "Training images",
    "Validation images",
    "Test images",
    "First training image",
)


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """One table with a row for each class."""
    facts, listed = artifact.facts, params["examples"] > 0
    columns = (*_COLUMNS, "First test images") if listed else _COLUMNS
    rows = tuple(_row(row, listed) for row in facts["rows"])
    return (Table("", columns, rows, _caption(facts, listed)),)


def _row(row: Mapping[str, Any], listed: bool) -> tuple[Cell, ...]:
    # Indices are names, not amounts: as text they get no thousands' comma.
    first = None if row["first"] is None else str(row["first"])
    examples = (", ".join(map(str, row["examples"])),) if listed else ()
    return (str(row["label"]), row["name"], *row["counts"], first, *examples)


def _caption(facts: Mapping[str, Any], listed: bool) -> str:
    words = f"The classes of {facts['dataset']}, the label that stands for each, and its images in "
    words += "each split. Images are named by their index in their split, counted from 0"
    left = facts["left_out"]
    more = f"; {left} more {'class is' if left == 1 else 'classes are'} left out" if left else ""
    return f"{words}{more}."
