"""The test images that represent a dataset: their choice, foreground masks and names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.records import Dataset
from reportgen.suggestions import listed
from reportgen.types import Array, Booleans, Integers

THRESHOLD = 127
"""Pixel value above which, in any channel, a pixel is foreground in datasets without masks."""

_GOLDEN = (5**0.5 - 1) / 2


def pick(dataset: Dataset, samples: int | Sequence[int]) -> Integers:
    """Indices of the test images that a `samples` parameter selects.

    A count N selects the first test image of each of N classes of the primary target, then the
    second image of each class, and so on. The golden ratio spreads the order of the classes, so
    that fewer samples are always a prefix of more samples. Without labels, a count selects the
    first N images. A list of indices is returned unchanged.

    Raises:
        UserError: more images than the test split has, or an index outside it.
    """
    size = len(dataset.splits["test"].images)
    if isinstance(samples, int):
        if not 1 <= samples <= size:
            raise _bad_samples(f"samples must lie in 1..{size}, got {samples}", dataset)
        return _spread(dataset, samples)
    wrong = [index for index in samples if not 0 <= index < size]
    if wrong or not samples:
        got = listed(wrong) or "an empty list"
        raise _bad_samples(f"test image indices must lie in 0..{size - 1}, got {got}", dataset)
    return np.asarray(samples, dtype=np.int64)


def measured(dataset: Dataset, count: int) -> Integers:
    """Indices of `count` test images spread over classes as in `pick`, or of all if fewer."""
    return _spread(dataset, min(count, len(dataset.splits["test"].images)))


def foreground(dataset: Dataset, split: str, indices: Sequence[int] | Array) -> Booleans:
    """Masks of the depicted object, booleans of shape (n, h, w).

    The masks are the dataset's own, if it has any. Otherwise the foreground holds the pixels whose
    largest channel exceeds `dataset.facts["threshold"]` (127 without this fact). A threshold of
    None means that the foreground is unknown, as with photos: all masks are then empty, and no
    measure counts such images.
    """
    part, chosen = dataset.splits[split], np.asarray(indices, dtype=np.int64)
    if part.masks is not None:
        return np.asarray(part.masks)[chosen].astype(bool)
    limit = dataset.facts.get("threshold", THRESHOLD)
    brightest = np.asarray(part.images)[chosen].max(axis=-1)
    return np.asarray(brightest > limit) if limit is not None else np.zeros(brightest.shape, bool)


def names(dataset: Dataset, indices: Sequence[int] | Array) -> list[str]:
    """The name of each test image: its primary class, else its file name, else ""."""
    if dataset.targets:
        target = dataset.targets[0]
        labels = np.asarray(dataset.splits["test"].labels[target.name])
        return [target.classes[int(labels[index])] for index in indices]
    files = dataset.facts.get("names")
    return [str(files[int(i)]) if files else "" for i in indices]


def _bad_samples(message: str, dataset: Dataset) -> UserError:
    hint = f"dataset '{dataset.name}' has no more test images"
    return UserError(Problem(message, hint=hint))


def _spread(dataset: Dataset, count: int) -> Integers:
    if not dataset.targets:
        return np.arange(count, dtype=np.int64)
    labels = np.asarray(dataset.splits["test"].labels[dataset.targets[0].name])
    order = _class_order(np.unique(labels))
    queues = {label: np.flatnonzero(labels == label) for label in order}
    longest = max(len(queue) for queue in queues.values())
    rounds = [queues[c][turn] for turn in range(longest) for c in order if turn < len(queues[c])]
    return np.asarray(rounds[:count], dtype=np.int64)


def _class_order(classes: Array) -> list[int]:
    """All classes, ordered by multiples of the golden ratio, so that every prefix is spread."""
    free = [int(label) for label in classes]
    order, total = [], len(free)
    left = list(range(total))
    for turn in range(1, total + 1):
        aim = int(turn * _GOLDEN % 1 * total)
        nearest = min(left, key=lambda place: ((place - aim) % total, place))
        left.remove(nearest)
        order.append(free[nearest])
    return order
