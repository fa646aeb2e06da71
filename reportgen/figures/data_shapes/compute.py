"""Shapes, types and ranges, read from the arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array

SPLITS = {"train": "training", "validation": "validation", "test": "test"}


def compute(subject: Subject) -> Artifact:
    """Read the shapes of a dataset.

    Returns:
        Facts `before` and `after`: rows {"what", "shape", "type", "range"}; `dataset`, `prepared`
        (how pixels become model input), `published` (whether `before` is what was published, or
        what this report holds).

    Raises:
        UndefinedError: there is no dataset.
    """
    data = subject.data
    if data is None:
        raise UndefinedError("There are no shapes to list, because the spec names no dataset.")
    published = data.facts.get("published")
    return Artifact(
        facts={
            "before": published or [row for split in SPLITS for row in _stored(data, split)],
            "after": [row for split in SPLITS for row in _prepared(data, split)],
            "dataset": data.title,
            "prepared": data.preprocessing.text,
            "published": published is not None,
        },
        measures=tuple(
            Measure(
                f"images@{split}",
                len(data.splits[split].images),
                "images",
                how=f"images of the {split} split",
            )
            for split in SPLITS
        ),
    )


def _stored(data: Dataset, split: str) -> list[dict[str, Any]]:
    images = np.asarray(data.splits[split].images)
    return [described(f"{SPLITS[split]} images", images), *_labels(data, split)]


def _prepared(data: Dataset, split: str) -> list[dict[str, Any]]:
    images = np.asarray(data.splits[split].images)
    row = described(f"{SPLITS[split]} images", images)
    if images.size:
        # Preparation is linear in each channel, so the ends of its range are those of its pixels.
        ends = np.stack([images.min(axis=(0, 1, 2)), images.max(axis=(0, 1, 2))])[:, None, None]
        told = described("", prepare(ends, data.preprocessing))
        row |= {"type": told["type"], "range": told["range"]}
    return [row, *_labels(data, split)]


def _labels(data: Dataset, split: str) -> list[dict[str, Any]]:
    """Labels of every target, side by side."""
    found = [np.asarray(data.splits[split].labels[target.name]) for target in data.targets]
    if not found:
        return []
    labels = found[0] if len(found) == 1 else np.stack(found, axis=-1)
    return [described(f"{SPLITS[split]} labels", labels)]


def described(what: str, values: Array) -> dict[str, Any]:
    """A row on an array."""
    known = [float(values.min()), float(values.max())] if values.size else []
    return {
        "what": what,
        "shape": list(values.shape),
        "type": str(values.dtype),
        "range": known,
    }
