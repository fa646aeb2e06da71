"""Embeddings of each split as points, and the measures of their angles and lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.class_vectors import length_effect_measure, margin_measures
from reportgen.figures.embedding.facts import Facts, SplitFacts
from reportgen.figures.embedding.measures import Embedded, angles_of, lengths_of
from reportgen.metrics.embeddings import components, directions
from reportgen.network.arguments import check_images, check_layer, require_effect, require_model
from reportgen.network.embeddings import (
    Classifier,
    Place,
    classifier,
    embedding_place,
    head_at,
    length_effect,
    split_vectors,
    vectors,
)
from reportgen.network.heads import output_index
from reportgen.network.network import Network
from reportgen.records import Artifact, Dataset, Head, Measure, Subject, Target
from reportgen.types import Array, Floats, Model, Params

SHOWN = 3
"""Dimensions that are drawn as they are."""

PROBED = 512
"""Embeddings on which the effect of their length is measured."""


def embedding(
    model: Model,
    images: Array | Sequence[Array],
    layer: str | None = None,
    output: str | int | None = None,
) -> Floats:
    """The embedding of each image: its vector before the layer that compares it with classes.

    Args:
        model: any Keras model; is left as it was.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        layer: path of a layer whose output to read instead; maps are averaged over space.
        output: the output whose last weighted layer is meant; needed for several, and not to be
            given beside a layer.

    Returns:
        float32, shape (n, d).

    Raises:
        UndefinedError: there is no such layer to take for granted, or the inside cannot be reached.
        UserError: there is no such layer or output, or both are given.
    """
    network = require_model(model)
    layer = check_layer(network, layer)
    require_effect("output", output, None, {"layer": (None,)}, layer=layer)
    head = network.heads[0 if layer is not None else output_index(network.heads, output)]
    return vectors(network, check_images(network, images), embedding_place(network, layer, head))


def compute(subject: Subject) -> Artifact:
    """Points of every split, class centers, weight vectors, angles, and their measures.

    Class centers are the mean directions of the first split's images; all splits are measured
    against them.

    Returns:
        Arrays `points@<split>` (n, q), q = 2 or 3, as they are or projected on the first principal
        components of the first split; `labels@<split>` (n,); with labels `own@<split>` and
        `nearest@<split>` (n,), angles to the own and the nearest other center, and `between`
        (classes, classes), angles between centers; `origin` (q,); where nothing was projected
        `centers` and `weights` (classes, q), unit vectors; and `Facts`.

    Raises:
        UndefinedError: there is no dataset, no embedding, or it has a single dimension.
        UserError: no such layer, output or split.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("There is nothing to embed, because the spec names no dataset.")
    head = head_at(network, data, params["output"])
    place = embedding_place(network, params["layer"], head)
    splits = _embedded(network, data, head, place, params)
    dimensions = splits[0].vectors.shape[1]
    if dimensions < 2:
        raise UndefinedError(
            f"The {place.text} has a single value for an image, so there are no directions to show."
        )
    last = _classifier(network, head, place, data, splits[0])
    target = _target(head, data)
    classes = () if target is None else target.classes
    how = f"values that the {place.text} has for an image"
    arrays, shares = _points(splits, subject.seed)
    measures = [Measure("dimensions", dimensions, "dimensions", how=how), *shares]
    measures += _lengths(subject, splits, last)
    if classes:
        of_angles, more = angles_of(splits, classes, last, subject.seed)
        spatial = {"centers", "weights"} if dimensions > SHOWN else set()
        arrays |= {name: array for name, array in of_angles.items() if name not in spatial}
        measures += more
    facts = Facts(
        splits=tuple(
            SplitFacts(split.split, len(split.vectors), len(data.splits[split.split].images))
            for split in splits
        ),
        classes=classes,
        place=place.text,
        layer=place.path,
        dimensions=dimensions,
        projected=dimensions > SHOWN,
        classifier="" if last is None else last.path,
    )
    return Artifact(arrays, facts, tuple(measures))


def _embedded(
    network: Network, data: Dataset, head: Head, place: Place, params: Params
) -> list[Embedded]:
    """The embeddings of each split, with labels where there are any."""
    names: list[str] = params["splits"]
    if not names or len(set(names)) < len(names):
        got = ", ".join(names) or "none"
        message = f"splits must be one or more different splits, got {got}"
        raise UserError(Problem(message, hint="write for example: splits: [train, test]"))
    target, splits = _target(head, data), []
    for name in names:
        embeddings, indices = split_vectors(network, data, name, place, params["samples"])
        labels = None
        if target is not None:
            labels = np.asarray(data.splits[name].labels[target.name])[indices].astype(np.int64)
        splits.append(Embedded(name, embeddings, labels))
    return splits


def _target(head: Head, data: Dataset) -> Target | None:
    """The labels that tell points apart: those of the head, else the dataset's first."""
    return head.target or next(iter(data.targets), None)


def _classifier(
    network: Network, head: Head, place: Place, data: Dataset, first: Embedded
) -> Classifier | None:
    """The classifier, if the embedding is its input and its classes are those of the points."""
    if head.valued or (head.target is None and data.targets):
        return None
    try:
        last = classifier(network, head)
    except UndefinedError:
        return None
    if last.weights.shape[1] != first.vectors.shape[1] or head.units == 1:
        return None
    if not place.before:
        before = Place(last.path, before=True)
        inputs, _ = split_vectors(network, data, first.split, before, len(first.vectors))
        if len(inputs) != len(first.vectors) or not np.allclose(inputs, first.vectors, atol=1e-5):
            return None
    return last


def _points(splits: Sequence[Embedded], seed: int) -> tuple[dict[str, Array], list[Measure]]:
    """The points to draw: vectors as they are where they can be, else principal components."""
    first, dimensions = splits[0], splits[0].vectors.shape[1]
    arrays: dict[str, Array] = {
        f"labels@{split.split}": split.labels.astype(np.int32)
        for split in splits
        if split.labels is not None
    }
    if dimensions <= SHOWN:
        arrays |= {f"points@{split.split}": split.vectors for split in splits}
        return {**arrays, "origin": np.zeros(dimensions, np.float32)}, []
    axes = components(first.vectors, 2, seed)
    arrays |= {f"points@{split.split}": axes.project(split.vectors) for split in splits}
    arrays["origin"] = axes.project(np.zeros((1, dimensions), np.float32))[0]
    how = "share of the variance of the {} embeddings along the first 2 principal components of "
    how += f"the {first.split} embeddings; baseline: variance alike in all {dimensions} dimensions"
    return arrays, [
        Measure(
            f"variance_shown@{split.split}",
            axes.share(split.vectors),
            n=len(split.vectors),
            baseline=2 / dimensions,
            how=how.format(split.split),
        )
        for split in splits
    ]


def _lengths(
    subject: Subject, splits: Sequence[Embedded], last: Classifier | None
) -> list[Measure]:
    measures = [measure for split in splits for measure in lengths_of(split, subject.seed)]
    if last is None:
        return measures
    measures += margin_measures(last)
    first = splits[0].vectors
    directed = first[~np.isnan(directions(first)).any(axis=1)][:PROBED]
    if not len(directed):
        return measures
    effect = length_effect(subject.network, last, directed)
    return [*measures, length_effect_measure(effect, last, len(directed))]
