"""Accuracy with its interval and chance level, loss, and accuracy without color."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from reportgen.drafting.paired import packed
from reportgen.errors import UndefinedError
from reportgen.figures.attribution.heads import unlabeled
from reportgen.figures.evaluation.altered import without_color
from reportgen.figures.evaluation.answers import answer_measures
from reportgen.figures.evaluation.facts import Facts, Row
from reportgen.metrics.proportions import newcombe
from reportgen.metrics.statistics import SHARE, bootstrap, wilson
from reportgen.network.batching import pieces
from reportgen.network.finite import require_finite
from reportgen.network.inputs import require_one_input
from reportgen.network.network import Network
from reportgen.network.predictions import predict_classes
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Head, Measure, Subject
from reportgen.types import Array, Booleans

SPLITS = ("train", "validation", "test")


def compute(subject: Subject) -> Artifact:
    """Read the metrics of training's evaluation, and run the test images once more without color.

    Returns:
        `Facts` without arrays.

    Raises:
        UndefinedError: there is no dataset with labels for the model's outputs, or the model's
            weights or answers are not finite.
    """
    data = subject.data
    if data is None:
        raise UndefinedError("There is nothing to evaluate on, because the spec names no dataset.")
    heads = [head for head in subject.network.heads_for(data.targets) if head.target is not None]
    rows = tuple(
        row for split in SPLITS for head in heads if (row := _row(subject, data, split, head))
    )
    if not rows:
        raise _undefined(subject.network, data, heads)
    # A ReLU may turn NaN into 0, so that a broken model has a finite loss.
    require_finite(subject.network)
    return Artifact(
        facts=Facts(rows, several=len(heads) > 1),
        measures=(
            *_with_outcomes(
                [measure for row in rows for measure in _measures(row)], subject, data, heads
            ),
            *_on_test_images(subject, data, heads, rows),
            *_gaps(rows),
            *answer_measures(subject.network, data, heads, subject.seed),
        ),
    )


def _row(subject: Subject, data: Dataset, split: str, head: Head) -> Row | None:
    """The scores of an output on a split; None where there are no images or no finite answers."""
    metrics, name = subject.facts.metrics, f"{split}.{head.name}"
    accuracy, n = metrics.get(f"{name}.accuracy"), subject.facts.counts.get(split, 0)
    if accuracy is None or not n:
        return None
    return Row(
        split,
        head.name,
        head.title,
        n,
        float(accuracy),
        interval=wilson(round(accuracy * n), n),
        baseline=most_frequent(labels_of(data, split, head)),
        loss=metrics.get(f"{name}.loss"),
    )


def _undefined(network: Network, data: Dataset, heads: Sequence[Head]) -> UndefinedError:
    """Why there is no accuracy."""
    if not heads:
        return UndefinedError(f"There is no accuracy to report: {unlabeled(network, data)}.")
    require_one_input(network)
    require_finite(network)
    names = ", ".join(f"'{head.name}'" for head in heads)
    return UndefinedError(
        f"What the model answers in {names} is not finite (NaN or infinite) for images of every "
        "split, so there is no accuracy to report."
    )


def _measures(row: Row) -> tuple[Measure, ...]:
    where, images = f"{row.split}.{row.head}", f"all images of the {row.split} split"
    accuracy = Measure(
        f"accuracy@{where}",
        row.accuracy,
        n=row.n,
        interval=row.interval,
        baseline=row.baseline,
        how=f"share of {images} whose most probable class is right, interval by Wilson; "
        "baseline: always saying the most frequent class",
    )
    if row.loss is None:
        return (accuracy,)
    return (accuracy, Measure(f"loss@{where}", row.loss, n=row.n, how=f"mean loss over {images}"))


def _with_outcomes(
    measures: Sequence[Measure], subject: Subject, data: Dataset, heads: Sequence[Head]
) -> list[Measure]:
    """The measures, the accuracies on test images with what became of each of them.

    Training may count ties otherwise; outcomes are then left out.
    """
    names = {f"accuracy@test.{head.name}": place for place, head in enumerate(heads)}
    if not any(measure.name in names for measure in measures):
        return list(measures)
    try:
        right = correct(subject.network, data, heads, np.asarray(data.splits["test"].images))
    except UndefinedError:
        return list(measures)
    hits = {name: right[:, place] for name, place in names.items()}
    told = []
    for measure in measures:
        known = hits.get(measure.name)
        if known is not None and round((measure.value or 0) * len(known)) == known.sum():
            told.append(replace(measure, outcomes=packed(known.tolist())))
        else:
            told.append(measure)
    return told


def _gaps(rows: Sequence[Row]) -> Iterator[Measure]:
    """How far the accuracy on other images lies above that on test images, by output."""
    for row in rows:
        test = next((r for r in rows if (r.split, r.head) == ("test", row.head)), None)
        if test is not None and row is not test:
            yield Measure(
                f"gap_to_test@{row.split}.{row.head}",
                row.accuracy - test.accuracy,
                "",
                test.n,
                newcombe(row.accuracy, row.n, test.accuracy, test.n),
                0.0,
                f"accuracy on all images of the {row.split} split minus that on the test split; "
                "interval of a difference of proportions by Newcombe, 1998, method 10",
            )


def _on_test_images(
    subject: Subject, data: Dataset, heads: Sequence[Head], rows: Sequence[Row]
) -> list[Measure]:
    """The mean over outputs, and for color images the accuracy without color.

    Empty where an output has no accuracy on the test split.
    """
    tested = {row.head: row for row in rows if row.split == "test"}
    if len(tested) < len(heads):
        return []
    images = np.asarray(data.splits["test"].images)
    if len(heads) == 1:
        measures = [_accuracy_of_only_head(tested[heads[0].name])]
    else:
        in_color = correct(subject.network, data, heads, images)
        measures = [_mean_accuracy(in_color, subject.seed)]
    if images.shape[-1] == 3:
        in_gray = correct(subject.network, data, heads, images, gray=True)
        measures += [
            _gray_accuracy(head, in_gray[:, i], tested[head.name].accuracy)
            for i, head in enumerate(heads)
        ]
    return measures


def _accuracy_of_only_head(row: Row) -> Measure:
    how = "test accuracy of the model's only output, interval by Wilson"
    return Measure("mean_accuracy@test", row.accuracy, "", row.n, row.interval, how=how)


def _mean_accuracy(right: Booleans, seed: int) -> Measure:
    by_image = right.mean(axis=1)
    return Measure(
        "mean_accuracy@test",
        float(by_image.mean()),
        n=len(right),
        interval=bootstrap(by_image, seed, SHARE),
        how=f"test accuracy averaged over the {right.shape[1]} outputs, interval by resampling "
        "images",
    )


def _gray_accuracy(head: Head, right: Booleans, in_color: float) -> Measure:
    return Measure(
        f"gray_accuracy@test.{head.name}",
        float(right.mean()),
        n=len(right),
        interval=wilson(int(right.sum()), len(right)),
        baseline=in_color,
        how="test accuracy when each pixel's three channels are replaced by their root mean "
        "square, which turns its color to gray and keeps its energy (the sum of their squares); "
        "baseline: accuracy on the same images in color",
    )


def correct(
    network: Network, data: Dataset, heads: Sequence[Head], images: Array, gray: bool = False
) -> Booleans:
    """Which test images each head classifies correctly: bool, shape (n, heads).

    Args:
        network: the model.
        data: the dataset whose test labels are right.
        heads: heads with targets.
        images: all test images as stored, (n, h, w, c).
        gray: show the images `without_color`.

    Raises:
        UndefinedError: weights or answers are not finite.
    """
    right = np.zeros((len(images), len(heads)), bool)
    for part in pieces(images):
        shown = without_color(images[part]) if gray else images[part]
        classes = predict_classes(network, prepare(shown, data.preprocessing), heads)
        for i, head in enumerate(heads):
            right[part, i] = classes[i] == labels_of(data, "test", head)[part]
    return right


def labels_of(data: Dataset, split: str, head: Head) -> Array:
    """The class index of each image of a split, for the target that a head answers.

    Raises:
        ValueError: the head answers no target.
    """
    if head.target is None:
        raise ValueError(f"output {head.name!r} answers no target")
    return np.asarray(data.splits[split].labels[head.target.name])


def most_frequent(labels: Array) -> float:
    """The share of the most frequent class: the accuracy of always saying that class."""
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))
