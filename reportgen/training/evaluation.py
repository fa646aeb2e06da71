"""How well a model does on each split."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from reportgen.records import Dataset, Head
from reportgen.training.passes import by_head, measure_on
from reportgen.training.reading import as_read
from reportgen.training.steps import measure_of


def evaluate(
    model: Any, dataset: Dataset, heads: Sequence[Head]
) -> tuple[dict[str, float], dict[str, int]]:
    """Accuracy and loss of every head on every split, in one pass over each split.

    Accuracy is the share of images whose likeliest class is the right one; loss is the mean
    cross-entropy in nats.

    Returns:
        Metrics "<split>.<head>.accuracy" and "<split>.<head>.loss", and for each split its number
        of images. No metrics for a head that answers no label, nor where the loss is not finite,
        nor where a weight is not: behind a ReLU that turns NaN to 0 the loss may be a number still.

    Raises:
        UndefinedError: the model takes more than images.
    """
    from reportgen.network.inputs import require_one_input

    metrics: dict[str, float] = {}
    counts = counted(dataset)
    answering = [head for head in heads if head.target is not None]
    if not answering:
        return metrics, counts
    require_one_input(model)
    if not _finite(model):
        return metrics, counts
    answering = list(as_read(model, answering, dataset))
    check = measure_of(model, answering, dataset)
    for name, split in dataset.splits.items():
        found = by_head(measure_on(model, check, split, answering))
        for head, loss, accuracy in zip(answering, *found, strict=True):
            if isfinite(loss):
                metrics[f"{name}.{head.name}.accuracy"] = accuracy
                metrics[f"{name}.{head.name}.loss"] = loss
    return metrics, counts


def _finite(model: Any) -> bool:
    import numpy as np

    return all(
        bool(np.isfinite(one).all()) for one in model.get_weights() if one.dtype.kind in "fV"
    )


def counted(dataset: Dataset) -> dict[str, int]:
    """The number of images of each split."""
    return {name: len(split.images) for name, split in dataset.splits.items()}
