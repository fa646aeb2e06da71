"""What the feature maps of a model are: facts that `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import ShownImage


@dataclass(frozen=True)
class LayerFacts:
    """A layer whose maps are shown.

    Attributes:
        path: of the layer, or of a use of it.
        part: what the ids of its figures start with.
        type: the name of its class.
        size: sides of a map: height and width, the length, or depth, height and width.
        channels: how many maps it has.
        shown: numbers of the channels that are shown.
    """

    path: str
    part: str
    type: str
    size: tuple[int, ...]
    channels: int
    shown: tuple[int, ...]


@dataclass(frozen=True)
class Facts:
    """The layers and the test images of the figure, each layer shown for each image."""

    layers: tuple[LayerFacts, ...]
    images: tuple[ShownImage, ...]

    def part(self, layer: LayerFacts, place: int) -> str:
        """The part that shows a layer for the image at `place`, which several images number."""
        return layer.part if len(self.images) == 1 else f"{layer.part}-s{place}"
