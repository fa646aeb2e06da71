"""Which filters follow which edges: facts that `compute` finds and `draw` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import ShownImage

TABLE_PART = "filters"
"""The part that lists the filters of all layers."""

DRAWN = ("edges", "vertical", "horizontal")
"""Groups of filters that a sheet shows, in the order of its rows."""


@dataclass(frozen=True)
class FilterGroups:
    """Numbers of a layer's filters by what they follow, those that follow it most closely first.

    Attributes:
        vertical, horizontal, oblique: are oriented, and answer most to edges of that direction.
        edges, area: follow edges clearly more than brightness, or brightness more than edges.
        answering: have a map that varies for some image.
        silent: all others.
    """

    vertical: tuple[int, ...]
    horizontal: tuple[int, ...]
    oblique: tuple[int, ...]
    edges: tuple[int, ...]
    area: tuple[int, ...]
    answering: tuple[int, ...]
    silent: tuple[int, ...]

    @property
    def oriented(self) -> tuple[int, ...]:
        """Filters that are oriented in any direction."""
        return (*self.vertical, *self.horizontal, *self.oblique)


@dataclass(frozen=True)
class Row:
    """A row of a sheet: the group (one of `DRAWN`) and its clearest filters."""

    group: str
    filters: tuple[int, ...]


@dataclass(frozen=True)
class LayerFacts:
    """A layer whose filters were judged.

    Attributes:
        path: of the layer.
        part: the part that shows its sheet.
        groups: all of its filters by what they follow.
        rows: of its sheet; the layer's array of maps holds theirs one after the other.
    """

    path: str
    part: str
    groups: FilterGroups
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Facts:
    """The layers, the test image whose maps are shown, and how many images were measured."""

    layers: tuple[LayerFacts, ...]
    image: ShownImage
    measured_images: int
