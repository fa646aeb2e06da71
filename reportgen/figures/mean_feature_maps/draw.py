"""A sheet: a row for each image, with the input and the mean maps side by side."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drawing.colors import colorize, count_even, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels
from reportgen.figures.images import ShownImage
from reportgen.figures.mean_feature_maps.facts import Facts
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats, Params

FACTS = Facts

_FEW_ROWS = 4
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
    caption = " ".join(filter(None, (_caption(facts, means, quotes), channels(images.shape[-1]))))
    alt = _alt(facts)
    return (Drawing("", picture, caption, alt, layers=facts.layers, quotes=tuple(quotes)),)


def _row_title(image: ShownImage) -> str:
    return f"{image.label} ({image.plain_name})" if image.label else image.plain_name


def _caption(facts: Facts, means: list[Floats], quotes: Quotes) -> str:
    sizes = ", ".join(
        f"{path} ({maps.shape[1]} x {maps.shape[2]})"
        for path, maps in zip(facts.layers, means, strict=True)
    )
    caption = f"{_images(facts)} and, beside it, the mean over all channels of {sizes}. Each map "
    caption += "has a color scale of its own, from its smallest value (dark) to its largest "
    caption += "(bright)."
    count = sum(map(count_even, means))
    if count:
        how = "maps shown that are the same everywhere up to rounding"
        quotes.number(str(count), "even_maps_shown", count, how, "maps")
        are = "map is" if count == 1 else "maps are"
        caption += f" {count} {are} the same everywhere up to rounding, and dark."
    if facts.classes_left_out:
        classes = "class is" if facts.classes_left_out == 1 else "classes are"
        caption += f" {facts.classes_left_out} more {classes} left out."
    return caption


def _images(facts: Facts) -> str:
    """What the rows show, at the start of a sentence."""
    if facts.each_class:
        return "The first test image of each class"
    if len(facts.images) > 1:
        return "Test images"
    name = facts.images[0].name
    return name[0].upper() + name[1:]


def _alt(facts: Facts) -> str:
    labels = [image.label or image.name for image in facts.images]
    listed = ", ".join(labels[:10]) + (", …" if len(labels) > 10 else "")
    rows = "row" if len(labels) == 1 else "rows"
    return (
        f"Sheet of {len(labels)} {rows} ({listed}): the input, then a map for each of "
        f"{', '.join(facts.layers)}."
    )
