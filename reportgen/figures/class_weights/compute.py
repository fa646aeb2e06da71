"""Weight vectors of the classes, their angles, and class centers where there are images."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.class_weights import measures
from reportgen.metrics.embeddings import angles, directions, mean_directions, paired_angles
from reportgen.network.embeddings import (
    Classifier,
    Place,
    classifier,
    head_at,
    length_effect,
    split_vectors,
)
from reportgen.records import Artifact, Head, Measure, Subject

SHOWN = 3
"""Dimensions that are drawn as they are."""

PROBED = 512
"""Embeddings on which the effect of their length is measured."""


def compute(subject: Subject) -> Artifact:
    """The weight matrix as vectors of classes, and how they lie.

    Returns:
        Arrays `lengths` (classes,), `angles` (classes, classes) in degrees, `bias` (classes,)
        where there is one, `center_angles` (classes,) where there are labeled images; of up to
        three dimensions also `weights` and `centers` (classes, d).
        Facts `classes`, `layer`, `kind`, `split`, `images`, `unmeasured`.

    Raises:
        UndefinedError: classes have no weight vectors, a single unit, or a single dimension.
        UserError: no such output or split.
    """
    network, data = subject.network, subject.data
    head = head_at(network, data, subject.params["output"])
    made = classifier(network, head)
    if head.valued:
        raise UndefinedError(
            f"There are no classes to compare, because no label, softmax or sigmoid makes the "
            f"values of output '{head.name}' scores of classes."
        )
    if head.units == 1 or made.weights.shape[1] < 2:
        raise UndefinedError(
            f"Layer '{made.path}' has {'a single unit' if head.units == 1 else 'a single input'}, "
            "so there are no directions of classes to compare."
        )
    classes = _classes(head)
    found = measures.of_weights(made, classes, subject.seed)
    arrays: dict[str, Any] = {
        "lengths": np.linalg.norm(made.weights, axis=1),
        "angles": angles(made.weights, made.weights).astype(np.float32),
    }
    dimensions = made.weights.shape[1]
    if dimensions <= SHOWN:
        arrays["weights"] = made.weights.astype(np.float32)
    if made.bias is not None:
        arrays["bias"] = made.bias.astype(np.float32)
    why, images = _unlabeled(subject, head), 0
    if not why:
        more, told, images = _of_images(subject, head, made, len(classes))
        arrays, found = arrays | more, found + told
    facts = {
        "classes": classes,
        "layer": made.path,
        "kind": made.kind,
        "dimensions": dimensions,
        "split": subject.params["split"],
        "images": images,
        "unmeasured": why,
    }
    return Artifact(arrays, facts, tuple(found))


def _classes(head: Head) -> list[str]:
    if head.target is not None:
        return list(head.target.classes)
    return [f"class {place}" for place in range(head.units)]


def _unlabeled(subject: Subject, head: Head) -> str:
    """Why there are no class centers, or ""."""
    if subject.data is None:
        return "there is no dataset"
    return "" if head.target is not None else "there are no labels"


def _of_images(
    subject: Subject, head: Head, made: Classifier, classes: int
) -> tuple[dict[str, Any], list[Measure], int]:
    """Class centers and what they are measured by."""
    data, split = subject.data, subject.params["split"]
    assert data is not None
    assert head.target is not None
    place = Place(made.path, before=True)
    values, chosen = split_vectors(
        subject.network, data, split, place, subject.params["measure_on"]
    )
    labels = np.asarray(data.splits[split].labels[head.target.name])[chosen].astype(np.int64)
    centers = mean_directions(values, labels, classes)
    found = measures.aligned(made, centers, split, subject.seed)
    directed = values[~np.isnan(directions(values)).any(axis=1)][:PROBED]
    if len(directed):
        effect = length_effect(subject.network, made, directed)
        found.append(measures.effect(effect, made, len(directed)))
    arrays = {"center_angles": paired_angles(made.weights, centers)}
    if centers.shape[1] <= SHOWN:
        arrays["centers"] = centers
    return arrays, found, len(values)
