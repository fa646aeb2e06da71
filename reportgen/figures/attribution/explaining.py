"""Explanations of test images: outputs, classes, colors, and what pages say of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.answers import likeliest, untold
from reportgen.network.gradients import PREDICTED
from reportgen.network.heads import sides
from reportgen.network.network import Network
from reportgen.network.outputs import answers, confidence, probabilities, require_answers
from reportgen.network.preprocessing import names, prepare
from reportgen.records import Dataset, Head, Subject, Target
from reportgen.types import Array, Floats


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


COLORS = ("black", "white", "mean")
"""Names of the colors that an image, or a patch of it, may be replaced with."""


def data_of(subject: Subject) -> Dataset:
    """The dataset of a figure that explains images.

    Raises:
        UndefinedError: there is none.
    """
    if subject.data is None:
        raise UndefinedError("This figure explains test images, and there is no dataset.")
    return subject.data


def unlabeled(network: Network, data: Dataset) -> str:
    """Why no output of a model is labeled by a dataset, as the end of a sentence."""
    if not data.targets:
        return f"the dataset '{data.name}' has no labels"
    if len(found := network.heads) == 1:
        if found[0].kind == "maps":
            size = sides(network.graph.outputs[0].shape)
            given = f"{size} values for an image, which are no answer to a label"
        else:
            count = len(data.targets[0].classes)
            given = f"one value, which cannot tell {count} classes apart"
        return f"output '{found[0].name}' of the model gives {given}"
    outputs = ", ".join(f"'{name}'" for name in network.output_names)
    labels = ", ".join(f"'{target.name}'" for target in data.targets)
    return f"no output of the model ({outputs}) has the name of a label of the dataset ({labels})"


def explained_heads(
    network: Network, targets: Sequence[Target], score: str = "logit"
) -> tuple[Head, ...]:
    """The heads of a model that can be explained: all but those that are images themselves, and,
    beside others, those without a logit.

    Args:
        model: with a graph.
        targets: what its dataset labels.
        score: what is explained; a "probability" needs no logit.

    Raises:
        UndefinedError: there is no other.
    """
    every = network.heads_for(targets)
    without = untold(network) if score == "logit" else ()
    found = tuple(h for h in every if h.kind != "maps" and h.index not in without)
    if not found:
        require_answers(network, [head.index for head in every])
    return found


def aside(network: Network, score: str = "logit") -> str:
    """A sentence on outputs that `explained_heads` leaves out; "" where there are none."""
    graph, without = network.graph, untold(network) if score == "logit" else ()
    said = []
    for head in network.heads:
        if head.kind == "maps":
            size = sides(graph.outputs[head.index].shape)
            said.append(
                f"Output {head.name} gives {size} values for an image, so it is not explained."
            )
        elif head.index in without:
            said.append(
                f"What output {head.name} is made of cannot be read, so there is no logit, and it "
                "is not explained."
            )
    return " ".join(said)


def wanted(
    heads: Sequence[Head], data: Dataset, indices: Array, target: str | None
) -> NDArray[np.int32]:
    """Classes to explain for test images, shape (n, heads); -1 for the predicted one.

    Of values that stand for themselves units are explained: -1 is the largest, and 1 the only one,
    as the score of 0 would be its negative.

    Args:
        heads: which have targets of the dataset.
        data: its test split is meant.
        indices: of the images.
        target: None for the predicted class, "label" for the true one, or a class's name or index
            (or a unit's).

    Raises:
        UserError: a head has no such class.
    """
    return np.stack([_classes(head, data, indices, target) for head in heads], axis=1)


def mean_of(data: Dataset) -> str:
    """The split whose images have the mean color: "train", or "test" where that has none."""
    return "train" if len(data.splits["train"].images) else "test"


def color(data: Dataset, name: str) -> Floats:
    """A color as model input, shape (c,): "black", "white", "mean" (of the training images).

    Images without labels are all test images: of those the mean is taken then.
    """
    images = np.asarray(data.splits[mean_of(data)].images)
    if name == "mean":
        pixels = images.reshape(-1, images.shape[-1]).mean(axis=0, dtype=np.float64)
    else:
        pixels = np.full(images.shape[-1], {"black": 0.0, "white": 255.0}[name])
    return prepare(pixels, data.preprocessing)


def _classes(head: Head, data: Dataset, indices: Array, target: str | None) -> NDArray[np.int32]:
    if target is None:
        only = head.valued and head.units == 1
        return np.full(len(indices), 1 if only else PREDICTED, np.int32)
    labels = data.splits["test"].labels.get(head.target.name) if head.target else None
    if target == "label" and labels is not None:
        return np.asarray(np.asarray(labels)[indices], dtype=np.int32)
    classes = [name_of(head, index) for index in range(_count(head))]
    by_index = int(target) if target.isdecimal() and int(target) < len(classes) else None
    index = classes.index(target) if target in classes else by_index
    if index is None:
        what = "unit" if head.valued else "class"
        missing = "labels" if target == "label" else f"{what} '{target}'"
        message = f"head '{head.name}' has no {missing}"
        raise UserError(Problem(message, hint=f'use null, "label", or a {what} name or index'))
    index = index if _count(head) > 1 else 1
    return np.full(len(indices), index, np.int32)


def _count(head: Head) -> int:
    """How many classes or units can be asked for: a single unit tells two classes apart."""
    return head.units if head.valued else max(head.units, 2)
