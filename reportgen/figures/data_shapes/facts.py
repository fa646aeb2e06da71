"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One array of a dataset.

    Attributes:
        what: such as "test images".
        shape: of the array.
        type: its NumPy type.
        range: its smallest and largest value; () for an empty array.
    """

    what: str
    shape: tuple[int, ...]
    type: str
    range: tuple[float, ...]


@dataclass(frozen=True)
class Facts:
    """The arrays of a dataset.

    Attributes:
        before: as published where that is known (`published`), else as the report holds them.
        after: as the model takes them.
        dataset: title of the dataset.
        preprocessing: how pixels become model input, in words.
        published: whether `before` describes the published arrays.
    """

    before: tuple[Row, ...]
    after: tuple[Row, ...]
    dataset: str
    preprocessing: str
    published: bool
