"""Mosaics of maximizing images: one for each layer, one tile for each filter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import number
from reportgen.drawing.mosaic import mosaic
from reportgen.figures.activation_maximization.facts import Facts, Panel
from reportgen.figures.attribution.captions import numbering
from reportgen.records import Artifact, Drawing, Picture
from reportgen.types import Floats, Params

FACTS = Facts

SENTENCES = Sentences(__file__)

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
    quotes = Quotes()
    remarks: list[Sentence | str] = [*_numbers(panel), *_exceptions(panel), facts.unexplained]
    looks = _looks(images, quotes)
    return Drawing(
        part=panel.part,
        picture=_picture(images, panel),
        caption=prose(_shown(panel, len(images)), looks, _made(facts, images.shape[-1]), *remarks),
        alt=prose(_alt(panel, len(images)), looks, *remarks),
        title=f"{panel.type or MANY[panel.noun].capitalize()} ({panel.name})",
        layers=(panel.name,) if panel.type else (),
        quotes=tuple(quotes),
        encoding=_tones(facts).text,
    )


def _shown(panel: Panel, shown: int) -> Sentence:
    """Which targets have an image, and what each image raises."""
    return SENTENCES(
        "shown",
        count=_count(panel, shown),
        shown=shown,
        total=panel.total,
        noun=panel.noun,
        first=panel.labels[0],
        whose=_whose(panel),
        layer=panel.name,
        objective="value" if panel.noun == "unit" else panel.objective,
        place=_place(panel.position),
    )


def _count(panel: Panel, shown: int) -> str:
    """How the targets shown are chosen, for the catalog."""
    if panel.grouped:
        return "groups"
    chosen = panel.labels != tuple(str(index) for index in range(shown))
    if panel.noun == "filter" and chosen:
        return "one" if shown == 1 else "some"
    if shown < panel.total:
        return "first" if panel.noun == "filter" else "some"
    return "all"


def _whose(panel: Panel) -> str:
    """Whether targets are of a layer or of an output: an output may be called "class"."""
    return "output" if panel.objective == "class" else "layer"


def _made(facts: Facts, depth: int) -> Sentence:
    waves = "colors" if depth == 3 else "channels"
    return SENTENCES(
        "made",
        steps=facts.steps,
        waves=waves if facts.parameterization == "fourier" else "none",
        regularized="yes" if facts.regularized else "no",
    )


def _place(position: Sequence[int]) -> str:
    names = AXES[len(position)]
    return ", ".join(f"{axis} {at}" for axis, at in zip(names, position, strict=True))


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


def _alt(panel: Panel, shown: int) -> Sentence:
    return SENTENCES(
        "alt",
        shown=shown,
        noun=panel.noun,
        whose=_whose(panel),
        type=panel.type,
        layer=panel.name,
    )


def _numbers(panel: Panel) -> list[str]:
    """How filters are counted, where not simply the first ones are shown."""
    names = panel.labels
    picked = panel.objective != "class" and names[0].isdecimal() and names[0] != "0"
    return [numbering("filter", int(names[0]))] if picked else []


def _tones(facts: Facts) -> Sentence:
    low, high = (f"{end:g}" for end in facts.range)
    depth = facts.input[-1]
    layout = {1: "gray", 3: "colors"}.get(depth, "first" if depth > _ABREAST else "several")
    return SENTENCES(
        "encoding", layout=layout, abreast=_ABREAST, channels=depth, low=low, high=high
    )


def _exceptions(panel: Panel) -> list[Sentence]:
    """Sentences on tiles that did not move, never responded, or excite no more than gray."""
    kinds = {"still": panel.still, "silent": panel.silent, "unmoved": panel.unmoved}
    noun = "none" if panel.objective == "class" else "filter"
    return [
        SENTENCES(
            kind,
            noun=noun,
            count=len(tiles),
            tiles=", ".join(panel.labels[index] for index in tiles),
        )
        for kind, tiles in kinds.items()
        if tiles
    ]


def _looks(images: Floats, quotes: Quotes) -> Sentence:
    """Patterns or flat tones, in words for those who cannot see them."""
    flat = int((images.std(axis=(1, 2)).max(axis=-1) < 0.05).sum())
    patterns = len(images) - flat
    if flat and patterns:
        how = "images whose tones spread by more than 0.05 (of 1)"
        quotes.number(number(patterns), "patterns_shown", patterns, how, "images", len(images))
        how = "images whose tones spread by less than 0.05 (of 1)"
        quotes.number(number(flat), "even_shown", flat, how, "images", len(images))
    kind = "both" if flat and patterns else "even" if flat else "patterns"
    return SENTENCES("looks", kind=kind, shown=len(images), patterns=patterns, even=flat)
