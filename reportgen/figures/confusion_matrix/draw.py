"""The matrix as a picture, and the most frequent mistakes as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted, number
from reportgen.drawing.charts import CELLS, matrix
from reportgen.figures.confusion_matrix.facts import Facts, HeadFacts
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Doubles, Integers, Params

FACTS = Facts

_CELL_TEXTS = {
    "none": "the number of images",
    "true": "the share of the true class (each row sums to 100%, but for empty classes)",
    "predicted": "the share of the predicted class (each column sums to 100%, "
    "but for classes never answered)",
}
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
    several, n, right = len(facts.heads) > 1, int(counts.sum()), int(np.trace(counts))
    of = f" of output {head.name}" if several else ""
    caption = f"Confusion matrix{of} on {_images(n, facts.split)}, {right:,} of them on the "
    caption += "diagonal: rows are true classes, columns are answers. Each cell shows "
    caption += _CELL_TEXTS[normalize] + (
        "."
        if len(counts) <= CELLS
        else ", on a scale of square roots, so that rare mistakes can be seen."
    )
    quotes = Quotes()
    largest = _largest(head.classes, counts, quotes)
    alt = f"Heatmap of {len(counts)} by {len(counts)} classes; {largest}"
    title = head.title if several else ""
    return Drawing(f"{head.prefix}matrix", picture, caption, alt, title, quotes=tuple(quotes))


def shares(counts: Integers, normalize: str) -> Doubles:
    """Cells (k, k) as counts, or divided by their row's or column's sum; 0 where that is 0."""
    values = counts.astype(np.float64)
    if normalize == "none":
        return values
    total = values.sum(axis=1 if normalize == "true" else 0, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1))


def _largest(classes: Sequence[str], counts: Integers, quotes: Quotes) -> str:
    """The largest cell off the diagonal, as the end of a sentence."""
    mistakes = ranked(counts)
    if not mistakes:
        return "all images lie on the diagonal."
    true, predicted, n = mistakes[0]
    how = "images in the largest cell off the diagonal"
    quotes.number(number(n), "most_frequent_mistake", n, how, "images", int(counts.sum()))
    cell = f"{classes[true]} answered as {classes[predicted]}"
    return f"the largest cell off the diagonal is {cell}, {_images(n)}."


def _images(count: int, split: str = "") -> str:
    return counted(count, f"{split} image".strip(), f"{split} images".strip())


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
    wrong = "wrong answer" if errors == 1 else "wrong answers"
    quotes = Quotes()
    how = "images off the diagonal"
    total = int(counts.sum())
    shown = quotes.number(f"{errors:,}", "wrong_answers", errors, how, "images", total)
    caption = f"The most frequent mistakes among {shown} {wrong}"
    caption += f" of output {head.name}." if several else "."
    name = f"{head.prefix}pairs"
    return Table(name, _PAIR_COLUMNS, rows, caption, quotes=tuple(quotes))
