"""Mosaics of maximizing images: one for each layer, one tile for each filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.mosaic import mosaic
from reportgen.records import Artifact, Drawing, Picture
from reportgen.visualizations.activation_maximization.parts import part

Facts = Mapping[str, Any]


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One mosaic for each layer, values as the model sees them: 0 to 1 of its input range."""
    return tuple(_layer(artifact, layer) for layer in artifact.facts["layers"])


def _layer(artifact: Artifact, layer: Facts) -> Drawing:
    images = np.asarray(artifact.arrays[f"images@{layer['name']}"], np.float32)
    words = _words(layer)
    facts = artifact.facts
    written = " in waves of decorrelated colors" if facts["parameterization"] == "fourier" else ""
    caption = (
        f"{_count(layer, len(images))}: for each the input that maximizes {_goal(layer)}, "
        f"found in {facts['steps']} steps of gradient ascent from a gray image{written}"
        f"{', regularized' if facts['regularized'] else ''}. {_tones(facts)}"
    )
    alt = f"Grid of {len(images)} small images, one for each {_tile(layer)}; {_look(images)}."
    kind = layer["type"]
    return Drawing(
        part=part(layer["name"]),
        picture=_picture(images, layer),
        caption=" ".join([caption, *words]),
        alt=" ".join([alt, *words]),
        title=f"{kind} ({layer['name']})" if kind else f"Classes ({layer['name']})",
        layers=(layer["name"],) if kind else (),
    )


def _goal(layer: Facts) -> str:
    if layer["objective"] == "class":
        return "its logit"
    if layer["objective"] == "unit":
        row, column = layer["position"]
        return f"its response at row {row}, column {column} of the map"
    return "its mean response"


def _tile(layer: Facts) -> str:
    if layer["objective"] == "class":
        return f"class of {layer['name']}"
    return f"filter of {layer['type']} {layer['name']}"


def _picture(images: NDArray[np.float32], layer: Facts) -> Picture:
    labels = [_label(index, layer) for index in range(len(images))]
    if images.shape[-1] == 3:
        return mosaic(images, labels=labels, scaling="none")
    gray = images.mean(axis=-1)
    return mosaic(gray, labels=labels, colormap="gray", scaling="none", legend="input")


def _label(index: int, layer: Facts) -> str:
    name = layer["labels"][index]
    if index in layer["still"]:
        return f"{name}: blank"
    return f"{name}: silent" if index in layer["silent"] else str(name)


def _count(layer: Facts, shown: int) -> str:
    what = "class" if layer["objective"] == "class" else "filter"
    many = "classes" if what == "class" else "filters"
    names, total = layer["labels"], layer["channels"]
    if any(" + " in name for name in names):
        return f"{shown} {what if shown == 1 else many} or groups of {layer['name']}"
    if what == "filter" and names != [str(i) for i in range(shown)]:
        return f"{shown} of {total} filters of {layer['name']}"
    if shown < total:
        some = "The first " if what == "filter" else ""
        return f"{some}{shown} of {total} {many} of {layer['name']}"
    every = f"All {shown} {many}" if shown > 1 else f"The only {what}"
    return f"{every} of {layer['name']}"


def _tones(facts: Facts) -> str:
    low, high = facts["range"]
    if facts["input"][-1] == 3:
        return f"Colors as the model is given them ({low:g} to {high:g})."
    mean = "" if facts["input"][-1] == 1 else ", mean over the input's channels"
    return f"Black is {low:g}, white {high:g}{mean}."


def _words(layer: Facts) -> list[str]:
    """What must be said of filters that did not move or never responded."""
    sentences = []
    if layer["still"]:
        sentences.append(
            f"Blank because the gradient is zero everywhere: {_listed(layer, layer['still'])}."
        )
    if layer["silent"]:
        sentences.append(f"Never responding in the end: {_listed(layer, layer['silent'])}.")
    return sentences


def _listed(layer: Facts, tiles: list[int]) -> str:
    names = ", ".join(layer["labels"][index] for index in tiles)
    if layer["objective"] == "class":
        return names
    return ("filter " if len(tiles) == 1 else "filters ") + names


def _look(images: NDArray[np.float32]) -> str:
    """Patterns or flat tones, in words for those who cannot see them."""
    flat = int((images.std(axis=(1, 2)).max(axis=-1) < 0.05).sum())
    if flat == len(images):
        return "all are nearly even in tone"
    return "all show patterns" if not flat else f"{len(images) - flat} show patterns, {flat} do not"
