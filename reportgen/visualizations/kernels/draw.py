"""One mosaic for each layer: color tiles, single channels, all inputs, or their mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.mosaic import mosaic
from reportgen.records import Artifact, Drawing, Picture

MOST_TILES = 128
_MOST_COLUMNS = 16
_SIGNED = "RdBu_r"

Floats = NDArray[np.float32]


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One picture for each layer, titled like "Conv2D(conv2d_1)"."""
    return tuple(
        _drawing(np.asarray(artifact.arrays[f"kernel_{i}"], np.float32), facts, params)
        for i, facts in enumerate(artifact.facts["layers"])
    )


def _drawing(kernel: Floats, facts: Mapping[str, Any], params: Mapping[str, Any]) -> Drawing:
    flat = _flat(kernel)
    scaled, reach = _scaled(flat, params["scaling"])
    way = _way(facts, flat, params["show"])
    picture = _WAYS[way](scaled, params["scaling"])
    caption = f"{_count(facts, flat)} {_SAID[way]} {_scale_said(way, reach, params['scaling'])}"
    if len(facts["size"]) == 3:
        caption += " Averaged over the first axis of space."
    if facts["bad"]:
        many = f"{facts['bad']} filters hold" if facts["bad"] > 1 else "1 filter holds"
        caption += f" {many} weights that are not finite numbers (gray)."
    title = f"{facts['type']}({facts['name']})"
    alt = f"Mosaic of the weights of {facts['name']}: {_count(facts, flat)} {_SAID[way]}"
    return Drawing(facts["part"], picture, caption, alt, title, layers=(facts["name"],))


def _flat(kernel: Floats) -> Floats:
    """A kernel as (h, w, inputs, filters): one axis of space becomes a row, of three the first
    is averaged."""
    if kernel.ndim == 3:
        return kernel[None]
    return np.asarray(kernel.mean(axis=0)) if kernel.ndim == 5 else kernel


def _way(facts: Mapping[str, Any], kernel: Floats, show: str) -> str:
    inputs, filters = kernel.shape[-2:]
    if facts["color"]:
        return "color"
    if inputs == 1:
        return "single"
    few = inputs * filters <= MOST_TILES and min(inputs, filters) <= _MOST_COLUMNS
    return "inputs" if show == "inputs" or (show == "auto" and few) else "mean"


def _scaled(kernel: Floats, scaling: str) -> tuple[Floats, float]:
    """A kernel with each filter divided by its largest magnitude ("filter") or as it is, and the
    largest magnitude of all."""
    magnitude = np.where(np.isfinite(kernel), np.abs(kernel), 0)
    reach = float(magnitude.max(initial=0))
    if scaling != "filter":
        return kernel, reach
    own = magnitude.max(axis=(0, 1, 2), initial=0)
    return np.asarray(kernel / np.where(own > 0, own, 1), np.float32), reach


def _color(kernel: Floats, scaling: str) -> Picture:
    reach = float(np.max(np.abs(kernel), where=np.isfinite(kernel), initial=0)) or 1.0
    tiles = 0.5 + np.moveaxis(kernel, -1, 0) / (2 * reach)
    return mosaic(tiles, labels=_numbers(len(tiles)))


def _single(kernel: Floats, scaling: str) -> Picture:
    return _signed(np.moveaxis(kernel[:, :, 0], -1, 0), scaling, labels=_numbers(kernel.shape[-1]))


def _mean(kernel: Floats, scaling: str) -> Picture:
    return _single(kernel.mean(axis=2, keepdims=True), scaling)


def _inputs(kernel: Floats, scaling: str) -> Picture:
    """A row for each filter and a column for each input, or the other way where that is wide."""
    tiles = np.moveaxis(kernel, (3, 2), (0, 1))
    rows, columns = "filter", "input"
    if tiles.shape[1] > max(_MOST_COLUMNS, tiles.shape[0]):
        tiles, rows, columns = np.swapaxes(tiles, 0, 1), columns, rows
    across = tiles.shape[1]
    return _signed(
        tiles.reshape(-1, *tiles.shape[2:]),
        scaling,
        labels=[f"{columns} {i}" if i == 0 else str(i) for i in range(across)],
        row_labels=[f"{rows} {i}" for i in range(tiles.shape[0])],
        columns=across,
        tile=110,
    )


def _signed(tiles: Floats, scaling: str, **layout: Any) -> Picture:
    words = "weight" if scaling == "layer" else "weight, as a share of each filter's largest"
    return mosaic(tiles, colormap=_SIGNED, scaling="symmetric", legend=words, **layout)


_WAYS = {"color": _color, "single": _single, "inputs": _inputs, "mean": _mean}
_SAID = {
    "color": "The weights of the three input channels are shown together as red, green and blue.",
    "single": "One tile for each filter.",
    "inputs": "One tile for each pair of a filter and an input channel.",
    "mean": "One tile for each filter: the mean over its input channels.",
}


def _numbers(count: int) -> list[str]:
    return [str(index) for index in range(count)]


def _count(facts: Mapping[str, Any], kernel: Floats) -> str:
    """ "32 filters of 7 x 7 weights in 3 input channels.", or how many of them are shown."""
    shown, every, inputs = kernel.shape[-1], facts["filters"], facts["inputs"]
    size = " x ".join(str(side) for side in facts["size"])
    which = f"{every} filter{'s' * (every != 1)}"
    which = which if shown == every else f"The first {shown} of {every} filters"
    return f"{which} of {size} weights in {inputs} input channel{'s' * (inputs != 1)}."


def _scale_said(way: str, reach: float, scaling: str) -> str:
    if not reach:
        return "All weights are zero."
    whose = "of the tiles shown" if scaling == "layer" else "of each filter by itself"
    value = f", {reach:.3g}" if scaling == "layer" and way == "color" else ""
    if way == "color":
        return (
            f"Middle gray is a weight of zero in all three; full brightness and black are plus and "
            f"minus the largest magnitude {whose}{value}."
        )
    return (
        f"White is zero; the ends of the colors are plus and minus the largest magnitude {whose}."
    )
