"""Measures of a confusion matrix: accuracy, the worst class, the most frequent mistake."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.figures.confusion_matrix.facts import HeadFacts
from reportgen.figures.parts import class_qualifier
from reportgen.metrics.statistics import picked_level, wilson
from reportgen.records import Measure
from reportgen.types import Integers

ENOUGH = 5
"""Least number of images of a class that is reported as never answered. A model that answers
classes as often as they occur leaves such a class out with a probability below 1 %: exp(-5)."""
MOSTLY = 0.5
"""Share of a class that is answered as one other class, above which the two seem renamed."""
NAMED = 5
"""Classes that are named, at most."""


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
    how += f"classified correctly; picked among {counted(len(present), 'class', 'classes')}, with "
    how += "Wilson's interval at the level that allows for the choice"
    name = f"lowest_recall@{head.name}.{class_qualifier(head.classes[worst])}"
    interval = wilson(hits, of, picked_level(len(present)))
    recall = Measure(name, hits / of, "", of, interval, None, how, part)
    measured = [accuracy, recall, *_never(head, counts)]
    if right < n:
        measured += [*_mistake(head, counts, split), *_tied(head, counts), *_renamed(head, counts)]
    return measured


def _mistake(head: HeadFacts, counts: Integers, split: str) -> list[Measure]:
    """The most frequent pair of a true and a wrongly predicted class."""
    wrong = counts - np.diag(np.diag(counts))
    true, predicted = map(int, np.unravel_index(int(wrong.argmax()), wrong.shape))
    names = class_qualifier(head.classes[true]), class_qualifier(head.classes[predicted])
    pair, part = f"{head.name}.{'>'.join(names)}", f"{head.prefix}pairs"
    hits, errors, of = int(wrong.max()), int(wrong.sum()), int(counts[true].sum())
    pairs = len(np.flatnonzero(counts.sum(axis=1))) * (len(head.classes) - 1)
    level = picked_level(pairs)
    of_errors, of_class = wilson(hits, errors, level), wilson(hits, of, level)
    tail = f"picked among {counted(pairs, 'pair', 'pairs')}, with Wilson's interval at the level "
    tail += "that allows for the choice"
    share = f"share of all wrong answers on the {split} split that are this pair of true and "
    share += f"predicted class, {tail}; baseline: all pairs alike"
    rate = f"share of the {split} images of this true class that get this wrong answer, {tail}"
    even = 1 / (len(head.classes) * (len(head.classes) - 1))
    return [
        Measure(
            f"confused_pair_share@{pair}", hits / errors, "", errors, of_errors, even,
            share, part,
        ),
        Measure(
            f"confused_pair_rate@{pair}", hits / of, "", of, of_class, None, rate, part
        ),
    ]  # fmt: skip


def _tied(head: HeadFacts, counts: Integers) -> Iterator[Measure]:
    """The classes that share the lowest recall, where several do."""
    totals, right = counts.sum(axis=1), np.diag(counts)
    present = np.flatnonzero(totals)
    recalls = right[present] / totals[present]
    worst = present[recalls == recalls.min()]
    if len(worst) < 2:
        return
    part = f"{head.prefix}matrix"
    how = "classes that share the lowest share of right answers"
    yield Measure(
        f"tied_classes@{head.name}", len(worst), "classes", len(present), how=how, part=part
    )
    for index in worst[:NAMED]:
        hits, of = int(right[index]), int(totals[index])
        yield Measure(
            f"tied_recall@{head.name}.{class_qualifier(head.classes[index])}",
            hits / of,
            "",
            of,
            wilson(hits, of),
            how="share of right answers of a class that shares the lowest with others",
            part=part,
        )


def _never(head: HeadFacts, counts: Integers) -> Iterator[Measure]:
    """The classes with `ENOUGH` images that are never answered."""
    totals, answered = counts.sum(axis=1), counts.sum(axis=0)
    judged = np.flatnonzero(totals >= ENOUGH)
    never = judged[answered[judged] == 0]
    part = f"{head.prefix}matrix"
    how = f"classes with at least {ENOUGH} images that are answered for no image at all"
    yield Measure(
        f"unanswered_classes@{head.name}", len(never), "classes", len(judged), how=how, part=part
    )
    for index in never[np.argsort(-totals[never], kind="stable")][:NAMED]:
        yield Measure(
            f"unanswered@{head.name}.{class_qualifier(head.classes[index])}",
            0,
            "images",
            int(totals[index]),
            baseline=int(totals[index]),
            how="images that are answered as this class; n and baseline: images of the class",
            part=part,
        )


def _renamed(head: HeadFacts, counts: Integers) -> Iterator[Measure]:
    """Classes of which clearly more than half of the images are answered as one other class."""
    other = {}
    for true, row in enumerate(counts):
        said = int(row.argmax())
        if said != true and wilson(int(row[said]), int(row.sum()))[0] > MOSTLY:
            other[true] = said
    part = f"{head.prefix}pairs"
    for true, said in other.items():
        swapped = other.get(said) == true
        if swapped and said < true:
            continue
        rows = [true, said] if swapped else [true]
        hits = sum(int(counts[row, other[row]]) for row in rows)
        of = int(counts[rows].sum())
        pair = ">".join(class_qualifier(head.classes[each]) for each in (true, said))
        yield Measure(
            f"{'swapped' if swapped else 'renamed'}@{head.name}.{pair}",
            hits / of,
            "",
            of,
            wilson(hits, of),
            sum(int(counts[row, row]) for row in rows) / of,
            (
                "share of the images of two classes that are answered as the other of the two"
                if swapped
                else "share of the images of the first class that are answered as the second"
            )
            + ", where that is clearly more than half; baseline: share of right answers",
            part=part,
        )
