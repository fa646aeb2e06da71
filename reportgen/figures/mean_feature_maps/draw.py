"""A sheet: a row for each image, with the input and the mean maps side by side."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentences, prose
from reportgen.drafting.wording import listed
from reportgen.drawing.colors import colorize, count_even, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels, own_scale
from reportgen.figures.images import ShownImage
from reportgen.figures.mean_feature_maps.facts import Facts
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats, Params

FACTS = Facts

SENTENCES = Sentences(__file__)

_FEW_ROWS = 4
_NAMED = 10
"""Rows that an alternative text names at most."""

_TILE = 200
"""Pixels of a tile's longer side where there are more rows."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing, ...]:
    """One sheet."""
    facts: Facts = artifact.facts
    images = np.asarray(artifact.arrays["images"])
    means = [np.asarray(artifact.arrays[f"mean_{i}"], np.float32) for i in range(len(facts.layers))]
    rows = [
        [pixels, *(colorize(stretched(maps[row])) for maps in means)]
        for row, pixels in enumerate(images)
    ]
    picture = sheet(
        rows,
        column_titles=["Input", *(f"Mean {path}" for path in facts.layers)],
        row_titles=[_row_title(image) for image in facts.images],
        tile=_TILE if len(rows) > _FEW_ROWS else None,
    )
    quotes = Quotes()
    return (
        Drawing(
            part="",
            picture=picture,
            caption=_caption(facts, means, quotes),
            alt=_alt(facts),
            layers=facts.layers,
            quotes=tuple(quotes),
            encoding=prose(own_scale(), channels(images.shape[-1])),
        ),
    )


def _row_title(image: ShownImage) -> str:
    return f"{image.label} ({image.plain_name})" if image.label else image.plain_name


def _caption(facts: Facts, means: list[Floats], quotes: Quotes) -> str:
    sizes = [
        f"{path} ({maps.shape[1]} x {maps.shape[2]})"
        for path, maps in zip(facts.layers, means, strict=True)
    ]
    name = facts.images[0].name
    images = "classes" if facts.each_class else "several" if len(facts.images) > 1 else "one"
    image = f"{name[0].upper()}{name[1:]}"
    sentences = [SENTENCES("shown", images=images, image=image, layers=", ".join(sizes))]
    if count := sum(map(count_even, means)):
        how = "maps shown that are the same everywhere up to rounding"
        quotes.number(str(count), "even_maps_shown", count, how, "maps")
        sentences.append(SENTENCES("even", count=count))
    if facts.classes_left_out:
        sentences.append(SENTENCES("left-out", count=facts.classes_left_out))
    return prose(*sentences)


def _alt(facts: Facts) -> str:
    labels = [image.label or image.name for image in facts.images]
    more = len(labels) - _NAMED
    return SENTENCES(
        "alt",
        rows=len(labels),
        labels="; ".join(labels[:_NAMED]),
        more=max(0, more),
        layers=listed(facts.layers),
    ).text
