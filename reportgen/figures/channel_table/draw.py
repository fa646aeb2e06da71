"""The channel as a table of numbers, with those above zero marked."""

from __future__ import annotations

import numpy as np

from reportgen.drafting import Sentences
from reportgen.figures.channel_table.facts import Facts
from reportgen.records import Artifact, Table
from reportgen.types import Floats, Params

FACTS = Facts
SENTENCES = Sentences(__file__)


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """One table; the first row and column count the map's columns and rows from 0."""
    facts: Facts = artifact.facts
    values = np.asarray(artifact.arrays["map"], np.float32)
    shown = values[: params["max_side"], : params["max_side"]]
    table = Table(
        part="",
        columns=("Row", *(str(column) for column in range(shown.shape[1]))),
        rows=tuple((str(row), *map(float, numbers)) for row, numbers in enumerate(shown)),
        caption=_caption(facts, values, shown),
        title=f"{facts.type} ({facts.layer}), channel {facts.channel}",
        layers=(facts.layer,),
        marks=tuple((int(row), int(column) + 1) for row, column in np.argwhere(shown > 0)),
        decimals=params["decimals"],
        encoding=SENTENCES("encoding").text,
    )
    return (table,)


def _caption(facts: Facts, values: Floats, shown: Floats) -> str:
    return SENTENCES(
        "channel",
        channel=str(facts.channel),
        layer=facts.layer,
        image=facts.image.name,
        cut="no" if shown.shape == values.shape else "yes",
        height=shown.shape[0],
        width=shown.shape[1],
        positive=int((values > 0).sum()),
        positions=values.size,
        **{"all-height": values.shape[0], "all-width": values.shape[1]},
    ).text
