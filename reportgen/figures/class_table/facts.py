"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One class.

    Attributes:
        label: its label.
        name: of the class.
        counts: its images in the train, validation and test split.
        first: index of its first training image, or None.
        examples: indices of its first test images.
    """

    label: int
    name: str
    counts: tuple[int, ...]
    first: int | None
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Facts:
    """The classes of a dataset's primary target.

    Attributes:
        rows: the classes listed.
        dataset: title of the dataset.
        left_out: how many more classes there are.
    """

    rows: tuple[Row, ...]
    dataset: str
    left_out: int
