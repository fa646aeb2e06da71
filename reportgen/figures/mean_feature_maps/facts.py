"""What a sheet of mean feature maps shows: facts that `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import ShownImage


@dataclass(frozen=True)
class Facts:
    """The columns and rows of the sheet.

    Attributes:
        layers: paths of the layers whose mean maps are shown.
        images: the test images, one for each row.
        each_class: whether there is one image of each class.
        classes_left_out: how many classes are not shown.
    """

    layers: tuple[str, ...]
    images: tuple[ShownImage, ...]
    each_class: bool
    classes_left_out: int
