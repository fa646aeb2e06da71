"""The matrix as a picture, and the most frequent mistakes as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.charts import CELLS, matrix
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Doubles, Integers

_SHOWN = {
    "none": "the number of images",
    "true": "the share of the true class (each row sums to 100%, but for empty classes)",
    "predicted": "the share of the predicted class (each column sums to 100%, "
    "but for classes never answered)",
}


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """For each output its matrix and, where any answer is wrong, its table of mistakes."""
    drawn: list[Drawing | Table] = []
    for head in artifact.facts["heads"]:
        counts = np.asarray(artifact.arrays[f"counts@{head['name']}"], np.int64)
        drawn.append(_matrix(head, counts, params["normalize"], artifact.facts))
        if counts.sum() > np.trace(counts):
            drawn.append(_pairs(head, counts, params["pairs"], artifact.facts))
    return tuple(drawn)


def shares(counts: Integers, normalize: str) -> Doubles:
    """Cells (k, k) as counts, or divided by their row's or column's sum; 0 where that is 0."""
    values = counts.astype(np.float64)
    if normalize == "none":
        return values
    total = values.sum(axis=1 if normalize == "true" else 0, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1))


def _matrix(
    head: Mapping[str, Any], counts: Integers, normalize: str, facts: Mapping[str, Any]
) -> Drawing:
    values, few = shares(counts, normalize), len(counts) <= CELLS
    picture = matrix(
        values,
        head["classes"],
        row_title="true class",
        column_title="predicted class",
        percent=normalize != "none",
    )
    n, right = int(counts.sum()), int(np.trace(counts))
    of = f" of output {head['name']}" if len(facts["heads"]) > 1 else ""
    caption = f"Confusion matrix{of} on {_images(n, facts['split'])}, {right:,} of them on the "
    caption += "diagonal: rows are true classes, columns are answers. Each cell shows "
    caption += _SHOWN[normalize] + (
        "." if few else ", on a scale of square roots, so that rare mistakes can be seen."
    )
    alt = f"Heatmap of {len(counts)} by {len(counts)} classes; "
    alt += _most(head["classes"], counts)
    title = head["title"] if len(facts["heads"]) > 1 else ""
    return Drawing(f"{head['part']}matrix", picture, caption, alt, title)


def ranked(counts: Integers) -> list[tuple[int, int, int]]:
    """(true, predicted, images) of every mistake that was made, the most frequent first."""
    wrong = counts - np.diag(np.diag(counts))
    places = sorted(zip(*map(list, np.nonzero(wrong)), strict=True), key=lambda p: -wrong[p])
    return [(int(true), int(said), int(wrong[true, said])) for true, said in places]


def _most(classes: list[str], counts: Integers) -> str:
    found = ranked(counts)
    if not found:
        return "all images lie on the diagonal."
    true, said, n = found[0]
    return (
        f"the largest cell off the diagonal is {classes[true]} answered as {classes[said]}, "
        f"{_images(n)}."
    )


def _images(count: int, split: str = "") -> str:
    return counted(count, f"{split} image".strip(), f"{split} images".strip())


def _pairs(head: Mapping[str, Any], counts: Integers, most: int, facts: Mapping[str, Any]) -> Table:
    found, classes = ranked(counts), head["classes"]
    totals, errors = counts.sum(axis=1), int(counts.sum() - np.trace(counts))
    rows = tuple(
        (classes[true], classes[said], n, n / int(totals[true]), n / errors)
        for true, said, n in found[:most]
    )
    wrong = "wrong answer" if errors == 1 else "wrong answers"
    caption = f"The most frequent mistakes among {errors:,} {wrong}"
    caption += f" of output {head['name']}." if len(facts["heads"]) > 1 else "."
    columns = (
        "True class",
        "Predicted class",
        "Images",
        "Share of true class",
        "Share of mistakes",
    )
    return Table(f"{head['part']}pairs", columns, rows, caption)
