"""The table: Keras' summary, or what each layer does and gives."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting import Sentences
from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import listed, number
from reportgen.figures.summary.facts import Facts
from reportgen.records import Artifact, Cell, Table
from reportgen.types import Params

FACTS = Facts
SENTENCES = Sentences(__file__)

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
        caption=_caption(facts, "summary", params=params),
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
        caption=_caption(facts, "outputs"),
        layers=tuple(row.name for row in facts.rows),
        encoding=SENTENCES("encoding").text,
    )


def _caption(facts: Facts, id: str, **shown: str) -> str:
    single = "yes" if facts.total == 1 else "no"
    said = SENTENCES(id, layers=len(facts.rows), nested=facts.nested, single=single, **shown)
    return " ".join(filter(None, [said.text, _unused(facts.unused)]))


def _unused(paths: Sequence[str]) -> str:
    """A sentence on layers that only training uses, which the other figures lack."""
    if not paths:
        return ""
    if len(paths) > _MOST_NAMED:
        return SENTENCES("unused-many", count=len(paths)).text
    return SENTENCES("unused", count=len(paths), paths=listed(paths)).text
