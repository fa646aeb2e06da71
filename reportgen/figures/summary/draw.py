"""The table: Keras' summary, or what each layer does and gives."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import listed, number
from reportgen.figures.summary.facts import Facts
from reportgen.records import Artifact, Cell, Table
from reportgen.types import Params

FACTS = Facts

_MOST_NAMED = 6
"""Layers that a caption names; more are counted."""


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """One table with a row for each layer; Keras' summary has the parameter totals below."""
    facts: Facts = artifact.facts
    return (_outputs(facts) if params["table"] == "outputs" else _summary(facts),)


def _summary(facts: Facts) -> Table:
    columns: tuple[str, ...] = ("Layer (type)", "Output Shape", "Param #")
    rows: list[tuple[Cell, ...]] = [
        (f"{row.name} ({row.type})", row.output_shape, row.params) for row in facts.rows
    ]
    if any(row.connected_to for row in facts.rows):
        columns += ("Connected to",)
        rows = [
            (*cells, ", ".join(row.connected_to))
            for cells, row in zip(rows, facts.rows, strict=True)
        ]
    quotes = Quotes()
    params = quotes.number(number(facts.total), "params", facts.total, "sum over all weights")
    for name, count in (("trainable", facts.trainable), ("non_trainable", facts.fixed)):
        how = f"sum over all {name.replace('_', '-')} weights"
        quotes.number(number(count), f"{name}_params", count, how, "parameters")
    return Table(
        part="",
        columns=columns,
        rows=tuple(rows),
        caption=f"{_layers(facts)} with {params} parameter{'s' * (facts.total != 1)}."
        + _unused(facts.unused),
        footer=(
            f"Total params: {facts.total:,}",
            f"Trainable params: {facts.trainable:,}",
            f"Non-trainable params: {facts.fixed:,}",
        ),
        layers=tuple(row.name for row in facts.rows),
        quotes=tuple(quotes),
    )


def _outputs(facts: Facts) -> Table:
    return Table(
        part="",
        columns=("Layer", "Name", "What it does", "Output for one image"),
        rows=tuple(
            (str(index), row.name, row.work, row.output_shape.replace("(None", "(1"))
            for index, row in enumerate(facts.rows)
        ),
        caption=f"{_layers(facts)}, counted from 0: what each does, and the shape of "
        "what it gives for one image (rows, columns and channels of maps, or a number of values)."
        + _unused(facts.unused),
        layers=tuple(row.name for row in facts.rows),
    )


def _layers(facts: Facts) -> str:
    rows, nested = len(facts.rows), facts.nested
    words = f"The model's {rows} layers" if rows > 1 else "The model's only layer"
    if not nested:
        return words
    # The figure `architecture` counts the layers inside, at each use.
    return f"{words} ({'a nested model is one' if nested == 1 else 'nested models are one each'})"


def _unused(paths: Sequence[str]) -> str:
    """A sentence on layers that only training uses, which the other figures lack."""
    if not paths:
        return ""
    names = listed(paths) if len(paths) <= _MOST_NAMED else f"{len(paths)} of the model's layers"
    these = "this layer" if len(paths) == 1 else "these layers"
    return f" No prediction passes through {names}, so no other figure shows {these}."
