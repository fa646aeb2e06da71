"""The images to show, what they are, and how much of an image is foreground."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError, did_you_mean
from reportgen.metrics.statistics import bootstrap
from reportgen.network.preprocessing import prepare, value_ranges
from reportgen.network.samples import foreground, measured, pick
from reportgen.records import (
    Artifact,
    Dataset,
    Measure,
    Preprocessing,
    Subject,
    Target,
)
from reportgen.types import Array

MOST_CLASSES = 10


def compute(subject: Subject) -> Artifact:
    """Choose images and title them.

    Returns:
        Array `images` (n, h, w, c) uint8; facts `titles`, `labels` (numbers, where they are to
        be told), `indices`, `split`, `dataset`, `prepared` (how pixels become model input), and
        `steps` (rows of a table on what was done to the images before) where the dataset was made
        of the user's own files or arrays. With `stages` also arrays `inputs` (n, h, w, c) float32
        and `original_<i>` of images whose file is known, and the fact `channels` (their names).

    Raises:
        UndefinedError: there is no dataset.
        UserError: an index outside the split, or a class that the dataset does not have.
    """
    if subject.data is None:
        raise UndefinedError("There are no images to show, because the spec names no dataset.")
    split = subject.params["split"]
    data = _as_test(subject.data, split)
    chosen = _chosen(data, subject.params["samples"], subject.params["classes"])
    numbered = subject.params["by_label"] and bool(data.targets)
    if numbered:
        chosen = chosen[np.argsort(_labels(data)[chosen], kind="stable")]
    images = np.asarray(data.splits["test"].images)[chosen]
    stages = _stages(data, split, images, chosen) if subject.params["stages"] else {}
    return Artifact(
        arrays={"images": images, **stages},
        facts={
            "titles": _titles(data, split, chosen),
            "labels": _labels(data)[chosen].tolist() if numbered else [],
            "indices": [int(index) for index in chosen],
            "split": split,
            "dataset": data.title,
            "prepared": data.preprocessing.text,
            "labeled": bool(data.targets),
            "steps": _steps(data),
            "remarks": list(data.facts.get("remarks", ())),
            **({"channels": channels(data.preprocessing, images.shape[-1])} if stages else {}),
        },
        measures=(
            Measure("images", len(chosen), "images", how=f"images of the {split} split shown here"),
            *_foreground(data, split, subject),
            *_skipped(data),
        ),
    )


def _stages(data: Dataset, split: str, images: Array, chosen: Array) -> dict[str, Array]:
    """What came before the images shown, where it is known, and what the model is given."""
    own = data.originals if split == "test" else ()
    before = {f"original_{place}": np.asarray(own[i]) for place, i in enumerate(chosen) if own}
    return {**before, "inputs": prepare(images, data.preprocessing)}


def channels(preprocessing: Preprocessing, count: int) -> list[str]:
    """Names of a model input's channels, in its order."""
    plain = {1: ["gray"], 3: ["red", "green", "blue"]}.get(count)
    stored = plain or [f"channel {i}" for i in range(count)]
    return [stored[i] for i in preprocessing.order or range(count)]


def _titles(data: Dataset, split: str, chosen: Array) -> list[str]:
    """Classes of images; file names where the dataset has no labels."""
    if data.targets:
        labels = data.splits["test"].labels
        return [title(data.targets, labels, int(index)) for index in chosen]
    names = data.facts.get("names") if split == "test" else None
    return [names[int(i)] if names else f"image {int(i)}" for i in chosen]


def _steps(data: Dataset) -> list[list[str]]:
    """From files or arrays to model input: what, shape, values, how."""
    if "origin" not in data.facts:
        return []
    shape = data.splits["test"].images.shape[1:]
    size = " x ".join(map(str, shape))
    ends = zip(*value_ranges(data.preprocessing, shape[-1]), strict=True)
    ranges = dict.fromkeys(f"{low:.4g} to {high:.4g}" for low, high in ends)
    return [
        *([str(cell) for cell in row] for row in data.facts["origin"]),
        ["images of this report", size, "0 to 255", "held as bytes"],
        ["model input", size, "; ".join(ranges), data.preprocessing.text],
    ]


def _skipped(data: Dataset) -> list[Measure]:
    count = data.facts.get("skipped", 0)
    if not count:
        return []
    how = "files with the name of an image that hold no readable one"
    return [Measure("skipped", count, "files", data.facts["listed"], how=how)]


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


def _chosen(data: Dataset, samples: Any, classes: Sequence[str]) -> Array:
    """Indices of the images to show, without `samples` one of each class."""
    if not classes:
        return pick(data, _wanted(data, samples))
    numbers = _numbers(data, classes)
    listed = isinstance(samples, Sequence)
    found = pick(data, samples if listed else len(data.splits["test"].images))
    kept = found[np.isin(_labels(data)[found], numbers)]
    return kept if listed else kept[: samples or len(numbers)]


def _numbers(data: Dataset, classes: Sequence[str]) -> list[int]:
    """Labels of classes by their names."""
    names = data.targets[0].classes if data.targets else ()
    unknown = [name for name in classes if name not in names]
    if unknown:
        hint = did_you_mean(unknown[0], list(names)) if names else "its images have no labels"
        raise UserError(Problem(f"the dataset has no class '{unknown[0]}'", hint=hint))
    return [names.index(name) for name in classes]


def _wanted(data: Dataset, samples: Any) -> Any:
    if samples is not None:
        return samples
    if not data.targets:
        return min(len(data.splits["test"].images), MOST_CLASSES)
    return min(len(np.unique(_labels(data))), MOST_CLASSES)


def _labels(data: Dataset) -> Array:
    return np.asarray(data.splits["test"].labels[data.targets[0].name])


def _foreground(data: Dataset, split: str, subject: Subject) -> list[Measure]:
    """How much of an image is foreground; nothing where no image has any that is known."""
    chosen = measured(data, subject.params["measure_on"])
    shares = foreground(data, "test", chosen).mean(axis=(1, 2))
    if not shares.any():
        return []
    how = f"share of an image's pixels that is foreground ({data.foreground}), mean over images "
    how += f"of the {split} split, spread over the classes"
    interval, mean = bootstrap(shares, subject.seed), float(shares.mean())
    return [Measure("foreground_share", mean, n=len(shares), interval=interval, how=how)]
