"""One mosaic for each layer: color tiles, single channels, all inputs, or their mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.mosaic import mosaic
from reportgen.figures.kernels import scaling as shades
from reportgen.records import Artifact, Drawing, Picture
from reportgen.types import Floats

MOST_TILES = 128
_MOST_COLUMNS = 16
_WIDEST = 32
"""Tiles side by side at most: each is still as wide as a word."""

_SIGNED = "RdBu_r"

_COLORS = ("red", "green", "blue")

Facts = Mapping[str, Any]


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One picture for each layer, titled like "Conv2D(conv2d_1)"."""
    return tuple(
        _drawing(np.asarray(artifact.arrays[f"kernel_{i}"], np.float32), facts, params)
        for i, facts in enumerate(artifact.facts["layers"])
    )


def _drawing(kernel: Floats, facts: Mapping[str, Any], params: Mapping[str, Any]) -> Drawing:
    flat, scaling = _flat(kernel), params["scaling"]
    way = _way(facts, flat, params["show"])
    shown = flat[:, :, : _most(flat, params["max_inputs"])] if way == "inputs" else flat
    picture = _WAYS[way](shades.scaled(shown, scaling, facts["range"]), scaling, facts)
    words = [_count(facts, flat), _said(way, facts, shown.shape[2])]
    caption = " ".join([*words, shades.said(way, shades.reach(shown), scaling, facts)])
    if len(facts["size"]) == 3:
        caption += " Averaged over the first axis of space."
    if facts["mixed"]:
        caption += (
            " They are the depthwise part of the layer; the weights that mix their maps into "
            f"{counted(facts['mixed'], 'channel', 'channels')} are not shown."
        )
    if facts["bad"]:
        many = counted(facts["bad"], "filter holds", "filters hold")
        caption += f" {many} weights that are not finite numbers (gray)."
    title = f"{facts['type']}({facts['name']})"
    alt = f"Mosaic of the weights of {facts['name']}: {' '.join(words)}"
    return Drawing(facts["part"], picture, caption, alt, title, layers=(facts["name"],))


def _most(kernel: Floats, wanted: int) -> int:
    """How many inputs have tiles: fewer than wanted where a tile would be too small to be read."""
    inputs, filters = kernel.shape[-2:]
    return min(wanted, _WIDEST) if min(inputs, wanted, filters) > _WIDEST else wanted


def _flat(kernel: Floats) -> Floats:
    """A kernel as (h, w, inputs, filters): one axis of space becomes a row, of three the first
    is averaged."""
    if kernel.ndim == 3:
        return kernel[None]
    return np.asarray(kernel.mean(axis=0)) if kernel.ndim == 5 else kernel


def _way(facts: Mapping[str, Any], kernel: Floats, show: str) -> str:
    inputs, filters = kernel.shape[-2:]
    if facts["color"] and show != "inputs":
        return "color"
    if inputs == 1:
        return "single"
    few = inputs * filters <= MOST_TILES and min(inputs, filters) <= _MOST_COLUMNS
    return "inputs" if show == "inputs" or (show == "auto" and few) else "mean"


def _color(kernel: Floats, scaling: str, facts: Facts) -> Picture:
    tiles = np.moveaxis(kernel, -1, 0)
    if scaling != "range":
        tiles = 0.5 + tiles / (2 * (shades.reach(kernel) or 1.0))
    return mosaic(tiles, labels=_numbers(len(tiles)))


def _single(kernel: Floats, scaling: str, facts: Facts) -> Picture:
    tiles = np.moveaxis(kernel[:, :, 0], -1, 0)
    return _shaded(tiles, scaling, labels=_numbers(kernel.shape[-1]))


def _mean(kernel: Floats, scaling: str, facts: Facts) -> Picture:
    return _single(kernel.mean(axis=2, keepdims=True), scaling, facts)


def _inputs(kernel: Floats, scaling: str, facts: Facts) -> Picture:
    """A row for each filter and a column for each input, or the other way where that is wide."""
    tiles = np.moveaxis(kernel, (3, 2), (0, 1))
    rows = [f"filter {i}" for i in range(tiles.shape[0])]
    columns = list(_COLORS) if facts["color"] else _counted("input", tiles.shape[1])
    if tiles.shape[1] > max(_MOST_COLUMNS, tiles.shape[0]):
        tiles = np.swapaxes(tiles, 0, 1)
        rows = [f"input {i}" for i in range(tiles.shape[0])]
        columns = _counted("filter", tiles.shape[1])
    return _shaded(
        tiles.reshape(-1, *tiles.shape[2:]),
        scaling,
        labels=columns,
        row_labels=rows,
        columns=tiles.shape[1],
        tile=110,
    )


def _shaded(tiles: Floats, scaling: str, **layout: Any) -> Picture:
    words = shades.legend(scaling)
    if scaling == "range":
        return mosaic(tiles, colormap="gray", scaling="none", legend=words, **layout)
    return mosaic(tiles, colormap=_SIGNED, scaling="symmetric", legend=words, **layout)


_WAYS = {"color": _color, "single": _single, "inputs": _inputs, "mean": _mean}
_SAID = {
    "color": "The weights of the three input channels are shown together as red, green and blue.",
    "single": "One tile for each filter.",
    "inputs": "One tile for each pair of a filter and an input channel.",
    "mean": "One tile for each filter: the mean over its input channels.",
}


def _said(way: str, facts: Facts, inputs: int) -> str:
    """What a tile is, and of how many inputs there are tiles."""
    some = inputs < facts["inputs"] and way == "inputs"
    return _SAID[way] + (f" The first {_first(inputs)} shown." if some else "")


def _counted(word: str, count: int) -> list[str]:
    """ "input 0", "1", "2", ..."""
    return [f"{word} {i}" if i == 0 else str(i) for i in range(count)]


def _numbers(count: int) -> list[str]:
    return [str(index) for index in range(count)]


def _count(facts: Mapping[str, Any], kernel: Floats) -> str:
    """ "32 filters of 7 x 7 weights in 3 input channels.", or how many of them are shown."""
    shown, every, inputs = kernel.shape[-1], facts["filters"], facts["inputs"]
    size = " x ".join(str(side) for side in facts["size"])
    which = counted(every, "filter", "filters")
    if shown < every:
        which = (
            f"The first {shown} of {every} filters"
            if shown > 1
            else f"The first of {every} filters"
        )
    return f"{which} of {size} weights in {counted(inputs, 'input channel', 'input channels')}."


def _first(inputs: int) -> str:
    return "input channel is" if inputs == 1 else f"{inputs} input channels are"
