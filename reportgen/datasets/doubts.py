"""Warnings of images that are hardly what their owner thinks: dark, constant, or known already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from reportgen.class_names import distinct, readable
from reportgen.datasets.values import Extent, number, range_warnings
from reportgen.records import Dataset, ReportWarning
from reportgen.types import Pixels


def doubts(
    images: Mapping[str, Pixels],
    used: Extent,
    ranged: bool,
    files: Mapping[str, Sequence[str]] | None = None,
) -> tuple[ReportWarning, ...]:
    """Warnings of a dataset's images.

    Args:
        images: by split, (n, h, w, c).
        used: the values that the stored images hold.
        ranged: whether the dataset takes `range`.
        files: names of the images by split; None where they have none.
    """
    found = list(range_warnings(used, ranged))
    same = list(_same(images))
    # Images of a single value, or of too small ones, are equal for no other reason.
    if used.low < used.high and not (found and same):
        found += [*same, *_constant_channels(images), *_known(images, files)]
    return tuple(found)


def with_doubts(data: Dataset) -> Dataset:
    """A finished dataset of a user's own, with warnings of its images, and names that differ."""
    images = {name: np.asarray(split.images, np.uint8) for name, split in data.splits.items()}
    stacks = [stack for stack in images.values() if len(stack)]
    low, high = min(int(stack.min()) for stack in stacks), max(int(s.max()) for s in stacks)
    found = doubts(images, Extent((0, 255), low, high), ranged=False)
    targets = tuple(replace(target, classes=distinct(target.classes)) for target in data.targets)
    classes = distinct(data.classes)
    return replace(data, targets=targets, classes=classes, warnings=(*data.warnings, *found))


def _constant_channels(images: Mapping[str, Pixels]) -> Iterator[ReportWarning]:
    """Channels that hold one value in all images, beside channels that do not."""
    stacks = [stack for stack in images.values() if len(stack)]
    channels = stacks[0].shape[-1]
    if channels == 1:
        return
    low = np.min([stack.min(axis=(0, 1, 2)) for stack in stacks], axis=0)
    high = np.max([stack.max(axis=(0, 1, 2)) for stack in stacks], axis=0)
    for index in np.flatnonzero(low == high):
        # A last channel of 255 is that of opaque images.
        if channels in (2, 4) and index == channels - 1 and low[index] == 255:
            continue
        text = f"Channel {index + 1} of {channels} has the value {number(float(low[index]))} in "
        yield ReportWarning("constant_channel", f"{text}every pixel of every image.")


def _digests(stack: Pixels) -> list[bytes]:
    return [blake2b(np.ascontiguousarray(image).data, digest_size=16).digest() for image in stack]


def _same(images: Mapping[str, Pixels]) -> Iterator[ReportWarning]:
    """A warning of images that are all equal."""
    stacks = [stack for stack in images.values() if len(stack)]
    count, first = sum(map(len, stacks)), stacks[0][0]
    if count > 1 and not any((image != first).any() for stack in stacks for image in stack):
        yield ReportWarning("equal_images", f"All {count:,} images are equal.")


def _known(
    images: Mapping[str, Pixels], files: Mapping[str, Sequence[str]] | None
) -> Iterator[ReportWarning]:
    """A warning of test images that are training images too."""
    if not len(images["train"]) or not len(images["test"]):
        return
    trained: dict[bytes, int] = {}
    for index, digest in enumerate(_digests(images["train"])):
        trained.setdefault(digest, index)
    tested = _digests(images["test"])
    known = [index for index, digest in enumerate(tested) if digest in trained]
    if not known:
        return
    index, source = known[0], trained[tested[known[0]]]
    one, other = f"test image {index}", f"training image {source}"
    if files is not None:
        one, other = files["test"][index], files["train"][source]
    count, total = len(known), len(tested)
    are = "is a training image too" if count == 1 else "are training images too"
    text = f"{count:,} of the {total:,} test images {are}, such as {one}, which equals {other}; "
    text += "the accuracy on the test split counts them."
    yield ReportWarning("known_test_images", readable(text))
