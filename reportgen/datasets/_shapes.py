"""What shapes images and labels must have, and what is said of others; no array is needed to ask.

In plain Python, because `reportgen check` asks too and does without NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.datasets._limits import LARGEST, check_memory
from reportgen.errors import Problem, UserError

MOST = 64
"""Channels of an image at most."""

MOST_CLASSES = 100_000
"""More than any dataset of images has; larger numbers are identifiers, and no class numbers."""

_FEW = 4
"""Up to so many channels an axis is taken for channels, whatever the others are."""


def wrong(what: str, expected: str, received: str, hint: str = "") -> UserError:
    """A user's mistake in one sentence: what the array must hold, and what it does."""
    return UserError(Problem(f"'{what}' must hold {expected}, got {received}", hint=hint))


def check_images(shape: Sequence[int], what: str) -> None:
    """Refuse what is no stack of images (n, h, w) or (n, h, w, c), or does not fit in memory.

    Raises:
        UserError: it has other axes, none of something, too many channels, or more channels than
            rows or columns, which are then taken for channels; or it is larger than the limit.
    """
    whole = (*shape, 1) if len(shape) == 3 else tuple(shape)
    if len(whole) != 4 or 0 in whole:
        raise wrong(what, "images of shape (n, height, width, channels)", f"shape {_said(shape)}")
    _check_channels(whole, what)
    check_memory(whole[0], whole[1:])


def check_labels(shape: Sequence[int], size: int, what: str) -> None:
    """Refuse labels of `size` bytes that are neither (n,) nor (n, a column for each class).

    Raises:
        UserError: they are neither, have more columns than there may be classes, or are larger
            than all images may be.
    """
    if len(shape) not in (1, 2):
        raise no_labels(shape, what)
    if len(shape) == 2 and shape[1] > MOST_CLASSES:
        hint = "give one number for each image, or a column for each class"
        raise wrong(what, f"at most {MOST_CLASSES:,} columns", f"{shape[1]:,}", hint)
    if size > LARGEST:
        received = f"{size / 2**30:.1f} GiB, {LARGEST // 2**30} GiB at most"
        raise wrong(what, "one label for each image", received, "give one number for each image")


def check_count(what: str, images: int, labels: int) -> None:
    """Raises UserError where there is not one label for each image."""
    if images != labels:
        raise wrong(what, f"{images} labels", str(labels))


def no_labels(shape: Sequence[int], what: str) -> UserError:
    """What is said of an array that cannot be one label for each image."""
    received = f"shape {_said(shape)}" if shape else "nothing"
    return wrong(what, "one label for each image", received)


def _check_channels(shape: tuple[int, ...], what: str) -> None:
    """Raises UserError where there are too many channels, or they seem to come first."""
    count = shape[3]
    if count > _FEW and (count > MOST or count > min(shape[1:3])):
        few = f"1 to {_FEW} channels, or up to {MOST} that are no more than rows or columns"
        # What is as long as a side of the image may well be one.
        first = shape[1] <= MOST and shape[1] < min(shape[2:])
        hint = "put the channels last" if first else ""
        expected = f"images of shape (n, height, width, channels), of {few}"
        raise wrong(what, expected, f"shape {_said(shape)}", hint)


def _said(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
