"""Weight vectors of the classes, their angles, and class centers where there are images."""

from __future__ import annotations

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.class_vectors import center_measures, length_effect_measure
from reportgen.figures.class_weights.facts import Facts
from reportgen.figures.class_weights.measures import weight_measures
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
from reportgen.types import Array

SHOWN = 3
"""Dimensions that are drawn as they are."""

PROBED = 512
"""Embeddings on which the effect of their length is measured."""


def compute(subject: Subject) -> Artifact:
    """The weight matrix as vectors of classes, their lengths and angles.

    Returns:
        Arrays `lengths` (classes,), `angles` (classes, classes) in degrees, `bias` (classes,)
        where there is one, `center_angles` (classes,) where there are labeled images; of up to
        three dimensions also `weights` and `centers` (classes, d); and `Facts`.

    Raises:
        UndefinedError: classes have no weight vectors, a single unit, or a single dimension.
        UserError: no such output or split.
    """
    network, split = subject.network, subject.params["split"]
    head = head_at(network, subject.data, subject.params["output"])
    last = classifier(network, head)
    _require_directions(head, last)
    classes = _classes(head)
    arrays: dict[str, Array] = {
        "lengths": np.linalg.norm(last.weights, axis=1),
        "angles": angles(last.weights, last.weights).astype(np.float32),
    }
    dimensions = last.weights.shape[1]
    if dimensions <= SHOWN:
        arrays["weights"] = last.weights.astype(np.float32)
    if last.bias is not None:
        arrays["bias"] = last.bias.astype(np.float32)
    measures = weight_measures(last, classes, subject.seed)
    unmeasured, images = _unmeasured(subject, head), 0
    if not unmeasured:
        of_images, more, images = _centers(subject, head, last)
        arrays, measures = arrays | of_images, measures + more
    facts = Facts(classes, last.path, dimensions, split, images, unmeasured)
    return Artifact(arrays, facts, tuple(measures))


def _require_directions(head: Head, last: Classifier) -> None:
    """Raises UndefinedError where the layer has no two class vectors with directions."""
    if head.valued:
        raise UndefinedError(
            f"There are no classes to compare, because no label, softmax or sigmoid makes the "
            f"values of output '{head.name}' scores of classes."
        )
    if head.units == 1 or last.weights.shape[1] < 2:
        raise UndefinedError(
            f"Layer '{last.path}' has {'a single unit' if head.units == 1 else 'a single input'}, "
            "so there are no directions of classes to compare."
        )


def _classes(head: Head) -> tuple[str, ...]:
    if head.classes:
        return head.classes
    return tuple(f"class {index}" for index in range(head.units))


def _unmeasured(subject: Subject, head: Head) -> str:
    """Why there are no class centers, or ""."""
    if subject.data is None:
        return "there is no dataset"
    return "" if head.target is not None else "there are no labels"


def _centers(
    subject: Subject, head: Head, last: Classifier
) -> tuple[dict[str, Array], list[Measure], int]:
    """Arrays and measures of the class centers, and how many images were measured."""
    data, params = subject.data, subject.params
    assert data is not None
    assert head.target is not None
    split, place = params["split"], Place(last.path, before=True)
    embeddings, indices = split_vectors(subject.network, data, split, place, params["measure_on"])
    labels = np.asarray(data.splits[split].labels[head.target.name])[indices].astype(np.int64)
    centers = mean_directions(embeddings, labels, len(head.target.classes))
    measures = center_measures(last, centers, split, subject.seed)
    directed = embeddings[~np.isnan(directions(embeddings)).any(axis=1)][:PROBED]
    if len(directed):
        effect = length_effect(subject.network, last, directed)
        measures.append(length_effect_measure(effect, last, len(directed)))
    arrays: dict[str, Array] = {"center_angles": paired_angles(last.weights, centers)}
    if centers.shape[1] <= SHOWN:
        arrays["centers"] = centers
    return arrays, measures, len(embeddings)
