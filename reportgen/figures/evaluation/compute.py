"""Accuracy with its interval and chance level, loss, and accuracy without color."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.attribution.heads import unlabeled
from reportgen.metrics.statistics import bootstrap, wilson
from reportgen.network.batching import pieces
from reportgen.network.finite import require_finite
from reportgen.network.inputs import require_one_input
from reportgen.network.network import Network
from reportgen.network.predictions import predict_classes
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Head, Measure, Subject
from reportgen.types import Array, Booleans, Floats

SPLITS = ("train", "validation", "test")


def compute(subject: Subject) -> Artifact:
    """Read the metrics of training's evaluation, and run the test images once more without color.

    Returns:
        Facts `rows`: for each split and output {"split", "output", "n", "accuracy", "interval",
        "baseline", "loss"}; and `several` (whether there is more than one output).

    Raises:
        UndefinedError: there is no dataset with labels for the model's outputs, or its weights or
            answers are not finite.
    """
    data = subject.data
    if data is None:
        raise UndefinedError("There is nothing to evaluate on, because the spec names no dataset.")
    found = [head for head in subject.network.heads_for(data.targets) if head.target is not None]
    rows = [row for split in SPLITS for head in found if (row := _row(subject, data, split, head))]
    if not rows:
        raise _undefined(subject.network, data, found)
    # A ReLU may turn NaN into 0, so that a broken model has a finite loss.
    require_finite(subject.network)
    return Artifact(
        facts={"rows": rows, "several": len(found) > 1},
        measures=(
            *(measure for row in rows for measure in _measures(row)),
            *_on_test_images(subject, data, found, rows),
        ),
    )


def _undefined(network: Network, data: Dataset, found: Sequence[Head]) -> UndefinedError:
    """Why there is no accuracy."""
    if not found:
        return UndefinedError(f"There is no accuracy to report: {unlabeled(network, data)}.")
    require_one_input(network)
    require_finite(network)
    names = ", ".join(f"'{head.name}'" for head in found)
    return UndefinedError(
        f"What the model answers in {names} is not finite (NaN or infinite) for images of every "
        "split, so there is no accuracy to report."
    )


def _row(subject: Subject, data: Dataset, split: str, head: Head) -> dict[str, Any] | None:
    metrics, name = subject.facts.metrics, f"{split}.{head.name}"
    accuracy, n = metrics.get(f"{name}.accuracy"), subject.facts.counts.get(split, 0)
    if accuracy is None or not n:
        return None
    return {
        "split": split,
        "head": head.name,
        "output": head.title,
        "n": n,
        "accuracy": float(accuracy),
        "interval": list(wilson(round(accuracy * n), n)),
        "baseline": most_frequent(labels_of(data, split, head)),
        "loss": metrics.get(f"{name}.loss"),
    }


def _measures(row: dict[str, Any]) -> tuple[Measure, ...]:
    where, n = f"{row['split']}.{row['head']}", row["n"]
    images = f"all images of the {row['split']} split"
    accuracy = Measure(
        f"accuracy@{where}",
        row["accuracy"],
        n=n,
        interval=(row["interval"][0], row["interval"][1]),
        baseline=row["baseline"],
        how=f"share of {images} whose most probable class is right, interval by Wilson; "
        "baseline: always saying the most frequent class",
    )
    if row["loss"] is None:
        return (accuracy,)
    return (accuracy, Measure(f"loss@{where}", row["loss"], n=n, how=f"mean loss over {images}"))


def _on_test_images(
    subject: Subject, data: Dataset, found: Sequence[Head], rows: Sequence[dict[str, Any]]
) -> list[Measure]:
    """The mean over outputs, and for color images the accuracy without color."""
    tested = {row["head"]: row for row in rows if row["split"] == "test"}
    if len(tested) < len(found):
        return []
    images = np.asarray(data.splits["test"].images)
    if len(found) == 1:
        measures = [_only(tested[found[0].name])]
    else:
        measures = [_mean(correct(subject.network, data, found, images), subject.seed)]
    if images.shape[-1] == 3:
        gray = correct(subject.network, data, found, images, gray=True)
        accuracies = [tested[head.name]["accuracy"] for head in found]
        measures += [_gray(head, gray[:, i], accuracies[i]) for i, head in enumerate(found)]
    return measures


def _only(row: dict[str, Any]) -> Measure:
    how = "test accuracy of the model's only output, interval by Wilson"
    interval = (row["interval"][0], row["interval"][1])
    return Measure("mean_accuracy@test", row["accuracy"], "", row["n"], interval, how=how)


def _mean(right: Booleans, seed: int) -> Measure:
    each = right.mean(axis=1)
    return Measure(
        "mean_accuracy@test",
        float(each.mean()),
        n=len(right),
        interval=bootstrap(each, seed),
        how=f"test accuracy averaged over the {right.shape[1]} outputs, interval by resampling "
        "images",
    )


def _gray(head: Head, gray: Booleans, colored: float) -> Measure:
    return Measure(
        f"gray_accuracy@test.{head.name}",
        float(gray.mean()),
        n=len(gray),
        interval=wilson(int(gray.sum()), len(gray)),
        baseline=colored,
        how="test accuracy when each pixel's three channels are replaced by their root mean "
        "square, which turns its color to gray and keeps its energy (the sum of their squares); "
        "baseline: accuracy on the same images in color",
    )


def correct(
    network: Network,
    data: Dataset,
    found: Sequence[Head],
    images: Array,
    gray: bool = False,
) -> Booleans:
    """Which test images each head answers rightly: bool, shape (n, heads).

    Args:
        model: a built Keras model; data: the dataset whose test labels are right.
        found: heads with targets.
        images: all test images as stored, (n, h, w, c).
        gray: show them `without_color`.
    """
    right = np.zeros((len(images), len(found)), bool)
    for part in pieces(images):
        shown = without_color(images[part]) if gray else images[part]
        classes = predict_classes(network, prepare(shown, data.preprocessing), found)
        for place, head in enumerate(found):
            right[part, place] = classes[place] == labels_of(data, "test", head)[part]
    return right


def without_color(images: Array) -> Floats:
    """Images (n, h, w, c) with every channel replaced by the root mean square of all, as float32.

    A pixel's color is a vector; this turns it onto the gray axis and keeps its length. The mean
    would dim a pure color to a third of its energy and the largest channel would triple it, so
    that a network could fail for the brightness and not for want of color.
    """
    gray = np.sqrt(np.square(images.astype(np.float32)).mean(axis=-1, keepdims=True))
    return np.broadcast_to(gray, images.shape).astype(np.float32)


def labels_of(data: Dataset, split: str, head: Head) -> Array:
    """The class index of each image of a split for the target that a head answers."""
    if head.target is None:
        raise ValueError(f"output {head.name!r} answers no target")
    return np.asarray(data.splits[split].labels[head.target.name])


def most_frequent(labels: Array) -> float:
    """The share of the most frequent class: what always saying that one class would reach."""
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))
