"""What every explanation of test images needs: which class, and what to tell of each image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.gradients import PREDICTED
from reportgen.probing.heads import output_names
from reportgen.probing.inputs import prepare
from reportgen.probing.outputs import answers, confidence, probabilities
from reportgen.records import Dataset, Head, Subject

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


def unlabeled(model: Any, data: Dataset) -> str:
    """Why no output of a model is labeled by a dataset, as the end of a sentence."""
    if not data.targets:
        return f"the dataset '{data.name}' has no labels"
    outputs, labels = (", ".join(f"'{name}'" for name in names) for names in
                       (output_names(model), [target.name for target in data.targets]))  # fmt: skip
    return f"no output of the model ({outputs}) has the name of a label of the dataset ({labels})"


def wanted(
    heads: Sequence[Head], data: Dataset, indices: NDArray[Any], target: str | None
) -> NDArray[np.int32]:
    """Classes to explain for test images, shape (n, heads); -1 for the predicted one.

    Args:
        heads: which have targets of the dataset.
        data: its test split is meant.
        indices: of the images.
        target: None for the predicted class, "label" for the true one, or a class's name or index.

    Raises:
        UserError: a head has no such class.
    """
    return np.stack([_classes(head, data, indices, target) for head in heads], axis=1)


def told(
    head: Head, logits: NDArray[Any], explained: NDArray[Any], data: Dataset, indices: NDArray[Any]
) -> list[dict[str, Any]]:
    """What a page says of each image, JSON-ready: index, label, predicted, probability, explained.

    Where the model ends without a softmax or sigmoid also `by`: which of them made the probability.

    Args:
        head: with its target.
        logits: of this head, shape (n, units).
        explained: class indices, shape (n,).
        data: its test split is meant.
        indices: of the images, shape (n,).
    """
    predicted = answers(logits, head)
    sure = confidence(probabilities(logits, head), predicted, head)
    labels = _labels(head, data, indices)
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


def _added(head: Head) -> dict[str, str]:
    """The function that a model's output lacks to be probabilities, where it lacks one."""
    if head.kind != "logits":
        return {}
    return {"by": "sigmoid" if head.units == 1 else "softmax"}


def name_of(head: Head, index: int) -> str:
    """The name of a class, or "class 3" where the dataset names none."""
    return head.target.classes[index] if head.target else f"class {index}"


def _labels(head: Head, data: Dataset, indices: NDArray[Any]) -> list[str]:
    """What images are, as far as that is known: their class, else their file's name, else ""."""
    labels = data.splits["test"].labels.get(head.target.name) if head.target else None
    if labels is not None:
        return [name_of(head, np.asarray(labels)[index]) for index in indices]
    files = data.facts.get("names")
    return [str(files[int(index)]) if files else "" for index in indices]


def mean_of(data: Dataset) -> str:
    """The split whose images have the mean color: "train", or "test" where that has none."""
    return "train" if len(data.splits["train"].images) else "test"


def color(data: Dataset, name: str) -> NDArray[np.float32]:
    """A color as model input, shape (c,): "black", "white", "mean" (of the training images).

    Images without labels are all test images: of those the mean is taken then.
    """
    images = np.asarray(data.splits[mean_of(data)].images)
    if name == "mean":
        pixels = images.reshape(-1, images.shape[-1]).mean(axis=0, dtype=np.float64)
    else:
        pixels = np.full(images.shape[-1], {"black": 0.0, "white": 255.0}[name])
    return prepare(pixels, data.preprocessing)


def _classes(
    head: Head, data: Dataset, indices: NDArray[Any], target: str | None
) -> NDArray[np.int32]:
    if target is None:
        return np.full(len(indices), PREDICTED, np.int32)
    labels = data.splits["test"].labels.get(head.target.name) if head.target else None
    if target == "label" and labels is not None:
        return np.asarray(np.asarray(labels)[indices], dtype=np.int32)
    classes = [name_of(head, index) for index in range(max(head.units, 2))]
    by_index = int(target) if target.isdecimal() and int(target) < len(classes) else None
    index = classes.index(target) if target in classes else by_index
    if index is None:
        missing = "labels" if target == "label" else f"class '{target}'"
        message = f"head '{head.name}' has no {missing}"
        raise UserError(Problem(message, hint='use null, "label", or a class name or index'))
    return np.full(len(indices), index, np.int32)
