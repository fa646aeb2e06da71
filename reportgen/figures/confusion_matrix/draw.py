"""The matrix as a picture, and the most frequent mistakes as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting import Sentences
from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import number
from reportgen.drawing.charts import CELLS, matrix
from reportgen.figures.confusion_matrix.facts import Facts, HeadFacts
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Doubles, Integers, Params

FACTS = Facts
SENTENCES = Sentences(__file__)

_PAIR_COLUMNS = (
    "True class",
    "Predicted class",
    "Images",
    "Share of true class",
    "Share of mistakes",
)


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """For each output its matrix and, where any answer is wrong, its table of mistakes."""
    facts: Facts = artifact.facts
    parts: list[Drawing | Table] = []
    for head in facts.heads:
        counts = np.asarray(artifact.arrays[f"counts@{head.name}"], np.int64)
        parts.append(_matrix(head, counts, params["normalize"], facts))
        if counts.sum() > np.trace(counts):
            parts.append(_pairs(head, counts, params["pairs"], len(facts.heads) > 1))
    return tuple(parts)


def _matrix(head: HeadFacts, counts: Integers, normalize: str, facts: Facts) -> Drawing:
    picture = matrix(
        shares(counts, normalize),
        head.classes,
        row_title="true class",
        column_title="predicted class",
        percent=normalize != "none",
    )
    outputs = "many" if len(facts.heads) > 1 else "one"
    n, right = int(counts.sum()), int(np.trace(counts))
    caption = SENTENCES(
        "matrix",
        outputs=outputs,
        output=head.name,
        images=SENTENCES("images", n=n, split=facts.split).text,
        right=right,
    ).text
    scale = "plain" if len(counts) <= CELLS else "roots"
    quotes = Quotes()
    alt = _alt(head.classes, counts, quotes)
    title = head.title if outputs == "many" else ""
    return Drawing(
        f"{head.prefix}matrix", picture, caption, alt, title, quotes=tuple(quotes),
        encoding=SENTENCES("encoding", normalize=normalize, scale=scale).text,
    )  # fmt: skip


def shares(counts: Integers, normalize: str) -> Doubles:
    """Cells (k, k) as counts, or divided by their row's or column's sum; 0 where that is 0."""
    values = counts.astype(np.float64)
    if normalize == "none":
        return values
    total = values.sum(axis=1 if normalize == "true" else 0, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1))


def _alt(classes: Sequence[str], counts: Integers, quotes: Quotes) -> str:
    """The size of the matrix, and its largest cell off the diagonal."""
    mistakes = ranked(counts)
    if not mistakes:
        return SENTENCES("alt", classes=len(counts), most="none").text
    true, predicted, n = mistakes[0]
    how = "images in the largest cell off the diagonal"
    quotes.number(number(n), "most_frequent_mistake", n, how, "images", int(counts.sum()))
    return SENTENCES(
        "alt",
        classes=len(counts),
        most="some",
        true=classes[true],
        said=classes[predicted],
        count=SENTENCES("count", n=n).text,
    ).text


def ranked(counts: Integers) -> list[tuple[int, int, int]]:
    """(true, predicted, images) of every mistake that was made, the most frequent first."""
    wrong = counts - np.diag(np.diag(counts))
    cells = sorted(zip(*map(list, np.nonzero(wrong)), strict=True), key=lambda cell: -wrong[cell])
    return [(int(true), int(said), int(wrong[true, said])) for true, said in cells]


def _pairs(head: HeadFacts, counts: Integers, most: int, several: bool) -> Table:
    totals, errors = counts.sum(axis=1), int(counts.sum() - np.trace(counts))
    rows = tuple(
        (head.classes[true], head.classes[predicted], n, n / int(totals[true]), n / errors)
        for true, predicted, n in ranked(counts)[:most]
    )
    quotes = Quotes()
    how = "images off the diagonal"
    total = int(counts.sum())
    shown = quotes.number(f"{errors:,}", "wrong_answers", errors, how, "images", total)
    caption = SENTENCES(
        "pairs",
        wrong=shown,
        single="yes" if errors == 1 else "no",
        outputs="many" if several else "one",
        output=head.name,
    ).text
    name = f"{head.prefix}pairs"
    return Table(name, _PAIR_COLUMNS, rows, caption, quotes=tuple(quotes))
