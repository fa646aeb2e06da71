"""A sheet: a row for each class, the input and the mean maps side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drawing.colors import colorize, count_even, stretched
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import image
from reportgen.records import Artifact, Drawing
from reportgen.types import Floats

_FEW = 4
_TILE = 200


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One sheet."""
    facts, images = artifact.facts, np.asarray(artifact.arrays["images"])
    layers, samples = facts["layers"], facts["samples"]
    means = [np.asarray(artifact.arrays[f"mean_{i}"], np.float32) for i in range(len(layers))]
    rows = [
        [pixels, *(colorize(stretched(maps[place])) for maps in means)]
        for place, pixels in enumerate(images)
    ]
    picture = sheet(
        rows,
        column_titles=["Input", *(f"Mean {path}" for path in layers)],
        row_titles=[_title(one) for one in samples],
        tile=_TILE if len(rows) > _FEW else None,
    )
    return (Drawing("", picture, _caption(facts, means), _alt(facts), layers=tuple(layers)),)


def _caption(facts: Mapping[str, Any], means: list[Floats]) -> str:
    layers = facts["layers"]
    what = "The first test image of each class" if facts["each_class"] else _which(facts)
    sizes = ", ".join(
        f"{path} ({maps.shape[1]} x {maps.shape[2]})"
        for path, maps in zip(layers, means, strict=True)
    )
    words = f"{what} and, beside it, the mean over all channels of {sizes}. Each map has a color "
    words += "scale of its own, from its smallest value (dark) to its largest (bright)."
    count = sum(map(count_even, means))
    if count:
        are = "map is" if count == 1 else "maps are"
        words += f" {count} {are} the same everywhere up to rounding, and dark."
    if facts["left_out"]:
        classes = "class is" if facts["left_out"] == 1 else "classes are"
        words += f" {facts['left_out']} more {classes} left out."
    return words


def _which(facts: Mapping[str, Any]) -> str:
    samples = facts["samples"]
    if len(samples) > 1:
        return "Test images"
    only = image(samples[0])
    return only[0].upper() + only[1:]


def _alt(facts: Mapping[str, Any]) -> str:
    labels = [one["label"] or image(one) for one in facts["samples"]]
    shown = ", ".join(labels[:10]) + (", …" if len(labels) > 10 else "")
    rows = "row" if len(labels) == 1 else "rows"
    return (
        f"Sheet of {len(labels)} {rows} ({shown}): the input, then a map for each of "
        f"{', '.join(facts['layers'])}."
    )


def _title(sample: Mapping[str, Any]) -> str:
    """What stands beside a row: the image's class or file, if that is known, and its index."""
    where = f"test image {sample['index']}"
    return f"{sample['label']} ({where})" if sample["label"] else where
