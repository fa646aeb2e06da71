"""The test images that a figure explains: their choice, model input, targets and answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.figures.attribution.heads import class_name, target_classes
from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.images import Likely
from reportgen.network.batching import pieces
from reportgen.network.preprocessing import prepare
from reportgen.network.samples import foreground, measured, names, pick
from reportgen.network.scores import (
    confidence,
    likeliest_class,
    likeliest_classes,
    predicted_class,
    probabilities,
)
from reportgen.records import Dataset, Head, Subject
from reportgen.types import Array, Booleans, Floats, Integers, Params


def data_of(subject: Subject) -> Dataset:
    """The dataset of a figure that explains images.

    Raises:
        UndefinedError: there is none.
    """
    if subject.data is None:
        raise UndefinedError("This figure explains test images, and there is no dataset.")
    return subject.data


@dataclass(frozen=True)
class Images:
    """The test images that a figure explains: first those shown, then those measured.

    An image may be among both.

    Attributes:
        data: their dataset.
        indices: in its test split, shape (n,).
        pixels: as stored, shape (n, h, w, c).
        shown: places of the images shown.
        measured: places of the images measured.
        likeliest: how many of the likeliest classes to list for each image shown.
    """

    data: Dataset
    indices: Integers
    pixels: Array
    shown: slice
    measured: slice
    likeliest: int = 0

    @classmethod
    def of(cls, data: Dataset, params: Params) -> Images:
        """The images that the parameters `samples` and `measure_on` of a figure mean.

        Raises:
            UserError: the test split has no such images.
        """
        shown = pick(data, params["samples"])
        indices = np.concatenate([shown, measured(data, params["measure_on"])])
        pixels = np.asarray(data.splits["test"].images)[indices]
        count = len(shown)
        likeliest = params.get("likeliest") or 0
        return cls(data, indices, pixels, slice(0, count), slice(count, None), likeliest)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[2])

    def inputs(self) -> Floats:
        """All images as model input, shape (n, h, w, c)."""
        return prepare(self.pixels, self.data.preprocessing)

    def pieces(self) -> Iterator[tuple[slice, Floats]]:
        """Places of some images and their model input, so that only a piece becomes floats."""
        for piece in pieces(self.pixels):
            yield piece, prepare(self.pixels[piece], self.data.preprocessing)

    def some(self, places: Integers) -> Images:
        """Only these of the measured images, by their places; no image is shown."""
        rest = places + self.measured.start
        nothing, all_of_them = slice(0, 0), slice(0, None)
        indices, pixels = self.indices[rest], self.pixels[rest]
        return Images(self.data, indices, pixels, nothing, all_of_them, self.likeliest)

    def foregrounds(self) -> Booleans:
        """Masks of the measured images, shape (m, h, w); all False where no foreground is known."""
        return np.asarray(foreground(self.data, "test", self.indices[self.measured]))

    def targets(self, heads: tuple[Head, ...], target: str | None) -> NDArray[np.int32]:
        """Classes to explain, shape (n, heads); see `heads.target_classes`."""
        return target_classes(heads, self.data, self.indices, target)

    def samples(
        self, head: Head, logits: Floats | None, targets: Array, probable: Floats | None = None
    ) -> tuple[ExplainedImage, ...]:
        """The shown images as explained; arguments as of `explained_images`, for all images."""
        return explained_images(
            head,
            None if logits is None else logits[self.shown],
            targets[self.shown],
            self.data,
            self.indices[self.shown],
            None if probable is None else probable[self.shown],
            self.likeliest,
        )


def explained_images(
    head: Head,
    logits: Floats | None,
    explained: Array,
    data: Dataset,
    indices: Array,
    probable: Floats | None = None,
    likeliest: int = 0,
) -> tuple[ExplainedImage, ...]:
    """What captions say of each image.

    Args:
        head: with its target.
        logits: of this head, shape (n, units); None where only its probabilities are known.
        explained: class or unit indices, shape (n,).
        data: whose test split holds the images.
        indices: of the images, shape (n,).
        probable: probabilities in place of logits, shape (n, units).
        likeliest: how many of the likeliest classes to list.
    """
    labels = _labels(head, data, indices)
    if head.valued and logits is not None:
        return tuple(
            _of_value(head, int(index), label, row, int(target))
            for index, label, row, target in zip(indices, labels, logits, explained, strict=True)
        )
    if logits is None:
        assert probable is not None, "logits or probabilities"
        predicted = likeliest_class(probable, head)
    else:
        predicted, probable = predicted_class(logits, head), probabilities(logits, head)
    shares, ranked = confidence(probable, predicted, head), ranking(probable, head, likeliest)
    by = ("sigmoid" if head.units == 1 else "softmax") if head.kind == "logits" else ""
    return tuple(
        ExplainedImage(
            int(index),
            label,
            class_name(head, target),
            predicted=class_name(head, answer),
            probability=float(share),
            by=by,
            likeliest=classes,
            truth=label if data.targets else "",
        )
        for index, label, target, answer, share, classes in zip(
            indices, labels, explained, predicted, shares, ranked, strict=True
        )
    )


def true_classes(head: Head, data: Dataset, indices: Array) -> list[str]:
    """The true class of each image for a head, or that of the primary target; "" if not known."""
    return _labels(head, data, indices) if data.targets else [""] * len(indices)


def ranking(probable: Floats, head: Head, most: int) -> list[tuple[Likely, ...]]:
    """For each image the likeliest classes of a head, `most` or as many as there are.

    Args:
        probable: probabilities, shape (n, units).
        head: with its target or names.
        most: 0 for none.
    """
    classes, shares = likeliest_classes(probable, head, most)
    return [
        tuple(Likely(class_name(head, int(c)), float(s)) for c, s in zip(*pair, strict=True))
        for pair in zip(classes, shares, strict=True)
    ]


def mean_split(data: Dataset) -> str:
    """The split whose images have the mean color: "train", or "test" where that has none."""
    return "train" if len(data.splits["train"].images) else "test"


def color(data: Dataset, name: str) -> Floats:
    """A color as model input, shape (c,).

    Args:
        data: its images tell the mean color, and how many channels there are.
        name: "black", "white" or "mean" (of the images of `mean_split`).
    """
    images = np.asarray(data.splits[mean_split(data)].images)
    if name == "mean":
        # Along the images first, where numbers lie side by side: whole numbers add up exactly.
        whole = np.issubdtype(images.dtype, np.integer)
        total = images.sum(axis=0, dtype=np.int64 if whole else np.float64)
        pixels = total.sum(axis=(0, 1)) / (images.size // images.shape[-1])
    else:
        pixels = np.full(images.shape[-1], {"black": 0.0, "white": 255.0}[name])
    return prepare(pixels, data.preprocessing)


def _of_value(head: Head, index: int, label: str, values: Floats, target: int) -> ExplainedImage:
    """An image whose output has plain values (units,): of several, the largest is given too."""
    unit = target if head.units > 1 else 0
    best = unit if values[unit] == values.max() else int(values.argmax())
    largest = (class_name(head, best), float(values[best])) if head.units > 1 else None
    explained = class_name(head, target)
    return ExplainedImage(index, label, explained, value=float(values[unit]), largest=largest)


def _labels(head: Head, data: Dataset, indices: Array) -> list[str]:
    """The class of each image, else its file's name, else "".

    For an output without labels the class is that of the primary target.
    """
    if head.target is None and data.targets:
        return names(data, indices)
    labels = data.splits["test"].labels.get(head.target.name) if head.target else None
    if labels is not None:
        return [class_name(head, label) for label in np.asarray(labels)[indices]]
    files = data.facts.get("names")
    return [str(files[int(index)]) if files else "" for index in indices]
