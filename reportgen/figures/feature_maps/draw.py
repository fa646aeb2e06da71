"""Mosaics of feature maps: one for each layer and image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, prod

import numpy as np
from PIL import Image

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drawing.mosaic import mosaic
from reportgen.figures.feature_maps.facts import Facts, LayerFacts
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats, Params

FACTS = Facts

SENTENCES = Sentences(__file__)

_STRIP_SIDES = ((1, 1400), (4, 700), (64, 330))
"""The length of a strip in pixels, by the largest number of strips that get it: a row holds 1, 2, 4
or 8 of them."""

_STRIP_SIDE_OF_MANY = 160

_SLIMNESS = 6
"""A strip is this many times as long as it is high."""

_VOLUME_SIDES = ((4, 560), (16, 330), (64, 210))
"""The longer side of a volume's tile in pixels, likewise; its planes are small."""

_VOLUME_SIDE_OF_MANY = 160

_PIXELS_PER_VALUE = 24
"""A value is drawn no larger than this, since few values need little room."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing, ...]:
    """One mosaic for each image and layer, in the order of the model."""
    facts: Facts = artifact.facts
    return tuple(
        _drawing(facts, layer, place, np.asarray(artifact.arrays[f"maps@{layer.path}"], np.float32))
        for place in range(len(facts.images))
        for layer in facts.layers
    )


def _drawing(facts: Facts, layer: LayerFacts, place: int, maps_of_images: Floats) -> Drawing:
    maps, image = maps_of_images[place], facts.images[place].name
    zero_maps = int((~maps.any(axis=_space(maps))).sum())
    tiles, side = as_tiles(maps)
    picture = mosaic(
        tiles,
        labels=[
            f"{channel}: {channel_map.max():.2g}"
            for channel, channel_map in zip(layer.shown, maps, strict=True)
        ],
        scaling="each",
        legend="",
        tile=side,
    )
    axes = len(layer.size) if layer.size[0] > 1 else 2
    quotes = Quotes()
    said = _said(layer, zero_maps, image, quotes)
    return Drawing(
        part=facts.part(layer, place),
        picture=picture,
        caption=SENTENCES("caption", None, **said).text,
        alt=_alt(layer, maps, said, image, quotes),
        title=_title(layer),
        layers=(layer.path,),
        quotes=tuple(quotes),
        encoding=prose(SENTENCES("encoding"), SENTENCES("arrangement", axes=axes)),
    )


# --- tiles ---


def as_tiles(maps: Floats) -> tuple[Floats, int | None]:
    """Maps (n, space...) as tiles (n, h, w), and the longer side of a drawn tile in pixels.

    Maps of two dimensions are tiles already, whose size a mosaic decides (None). The gaps between
    the planes of a volume are NaN.
    """
    if maps.ndim == 2:
        return _strips(maps)
    return _planes(maps) if maps.ndim == 4 else (maps, None)


def planes_per_row(space: Sequence[int]) -> int:
    """How many planes of a volume (depth, h, w) stand side by side, for the squarest tile."""
    depth, height, width = space

    def longer_side(count: int) -> int:
        return max(ceil(depth / count) * (height + 1), count * (width + 1))

    return min(range(depth, 0, -1), key=longer_side)


def _strips(maps: Floats) -> tuple[Floats, int]:
    """Each row of values repeated, as it is too thin to see. Long rows are averaged first."""
    count, length = maps.shape
    side = _side(count, length, _STRIP_SIDES, _STRIP_SIDE_OF_MANY)
    if length > side:
        maps = np.asarray(Image.fromarray(maps).resize((side, count), Image.Resampling.BOX))
    height = ceil(maps.shape[1] / _SLIMNESS)
    return np.repeat(maps[:, None], height, axis=1), side


def _planes(maps: Floats) -> tuple[Floats, int]:
    """The planes of each volume in rows, in the order of reading, with a line between."""
    count, depth, height, width = maps.shape
    columns = planes_per_row(maps.shape[1:])
    rows = ceil(depth / columns)
    tiles = np.full((count, rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan, np.float32)
    for plane in range(depth):
        top, left = plane // columns * (height + 1), plane % columns * (width + 1)
        tiles[:, top : top + height, left : left + width] = maps[:, plane]
    return tiles, _side(count, max(tiles.shape[1:]), _VOLUME_SIDES, _VOLUME_SIDE_OF_MANY)


def _side(count: int, values: int, sides: tuple[tuple[int, int], ...], side_of_many: int) -> int:
    """The longer side of `count` tiles, in pixels, with so many values along it."""
    side = next((side for most, side in sides if count <= most), side_of_many)
    return min(side, _PIXELS_PER_VALUE * (values + 1))


def _space(maps: Floats) -> tuple[int, ...]:
    """The axes of space of maps (channels, space...)."""
    return tuple(range(1, maps.ndim))


# --- words ---


def _title(layer: LayerFacts) -> str:
    title = f"{layer.type} ({layer.path})"
    single = len(layer.shown) == 1 < layer.channels
    return f"{title}, channel {layer.shown[0]}" if single else title


def _said(layer: LayerFacts, zero_maps: int, image: str, quotes: Quotes) -> dict[str, str | int]:
    """What the sentences on a layer's maps need; an empty map may be none for other images."""
    if zero_maps:
        how = "maps among those shown that are zero everywhere for this image"
        shown = len(layer.shown)
        quotes.number(str(zero_maps), "zero_maps_shown", zero_maps, how, "maps", shown)
    return {
        "which": _which(layer),
        "shown": len(layer.shown),
        "channel": str(layer.shown[0]),
        "channels": layer.channels,
        "layer": layer.path,
        "size": _size(layer.size),
        "positions": prod(layer.size),
        "image": image,
        "zero": zero_maps,
    }


def _which(layer: LayerFacts) -> str:
    """Which channels are shown: all, a single one, the first ones, or some."""
    shown = layer.shown
    if shown == tuple(range(layer.channels)):
        return "all"
    if len(shown) == 1:
        return "single"
    return "first" if shown == tuple(range(len(shown))) else "some"


def _alt(
    layer: LayerFacts, maps: Floats, said: Mapping[str, str | int], image: str, quotes: Quotes
) -> str:
    peaks = maps.max(axis=_space(maps))
    peak, how = float(peaks.max()), f"largest activation in the maps shown, for {image}"
    strongest = quotes.number(f"{peak:.3g}", "strongest_activation", peak, how)
    at = str(layer.shown[int(peaks.argmax())])
    return prose(
        SENTENCES("alt", None, **said, type=layer.type, peak=strongest, at=at),
        _arrangement(layer),
    )


def _arrangement(layer: LayerFacts) -> Sentence | str:
    """How maps lie in their tiles; "" for maps that have two dimensions, or look like it."""
    sides = layer.size
    if len(sides) == 2 or sides[0] == 1:
        return ""
    if len(sides) == 1:
        return SENTENCES("strips", shown=len(layer.shown))
    columns = planes_per_row(sides)
    along = {1: "down", sides[0]: "across"}.get(columns, "rows")
    plane, several = _size(sides[1:]), "yes" if sides[0] % columns else "no"
    return SENTENCES(
        "planes",
        shown=len(layer.shown),
        planes=sides[0],
        size=plane,
        along=along,
        columns=columns,
        after=several,
    )


def _size(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides))
