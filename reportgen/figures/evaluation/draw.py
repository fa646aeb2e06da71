"""The table of accuracies and losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.records import Artifact, Cell, Table


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """One table: a row for each split and output."""
    several = artifact.facts["several"]
    output = ("Output",) if several else ()
    caption = (
        "Accuracy (share of images answered rightly) with its 95% interval by Wilson, the "
        "accuracy of always saying the most frequent class, and the loss"
        + (", for each split and output." if several else ", for each split.")
    )
    columns = ("Split", *output, "Images", "Accuracy", "95% interval", "Most frequent class")
    rows = tuple(_row(row, several) for row in artifact.facts["rows"])
    return (Table("", (*columns, "Loss"), rows, caption),)


def _row(row: Mapping[str, Any], several: bool) -> tuple[Cell, ...]:
    low, high = row["interval"]
    output = (row["output"],) if several else ()
    interval = f"{low:.3f} to {high:.3f}"
    return (
        row["split"], *output, row["n"], row["accuracy"], interval, row["baseline"], row["loss"]
    )  # fmt: skip
