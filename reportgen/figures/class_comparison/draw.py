"""A sheet: a row for each example, with the input and the filter's maps side by side."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentences, prose
from reportgen.drafting.wording import listed
from reportgen.drawing.colors import colorize, count_even, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels, own_scale
from reportgen.figures.class_comparison.facts import Facts
from reportgen.figures.parts import of_class
from reportgen.records import Artifact, Drawing
from reportgen.types import Params

FACTS = Facts

SENTENCES = Sentences(__file__)

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
    first, second = map(of_class, facts.classes)
    quotes = Quotes()
    even = sum(map(count_even, maps))
    if even:
        how = "maps among those shown that are the same everywhere up to rounding"
        quotes.number(str(even), "even_maps_shown", even, how, "maps")
    said: dict[str, str | int] = {"first": first, "second": second, "even": even}
    said |= {"layers": listed(facts.layers), "filter": str(facts.filter)}
    said |= {"rows": len(facts.images), "of_first": facts.of_first}
    return (
        Drawing(
            part="",
            picture=picture,
            caption=prose(SENTENCES("shown", None, **said), facts.reading),
            alt=SENTENCES("alt", None, **said).text,
            layers=facts.layers,
            quotes=tuple(quotes),
            encoding=prose(own_scale(), channels(np.shape(artifact.arrays["images"])[-1])),
        ),
    )
