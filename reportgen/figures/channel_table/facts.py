"""What a channel's table shows: facts that `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import ShownImage


@dataclass(frozen=True)
class Facts:
    """The channel of a layer whose map is written out, and the image that it is for.

    Attributes:
        layer: path of the layer; type: the name of its class.
        channel: its number, counted from 0.
        image: the test image.
    """

    layer: str
    type: str
    channel: int
    image: ShownImage
