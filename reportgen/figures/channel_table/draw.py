"""The channel as a table of numbers, those above zero marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.figures.attribution.captions import image
from reportgen.records import Artifact, Table


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """One table; the first row and column count the map's columns and rows from 0."""
    values = np.asarray(artifact.arrays["map"], np.float32)
    shown = values[: params["max_side"], : params["max_side"]]
    facts = artifact.facts
    table = Table(
        part="",
        columns=("Row", *(str(place) for place in range(shown.shape[1]))),
        rows=tuple((str(place), *map(float, row)) for place, row in enumerate(shown)),
        caption=_caption(facts, values.shape, shown.shape, int((values > 0).sum())),
        title=f"{facts['type']} ({facts['layer']}), channel {facts['channel']}",
        layers=(facts["layer"],),
        marks=tuple((int(i), int(j) + 1) for i, j in np.argwhere(shown > 0)),
        decimals=params["decimals"],
    )
    return (table,)


def _caption(
    facts: Mapping[str, Any], whole: tuple[int, ...], shown: tuple[int, ...], positive: int
) -> str:
    sample, (height, width) = facts["sample"], whole
    words = f"Activations of channel {facts['channel']} of {facts['layer']} for "
    words += image(sample)
    if shown != whole:
        words += f", the upper left {shown[0]} x {shown[1]} of {height} x {width} positions"
    words += ". Rows and columns are counted from 0. Values above zero are set in bold: "
    return words + f"{positive:,} of all {height * width:,}."
