"""One mosaic for each layer: color tiles, single channels, all inputs, or their mean."""

from __future__ import annotations

from typing import Literal, Unpack

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import number
from reportgen.drawing.mosaic import Layout, mosaic
from reportgen.figures.kernels.facts import Facts, LayerFacts
from reportgen.records import Artifact, Drawing, Picture
from reportgen.types import Floats, Params

FACTS = Facts

SENTENCES = Sentences(__file__)

View = Literal["color", "single", "inputs", "mean"]
"""What a tile shows: a filter in colors, its only input, a pair of filter and input, or a mean."""

_FEW_TILES = 128
"""So many pairs of a filter and an input at most have a tile each unless a spec asks for it."""

_FEW_COLUMNS = 16
_MOST_COLUMNS = 32
"""Tiles side by side at most: each is still as wide as a word."""

_PAIR_TILE = 110
"""Pixels of the longer side of a tile for a pair of filter and input."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing, ...]:
    """One picture for each layer, titled like "Conv2D(conv2d_1)"."""
    facts: Facts = artifact.facts
    return tuple(
        _drawing(np.asarray(artifact.arrays[f"kernel_{i}"], np.float32), layer, params)
        for i, layer in enumerate(facts.layers)
    )


def _drawing(kernel: Floats, layer: LayerFacts, params: Params) -> Drawing:
    scaling, flat = params["scaling"], _two_dimensional(kernel)
    view = _view(layer, flat, params["show"])
    shown = flat[:, :, : _input_count(flat, params["max_inputs"])] if view == "inputs" else flat
    tiles = scaled(shown, scaling, (layer.low, layer.high))
    quotes = Quotes()
    content = _content(view, layer, flat, shown)
    return Drawing(
        part=layer.part,
        picture=_picture(view, tiles, scaling, layer.reads_color),
        caption=prose(
            content, *_sizes(view, shown, scaling, layer, quotes), *_remarks(layer, quotes)
        ),
        alt=prose(SENTENCES("alt", layer=layer.path), content),
        title=f"{layer.type}({layer.path})",
        layers=(layer.path,),
        quotes=tuple(quotes),
        encoding=SENTENCES("encoding", scaling=scaling, view=view).text,
    )


def _two_dimensional(kernel: Floats) -> Floats:
    """A kernel as (h, w, inputs, filters).

    A single axis of space becomes a row; of three, the first is averaged.
    """
    if kernel.ndim == 3:
        return kernel[None]
    return np.asarray(kernel.mean(axis=0)) if kernel.ndim == 5 else kernel


def _view(layer: LayerFacts, kernel: Floats, show: str) -> View:
    inputs, filters = kernel.shape[-2:]
    if layer.reads_color and show != "inputs":
        return "color"
    if inputs == 1:
        return "single"
    few = inputs * filters <= _FEW_TILES and min(inputs, filters) <= _FEW_COLUMNS
    return "inputs" if show == "inputs" or (show == "auto" and few) else "mean"


def _input_count(kernel: Floats, most: int) -> int:
    """How many inputs have tiles: fewer than `most` where tiles would be too small to read."""
    inputs, filters = kernel.shape[-2:]
    return min(most, _MOST_COLUMNS) if min(inputs, most, filters) > _MOST_COLUMNS else most


# --- shades ---


def scaled(kernel: Floats, scaling: str, ends: tuple[float, float]) -> Floats:
    """A kernel (h, w, inputs, filters) in the values that are drawn.

    Args:
        kernel: the weights of the filters shown.
        scaling: "layer" leaves weights alone; "filter" divides each filter by its own largest
            magnitude; "range" brings `ends` to 0 and 1 (all to 0 where both are equal).
        ends: the smallest and the largest weight of the layer.
    """
    if scaling == "range":
        low, high = ends
        return np.asarray((kernel - low) / ((high - low) or 1.0), np.float32)
    if scaling == "layer":
        return kernel
    largest = np.abs(np.where(np.isfinite(kernel), kernel, 0)).max(axis=(0, 1, 2), initial=0)
    return np.asarray(kernel / np.where(largest > 0, largest, 1), np.float32)


def _largest_magnitude(kernel: Floats) -> float:
    """The largest magnitude of the finite weights."""
    return float(np.abs(np.where(np.isfinite(kernel), kernel, 0)).max(initial=0))


# --- pictures ---


def _picture(view: View, kernel: Floats, scaling: str, reads_color: bool) -> Picture:
    if view == "color":
        tiles = np.moveaxis(kernel, -1, 0)
        if scaling != "range":
            tiles = 0.5 + tiles / (2 * (_largest_magnitude(kernel) or 1.0))
        return mosaic(tiles, labels=_numbers(len(tiles)))
    if view == "inputs":
        return _pairs(kernel, scaling, reads_color)
    tiles = np.moveaxis(kernel.mean(axis=2) if view == "mean" else kernel[:, :, 0], -1, 0)
    return _shaded(tiles, scaling, labels=_numbers(len(tiles)))


def _pairs(kernel: Floats, scaling: str, reads_color: bool) -> Picture:
    """A row for each filter and a column for each input; transposed where that would be wide."""
    tiles = np.moveaxis(kernel, (3, 2), (0, 1))
    rows = [f"filter {i}" for i in range(tiles.shape[0])]
    columns = ["red", "green", "blue"] if reads_color else _columns("input", tiles.shape[1])
    if tiles.shape[1] > max(_FEW_COLUMNS, tiles.shape[0]):
        tiles = np.swapaxes(tiles, 0, 1)
        rows = [f"input {i}" for i in range(tiles.shape[0])]
        columns = _columns("filter", tiles.shape[1])
    return _shaded(
        tiles.reshape(-1, *tiles.shape[2:]),
        scaling,
        labels=columns,
        row_labels=rows,
        columns=tiles.shape[1],
        tile=_PAIR_TILE,
    )


def _shaded(tiles: Floats, weight_scaling: str, **layout: Unpack[Layout]) -> Picture:
    if weight_scaling == "range":
        layout |= {"colormap": "gray", "scaling": "none"}
        layout["legend"] = "weight, from the layer's smallest to its largest"
    else:
        layout |= {"colormap": "RdBu_r", "scaling": "symmetric"}
        share = ", as a share of each filter's largest" if weight_scaling == "filter" else ""
        layout["legend"] = f"weight{share}"
    return mosaic(tiles, **layout)


def _columns(noun: str, count: int) -> list[str]:
    """ "input 0", "1", "2", ..."""
    return [f"{noun} 0", *_numbers(count)[1:]]


def _numbers(count: int) -> list[str]:
    return [str(index) for index in range(count)]


# --- words ---


def _content(view: View, layer: LayerFacts, kernel: Floats, shown: Floats) -> Sentence:
    """Which filters are shown, what a tile shows, and how many inputs have tiles."""
    filters, inputs = kernel.shape[-1], shown.shape[2]
    return SENTENCES(
        "content",
        some="yes" if filters < layer.filters else "no",
        shown=filters,
        filters=layer.filters,
        size=" x ".join(str(side) for side in layer.size),
        inputs=layer.inputs,
        view=view,
        first=inputs if view == "inputs" and inputs < layer.inputs else 0,
    )


def _sizes(
    view: View, shown: Floats, scaling: str, layer: LayerFacts, quotes: Quotes
) -> list[Sentence]:
    """How large the weights are at the ends of the colors."""
    if scaling == "range":
        how = "weight of the whole layer"
        low = quotes.number(f"{layer.low:.3g}", "smallest_weight", layer.low, f"smallest {how}")
        if layer.low == layer.high:
            return [SENTENCES("even", weight=low)]
        high = quotes.number(f"{layer.high:.3g}", "largest_weight", layer.high, f"largest {how}")
        return [SENTENCES("range", low=low, high=high)]
    largest = _largest_magnitude(shown)
    if not largest:
        return [SENTENCES("zero", finite="some" if layer.not_finite else "all")]
    if view != "color" or scaling != "layer":
        return []
    how = "largest magnitude of a weight of the tiles shown"
    weight = quotes.number(f"{largest:.3g}", "largest_weight_shown", largest, how)
    return [SENTENCES("largest", weight=weight)]


def _remarks(layer: LayerFacts, quotes: Quotes) -> list[Sentence]:
    remarks = []
    if len(layer.size) == 3:
        remarks.append(SENTENCES("averaged"))
    if layer.mixed:
        remarks.append(SENTENCES("depthwise", channels=layer.mixed))
    if layer.not_finite:
        how = "filters with weights that are not finite numbers"
        quotes.number(number(layer.not_finite), "not_finite", layer.not_finite, how, "filters")
        remarks.append(SENTENCES("not-finite", count=layer.not_finite))
    return remarks
