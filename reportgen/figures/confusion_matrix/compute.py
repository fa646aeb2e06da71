"""Counts of images by true and by predicted class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.attribution.heads import unlabeled
from reportgen.figures.confusion_matrix.facts import Facts, HeadFacts
from reportgen.figures.confusion_matrix.measures import measures
from reportgen.figures.parts import head_parts
from reportgen.network.batching import pieces
from reportgen.network.network import Network
from reportgen.network.predictions import predict_classes
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Head, Subject, Target
from reportgen.types import Integers


def compute(subject: Subject) -> Artifact:
    """Answer every image of the split once, batch by batch, and count.

    Returns:
        Arrays `counts@<output>`: int64, shape (classes, classes), rows true, columns predicted;
        and `Facts`.

    Raises:
        UndefinedError: there is no dataset with labels for the model's outputs, or no image.
    """
    data, split = subject.data, subject.params["split"]
    if data is None:
        raise UndefinedError("There is nothing to confuse, because the spec names no dataset.")
    heads = [head for head in subject.network.heads_for(data.targets) if head.target is not None]
    if not heads:
        raise UndefinedError(
            f"There are no classes to confuse: {unlabeled(subject.network, data)}."
        )
    if split not in data.splits or not len(data.splits[split].images):
        raise UndefinedError(f"The {split} split of dataset '{data.name}' has no images.")
    facts = Facts(_head_facts(heads), split)
    counts = confusion(subject.network, data, heads, split)
    return Artifact(
        {f"counts@{head.name}": table for head, table in zip(facts.heads, counts, strict=True)},
        facts,
        tuple(
            measure
            for head, table in zip(facts.heads, counts, strict=True)
            for measure in measures(head, table, split)
        ),
    )


def _head_facts(heads: Sequence[Head]) -> tuple[HeadFacts, ...]:
    parts = head_parts([head.name for head in heads])
    return tuple(
        HeadFacts(head.name, head.title, _target(head).classes, prefix=f"{part}-" if part else "")
        for head, part in zip(heads, parts, strict=True)
    )


def confusion(network: Network, data: Dataset, heads: Sequence[Head], split: str) -> list[Integers]:
    """For each head a table (classes, classes) of images by true (row) and predicted class.

    Args:
        network: the model.
        data: has the images and their labels.
        heads: heads with targets.
        split: whose images to count.

    Raises:
        UndefinedError: weights or answers are not finite.
    """
    images = np.asarray(data.splits[split].images)
    sizes = [len(_target(head).classes) for head in heads]
    tables = [np.zeros((size, size), np.int64) for size in sizes]
    for part in pieces(images):
        predicted = predict_classes(network, prepare(images[part], data.preprocessing), heads)
        for head, table, classes in zip(heads, tables, predicted, strict=True):
            true = np.asarray(data.splits[split].labels[_target(head).name])[part]
            np.add.at(table, (true.astype(np.int64), classes), 1)
    return tables


def _target(head: Head) -> Target:
    assert head.target is not None, f"output {head.name!r} answers no target"
    return head.target
