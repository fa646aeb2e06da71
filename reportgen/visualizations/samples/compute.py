"""The images to show, what they are, and how much of an image is foreground."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.probing.inputs import foreground, measured, pick
from reportgen.probing.statistics import bootstrap
from reportgen.records import Artifact, Dataset, Measure, Subject, Target

MOST_CLASSES = 10


def compute(subject: Subject) -> Artifact:
    """Choose images and title them.

    Returns:
        Array `images` (n, h, w, c) uint8; facts `titles`, `indices`, `split`, `dataset`.

    Raises:
        UndefinedError: there is no dataset.
        UserError: an index outside the split.
    """
    if subject.data is None:
        raise UndefinedError("There are no images to show, because the spec names no dataset.")
    split = subject.params["split"]
    data = _as_test(subject.data, split)
    chosen = pick(data, _wanted(data, subject.params["samples"]))
    part = data.splits["test"]
    return Artifact(
        arrays={"images": np.asarray(part.images)[chosen]},
        facts={
            "titles": [title(data.targets, part.labels, int(index)) for index in chosen],
            "indices": [int(index) for index in chosen],
            "split": split,
            "dataset": data.title,
        },
        measures=(
            Measure("images", len(chosen), "images", how=f"images of the {split} split shown here"),
            _foreground(data, split, subject),
        ),
    )


def title(targets: tuple[Target, ...], labels: Mapping[str, Any], index: int) -> str:
    """What an image is: its primary class, and what other targets add to that.

    A class such as "7 px long, red" already says "7 px" and "red"; they are not said twice.
    """
    names = [target.classes[int(labels[target.name][index])] for target in targets]
    told = names[0]
    extra = [
        f"{target.title.lower()} {name}"
        for target, name in zip(targets[1:], names[1:], strict=True)
        if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told)
    ]
    return ", ".join([told, *extra])


def _as_test(data: Dataset, split: str) -> Dataset:
    """The dataset with `split` in the place where samples are picked from."""
    return replace(data, splits={**data.splits, "test": data.splits[split]})


def _wanted(data: Dataset, samples: Any) -> Any:
    if samples is not None:
        return samples
    labels = np.asarray(data.splits["test"].labels[data.targets[0].name])
    return min(len(np.unique(labels)), MOST_CLASSES)


def _foreground(data: Dataset, split: str, subject: Subject) -> Measure:
    chosen = measured(data, subject.params["measure_on"])
    shares = foreground(data, "test", chosen).mean(axis=(1, 2))
    return Measure(
        "foreground_share",
        float(shares.mean()),
        n=len(shares),
        interval=bootstrap(shares, subject.seed),
        how=f"share of an image's pixels that is foreground ({data.foreground}), mean over "
        f"images of the {split} split, spread over the classes",
    )
