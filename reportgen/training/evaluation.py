"""How well a model does on each split."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Head
from reportgen.training.passes import by_head, measure_on
from reportgen.training.steps import measure_of


def evaluate(
    model: Any, dataset: Dataset, heads: Sequence[Head]
) -> tuple[dict[str, float], dict[str, int]]:
    """Accuracy and loss of every head on every split, in one pass over each split.

    Accuracy is the share of images whose likeliest class is the right one; loss is the mean
    cross-entropy in nats.

    Returns:
        Metrics "<split>.<head>.accuracy" and "<split>.<head>.loss", and for each split its number
        of images. There are no metrics where the dataset has no labels at all.
    """
    metrics: dict[str, float] = {}
    counts = {name: len(split.images) for name, split in dataset.splits.items()}
    if not dataset.targets:
        return metrics, counts
    check = measure_of(model, heads, dataset)
    for name, split in dataset.splits.items():
        found = by_head(measure_on(model, check, split, heads))
        for head, loss, accuracy in zip(heads, *found, strict=True):
            if not isfinite(loss):
                raise UserError(
                    Problem(
                        f"output '{head.name}' of the model gives values that are not numbers "
                        f"for images of the {name} split",
                        hint="look for weights that are not finite",
                    )
                )
            metrics[f"{name}.{head.name}.accuracy"] = accuracy
            metrics[f"{name}.{head.name}.loss"] = loss
    return metrics, counts
