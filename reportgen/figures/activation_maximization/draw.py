"""Mosaics of maximizing images: one for each layer, one tile for each filter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted, number
from reportgen.drawing.mosaic import mosaic
from reportgen.figures.activation_maximization.facts import Facts, Panel
from reportgen.figures.attribution.captions import numbering
from reportgen.records import Artifact, Drawing, Picture
from reportgen.types import Floats, Params

FACTS = Facts

MANY = {"filter": "filters", "class": "classes", "unit": "units"}

AXES = ((), ("position",), ("row", "column"), ("depth", "row", "column"))
"""Names of a map's axes, by their number."""

_ABREAST = 8
"""Channels of the input shown side by side at most, where it has no colors."""

_WIDTH = 150
"""Pixels (twice what is shown) that one of several channels is drawn with, about."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing, ...]:
    """One mosaic for each layer, values as the model sees them: 0 to 1 of its input range."""
    facts: Facts = artifact.facts
    return tuple(
        _panel(facts, panel, np.asarray(artifact.arrays[f"images@{panel.name}"], np.float32))
        for panel in facts.panels
    )


def _panel(facts: Facts, panel: Panel, images: Floats) -> Drawing:
    remarks = [*_numbers(panel), *_exceptions(panel), *filter(None, [facts.unexplained])]
    waves = "of decorrelated colors" if images.shape[-1] == 3 else "of each channel"
    written = f" in waves {waves}" if facts.parameterization == "fourier" else ""
    steps = counted(facts.steps, "step", "steps")
    caption = (
        f"{_count(panel, len(images))}: for each an input made to raise {_goal(panel)}, "
        f"by {steps} of gradient ascent from a gray image{written}"
        f"{', regularized' if facts.regularized else ''}. {_tones(facts)}"
    )
    quotes = Quotes()
    alt = f"{_grid(len(images), _tile(panel))}; {_look(images, quotes)}."
    return Drawing(
        part=panel.part,
        picture=_picture(images, panel),
        caption=" ".join([caption, *remarks]),
        alt=" ".join([alt, *remarks]),
        title=f"{panel.type or MANY[panel.noun].capitalize()} ({panel.name})",
        layers=(panel.name,) if panel.type else (),
        quotes=tuple(quotes),
    )


def _goal(panel: Panel) -> str:
    if panel.objective == "class":
        return "its value" if panel.noun == "unit" else "its logit"
    if panel.objective == "unit":
        return f"its response at {_place(panel.position)} of the map"
    return "its mean response"


def _place(position: Sequence[int]) -> str:
    names = AXES[len(position)]
    return ", ".join(f"{axis} {at}" for axis, at in zip(names, position, strict=True))


def _tile(panel: Panel) -> str:
    if panel.objective == "class":
        return f"{panel.noun} of {_whose(panel)}"
    return f"filter of {panel.type} {panel.name}"


def _picture(images: Floats, panel: Panel) -> Picture:
    labels = [_label(index, panel) for index in range(len(images))]
    if images.shape[-1] == 3:
        return mosaic(images, labels=labels, scaling="none")
    first = images[..., :_ABREAST]
    tile = None if first.shape[-1] == 1 else _WIDTH * first.shape[-1]
    gray = _abreast(first)
    return mosaic(gray, labels=labels, colormap="gray", scaling="none", legend="input", tile=tile)


def _abreast(images: Floats) -> Floats:
    """The channels of images (n, h, w, c) side by side, a white line between: (n, h, c (w + 1))."""
    n, height, _, depth = images.shape
    parts = [images[..., channel] for channel in range(depth)]
    line = np.ones((n, height, 1), np.float32)
    lined = [column for part in parts for column in (line, part)][1:]
    return np.concatenate(lined, axis=2)


def _label(index: int, panel: Panel) -> str:
    name = panel.labels[index]
    if index in panel.still:
        return f"{name}: blank"
    if index in panel.silent:
        return f"{name}: silent"
    return f"{name}: gray" if index in panel.unmoved else name


def _count(panel: Panel, shown: int) -> str:
    noun, many = panel.noun, MANY[panel.noun]
    names, total, of = panel.labels, panel.total, _whose(panel)
    if panel.grouped:
        return (
            f"{shown} {noun} or group of {of}"
            if shown == 1
            else f"{shown} {many} or groups of {of}"
        )
    if noun == "filter" and names != tuple(str(index) for index in range(shown)):
        chosen = "Filter " + names[0] if shown == 1 else f"{shown} of {total} filters"
        return f"{chosen} of {of}"
    if shown < total:
        first = "The first" if shown == 1 else f"The first {shown}"
        return f"{first if noun == 'filter' else shown} of {total} {many} of {of}"
    every = {1: f"The only {noun}", 2: f"Both {many}"}.get(shown, f"All {shown} {many}")
    return f"{every} of {of}"


def _grid(count: int, tile: str) -> str:
    if count == 1:
        return f"A small image for one {tile}"
    return f"Grid of {count} small images, one for each {tile}"


def _whose(panel: Panel) -> str:
    """A layer by its name, an output marked as one: it may be called "class"."""
    return f"output '{panel.name}'" if panel.objective == "class" else panel.name


def _numbers(panel: Panel) -> list[str]:
    """How filters are counted, where not simply the first ones are shown."""
    names = panel.labels
    picked = panel.objective != "class" and names[0].isdecimal() and names[0] != "0"
    return [numbering("filter", int(names[0]))] if picked else []


def _tones(facts: Facts) -> str:
    low, high = facts.range
    if facts.input[-1] == 3:
        return f"Colors as the model is given them ({low:g} to {high:g})."
    return f"{_bands(facts.input[-1])}Black is {low:g}, white {high:g}."


def _bands(depth: int) -> str:
    """How an input without colors is laid out."""
    if depth == 1:
        return ""
    which = f"the first {_ABREAST} of the input's {depth}" if depth > _ABREAST else f"the {depth}"
    return f"Each tile holds {which} channels, from left to right. "


def _exceptions(panel: Panel) -> list[str]:
    """Sentences on tiles that did not move, never responded, or excite no more than gray."""
    sentences = []
    if panel.still:
        sentences.append(
            f"Blank because the gradient is zero everywhere: {_listed(panel, panel.still)}."
        )
    if panel.silent:
        sentences.append(f"Never responding in the end: {_listed(panel, panel.silent)}.")
    if panel.unmoved:
        named = _listed(panel, panel.unmoved)
        sentences.append(f"No image was found to excite more than gray does: {named}.")
    return sentences


def _listed(panel: Panel, tiles: tuple[int, ...]) -> str:
    names = ", ".join(panel.labels[index] for index in tiles)
    if panel.objective == "class":
        return names
    return ("filter " if len(tiles) == 1 else "filters ") + names


def _look(images: Floats, quotes: Quotes) -> str:
    """Patterns or flat tones, in words for those who cannot see them."""
    flat = int((images.std(axis=(1, 2)).max(axis=-1) < 0.05).sum())
    if len(images) == 1:
        return "it is nearly even in tone" if flat else "it shows a pattern"
    if flat == len(images):
        return "all are nearly even in tone"
    if not flat:
        return "all show patterns"
    patterns, how = len(images) - flat, "images whose tones spread by more than 0.05 (of 1)"
    quotes.number(number(patterns), "patterns_shown", patterns, how, "images", len(images))
    how = "images whose tones spread by less than 0.05 (of 1)"
    quotes.number(number(flat), "even_shown", flat, how, "images", len(images))
    show = counted(patterns, "shows a pattern", "show patterns")
    return f"{show}, {counted(flat, 'does', 'do')} not"
