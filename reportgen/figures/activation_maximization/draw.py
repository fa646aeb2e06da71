"""Mosaics of maximizing images: one for each layer, one tile for each filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.mosaic import mosaic
from reportgen.figures.activation_maximization.facts import part
from reportgen.figures.attribution.captions import numbering
from reportgen.records import Artifact, Drawing, Picture
from reportgen.types import Floats

Facts = Mapping[str, Any]


_ABREAST = 8
"""Channels of the input shown side by side at most, where it has no colors."""


MANY = {"filter": "filters", "class": "classes", "unit": "units"}

_WIDTH = 150
"""Pixels (twice what is shown) that one of several channels is drawn with, about."""


AXES = ((), ("position",), ("row", "column"), ("depth", "row", "column"))
"""Names of a map's axes, by their number."""


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One mosaic for each layer, values as the model sees them: 0 to 1 of its input range."""
    return tuple(_layer(artifact, layer) for layer in artifact.facts["layers"])


def _layer(artifact: Artifact, layer: Facts) -> Drawing:
    images = np.asarray(artifact.arrays[f"images@{layer['name']}"], np.float32)
    facts = artifact.facts
    words = [*_numbers(layer), *_words(layer), *filter(None, [facts["aside"]])]
    waves = "of decorrelated colors" if images.shape[-1] == 3 else "of each channel"
    written = f" in waves {waves}" if facts["parameterization"] == "fourier" else ""
    steps = counted(facts["steps"], "step", "steps")
    caption = (
        f"{_count(layer, len(images))}: for each an input made to raise {_goal(layer)}, "
        f"by {steps} of gradient ascent from a gray image{written}"
        f"{', regularized' if facts['regularized'] else ''}. {_tones(facts)}"
    )
    alt = f"{_grid(len(images), _tile(layer))}; {_look(images)}."
    kind = layer["type"]
    return Drawing(
        part=part(layer["name"]),
        picture=_picture(images, layer),
        caption=" ".join([caption, *words]),
        alt=" ".join([alt, *words]),
        title=f"{kind or MANY[layer['noun']].capitalize()} ({layer['name']})",
        layers=(layer["name"],) if kind else (),
    )


def _goal(layer: Facts) -> str:
    if layer["objective"] == "class":
        return "its value" if layer["noun"] == "unit" else "its logit"
    if layer["objective"] == "unit":
        return f"its response at {_place(layer['position'])} of the map"
    return "its mean response"


def _place(position: Sequence[int]) -> str:
    names = AXES[len(position)]
    return ", ".join(f"{axis} {at}" for axis, at in zip(names, position, strict=True))


def _tile(layer: Facts) -> str:
    if layer["objective"] == "class":
        return f"{layer['noun']} of {_whose(layer)}"
    return f"filter of {layer['type']} {layer['name']}"


def _picture(images: Floats, layer: Facts) -> Picture:
    labels = [_label(index, layer) for index in range(len(images))]
    if images.shape[-1] == 3:
        return mosaic(images, labels=labels, scaling="none")
    some = images[..., :_ABREAST]
    tile = None if some.shape[-1] == 1 else _WIDTH * some.shape[-1]
    gray = _abreast(some)
    return mosaic(gray, labels=labels, colormap="gray", scaling="none", legend="input", tile=tile)


def _abreast(images: Floats) -> Floats:
    """The channels of images (n, h, w, c) side by side, a white line between: (n, h, c (w + 1))."""
    n, height, _, depth = images.shape
    parts = [images[..., channel] for channel in range(depth)]
    line = np.ones((n, height, 1), np.float32)
    lined = [part for one in parts for part in (line, one)][1:]
    return np.concatenate(lined, axis=2)


def _label(index: int, layer: Facts) -> str:
    name = layer["labels"][index]
    if index in layer["still"]:
        return f"{name}: blank"
    if index in layer["silent"]:
        return f"{name}: silent"
    return f"{name}: gray" if index in layer["unmoved"] else str(name)


def _count(layer: Facts, shown: int) -> str:
    what, many = layer["noun"], MANY[layer["noun"]]
    names, total, of = layer["labels"], layer["channels"], _whose(layer)
    if any(" + " in name for name in names):
        return (
            f"{shown} {what} or group of {of}"
            if shown == 1
            else f"{shown} {many} or groups of {of}"
        )
    if what == "filter" and names != [str(i) for i in range(shown)]:
        some = "Filter " + names[0] if shown == 1 else f"{shown} of {total} filters"
        return f"{some} of {of}"
    if shown < total:
        some = f"The first {shown}" if what == "filter" else str(shown)
        some = "The first" if shown == 1 and what == "filter" else some
        return f"{some} of {total} {many} of {of}"
    every = {1: f"The only {what}", 2: f"Both {many}"}.get(shown, f"All {shown} {many}")
    return f"{every} of {of}"


def _grid(count: int, tile: str) -> str:
    if count == 1:
        return f"A small image for one {tile}"
    return f"Grid of {count} small images, one for each {tile}"


def _whose(layer: Facts) -> str:
    """A layer by its name; an output as one, for it may be called "class"."""
    return f"output '{layer['name']}'" if layer["objective"] == "class" else str(layer["name"])


def _numbers(layer: Facts) -> list[str]:
    """How filters are counted, where not simply the first ones are shown."""
    names = layer["labels"]
    picked = layer["objective"] != "class" and names[0].isdecimal() and names[0] != "0"
    return [numbering("filter", int(names[0]))] if picked else []


def _tones(facts: Facts) -> str:
    low, high = facts["range"]
    if facts["input"][-1] == 3:
        return f"Colors as the model is given them ({low:g} to {high:g})."
    return f"{_bands(facts['input'][-1])}Black is {low:g}, white {high:g}."


def _bands(depth: int) -> str:
    """How an input without colors is laid out."""
    if depth == 1:
        return ""
    some = f"the first {_ABREAST} of the input's {depth}" if depth > _ABREAST else f"the {depth}"
    return f"Each tile holds {some} channels, from left to right. "


def _words(layer: Facts) -> list[str]:
    """What must be said of filters that did not move or never responded."""
    sentences = []
    if layer["still"]:
        sentences.append(
            f"Blank because the gradient is zero everywhere: {_listed(layer, layer['still'])}."
        )
    if layer["silent"]:
        sentences.append(f"Never responding in the end: {_listed(layer, layer['silent'])}.")
    if layer["unmoved"]:
        named = _listed(layer, layer["unmoved"])
        sentences.append(f"No image was found to excite more than gray does: {named}.")
    return sentences


def _listed(layer: Facts, tiles: list[int]) -> str:
    names = ", ".join(layer["labels"][index] for index in tiles)
    if layer["objective"] == "class":
        return names
    return ("filter " if len(tiles) == 1 else "filters ") + names


def _look(images: Floats) -> str:
    """Patterns or flat tones, in words for those who cannot see them."""
    flat = int((images.std(axis=(1, 2)).max(axis=-1) < 0.05).sum())
    if len(images) == 1:
        return "it is nearly even in tone" if flat else "it shows a pattern"
    if flat == len(images):
        return "all are nearly even in tone"
    if not flat:
        return "all show patterns"
    show = counted(len(images) - flat, "shows a pattern", "show patterns")
    return f"{show}, {counted(flat, 'does', 'do')} not"
