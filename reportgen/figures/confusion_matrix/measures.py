"""Measures of a confusion matrix: accuracy, the worst class, the most frequent mistake."""

from __future__ import annotations

import numpy as np

from reportgen.figures.confusion_matrix.facts import HeadFacts
from reportgen.figures.parts import class_qualifier
from reportgen.metrics.statistics import wilson
from reportgen.records import Measure
from reportgen.types import Integers


def measures(head: HeadFacts, counts: Integers, split: str) -> list[Measure]:
    """The measures of one output.

    Args:
        head: the output.
        counts: images by true (row) and predicted class, (classes, classes).
        split: where the images come from.
    """
    n, right = int(counts.sum()), int(np.trace(counts))
    totals = counts.sum(axis=1)
    how = f"share of the {split} images on the diagonal, interval by Wilson; baseline: always "
    how += "saying the most frequent class"
    part, most = f"{head.prefix}matrix", float(totals.max() / n)
    accuracy = Measure(f"accuracy@{head.name}", right / n, "", n, wilson(right, n), most, how, part)
    present = np.flatnonzero(totals)
    worst = int(present[np.argmin(np.diag(counts)[present] / totals[present])])
    hits, of = int(counts[worst, worst]), int(totals[worst])
    how = f"lowest recall of any class: share of the {split} images of this class that are "
    how += "classified correctly; interval by Wilson, without regard to the choice of the class"
    name = f"lowest_recall@{head.name}.{class_qualifier(head.classes[worst])}"
    recall = Measure(name, hits / of, "", of, wilson(hits, of), None, how, part)
    return [accuracy, recall, *(_mistake(head, counts, split) if right < n else [])]


def _mistake(head: HeadFacts, counts: Integers, split: str) -> list[Measure]:
    """The most frequent pair of a true and a wrongly predicted class."""
    wrong = counts - np.diag(np.diag(counts))
    true, predicted = map(int, np.unravel_index(int(wrong.argmax()), wrong.shape))
    names = class_qualifier(head.classes[true]), class_qualifier(head.classes[predicted])
    pair, part = f"{head.name}.{'>'.join(names)}", f"{head.prefix}pairs"
    hits, errors, of = int(wrong.max()), int(wrong.sum()), int(counts[true].sum())
    tail = "interval by Wilson, which knows nothing of the choice of the most frequent pair"
    share = f"share of all wrong answers on the {split} split that are this pair of true and "
    share += f"predicted class, {tail}; baseline: all pairs alike"
    rate = f"share of the {split} images of this true class that get this wrong answer, {tail}"
    even = 1 / (len(head.classes) * (len(head.classes) - 1))
    return [
        Measure(
            f"confused_pair_share@{pair}", hits / errors, "", errors, wilson(hits, errors), even,
            share, part,
        ),
        Measure(
            f"confused_pair_rate@{pair}", hits / of, "", of, wilson(hits, of), None, rate, part
        ),
    ]  # fmt: skip
