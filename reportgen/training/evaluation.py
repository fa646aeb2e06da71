"""Loss and accuracy of a model on every split."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from reportgen.errors import UndefinedError
from reportgen.network.finite import require_finite
from reportgen.network.inputs import require_one_input
from reportgen.network.network import Network
from reportgen.records import Dataset, Head
from reportgen.training.steps import evaluate_split, evaluation_step, with_kinds
from reportgen.types import Model


def evaluate(
    model: Model, dataset: Dataset, heads: Sequence[Head]
) -> tuple[dict[str, float], dict[str, int]]:
    """Accuracy and loss of every head on every split, in one pass over each split.

    Accuracy is the share of images whose likeliest class is their label; loss is the mean
    cross-entropy in nats.

    Returns:
        Metrics "<split>.<head>.accuracy" and "<split>.<head>.loss", and the number of images of
        each split. A head without a target has no metrics, and neither has a split on which the
        head's loss is not finite. A model whose weights are not finite has no metrics at all: a
        ReLU can turn NaN into 0, so that its loss may still be finite.

    Raises:
        UndefinedError: the model takes more than images.
    """
    metrics: dict[str, float] = {}
    counts = image_counts(dataset)
    answering = [head for head in heads if head.target is not None]
    if not answering:
        return metrics, counts
    require_one_input(Network.of(model))
    try:
        require_finite(Network.of(model))
    except UndefinedError:
        return metrics, counts
    answering = list(with_kinds(model, answering, dataset))
    step = evaluation_step(model, answering, dataset)
    for name, split in dataset.splits.items():
        if not len(split.images):
            continue
        scores = evaluate_split(model, step, split, answering)
        for head, loss, accuracy in zip(answering, scores.losses, scores.accuracies, strict=True):
            if isfinite(loss):
                metrics[f"{name}.{head.name}.accuracy"] = accuracy
                metrics[f"{name}.{head.name}.loss"] = loss
    return metrics, counts


def image_counts(dataset: Dataset) -> dict[str, int]:
    """The number of images of each split."""
    return {name: len(split.images) for name, split in dataset.splits.items()}
