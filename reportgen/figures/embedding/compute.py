"""Embeddings of each split as points, and what their angles say."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.class_weights.measures import effect, margin
from reportgen.figures.embedding import measures
from reportgen.figures.embedding.measures import Seen
from reportgen.metrics.embeddings import components, directions
from reportgen.network.arguments import check_images, check_layer, require_model
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
from reportgen.network.network import Network
from reportgen.records import Artifact, Dataset, Head, Measure, Subject, Target
from reportgen.types import Floats, Model

SHOWN = 3
"""Dimensions that are drawn as they are."""

PROBED = 512
"""Embeddings on which the effect of their length is measured."""


def embedding(
    model: Model, images: Any, layer: str | None = None, output: str | int | None = None
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
    from reportgen.network.arguments import require_effect
    from reportgen.network.heads import output_index

    network = require_model(model)
    layer = check_layer(network, layer)
    require_effect("output", output, None, {"layer": (None,)}, layer=layer)
    head = network.heads[0 if layer is not None else output_index(network.heads, output)]
    return vectors(network, check_images(network, images), embedding_place(network, layer, head))


def compute(subject: Subject) -> Artifact:
    """Points of every split, class centers, weight vectors, angles, and what they say.

    Class centers are the mean directions of the first split's images; all splits are measured
    against them.

    Returns:
        Arrays `points@<split>` (n, q), q = 2 or 3, as they are or projected on the first principal
        components of the first split; `labels@<split>` (n,); with labels `own@<split>` and
        `nearest@<split>` (n,), angles to the own and the nearest other center; `origin` (q,);
        where nothing was projected `centers` and `weights` (classes, q), unit vectors.
        Facts `splits`, `classes`, `place`, `dimensions`, `projected`, `images`.

    Raises:
        UndefinedError: there is no dataset, no embedding, or it has a single dimension.
        UserError: no such layer, output or split.
    """
    data, params = subject.data, subject.params
    if data is None:
        raise UndefinedError("There is nothing to embed, because the spec names no dataset.")
    head = head_at(subject.network, data, params["output"])
    place = embedding_place(subject.network, params["layer"], head)
    seen = _seen(subject.network, data, head, place, params)
    dimensions = seen[0].vectors.shape[1]
    if dimensions < 2:
        raise UndefinedError(
            f"The {place.text} has a single value for an image, so there are no directions to show."
        )
    made = _classifier(subject.network, head, place, data, seen[0])
    target = _target(head, data)
    classes = [] if target is None else list(target.classes)
    arrays, shown = _points(seen, subject.seed)
    how = f"values that the {place.text} has for an image"
    size = Measure("dimensions", dimensions, "dimensions", how=how)
    found = [size, *shown, *_lengths(subject, seen, made)]
    if classes:
        more, told = measures.of_angles(seen, classes, made, subject.seed)
        arrays |= (
            more
            if dimensions <= SHOWN
            else {k: more[k] for k in more.keys() - {"centers", "weights"}}
        )
        found += told
    facts = {
        "splits": [one.split for one in seen],
        "images": [len(one.vectors) for one in seen],
        "of": [len(np.asarray(data.splits[one.split].images)) for one in seen],
        "classes": classes,
        "place": place.text,
        "layer": place.path,
        "dimensions": dimensions,
        "projected": dimensions > SHOWN,
        "classifier": "" if made is None else made.path,
    }
    return Artifact(arrays, facts, tuple(found))


def _seen(network: Network, data: Dataset, head: Head, place: Place, params: Any) -> list[Seen]:
    if not params["splits"] or len(set(params["splits"])) < len(params["splits"]):
        got = ", ".join(params["splits"]) or "none"
        raise UserError(Problem(f"splits must be one or more different splits, got {got}"))
    found = []
    for split in params["splits"]:
        values, chosen = split_vectors(network, data, split, place, params["samples"])
        target = _target(head, data)
        named = None if target is None else data.splits[split].labels[target.name]
        labels = None if named is None else np.asarray(named)[chosen].astype(np.int64)
        found.append(Seen(split, values, labels))
    return found


def _target(head: Head, data: Dataset) -> Target | None:
    """What tells points apart: what the head answers, else what the dataset labels first."""
    return head.target or next(iter(data.targets), None)


def _classifier(
    network: Network, head: Head, place: Place, data: Dataset, first: Seen
) -> Classifier | None:
    """The classifier, if the embedding is what it is given and its classes are those of points."""
    if head.valued or (head.target is None and data.targets):
        return None
    try:
        made = classifier(network, head)
    except UndefinedError:
        return None
    if made.weights.shape[1] != first.vectors.shape[1] or head.units == 1:
        return None
    if not place.before:
        before = Place(made.path, before=True)
        given, _ = split_vectors(network, data, first.split, before, len(first.vectors))
        if len(given) != len(first.vectors) or not np.allclose(given, first.vectors, atol=1e-5):
            return None
    return made


def _points(seen: list[Seen], seed: int) -> tuple[dict[str, Any], list[Measure]]:
    """What is drawn: vectors as they are where they can be, else their principal components."""
    labels = {f"labels@{one.split}": one.labels for one in seen if one.labels is not None}
    arrays: dict[str, Any] = {k: v.astype(np.int32) for k, v in labels.items()}
    dimensions = seen[0].vectors.shape[1]
    if dimensions <= SHOWN:
        arrays |= {f"points@{one.split}": one.vectors for one in seen}
        return {**arrays, "origin": np.zeros(dimensions, np.float32)}, []
    axes = components(seen[0].vectors, 2, seed)
    arrays |= {f"points@{one.split}": axes.project(one.vectors) for one in seen}
    arrays["origin"] = axes.project(np.zeros((1, dimensions), np.float32))[0]
    how = "share of the variance of the {} embeddings along the first 2 principal components of "
    how += (
        f"the {seen[0].split} embeddings; baseline: variance alike in all {dimensions} dimensions"
    )
    return arrays, [
        Measure(
            f"variance_shown@{one.split}",
            axes.share(one.vectors),
            n=len(one.vectors),
            baseline=2 / dimensions,
            how=how.format(one.split),
        )
        for one in seen
    ]


def _lengths(subject: Subject, seen: list[Seen], made: Classifier | None) -> list[Measure]:
    found = [one for part in seen for one in measures.of_lengths(part, subject.seed)]
    if made is None:
        return found
    found += margin(made)
    directed = seen[0].vectors[~np.isnan(directions(seen[0].vectors)).any(axis=1)][:PROBED]
    if not len(directed):
        return found
    return [*found, effect(length_effect(subject.network, made, directed), made, len(directed))]
