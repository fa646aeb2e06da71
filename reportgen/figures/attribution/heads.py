"""The outputs that a figure explains, and their classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reportgen.class_names import class_index, reading
from reportgen.errors import Problem, UserError
from reportgen.network.heads import says_nothing, sides
from reportgen.network.network import Network
from reportgen.network.outputs import require_answers
from reportgen.network.predictions import outputs_without_logits
from reportgen.network.scores import PREDICTED
from reportgen.records import Dataset, Head, Target
from reportgen.types import Array


def explained_heads(
    network: Network, targets: Sequence[Target], score: str = "logit"
) -> tuple[Head, ...]:
    """The heads that can be explained.

    Left out are outputs that are images themselves and, beside others, those without a logit.

    Args:
        network: with a graph.
        targets: what its dataset labels.
        score: what is explained; a "probability" needs no logit.

    Raises:
        UndefinedError: no head can be explained.
    """
    heads = network.heads_for(targets)
    without_logit = outputs_without_logits(network) if score == "logit" else ()
    explained = tuple(h for h in heads if h.answers and h.index not in without_logit)
    if not explained:
        require_answers(network, [head.index for head in heads])
    return explained


def unexplained(network: Network, score: str = "logit") -> str:
    """A sentence on outputs that `explained_heads` leaves out; "" where there are none."""
    without_logit = outputs_without_logits(network) if score == "logit" else ()
    sentences = []
    for head in network.heads:
        if head.kind == "maps":
            size = sides(network.graph.outputs[head.index].shape)
            sentences.append(
                f"Output {head.name} gives {size} values for an image, so it is not explained."
            )
        elif not head.answers:
            sentences.append(says_nothing(head))
        elif head.index in without_logit:
            sentences.append(
                f"What output {head.name} is made of cannot be read, so there is no logit, and it "
                "is not explained."
            )
    return " ".join(sentences)


def remarks(
    network: Network, heads: Sequence[Head], targets: Sequence[str | None], score: str = "logit"
) -> str:
    """Sentences on outputs left out, and on numbers among `targets` that are names of classes."""
    read = [reading(target, head.classes) for head in heads for target in targets]
    return " ".join(filter(None, dict.fromkeys([unexplained(network, score), *read])))


def unlabeled(network: Network, data: Dataset) -> str:
    """Why no output of a model is labeled by a dataset, as the end of a sentence."""
    if not data.targets:
        return f"the dataset '{data.name}' has no labels"
    if len(heads := network.heads) == 1:
        if heads[0].kind == "maps":
            size = sides(network.graph.outputs[0].shape)
            values = f"{size} values for an image, which are no answer to a label"
        elif not heads[0].answers:
            text = says_nothing(heads[0]).rstrip(".")
            return text[0].lower() + text[1:]
        else:
            count = len(data.targets[0].classes)
            values = f"one value, which cannot tell {count} classes apart"
        return f"output '{heads[0].name}' of the model gives {values}"
    outputs = ", ".join(f"'{name}'" for name in network.output_names)
    labels = ", ".join(f"'{target.name}'" for target in data.targets)
    return f"no output of the model ({outputs}) has the name of a label of the dataset ({labels})"


def score_of(head: Head) -> Literal["logit", "value"]:
    """What is explained of a head: a "logit", or a "value" that stands for itself."""
    return "value" if head.valued else "logit"


def target_classes(
    heads: Sequence[Head], data: Dataset, indices: Array, target: str | None
) -> NDArray[np.int32]:
    """Classes to explain for test images, shape (n, heads); -1 for the predicted one.

    Of values that stand for themselves units are explained: -1 is the largest, and 1 the only one,
    as the score of 0 would be its negative.

    Args:
        heads: which have targets of the dataset.
        data: whose test split holds the images.
        indices: of the images.
        target: None for the predicted class, "label" for the true one, or a class's name or index
            (or a unit's).

    Raises:
        UserError: a head has no such class.
    """
    return np.stack([_classes(head, data, indices, target) for head in heads], axis=1)


def class_name(head: Head, index: int) -> str:
    """The name of a class, or "class 3" where the dataset names none; of plain values "unit 3".

    A single unit that stands for itself is unit 0 for either index.
    """
    if head.valued:
        return f"unit {index if head.units > 1 else 0}"
    return head.classes[index] if head.classes else f"class {index}"


def class_names(head: Head) -> list[str]:
    """Names of all classes or units of a head; a single unit tells two classes apart."""
    count = head.units if head.valued else max(head.units, 2)
    return [class_name(head, index) for index in range(count)]


def _classes(head: Head, data: Dataset, indices: Array, target: str | None) -> NDArray[np.int32]:
    if target is None:
        single = head.valued and head.units == 1
        return np.full(len(indices), 1 if single else PREDICTED, np.int32)
    labels = data.splits["test"].labels.get(head.target.name) if head.target else None
    if target == "label" and labels is not None:
        return np.asarray(np.asarray(labels)[indices], dtype=np.int32)
    names, noun = class_names(head), "unit" if head.valued else "class"
    if target == "label" and target not in names:
        message = f"head '{head.name}' has no labels"
        raise UserError(Problem(message, hint=f"use null, or a {noun} name or index"))
    allowed = f'null, "label", or a {noun} name or index'
    index = class_index(target, names, f"head '{head.name}'", noun, allowed)
    return np.full(len(indices), index if len(names) > 1 else 1, np.int32)
