"""Mosaics of feature maps: one for each layer and sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
from PIL import Image

from reportgen.drawing.mosaic import mosaic
from reportgen.figures.attribution.captions import image, size
from reportgen.figures.feature_maps.facts import part
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats

_LONG = ((1, 1400), (4, 700), (64, 330))
_LONG_OF_MANY = 160
"""How long strips are, in pixels, by how many there are: a row holds 1, 2, 4 or 8 of them."""

_SLIM = 6
"""A strip is this many times as long as it is high."""

_LARGE = ((4, 560), (16, 330), (64, 210))
_LARGE_OF_MANY = 160
"""The same of volumes, whose planes are small."""

_PER_VALUE = 24
"""A value is no larger than this: few of them need little room."""


def flat(maps: Floats) -> tuple[Floats, int | None]:
    """Maps (n, space...) as tiles (n, h, w), and the longer side of a drawn tile in pixels.

    Maps of two dimensions are tiles as they are, and of their size a mosaic decides (None). What
    lies between the planes of a volume is NaN.
    """
    if maps.ndim == 2:
        return _strips(maps)
    return _planes(maps) if maps.ndim == 4 else (maps, None)


def abreast(space: Sequence[int]) -> int:
    """How many planes of a volume (depth, h, w) stand side by side, for the squarest tile."""
    depth, height, width = space

    def longest(count: int) -> int:
        return max(ceil(depth / count) * (height + 1), count * (width + 1))

    return min(range(depth, 0, -1), key=longest)


def _strips(maps: Floats) -> tuple[Floats, int]:
    """One row of values is too thin to see, so it is repeated. Long ones are averaged first."""
    count, length = maps.shape
    side = _side(count, length, _LONG, _LONG_OF_MANY)
    if length > side:
        maps = np.asarray(Image.fromarray(maps).resize((side, count), Image.Resampling.BOX))
    high = ceil(maps.shape[1] / _SLIM)
    return np.repeat(maps[:, None], high, axis=1), side


def _planes(maps: Floats) -> tuple[Floats, int]:
    """Planes in rows, as they are read, with a line between."""
    count, depth, height, width = maps.shape
    across = abreast(maps.shape[1:])
    down, high, wide = ceil(depth / across), height + 1, width + 1
    tiles = np.full((count, down * high - 1, across * wide - 1), np.nan, np.float32)
    for place in range(depth):
        top, left = place // across * high, place % across * wide
        tiles[:, top : top + height, left : left + width] = maps[:, place]
    return tiles, _side(count, max(tiles.shape[1:]), _LARGE, _LARGE_OF_MANY)


def _side(count: int, longest: int, sides: tuple[tuple[int, int], ...], many: int) -> int:
    """The longer side of `count` tiles with so many values along it."""
    wanted = next((side for most, side in sides if count <= most), many)
    return min(wanted, _PER_VALUE * (longest + 1))


Facts = Mapping[str, Any]


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One mosaic for each sample and layer, in the order of the model."""
    samples = artifact.facts["samples"]
    return tuple(
        _layer(artifact, layer, place)
        for place in range(len(samples))
        for layer in artifact.facts["layers"]
    )


def _layer(artifact: Artifact, layer: Facts, place: int) -> Drawing:
    samples = artifact.facts["samples"]
    maps = np.asarray(artifact.arrays[f"maps@{layer['name']}"], np.float32)[place]
    dark = int((~maps.any(axis=_space(maps))).sum())
    tiles, side = flat(maps)
    picture = mosaic(
        tiles,
        labels=[
            f"{channel}: {one.max():.2g}" for channel, one in zip(layer["shown"], maps, strict=True)
        ],
        scaling="each",
        legend="",
        tile=side,
    )
    about = image(samples[place])
    return Drawing(
        part=part(layer["name"], place, len(samples)),
        picture=picture,
        caption=_caption(layer, dark, about),
        alt=_alt(layer, maps, dark, about),
        title=f"{layer['type']} ({layer['name']})" + _only(layer),
        layers=(layer["name"],),
    )


def _only(layer: Facts) -> str:
    """Ends the title of a figure of a single channel among several."""
    alone = len(layer["shown"]) == 1 < layer["channels"]
    return f", channel {layer['shown'][0]}" if alone else ""


def _space(maps: Any) -> tuple[int, ...]:
    return tuple(range(1, maps.ndim))


def _caption(layer: Facts, dark: int, about: str) -> str:
    words = f"Activations of {layer['name']} for {about}: {_some(layer)} of {_positions(layer)}, "
    how = f"{_arranged(layer)}, " if _arranged(layer) else ""
    if len(layer["shown"]) == 1:
        words += f"{how}from its smallest value (dark) to its largest (bright)."
    else:
        words += f"each {how}on a color scale of its own; its number and its largest "
        words += "activation stand over it."
    return words + (f" {_dark(dark)}." if dark else "")


def _positions(layer: Facts) -> str:
    """ "26 x 26 positions"."""
    sides = layer["size"]
    return f"{size(sides)} {'position' if sides == [1] else 'positions'}"


def _arranged(layer: Facts) -> str:
    """How maps lie in their tiles; nothing where they have two dimensions, or look like it."""
    sides = layer["size"]
    if len(sides) == 2 or sides[0] == 1:
        return ""
    if len(sides) == 1:
        return "a strip from its first position (left) to its last"
    side, words = abreast(sides), f"as {sides[0]} planes of {size(sides[1:])}"
    if side == sides[0]:
        return f"{words} from left to right, with gray between"
    if side == 1:
        return f"{words} from the top down, with gray between"
    after = " and after the last" if sides[0] % side else ""
    return f"{words} in rows of {side}, with gray between{after}"


def _some(layer: Facts) -> str:
    """Which channels are shown."""
    shown, count = layer["shown"], layer["channels"]
    if shown == list(range(count)):
        return f"{count} channels" if count > 1 else "its channel"
    if len(shown) == 1:
        return f"channel {shown[0]} of {count}"
    if shown == list(range(len(shown))):
        return f"the first {len(shown)} of {count} channels"
    return f"{len(shown)} of {count} channels"


def _alt(layer: Facts, maps: Any, dark: int, about: str) -> str:
    peak = maps.max(axis=_space(maps))
    many, how = len(maps) > 1, _arranged(layer)
    grid = f"Grid of {len(maps)} feature maps" if many else "A feature map"
    grid += f", {'each ' if many else ''}{how}," if how else ""
    words = f"{grid} of {layer['type']} {layer['name']} for {about}; "
    words += f"the strongest activation is {float(peak.max()):.3g}, in channel "
    words += f"{layer['shown'][int(peak.argmax())]}"
    return words + (f"; {_dark(dark)}." if dark else ".")


def _dark(count: int) -> str:
    """How many of the maps shown are empty: on other images the same channels may not be."""
    are = "is" if count == 1 else "are"
    return f"{count} of the maps shown {are} zero everywhere for this image"
