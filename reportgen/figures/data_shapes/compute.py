"""Shapes, types and ranges, read from the arrays of a dataset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reportgen.codec import decode
from reportgen.errors import UndefinedError
from reportgen.figures.data_shapes.facts import Facts, Row
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array

SPLITS = {"train": "training", "validation": "validation", "test": "test"}
"""The splits in the order of the table, with the adjective of each."""


def compute(subject: Subject) -> Artifact:
    """Read the shapes of a dataset.

    Returns:
        `Facts` without arrays.

    Raises:
        UndefinedError: there is no dataset.
    """
    data = subject.data
    if data is None:
        raise UndefinedError("There are no shapes to list, because the spec names no dataset.")
    published = decode(tuple[Row, ...], data.facts.get("published") or [])
    return Artifact(
        facts=Facts(
            before=published or tuple(row for split in SPLITS for row in _stored(data, split)),
            after=tuple(row for split in SPLITS for row in _prepared(data, split)),
            dataset=data.title,
            preprocessing=data.preprocessing.text,
            published=data.facts.get("published") is not None,
        ),
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


def _stored(data: Dataset, split: str) -> list[Row]:
    images = np.asarray(data.splits[split].images)
    return [_row(f"{SPLITS[split]} images", images), *_labels(data, split)]


def _prepared(data: Dataset, split: str) -> list[Row]:
    images, labels = _stored(data, split)[0], _labels(data, split)
    stored = np.asarray(data.splits[split].images)
    if stored.size:
        # Preparation is linear in each channel: the limits of its values are those of the pixels.
        limits = np.stack([stored.min(axis=(0, 1, 2)), stored.max(axis=(0, 1, 2))])[:, None, None]
        prepared = _row("", prepare(limits, data.preprocessing))
        images = replace(images, type=prepared.type, range=prepared.range)
    return [images, *labels]


def _labels(data: Dataset, split: str) -> list[Row]:
    """One row for the labels of all targets, side by side; [] without targets."""
    labels = [np.asarray(data.splits[split].labels[target.name]) for target in data.targets]
    if not labels:
        return []
    together = labels[0] if len(labels) == 1 else np.stack(labels, axis=-1)
    return [_row(f"{SPLITS[split]} labels", together)]


def _row(what: str, values: Array) -> Row:
    limits = (float(values.min()), float(values.max())) if values.size else ()
    return Row(what, tuple(values.shape), str(values.dtype), limits)
