"""The table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.records import Artifact, Table

_COLUMNS = ("Layer (type)", "Output Shape", "Param #", "Connected to")


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """One table: a row for each layer, the parameter totals below."""
    facts = artifact.facts
    total, trainable, rest = facts["totals"]
    return (
        Table(
            part="",
            columns=_COLUMNS if facts["connected"] else _COLUMNS[:3],
            rows=tuple(tuple(row) for row in facts["rows"]),
            caption=f"The model's {len(facts['rows'])} layers with {total:,} parameters.",
            footer=(
                f"Total params: {total:,}",
                f"Trainable params: {trainable:,}",
                f"Non-trainable params: {rest:,}",
            ),
            layers=tuple(facts["layers"]),
        ),
    )
