"""For each layer the clearest filters of each group, and a table that lists them all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.sentences import Sentences, prose
from reportgen.drawing.colors import colorize, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels, own_scale
from reportgen.figures.edge_filters.facts import TABLE_PART, Facts, LayerFacts
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Floats, Params

FACTS = Facts

SENTENCES = Sentences(__file__)

_ROW_TITLES = {
    "edges": "Edges more than brightness",
    "vertical": "Vertical more than horizontal edges",
    "horizontal": "Horizontal more than vertical edges",
}
_TILE = 250
"""Pixels of a tile's longer side."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """A sheet for each layer with filters to show, then one table."""
    facts: Facts = artifact.facts
    pixels = np.asarray(artifact.arrays["image"])
    sheets = [
        _sheet(facts, layer, pixels, np.asarray(artifact.arrays[f"maps_{place}"], np.float32))
        for place, layer in enumerate(facts.layers)
        if layer.rows
    ]
    return (*sheets, _table(facts))


def _sheet(facts: Facts, layer: LayerFacts, pixels: Array, maps: Floats) -> Drawing:
    remaining = iter(maps)
    rows = [
        [pixels, *(colorize(stretched(next(remaining))) for _ in row.filters)] for row in layer.rows
    ]
    titles = [f"{_ROW_TITLES[row.group]}: {_filters(row.filters)}" for row in layer.rows]
    return Drawing(
        part=layer.part,
        picture=sheet(rows, row_titles=titles, tile=_TILE),
        caption=SENTENCES(
            "shown", layer=layer.path, images=facts.measured_images, image=facts.image.name
        ).text,
        alt=SENTENCES(
            "alt",
            rows=len(rows),
            image=facts.image.name,
            layer=layer.path,
            groups="; ".join(titles),
        ).text,
        title=f"Edges in {layer.path}",
        layers=(layer.path,),
        encoding=prose(own_scale(), channels(pixels.shape[-1])),
    )


def _table(facts: Facts) -> Table:
    rows: list[tuple[str, str, int, str]] = []
    for layer in facts.layers:
        groups = layer.groups
        rows += [
            (layer.path, followed, len(filters), ", ".join(map(str, filters)) or "none")
            for followed, filters in (
                ("vertical edges", groups.vertical),
                ("horizontal edges", groups.horizontal),
                ("oblique edges", groups.oblique),
                ("edges", groups.edges),
                ("brightness", groups.area),
                ("nothing", groups.silent),
            )
        ]
    return Table(
        part=TABLE_PART,
        columns=("Layer", "Follows", "Filters", "Their numbers, the clearest first"),
        rows=tuple(rows),
        caption=SENTENCES("table").text,
        layers=tuple(layer.path for layer in facts.layers),
        encoding=SENTENCES("judged", images=facts.measured_images).text,
    )


def _filters(numbers: Sequence[int]) -> str:
    return ("filter " if len(numbers) == 1 else "filters ") + ", ".join(map(str, numbers))
