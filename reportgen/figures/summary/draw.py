"""The table: Keras' summary, or what each layer does and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.drafting.wording import counted, listed
from reportgen.records import Artifact, Table

_MOST = 6
"""Layers that a caption names; more are counted."""

_COLUMNS = ("Layer (type)", "Output Shape", "Param #", "Connected to")


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """One table with a row for each layer; Keras' summary has the parameter totals below."""
    facts = artifact.facts
    if facts["table"] == "outputs":
        return (_outputs(facts),)
    total, trainable, rest = facts["totals"]
    return (
        Table(
            part="",
            columns=_COLUMNS if facts["connected"] else _COLUMNS[:3],
            rows=tuple(tuple(row) for row in facts["rows"]),
            caption=f"{_layers(facts)} with {counted(total, 'parameter', 'parameters')}."
            + _left_out(facts["left_out"]),
            footer=(
                f"Total params: {total:,}",
                f"Trainable params: {trainable:,}",
                f"Non-trainable params: {rest:,}",
            ),
            layers=tuple(facts["layers"]),
        ),
    )


def _outputs(facts: Mapping[str, Any]) -> Table:
    rows = tuple(tuple(row) for row in facts["outputs"])
    return Table(
        part="",
        columns=("Layer", "Name", "What it does", "Output for one image"),
        rows=rows,
        caption=f"{_layers(facts)}, counted from 0: what each does, and the shape of "
        "what it gives for one image (rows, columns and channels of maps, or a number of values)."
        + _left_out(facts["left_out"]),
        layers=tuple(facts["layers"]),
    )


def _layers(facts: Mapping[str, Any]) -> str:
    rows, nested = len(facts["rows"]), facts["nested"]
    said = f"The model's {rows} layers" if rows > 1 else "The model's only layer"
    if not nested:
        return said
    # The architecture counts what is inside, at each use.
    return f"{said} ({'a nested model is one' if nested == 1 else 'nested models are one each'})"


def _left_out(paths: Sequence[str]) -> str:
    """A sentence on layers such as those for training alone, which the other figures lack."""
    if not paths:
        return ""
    said = listed(paths) if len(paths) <= _MOST else f"{len(paths)} of the model's layers"
    these = "this layer" if len(paths) == 1 else "these layers"
    return f" No prediction passes through {said}, so no other figure shows {these}."
