"""Whether a dataset that others made is one: what figures and training rely on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.codec import encode
from reportgen.digest import canonical
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Preprocessing, Split, Target

SPLITS = ("train", "validation", "test")


def check(data: Any, source: str) -> Dataset:
    """The dataset, if it keeps to `reportgen.records.Dataset`.

    Args:
        data: what a function or an installed package gave.
        source: what messages call it.

    Raises:
        UserError: it is none, or a part of it is not what the record says.
    """
    if not isinstance(data, Dataset):
        raise _wrong(source, "a reportgen.records.Dataset", type(data).__name__)
    if not isinstance(data.preprocessing, Preprocessing):
        raise _wrong(f"{source}: preprocessing", "a Preprocessing", repr(data.preprocessing))
    for target in data.targets:
        if not (isinstance(target, Target) and target.classes):
            raise _wrong(f"{source}: targets", "Targets with classes", repr(target))
    _check_facts(data, source)
    for name in SPLITS:
        if not isinstance(data.splits.get(name), Split):
            received = type(data.splits.get(name)).__name__
            raise _wrong(f"{source}: {name} split", "a Split", received)
    for name in SPLITS:
        _check_split(data, name, f"{source}: {name}")
    return data


def _check_facts(data: Dataset, source: str) -> None:
    try:
        canonical(encode(data.facts))
    except (TypeError, ValueError) as error:
        hint = "keep to texts, numbers, lists and dictionaries"
        raise _wrong(f"{source}: facts", "what JSON can hold", str(error)[:100], hint) from error
    threshold = data.facts.get("threshold")
    if not isinstance(threshold, int | None):
        raise _wrong(f"{source}: facts['threshold']", "a whole number or None", repr(threshold))


def _check_split(data: Dataset, name: str, what: str) -> None:
    part = data.splits[name]
    images = np.asarray(part.images)
    if images.dtype != np.uint8 or images.ndim != 4 or 0 in images.shape[1:]:
        wanted = "uint8 of shape (n, height, width, channels)"
        raise _wrong(f"{what} images", wanted, f"{images.dtype} of shape {images.shape}")
    expected = np.asarray(data.splits["test"].images).shape[1:]
    if images.shape[1:] != expected:
        raise _wrong(f"{what} images", f"shape {expected} as in test", str(images.shape[1:]))
    if name == "test" and not len(images):
        raise _wrong(f"{what} images", "at least one image", "none")
    if part.masks is not None and np.asarray(part.masks).shape != images.shape[:3]:
        shape = str(np.asarray(part.masks).shape)
        raise _wrong(f"{what} masks", f"shape {images.shape[:3]}", shape)
    for target in data.targets:
        labels = np.asarray(part.labels.get(target.name))
        _check_labels(labels, len(images), len(target.classes), f"{what} labels '{target.name}'")


def _check_labels(labels: NDArray[Any], count: int, classes: int, what: str) -> None:
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        wanted = f"whole numbers of shape ({count},)"
        raise _wrong(what, wanted, f"{labels.dtype} of shape {labels.shape}")
    if count and not 0 <= labels.min() <= labels.max() < classes:
        received = f"{labels.min()} to {labels.max()}"
        raise _wrong(what, f"class indices 0 to {classes - 1}", received)


def _wrong(what: str, expected: str, received: str, hint: str = "") -> UserError:
    return UserError(Problem(f"{what}: expected {expected}, got {received}", hint=hint))
