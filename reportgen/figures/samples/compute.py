"""The images to show, their titles, and how much of an image is foreground."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from math import inf

import numpy as np

from reportgen.class_names import classes_named, name_hint
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.samples.facts import Facts
from reportgen.metrics.statistics import bootstrap
from reportgen.network.preprocessing import prepare, value_ranges
from reportgen.network.samples import foreground, measured, pick
from reportgen.records import Artifact, Dataset, Measure, Preprocessing, Subject, Target
from reportgen.types import Array, Integers

MOST_CLASSES = 10
"""Images that are shown where the spec gives no number: one of each class, up to this many."""


def compute(subject: Subject) -> Artifact:
    """Choose images and title them.

    Returns:
        Array `images` (n, h, w, c) uint8 and `Facts`. With the parameter `stages` also the arrays
        `inputs` (n, h, w, c) float32, which is the model input, and `original_<i>` (h, w, c) uint8
        for each image whose file is known.

    Raises:
        UndefinedError: there is no dataset.
        UserError: an index lies outside the split, or the dataset lacks a class.
    """
    if subject.data is None:
        raise UndefinedError("There are no images to show, because the spec names no dataset.")
    params, split = subject.params, subject.params["split"]
    data = _with_test_split(subject.data, split)
    indices = _chosen(data, params["samples"], params["classes"])
    by_label = params["by_label"] and bool(data.targets)
    if by_label:
        indices = indices[np.argsort(_labels(data)[indices], kind="stable")]
    images = np.asarray(data.splits["test"].images)[indices]
    answers, unanswered = (), ""
    if params["likeliest"]:
        # Samples depend on the code of models with this parameter alone (see `plan.Plan`).
        module = import_module(f"{__package__}.with_model")
        answers, unanswered = module.answers(subject, data, indices)
    stages = _stages(data, split, images, indices) if params["stages"] else {}
    return Artifact(
        arrays={"images": images, **stages},
        facts=Facts(
            titles=_titles(data, split, indices),
            labels=tuple(_labels(data)[indices].tolist()) if by_label else (),
            indices=tuple(map(int, indices)),
            split=split,
            dataset=data.title,
            preprocessing=data.preprocessing.text,
            labeled=bool(data.targets),
            steps=_steps(data),
            remarks=tuple(data.facts.get("remarks", ())),
            channels=channel_names(data.preprocessing, images.shape[-1]) if stages else (),
            answers=answers,
            unanswered=unanswered,
        ),
        measures=(
            Measure(
                "images", len(indices), "images", how=f"images of the {split} split shown here"
            ),
            *_foreground(data, split, subject),
            *_skipped(data),
        ),
    )


def _with_test_split(data: Dataset, split: str) -> Dataset:
    """The dataset with `split` as its test split, from which samples are picked."""
    return replace(data, splits={**data.splits, "test": data.splits[split]})


def _chosen(data: Dataset, samples: int | Sequence[int] | None, classes: Sequence[str]) -> Integers:
    """Indices of the images to show; without `samples` one of each class."""
    if not classes:
        return pick(data, _default_count(data) if samples is None else samples)
    class_labels = _labels_of_classes(data, classes)
    if isinstance(samples, Sequence):
        candidates, limit = pick(data, samples), None
    else:
        candidates = pick(data, len(data.splits["test"].images))
        limit = samples or len(class_labels)
    return candidates[np.isin(_labels(data)[candidates], class_labels)][:limit]


def _default_count(data: Dataset) -> int:
    every = np.unique(_labels(data)) if data.targets else data.splits["test"].images
    return min(len(every), MOST_CLASSES)


def _labels_of_classes(data: Dataset, classes: Sequence[str]) -> list[int]:
    names = data.targets[0].classes if data.targets else ()
    places = {name: classes_named(name, names) for name in classes}
    for name, found in places.items():
        if not found:
            hint = name_hint(name, names) if names else "its images have no labels"
            raise UserError(Problem(f"the dataset has no class '{name}'", hint=hint))
    return [place for found in places.values() for place in found]


def _labels(data: Dataset) -> Array:
    return np.asarray(data.splits["test"].labels[data.targets[0].name])


def _titles(data: Dataset, split: str, indices: Array) -> tuple[str, ...]:
    """Classes of the images; their file names where the dataset has no labels."""
    if data.targets:
        labels = data.splits["test"].labels
        return tuple(title(data.targets, labels, int(index)) for index in indices)
    names = data.facts.get("names") if split == "test" else None
    return tuple(names[int(i)] if names else f"{split} image {int(i)}" for i in indices)


def title(targets: tuple[Target, ...], labels: Mapping[str, Array], index: int) -> str:
    """The primary class of an image, followed by the classes of other targets.

    A primary class such as "7 px long, red" already says "7 px" and "red": these are not repeated.
    """
    primary, *others = (target.classes[int(labels[target.name][index])] for target in targets)
    added = [
        f"{target.title.lower()} {name}"
        for target, name in zip(targets[1:], others, strict=True)
        if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", primary)
    ]
    return ", ".join([primary, *added])


def _stages(data: Dataset, split: str, images: Array, indices: Array) -> dict[str, Array]:
    """Arrays of the stored images, where they are known, and of the model input."""
    originals = data.originals if split == "test" else ()
    stored = {f"original_{i}": np.asarray(originals[k]) for i, k in enumerate(indices) if originals}
    return {**stored, "inputs": prepare(images, data.preprocessing)}


def channel_names(preprocessing: Preprocessing, count: int) -> tuple[str, ...]:
    """Names of a model input's channels, in the order in which the model takes them."""
    colors = {1: ["gray"], 3: ["red", "green", "blue"]}.get(count)
    stored = colors or [f"channel {i}" for i in range(count)]
    return tuple(stored[i] for i in preprocessing.order or range(count))


def _steps(data: Dataset) -> tuple[tuple[str, str, str, str], ...]:
    """Rows (what, shape, values, how) from files or arrays to model input."""
    if "origin" not in data.facts:
        return ()
    shape = data.splits["test"].images.shape[1:]
    size = " x ".join(map(str, shape))
    limits = zip(*value_ranges(data.preprocessing, shape[-1]), strict=True)
    ranges = dict.fromkeys(f"{low:.4g} to {high:.4g}" for low, high in limits)
    return (
        *(
            (str(what), str(s), str(values), str(how))
            for what, s, values, how in data.facts["origin"]
        ),
        ("images of this report", size, "0 to 255", "held as bytes"),
        ("model input", size, "; ".join(ranges), data.preprocessing.text),
    )


def _foreground(data: Dataset, split: str, subject: Subject) -> list[Measure]:
    """Mean share of foreground in an image; [] where no image has a known foreground."""
    indices = measured(data, subject.params["measure_on"])
    shares = foreground(data, "test", indices).mean(axis=(1, 2))
    if not shares.any():
        return []
    how = f"share of an image's pixels that is foreground ({data.foreground}), mean over images "
    how += f"of the {split} split, spread over the classes"
    interval, mean = bootstrap(shares, subject.seed, (0.0, inf)), float(shares.mean())
    return [Measure("foreground_share", mean, n=len(shares), interval=interval, how=how)]


def _skipped(data: Dataset) -> list[Measure]:
    count = data.facts.get("skipped", 0)
    if not count:
        return []
    how = "files with the name of an image that hold no readable one"
    return [Measure("skipped", count, "files", data.facts["listed"], how=how)]
