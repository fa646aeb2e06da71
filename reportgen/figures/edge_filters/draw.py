"""For each layer the clearest filters of each kind, and a table that names them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.colors import colorize, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import image
from reportgen.figures.edge_filters.facts import DRAWN, TABLE, part
from reportgen.records import Artifact, Drawing, Table

_TITLES = {
    "edges": "Edges more than brightness",
    "vertical": "Vertical more than horizontal edges",
    "horizontal": "Horizontal more than vertical edges",
}
_ROWS = {
    "vertical": "vertical edges",
    "horizontal": "horizontal edges",
    "edges": "edges",
    "area": "brightness",
    "silent": "nothing",
}
_TILE = 250


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """A sheet for each layer, then one table."""
    layers = artifact.facts["layers"]
    sheets = [_sheet(artifact, layer, place) for place, layer in enumerate(layers)]
    return (*(one for one in sheets if one is not None), _table(artifact))


def _sheet(artifact: Artifact, layer: Mapping[str, Any], place: int) -> Drawing | None:
    kinds = {name: layer["drawn"][name] for name in DRAWN if layer["drawn"][name]}
    if not kinds:
        return None
    maps = iter(np.asarray(artifact.arrays[f"maps_{place}"], np.float32))
    pixels = np.asarray(artifact.arrays["image"])
    rows = [[pixels, *(colorize(stretched(next(maps))) for _ in group)] for group in kinds.values()]
    titles = [f"{_TITLES[name]}: {_numbers(group)}" for name, group in kinds.items()]
    sample = artifact.facts["sample"]
    about = image(sample)
    return Drawing(
        part=part(place, layer["name"]),
        picture=sheet(rows, row_titles=titles, tile=_TILE),
        caption=f"Filters of {layer['name']} that follow edges most clearly, judged on "
        f"{_images(artifact)}, and their maps for {about}. Each map has a "
        "color scale of its own, from its smallest value (dark) to its largest (bright).",
        alt=f"Sheet of {counted(len(rows), 'row', 'rows')}, each with {about} and maps of "
        f"{layer['name']}: {'; '.join(titles)}.",
        title=f"Edges in {layer['name']}",
        layers=(layer["name"],),
    )


def _numbers(group: list[int]) -> str:
    return ("filter " if len(group) == 1 else "filters ") + ", ".join(map(str, group))


def _table(artifact: Artifact) -> Table:
    rows = [
        (layer["name"], words, len(layer["groups"][name]), _listed(layer["groups"][name]))
        for layer in artifact.facts["layers"]
        for name, words in _ROWS.items()
    ]
    return Table(
        part=TABLE,
        columns=("Layer", "Follows more", "Filters", "Their numbers, the closest first"),
        rows=tuple(rows),
        caption="Filters by what their activation follows more: vertical or horizontal edges, and "
        "edges or brightness, so that a filter may stand in two rows. Only where it is sure, each "
        f"judged by itself on {_images(artifact)}; those that follow nothing "
        "have even maps for every image.",
        layers=tuple(layer["name"] for layer in artifact.facts["layers"]),
    )


def _listed(group: list[int]) -> str:
    return ", ".join(map(str, group)) or "none"


def _images(artifact: Artifact) -> str:
    return counted(artifact.facts["images"], "test image", "test images")
