"""A sheet: a row for each example, with the input and the filter's maps side by side."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted
from reportgen.drawing.colors import colorize, count_even, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels
from reportgen.figures.class_comparison.facts import Facts
from reportgen.figures.parts import of_class
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats, Params

FACTS = Facts

_TILE = 260
"""Pixels of a tile's longer side where there are more than two rows."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing, ...]:
    """One sheet, the examples of the first class above those of the second."""
    facts: Facts = artifact.facts
    maps = [np.asarray(artifact.arrays[f"maps_{i}"], np.float32) for i in range(len(facts.layers))]
    rows = [
        [pixels, *(colorize(stretched(maps_of_layer[row])) for maps_of_layer in maps)]
        for row, pixels in enumerate(np.asarray(artifact.arrays["images"]))
    ]
    picture = sheet(
        rows,
        column_titles=["Input", *(f"{path}, filter {facts.filter}" for path in facts.layers)],
        row_titles=[f"{of_class(image.label)} ({image.plain_name})" for image in facts.images],
        tile=_TILE if len(rows) > 2 else None,
    )
    sentences = (_caption(facts), facts.reading, channels(np.shape(artifact.arrays["images"])[-1]))
    caption = " ".join(filter(None, sentences))
    quotes = Quotes()
    alt = _alt(facts, maps, quotes)
    return (Drawing("", picture, caption, alt, layers=facts.layers, quotes=tuple(quotes)),)


def _caption(facts: Facts) -> str:
    first, second = map(of_class, facts.classes)
    caption = f"Test images of {first} and of {second}, each with channel {facts.filter} of "
    caption += f"{', '.join(facts.layers)}. Each map has a color scale of its own, from its "
    return caption + "smallest value (dark) to its largest (bright)."


def _alt(facts: Facts, maps: list[Floats], quotes: Quotes) -> str:
    first, second = map(of_class, facts.classes)
    even = sum(map(count_even, maps))
    if even:
        how = "maps among those shown that are the same everywhere up to rounding"
        quotes.number(str(even), "even_maps_shown", even, how, "maps")
    remark = f"; {even} of the maps {'is' if even == 1 else 'are'} even" if even else ""
    return (
        f"Sheet of {counted(len(facts.images), 'row', 'rows')}: {facts.of_first} of {first}, the "
        f"others of {second}; the input, then a map for each of "
        f"{counted(len(maps), 'layer', 'layers')}{remark}."
    )
