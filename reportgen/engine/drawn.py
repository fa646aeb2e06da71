"""Records of the stage `draw`: the parts of a figure, as pages read them."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.records import Quote, Table


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the store.

    Attributes:
        object: digest of the encoded image.
        media_type, width, height: as in `Picture`.
        vector: digest of the picture as SVG, or "".
    """

    object: str
    media_type: str
    width: int
    height: int
    vector: str


@dataclass(frozen=True)
class DrawnPart:
    """A drawing or a table of a figure with its texts; `picture` is None for a table.

    The other attributes are those of `Drawing`.
    """

    part: str
    title: str
    caption: str
    alt: str
    layers: tuple[str, ...]
    picture: StoredPicture | None = None
    table: Table | None = None
    quotes: tuple[Quote, ...] = ()
    encoding: str = ""


@dataclass(frozen=True)
class Drawn:
    """All parts of a figure in order, or the sentence that replaces them where it is undefined.

    `heading` replaces the title of the figure's kind, unless it is "".
    """

    parts: tuple[DrawnPart, ...] = ()
    undefined: str = ""
    heading: str = ""
