"""The table of accuracies and losses."""

from __future__ import annotations

from reportgen.drafting import Sentences
from reportgen.figures.evaluation.facts import Facts, Row
from reportgen.records import Artifact, Cell, Table
from reportgen.types import Params

FACTS = Facts
SENTENCES = Sentences(__file__)


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """One table: a row for each split and output."""
    facts: Facts = artifact.facts
    output = ("Output",) if facts.several else ()
    caption = SENTENCES("evaluation", outputs="many" if facts.several else "one").text
    columns = ("Split", *output, "Images", "Accuracy", "95% interval", "Most frequent class")
    rows = tuple(_cells(row, facts.several) for row in facts.rows)
    return (Table("", (*columns, "Loss"), rows, caption, encoding=SENTENCES("encoding").text),)


def _cells(row: Row, several: bool) -> tuple[Cell, ...]:
    output = (row.title,) if several else ()
    low, high = row.interval
    interval = f"{low:.3f} to {high:.3f}"
    return (row.split, *output, row.n, row.accuracy, interval, row.baseline, row.loss)
