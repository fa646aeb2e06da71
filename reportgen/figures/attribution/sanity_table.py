"""The table of the sanity checks below a figure's maps."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting.sanity import HARDLY, Check
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import listed
from reportgen.figures.attribution.sanity_facts import PART, HeadSanity, Sanity
from reportgen.records import Cell, Table

SENTENCES = Sentences(__file__)
CHECKS: tuple[Check, ...] = ("hardly", "follows", "open", "")
"""Verdicts, in the order of their sentences."""


def table(facts: Sanity | None, method: str) -> tuple[Table, ...]:
    """The likeness of maps after each step, of each output; () where nothing was checked.

    Args:
        facts: of the checks.
        method: its name, which begins a sentence, such as "Grad-CAM".
    """
    if facts is None:
        return ()
    heads, alone = facts.heads, len(facts.heads) == 1
    independent = alone and bool(heads[0].independent)
    columns: list[str] = ["Compared with", *(head.title for head in heads)]
    if alone:
        columns[1:] = ["Likeness of the maps", *["Those layers alone"] * independent]
    rows = list[tuple[Cell, ...]]()
    marks = list[tuple[int, int]]()

    def row(name: str, values: Sequence[Cell], marked: bool = True) -> None:
        if any(value is not None for value in values) or not rows:
            places = [i for i, value in enumerate(values, 1) if _high(value)] if marked else []
            marks.extend((len(rows), place) for place in places)
            rows.append((name, *values))

    for step, layers in enumerate(facts.steps):
        name = f"Random weights: {layers}" if not step else f"\N{HORIZONTAL ELLIPSIS} and {layers}"
        values: list[Cell] = [_at(head.cascade, step) for head in heads]
        row(name, [*values, *([_at(heads[0].independent, step)] if independent else [])])
    padding = [None] * independent
    row("Mean", [*(head.similarity for head in heads), *padding])
    row("Mean by SSIM", [*(head.ssim for head in heads), *padding], marked=False)
    row("Edges of the image", [*(head.edges for head in heads), *padding], marked=False)
    row("Map of another class", [*(head.other_class for head in heads), *padding])
    row("Deletion gain", [*(head.deletion for head in heads), *padding], marked=False)
    row("Insertion gain", [*(head.insertion for head in heads), *padding], marked=False)
    caption = prose(*_verdicts(heads, method), SENTENCES("checked", images=facts.images))
    gains = any(head.deletion is not None for head in heads)
    encoding = prose(
        SENTENCES("cells"),
        SENTENCES("rows", alone="yes" if independent else "no"),
        SENTENCES("gains") if gains else "",
    )
    return (
        Table(
            part=PART,
            columns=tuple(columns),
            rows=tuple(rows),
            caption=caption,
            title="Sanity Check",
            marks=tuple(marks),
            encoding=encoding,
        ),
    )


def _verdicts(heads: Sequence[HeadSanity], method: str) -> list[Sentence]:
    if len(heads) == 1:
        return [SENTENCES("verdict", method=method, check=heads[0].check, several="no", outputs="")]
    return [
        SENTENCES("verdict", method=method, check=check, several="yes", outputs=listed(names))
        for check in CHECKS
        if (names := [head.title for head in heads if head.check == check])
    ]


def _at(values: Sequence[float | None], step: int) -> float | None:
    return values[step] if step < len(values) else None


def _high(value: Cell) -> bool:
    return isinstance(value, float) and value > HARDLY
