"""Classes, counted in each split."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array

SPLITS = ("train", "validation", "test")


def compute(subject: Subject) -> Artifact:
    """Count the images of every class.

    Returns:
        Facts `rows`: for each class {"label", "name", "counts" (by split), "first" (index of its
        first training image, or None), "examples" (indices of its first test images)}; `dataset`,
        `target`, `left_out` (classes not listed).

    Raises:
        UndefinedError: there are no labels.
    """
    data, params = subject.data, subject.params
    if data is None or not data.targets:
        raise UndefinedError("There are no classes to list, because there are no labels.")
    target = data.targets[0]
    labels = {split: _labels(data, split) for split in SPLITS}
    rows = [
        _row(place, name, labels, params["examples"])
        for place, name in enumerate(target.classes[: params["max_classes"]])
    ]
    how = f"classes that '{target.title}' may have"
    return Artifact(
        facts={
            "rows": rows,
            "dataset": data.title,
            "target": target.title,
            "left_out": len(target.classes) - len(rows),
        },
        measures=(
            Measure("classes", len(target.classes), "classes", how=how),
            *(m for split in SPLITS for m in _shares(split, labels[split], len(target.classes))),
        ),
    )


def _labels(data: Dataset, split: str) -> Array:
    return np.asarray(data.splits[split].labels[data.targets[0].name])


def _row(place: int, name: str, labels: dict[str, Array], examples: int) -> dict[str, Any]:
    first = np.flatnonzero(labels["train"] == place)[:1]
    return {
        "label": place,
        "name": name,
        "counts": [int((labels[split] == place).sum()) for split in SPLITS],
        "first": int(first[0]) if len(first) else None,
        "examples": np.flatnonzero(labels["test"] == place)[:examples].tolist(),
    }


def _shares(split: str, labels: Array, classes: int) -> list[Measure]:
    if not len(labels):
        return []
    shares = np.bincount(labels, minlength=classes) / len(labels)
    how = f"share of the {split} images that are of the"
    least, most = float(shares.min()), float(shares.max())
    n = len(labels)
    return [
        Measure(f"smallest_class@{split}", least, "", n, None, 1 / classes, f"{how} rarest class"),
        Measure(
            f"largest_class@{split}", most, "", n, None, 1 / classes, f"{how} most frequent class"
        ),
    ]
