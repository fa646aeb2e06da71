"""A sheet: a row for each example, the input and the filter's maps side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.colors import colorize, count_even, stretched
from reportgen.drawing.sheet import sheet
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One sheet, the examples of the first class above those of the second."""
    facts, images = artifact.facts, np.asarray(artifact.arrays["images"])
    layers = facts["layers"]
    maps = [np.asarray(artifact.arrays[f"maps_{i}"], np.float32) for i in range(len(layers))]
    rows = [
        [image, *(colorize(stretched(one[place])) for one in maps)]
        for place, image in enumerate(images)
    ]
    names = [facts["classes"][place >= facts["first"]] for place in range(len(images))]
    picture = sheet(
        rows,
        column_titles=["Input", *(f"{path}, filter {facts['filter']}" for path in layers)],
        row_titles=[
            f"{name} (test image {index})"
            for name, index in zip(names, facts["indices"], strict=True)
        ],
        tile=260 if len(rows) > 2 else None,
    )
    return (Drawing("", picture, _caption(facts), _alt(facts, maps), layers=tuple(layers)),)


def _caption(facts: Mapping[str, Any]) -> str:
    first, second = facts["classes"]
    words = f"Test images of {first} and of {second}, each with channel {facts['filter']} of "
    words += f"{', '.join(facts['layers'])}. Each map has a color scale of its own, from its "
    return words + "smallest value (dark) to its largest (bright)."


def _alt(facts: Mapping[str, Any], maps: list[Floats]) -> str:
    first, second = facts["classes"]
    still = sum(map(count_even, maps))
    same = f"; {still} of the maps {'is' if still == 1 else 'are'} even" if still else ""
    count = counted(len(facts["indices"]), "row", "rows")
    return (
        f"Sheet of {count}: {facts['first']} of {first}, the others of {second}; the "
        f"input, then a map for each of {counted(len(maps), 'layer', 'layers')}{same}."
    )
