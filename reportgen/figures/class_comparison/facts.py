"""What a comparison of two classes shows: facts that `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import ShownImage


@dataclass(frozen=True)
class Facts:
    """The columns and rows of the sheet.

    Attributes:
        layers: paths of the layers, one for each column behind the input.
        classes: names of the two classes.
        filter: the number of the channel shown.
        images: the test images with their classes, those of the first class first.
        of_first: how many of them belong to the first class.
        reading: a sentence on numbers of the spec that are names of classes; "" for none.
    """

    layers: tuple[str, ...]
    classes: tuple[str, str]
    filter: int
    images: tuple[ShownImage, ...]
    of_first: int
    reading: str = ""
