"""From stored pixels to model input: preprocessing, choice of images, foreground masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Preprocessing
from reportgen.types import Array, Doubles, Floats, Integers

THRESHOLD = 127
"""A pixel above it (in any channel) is foreground where a dataset brings no masks of its own."""

_GOLDEN = (5**0.5 - 1) / 2


def prepare(images: Array, preprocessing: Preprocessing) -> Floats:
    """Model input from stored images (n, h, w, c): float32 of the same shape.

    Each channel is scaled and shifted, and channels are put into the model's order, as
    `preprocessing` says.
    """
    scale, offset = coefficients(preprocessing)
    stored = np.asarray(images)
    ordered = stored[..., list(preprocessing.order)] if preprocessing.order else stored
    return np.asarray(ordered, dtype=np.float32) * scale + offset


def restore(inputs: Array, preprocessing: Preprocessing) -> Floats:
    """The inverse of `prepare`: stored values (0..255, not rounded), channels as stored.

    For showing what was made in a model's input space, such as maximizing images, in true colors.
    """
    scale, offset = coefficients(preprocessing)
    pixels = (np.asarray(inputs, dtype=np.float32) - offset) / scale
    back = np.argsort(preprocessing.order) if preprocessing.order else slice(None)
    return np.asarray(pixels[..., back], dtype=np.float32)


def coefficients(
    preprocessing: Preprocessing,
) -> tuple[Floats, Floats]:
    """Scale and offset of the input's channels, each of shape () or (c,)."""
    return np.asarray(preprocessing.scale, np.float32), np.asarray(preprocessing.offset, np.float32)


def value_range(preprocessing: Preprocessing) -> tuple[float, float]:
    """The smallest and largest model input that a stored pixel (0..255) can become."""
    lows, highs = value_ranges(preprocessing, 1)
    return float(lows.min()), float(highs.max())


def value_ranges(preprocessing: Preprocessing, channels: int) -> tuple[Doubles, Doubles]:
    """The smallest and largest input of each channel, shape (channels,) each.

    Channels have ranges of their own where a mean is subtracted from each: what lies between the
    ends of `value_range` may then still be no color.
    """
    scale, offset = np.asarray(preprocessing.scale), np.asarray(preprocessing.offset)
    shape = np.broadcast_shapes(scale.shape, offset.shape, (channels,))
    ends = np.stack([np.broadcast_to(offset + scale * pixel, shape) for pixel in (0, 255)])
    lows, highs = np.sort(ends, axis=0)
    return lows, highs


def pick(dataset: Dataset, samples: int | Sequence[int]) -> Integers:
    """Indices of the test images that a `samples` parameter means.

    A count N takes the first test image of N classes of the primary target, spread over the
    classes by the golden ratio (so fewer samples are always a prefix of more), then the second
    image of each class, and so on; without labels, the first N images. A list is taken as it is.

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
        got = ", ".join(map(str, wrong)) or "an empty list"
        raise _bad_samples(f"test image indices must lie in 0..{size - 1}, got {got}", dataset)
    return np.asarray(samples, dtype=np.int64)


def measured(dataset: Dataset, count: int) -> Integers:
    """Like `pick`, for measuring: `count` test images spread over classes, or all there are."""
    return _spread(dataset, min(count, len(dataset.splits["test"].images)))


def foreground(dataset: Dataset, split: str, indices: Sequence[int] | Array) -> Array:
    """Where the depicted thing is, as bool masks of shape (n, h, w).

    The dataset's own masks where it has them; else pixels whose largest channel exceeds
    `dataset.facts["threshold"]` (127 when the dataset names none). Where that is None nobody knows
    the foreground, as with photos, and all masks are empty: such images count for no measure.
    """
    part, chosen = dataset.splits[split], np.asarray(indices, dtype=np.int64)
    if part.masks is not None:
        return np.asarray(part.masks)[chosen].astype(bool)
    limit = dataset.facts.get("threshold", THRESHOLD)
    brightest = np.asarray(part.images)[chosen].max(axis=-1)
    return np.asarray(brightest > limit) if limit is not None else np.zeros(brightest.shape, bool)


def names(dataset: Dataset, indices: Sequence[int] | Array) -> list[str]:
    """What test images are called: their primary class; else their file's name, or ""."""
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
    """All classes, each prefix of the list spread over them: multiples of the golden ratio."""
    free = [int(label) for label in classes]
    order, total = [], len(free)
    left = list(range(total))
    for turn in range(1, total + 1):
        wanted = int(turn * _GOLDEN % 1 * total)
        nearest = min(left, key=lambda place: ((place - wanted) % total, place))
        left.remove(nearest)
        order.append(free[nearest])
    return order
