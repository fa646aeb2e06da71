"""What every explanation of test images needs: which outputs, which class, which color."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.gradients import PREDICTED
from reportgen.probing.graphs import require_graph
from reportgen.probing.heads import heads, output_names, sides
from reportgen.probing.inputs import prepare
from reportgen.probing.outputs import require_answers
from reportgen.probing.telling import name_of
from reportgen.probing.untold import untold
from reportgen.records import Dataset, Head, Subject, Target
from reportgen.types import Array, Floats

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
    if len(found := heads(model)) == 1:
        if found[0].kind == "maps":
            size = sides(require_graph(model).outputs[0].shape)
            given = f"{size} values for an image, which are no answer to a label"
        else:
            count = len(data.targets[0].classes)
            given = f"one value, which cannot tell {count} classes apart"
        return f"output '{found[0].name}' of the model gives {given}"
    outputs, labels = (", ".join(f"'{name}'" for name in names) for names in
                       (output_names(model), [target.name for target in data.targets]))  # fmt: skip
    return f"no output of the model ({outputs}) has the name of a label of the dataset ({labels})"


def explained_heads(
    model: Any, targets: Sequence[Target], score: str = "logit"
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
    every = heads(model, targets)
    without = untold(model) if score == "logit" else ()
    found = tuple(h for h in every if h.kind != "maps" and h.index not in without)
    if not found:
        require_answers(model, [head.index for head in every])
    return found


def aside(model: Any, score: str = "logit") -> str:
    """A sentence on outputs that `explained_heads` leaves out; "" where there are none."""
    graph, without = require_graph(model), untold(model) if score == "logit" else ()
    said = []
    for head in heads(model):
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
