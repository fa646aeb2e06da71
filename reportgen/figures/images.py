"""Test images that a figure shows: which they are, and what captions call them. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Likely:
    """A class and its probability."""

    name: str
    share: float


@dataclass(frozen=True)
class ShownImage:
    """A test image that a figure shows.

    Attributes:
        index: in the test split.
        label: its class, or the name of its file; "" where neither is known.
    """

    index: int
    label: str

    @property
    def name(self) -> str:
        """The image in a sentence.

        >>> ShownImage(12, "cat").name, ShownImage(3, "").name
        ('test image 12 (cat)', 'test image 3')
        """
        return f"test image {self.index} ({self.label})" if self.label else self.plain_name

    @property
    def plain_name(self) -> str:
        """The image by its index alone, such as "test image 12"."""
        return f"test image {self.index}"


def shown_images(indices: Iterable[int], labels: Iterable[str]) -> tuple[ShownImage, ...]:
    """The images at these indices, with a label for each."""
    return tuple(
        ShownImage(int(index), label) for index, label in zip(indices, labels, strict=True)
    )
