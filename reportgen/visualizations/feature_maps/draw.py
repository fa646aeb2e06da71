"""Mosaics of feature maps: one for each layer and sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drawing.captions import image
from reportgen.drawing.mosaic import mosaic
from reportgen.records import Artifact, Drawing
from reportgen.visualizations.feature_maps.parts import part

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
    dark = int((~maps.any(axis=(1, 2))).sum())
    picture = mosaic(
        maps,
        labels=[
            f"{channel}: {one.max():.2g}" for channel, one in zip(layer["shown"], maps, strict=True)
        ],
        scaling="each",
        legend="",
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


def _caption(layer: Facts, dark: int, about: str) -> str:
    rows, columns = layer["size"]
    words = f"Activations of {layer['name']} for {about}: {_some(layer)} of {rows} x {columns} "
    if len(layer["shown"]) == 1:
        words += "positions, from its smallest value (dark) to its largest (bright)."
    else:
        words += "positions, each on a color scale of its own; its number and its largest "
        words += "activation stand over it."
    return words + (f" {_dark(dark)}." if dark else "")


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
    peak = maps.max(axis=(1, 2))
    grid = f"Grid of {len(maps)} feature maps" if len(maps) > 1 else "A feature map"
    words = f"{grid} of {layer['type']} {layer['name']} for {about}; "
    words += f"the strongest activation is {float(peak.max()):.3g}, in channel "
    words += f"{layer['shown'][int(peak.argmax())]}"
    return words + (f"; {_dark(dark)}." if dark else ".")


def _dark(count: int) -> str:
    """How many of the maps shown are empty: on other images the same channels may not be."""
    are = "is" if count == 1 else "are"
    return f"{count} of the maps shown {are} zero everywhere for this image"
