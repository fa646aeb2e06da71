"""Classes, counted in each split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.class_table.facts import Facts, Row
from reportgen.records import Artifact, Measure, Subject
from reportgen.types import Array

SPLITS = ("train", "validation", "test")


def compute(subject: Subject) -> Artifact:
    """Count the images of every class.

    Returns:
        `Facts` without arrays.

    Raises:
        UndefinedError: there are no labels.
    """
    data, params = subject.data, subject.params
    if data is None or not data.targets:
        raise UndefinedError("There are no classes to list, because there are no labels.")
    target = data.targets[0]
    labels = {split: np.asarray(data.splits[split].labels[target.name]) for split in SPLITS}
    rows = tuple(
        _row(label, name, labels, params["examples"])
        for label, name in enumerate(target.classes[: params["max_classes"]])
    )
    how = f"classes that '{target.title}' may have"
    return Artifact(
        facts=Facts(rows, data.title, left_out=len(target.classes) - len(rows)),
        measures=(
            Measure("classes", len(target.classes), "classes", how=how),
            *(m for split in SPLITS for m in _shares(split, labels[split], len(target.classes))),
        ),
    )


def _row(label: int, name: str, labels: Mapping[str, Array], examples: int) -> Row:
    first = np.flatnonzero(labels["train"] == label)[:1]
    return Row(
        label,
        name,
        counts=tuple(int((labels[split] == label).sum()) for split in SPLITS),
        first=int(first[0]) if len(first) else None,
        examples=tuple(np.flatnonzero(labels["test"] == label)[:examples].tolist()),
    )


def _shares(split: str, labels: Array, classes: int) -> list[Measure]:
    """Shares of the rarest and the most frequent class; [] for an empty split."""
    n = len(labels)
    if not n:
        return []
    shares = np.bincount(labels, minlength=classes) / n
    how = f"share of the {split} images that are of the"
    least, most, even = float(shares.min()), float(shares.max()), 1 / classes
    return [
        Measure(f"smallest_class@{split}", least, "", n, None, even, f"{how} rarest class"),
        Measure(f"largest_class@{split}", most, "", n, None, even, f"{how} most frequent class"),
    ]
