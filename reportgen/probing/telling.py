"""What is told of an image that was explained: what it is, what the model says, what was asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.probing.inputs import names
from reportgen.probing.outputs import answers, confidence, probabilities
from reportgen.probing.probable import likeliest
from reportgen.records import Dataset, Head
from reportgen.types import Array


def told(
    head: Head,
    logits: Array | None,
    explained: Array,
    data: Dataset,
    indices: Array,
    probable: Array | None = None,
) -> list[dict[str, Any]]:
    """What a page says of each image, JSON-ready: index, label, predicted, probability, explained.

    Where the model ends without a softmax or sigmoid also `by`: which of them made the probability.
    Of values that stand for themselves: index, label, explained (a unit), `value` (its), and
    `largest` (the unit with the largest, and that value) where there are several.

    Args:
        head: with its target.
        logits: of this head, shape (n, units); None where only its probabilities are known.
        explained: class indices, shape (n,).
        data: its test split is meant.
        indices: of the images, shape (n,).
        probable: probabilities in place of logits, shape (n, units).
    """
    labels = _labels(head, data, indices)
    if head.valued and logits is not None:
        said = zip(indices, labels, _values(head, logits, explained), strict=True)
        return [{"index": int(index), "label": label, **more} for index, label, more in said]
    if logits is None:
        assert probable is not None, "logits or probabilities"
        predicted = likeliest(probable, head)
    else:
        predicted, probable = answers(logits, head), probabilities(logits, head)
    sure = confidence(probable, predicted, head)
    return [
        {
            "index": int(index),
            "label": labels[i],
            "predicted": name_of(head, predicted[i]),
            "probability": float(sure[i]),
            "explained": name_of(head, explained[i]),
            **_added(head),
        }
        for i, index in enumerate(indices)
    ]


def _values(head: Head, logits: Array, explained: Array) -> list[dict[str, Any]]:
    """Of each image the explained unit and its value, and which is the largest of several."""
    found: list[dict[str, Any]] = []
    for row, target in zip(logits, explained, strict=True):
        unit = int(target) if head.units > 1 else 0
        best = unit if row[unit] == row.max() else int(row.argmax())
        largest = {"largest": [name_of(head, best), float(row[best])]} if head.units > 1 else {}
        found.append({"explained": name_of(head, target), "value": float(row[unit]), **largest})
    return found


def _added(head: Head) -> dict[str, str]:
    """The function that a model's output lacks to be probabilities, where it lacks one."""
    if head.kind != "logits":
        return {}
    return {"by": "sigmoid" if head.units == 1 else "softmax"}


def name_of(head: Head, index: int) -> str:
    """The name of a class, or "class 3" where the dataset names none; of plain values "unit 3".

    A single unit that stands for itself is unit 0, whatever sign it is asked with.
    """
    if head.valued:
        return f"unit {index if head.units > 1 else 0}"
    return head.target.classes[index] if head.target else f"class {index}"


def _labels(head: Head, data: Dataset, indices: Array) -> list[str]:
    """What images are, as far as that is known: their class, else their file's name, else "".

    An output without labels of its own is shown images whose primary class may be known.
    """
    if head.target is None and data.targets:
        return names(data, indices)
    labels = data.splits["test"].labels.get(head.target.name) if head.target else None
    if labels is not None:
        return [name_of(head, np.asarray(labels)[index]) for index in indices]
    files = data.facts.get("names")
    return [str(files[int(index)]) if files else "" for index in indices]
