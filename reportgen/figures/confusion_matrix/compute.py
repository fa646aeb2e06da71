"""Counts of images by true and by predicted class."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.attribution.heads import unlabeled
from reportgen.figures.confusion_matrix.facts import parts, pointer
from reportgen.metrics.statistics import wilson
from reportgen.network.batching import pieces
from reportgen.network.network import Network
from reportgen.network.predictions import predict_classes
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Head, Measure, Subject
from reportgen.types import Integers

Counts = Integers


def compute(subject: Subject) -> Artifact:
    """Answer every image of the split once, batch by batch, and count.

    Returns:
        Arrays `counts@<output>`: int64, shape (classes, classes), rows true, columns predicted.
        Facts `heads`: {"name", "title", "classes", "part"} for each output, and `split`.

    Raises:
        UndefinedError: there is no dataset with labels for the model's outputs, or no image.
    """
    data, split = subject.data, subject.params["split"]
    if data is None:
        raise UndefinedError("There is nothing to confuse, because the spec names no dataset.")
    found = [head for head in subject.network.heads_for(data.targets) if head.target is not None]
    if not found:
        raise UndefinedError(
            f"There are no classes to confuse: {unlabeled(subject.network, data)}."
        )
    if split not in data.splits or not len(data.splits[split].images):
        raise UndefinedError(f"The {split} split of dataset '{data.name}' has no images.")
    tables = confusion(subject.network, data, found, split)
    names = parts([head.name for head in found])
    facts = [
        {"name": head.name, "title": head.title, "classes": _classes(head), "part": part}
        for head, part in zip(found, names, strict=True)
    ]
    return Artifact(
        {f"counts@{head.name}": table for head, table in zip(found, tables, strict=True)},
        {"heads": facts, "split": split},
        tuple(
            measure
            for head, table in zip(facts, tables, strict=True)
            for measure in measures(head, table, split)
        ),
    )


def confusion(network: Network, data: Dataset, found: list[Head], split: str) -> list[Counts]:
    """For each head a table (classes, classes) of images by true (row) and predicted class."""
    images = np.asarray(data.splits[split].images)
    sizes = [len(_classes(head)) for head in found]
    tables = [np.zeros((size, size), np.int64) for size in sizes]
    for part in pieces(images):
        said = predict_classes(network, prepare(images[part], data.preprocessing), found)
        for head, table, classes in zip(found, tables, said, strict=True):
            assert head.target is not None
            true = np.asarray(data.splits[split].labels[head.target.name])[part]
            np.add.at(table, (true.astype(np.int64), classes), 1)
    return tables


def measures(head: dict[str, Any], table: Counts, split: str) -> list[Measure]:
    """What one table says: accuracy, the worst class, and the most frequent mistake."""
    name, classes, part = head["name"], head["classes"], f"{head['part']}matrix"
    n, right = int(table.sum()), int(np.trace(table))
    how = f"share of the {split} images on the diagonal, interval by Wilson; baseline: always "
    how += "saying the most frequent class"
    common = float(table.sum(axis=1).max() / n)
    found = [Measure(f"accuracy@{name}", right / n, "", n, wilson(right, n), common, how, part)]
    totals = table.sum(axis=1)
    held = np.flatnonzero(totals)
    worst = int(held[np.argmin(np.diag(table)[held] / totals[held])])
    hits, of = int(table[worst, worst]), int(totals[worst])
    how = f"share of the {split} images of the class answered worst that are answered rightly, "
    how += "interval by Wilson, which knows nothing of the choice of the worst"
    named = f"lowest_recall@{name}.{pointer(classes[worst])}"
    found.append(Measure(named, hits / of, "", of, wilson(hits, of), None, how, part))
    return found + (_mistake(head, table, split) if right < n else [])


def _mistake(head: dict[str, Any], table: Counts, split: str) -> list[Measure]:
    """The most frequent pair of a true and a wrongly predicted class."""
    wrong = table - np.diag(np.diag(table))
    true, said = np.unravel_index(int(wrong.argmax()), wrong.shape)
    classes, part = head["classes"], f"{head['part']}pairs"
    pair = f"{head['name']}.{pointer(classes[int(true)])}>{pointer(classes[int(said)])}"
    hits, errors, of = int(wrong.max()), int(wrong.sum()), int(table[true].sum())
    tail = "interval by Wilson, which knows nothing of the choice of the most frequent pair"
    share = f"share of all wrong answers on the {split} split that are this pair of true and "
    share += f"predicted class, {tail}; baseline: all pairs alike"
    rate = f"share of the {split} images of this true class that get this wrong answer, {tail}"
    even = 1 / (len(classes) * (len(classes) - 1))
    of_errors, of_class = wilson(hits, errors), wilson(hits, of)
    return [
        Measure(
            f"confused_pair_share@{pair}", hits / errors, "", errors, of_errors, even, share, part
        ),
        Measure(f"confused_pair_rate@{pair}", hits / of, "", of, of_class, None, rate, part),
    ]


def _classes(head: Head) -> list[str]:
    assert head.target is not None
    return list(head.target.classes)
