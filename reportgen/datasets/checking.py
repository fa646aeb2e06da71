"""Checks of images, labels and whole datasets: shapes, types, sizes.

`reportgen check` asks about shapes too, so that importing this module does not import NumPy.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Preprocessing, Split, Target

if TYPE_CHECKING:
    from reportgen.types import Array, Params

SPLITS = ("train", "validation", "test")

LARGEST = 2 * 2**30
"""Bytes of images in memory at most: 10,000 color images of 224 px take 1.5 GB."""

MOST_CHANNELS = 64

MOST_CLASSES = 100_000
"""More than any image dataset has; larger numbers are identifiers, not class indices."""

CHANNELS = {"gray": 1, "rgb": 3}
"""Channels of images by their `color`."""

_ALWAYS_CHANNELS = 4
"""The last axis holds channels if it is no longer than this, whatever the other axes are."""


def check_memory(count: int, shape: Sequence[int]) -> None:
    """Refuse `count` images of `shape` (h, w, c) that take more than `LARGEST` bytes.

    Raises:
        UserError: the images do not fit.
    """
    each = math.prod(shape)
    if count * each <= LARGEST:
        return
    size = f"{count * each / 2**30:.1f} GiB, 2 GiB at most"
    message = f"{count} images of {_times(shape)} take {size}"
    raise UserError(Problem(message, hint=f"use {LARGEST // each} images, or smaller ones"))


# --- arrays of a user's own -----------------------------------------------------------------------


_REMEDIES = {
    "x": "store the images as one array of numbers, of shape (n, height, width, channels)",
    "y": "store one class number from 0, or one name, for each image",
    "c": "give each class one name of its own, in the order of the class numbers",
}
"""What to do about an array, by the first letter of its name."""


def wrong_array(name: str, expected: str, received: str, hint: str = "") -> UserError:
    """The error for an array, such as `x_train`, that does not hold what it must."""
    hint = hint or _REMEDIES.get(name[:1], "")
    return UserError(Problem(f"'{name}' must hold {expected}, got {received}", hint=hint))


def no_labels(shape: Sequence[int], name: str, *, missing: bool = False) -> UserError:
    """The error for an array that cannot be one label for each image, or is `missing`."""
    received = "nothing" if missing else _in_words(shape)
    return wrong_array(name, "one label for each image", received)


def no_training(name: str, held: str, needed: str) -> UserError:
    """The error for data that no model can be trained on."""
    message = f"no model can be trained on {name}, which holds {held}"
    return UserError(
        Problem(message, hint=f"add {needed}, or show a model that is trained already")
    )


def check_images(shape: Sequence[int], name: str) -> None:
    """Refuse a shape that is no stack of images (n, h, w) or (n, h, w, c).

    Raises:
        UserError: the axes are others, one is empty, there are more than `MOST_CHANNELS` channels
            or more channels than rows or columns.
    """
    axes = (*shape, 1) if len(shape) == 3 else tuple(shape)
    expected = "images of shape (n, height, width, channels)"
    if len(axes) != 4 or 0 in axes:
        raise wrong_array(name, expected, _in_words(shape), _reshaping(shape))
    channels = axes[3]
    if channels > _ALWAYS_CHANNELS and channels > min(MOST_CHANNELS, *axes[1:3]):
        expected += (
            f", of 1 to {_ALWAYS_CHANNELS} channels, or up to {MOST_CHANNELS} that are no more "
            "than rows or columns"
        )
        # An axis as long as another one may well be a side of the image.
        channels_first = axes[1] <= MOST_CHANNELS and axes[1] < min(axes[2:])
        hint = "put the channels last" if channels_first else ""
        raise wrong_array(name, expected, f"shape {_times(axes)}", hint)


def shape_in_form(
    shape: Sequence[int], size: Sequence[int] | None, color: str | None
) -> tuple[int, ...]:
    """The shape that an image of shape (h, w, c) is brought to by a `size` and a `color`."""
    channels = shape[2] if color is None else CHANNELS[color]
    return (*(size or shape[:2]), channels)


def check_splits(shapes: Mapping[str, Sequence[int]], params: Params) -> None:
    """Refuse images whose shapes do not go together, or that take too much memory.

    Args:
        shapes: (n, h, w) or (n, h, w, c) of the images of each split.
        params: with the keys of `parameters.FORM`.

    Raises:
        UserError: a shape is no stack of images, one differs from the first in the form asked for,
            `color` is asked for more than four channels, or all images take too much memory.
    """
    size, color, first = params["size"], params["color"], ""
    formed: dict[str, tuple[int, ...]] = {}
    for split, shape in shapes.items():
        check_images(shape, f"x_{split}")
        image = tuple(shape[1:]) if len(shape) == 4 else (*shape[1:], 1)
        if color is not None and image[2] > _ALWAYS_CHANNELS:
            message = f"'color' is for images of 1 to 4 channels, and these have {image[2]}"
            raise UserError(Problem(message, hint="remove it, and all channels are kept"))
        formed[split] = shape_in_form(image, size, color)
        first = first or split
        if formed[split] != formed[first]:
            what = f"images of shape {formed[first]} as x_{first}"
            raise wrong_array(f"x_{split}", what, str(formed[split]))
    if first:
        check_memory(sum(shape[0] for shape in shapes.values()), formed[first])


def check_labels(shape: Sequence[int], size: int, name: str) -> None:
    """Refuse labels of `size` bytes that are neither (n,) nor (n, one column for each class).

    Raises:
        UserError: the axes are others, there are more than `MOST_CLASSES` columns, or the labels
            take more than `LARGEST` bytes.
    """
    if len(shape) not in (1, 2):
        raise no_labels(shape, name)
    if len(shape) == 2 and shape[1] > MOST_CLASSES:
        hint = "give one number for each image, or a column for each class"
        raise wrong_array(name, f"at most {MOST_CLASSES:,} columns", f"{shape[1]:,}", hint)
    if size > LARGEST:
        received = f"{size / 2**30:.1f} GiB, {LARGEST // 2**30} GiB at most"
        hint = "give one number for each image"
        raise wrong_array(name, "one label for each image", received, hint)


def check_count(name: str, images: int, labels: int) -> None:
    """Raise UserError where there is not one label for each image."""
    if images != labels:
        raise wrong_array(name, f"{images} labels", str(labels))


def _in_words(shape: Sequence[int]) -> str:
    """What an array of this shape is."""
    return f"shape {_times(shape)}" if shape else "a single value"


def _reshaping(shape: Sequence[int]) -> str:
    """What to do about no images, or about rows of their pixels; "" for other shapes."""
    if 0 in shape:
        return "the array is empty: store at least one image"
    side = math.isqrt(shape[1]) if len(shape) == 2 else 0
    if side < 2 or side * side != shape[1]:
        return ""
    return f"if each row is an image, reshape the array to ({shape[0]}, {side}, {side}, 1)"


def _times(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


# --- finished datasets ----------------------------------------------------------------------------


def check_dataset(data: object, source: str) -> Dataset:
    """The dataset, if it keeps to `reportgen.records.Dataset`.

    Args:
        data: what a user's function or an installed package returned.
        source: names it in messages.

    Raises:
        UserError: `data` is no dataset, or one of its parts is not what the record promises.
    """
    if not isinstance(data, Dataset):
        raise _wrong_part(source, "a reportgen.records.Dataset", type(data).__name__)
    if not isinstance(data.preprocessing, Preprocessing):
        raise _wrong_part(f"{source}: preprocessing", "a Preprocessing", repr(data.preprocessing))
    for target in data.targets:
        if not (isinstance(target, Target) and target.classes):
            raise _wrong_part(f"{source}: targets", "Targets with classes", reprlib.repr(target))
    _check_facts(data, source)
    for name in SPLITS:
        if not isinstance(data.splits.get(name), Split):
            received = type(data.splits.get(name)).__name__
            raise _wrong_part(f"{source}: {name} split", "a Split", received)
    for name in SPLITS:
        _check_split(data, name, f"{source}: {name}")
    return data


def _check_facts(data: Dataset, source: str) -> None:
    from reportgen.codec import encode
    from reportgen.digest import canonical

    try:
        canonical(encode(data.facts))
    except (TypeError, ValueError) as error:
        hint = "keep to texts, numbers, lists and dictionaries"
        raise _wrong_part(
            f"{source}: facts", "what JSON can hold", str(error)[:100], hint
        ) from error
    threshold = data.facts.get("threshold")
    if not isinstance(threshold, int | None):
        name = f"{source}: facts['threshold']"
        raise _wrong_part(name, "a whole number or None", repr(threshold))


def _check_split(data: Dataset, name: str, what: str) -> None:
    import numpy as np

    split = data.splits[name]
    images = np.asarray(split.images)
    if images.dtype != np.uint8 or images.ndim != 4 or 0 in images.shape[1:]:
        expected = "uint8 of shape (n, height, width, channels)"
        raise _wrong_part(f"{what} images", expected, f"{images.dtype} of shape {images.shape}")
    shape = np.asarray(data.splits["test"].images).shape[1:]
    if images.shape[1:] != shape:
        raise _wrong_part(f"{what} images", f"shape {shape} as in test", str(images.shape[1:]))
    if name == "test" and not len(images):
        raise _wrong_part(f"{what} images", "at least one image", "none")
    if split.masks is not None and np.asarray(split.masks).shape != images.shape[:3]:
        received = str(np.asarray(split.masks).shape)
        raise _wrong_part(f"{what} masks", f"shape {images.shape[:3]}", received)
    for target in data.targets:
        labels = np.asarray(split.labels.get(target.name))
        name = f"{what} labels '{target.name}'"
        _check_indices(labels, len(images), len(target.classes), name)


def _check_indices(labels: Array, count: int, classes: int, what: str) -> None:
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        expected = f"whole numbers of shape ({count},)"
        raise _wrong_part(what, expected, f"{labels.dtype} of shape {labels.shape}")
    if count and not 0 <= labels.min() <= labels.max() < classes:
        received = f"{labels.min()} to {labels.max()}"
        raise _wrong_part(what, f"class indices 0 to {classes - 1}", received)


def _wrong_part(what: str, expected: str, received: str, hint: str = "") -> UserError:
    hint = hint or "reportgen.records.Dataset says what each part holds"
    return UserError(Problem(f"{what}: expected {expected}, got {received}", hint=hint))
