"""The images, each under its title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels
from reportgen.records import Artifact, Drawing, Picture, Table

BESIDE = " On the left is what the file holds; both are drawn with longer sides of one length."


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """One picture with all images, pixels enlarged to blocks, colors as stored.

    Images of the user's own also get a table that tells how they came to be model input.
    """
    images, facts = artifact.arrays["images"], artifact.facts
    titles: list[str] = facts["titles"]
    if facts["labels"]:
        titles = [f"{number}: {name}" for number, name in zip(facts["labels"], titles, strict=True)]
    wide = max(len(title) for title in titles) > 18
    picture = mosaic(images, labels=titles, tile=300 if wide and 1 < len(titles) <= 8 else None)
    beside = _beside(artifact)
    words = " ".join(filter(None, (_caption(facts), channels(images.shape[-1])))) + (
        BESIDE if beside else ""
    )
    drawing = Drawing("", beside or picture, words, _alt(facts, images.shape))
    table = [_table(facts)] if facts["steps"] else []
    return (drawing, *table, *_after(artifact))


def _table(facts: Mapping[str, Any]) -> Table:
    return Table(
        "preparation",
        ("What", "Shape", "Values", "How"),
        tuple(tuple(row) for row in facts["steps"]),
        f"From stored images to model input: {facts['dataset']}.",
        footer=tuple(f"{remark}." for remark in facts["remarks"]),
    )


def _caption(facts: Mapping[str, Any]) -> str:
    titles, indices = facts["titles"], facts["indices"]
    source = f"{facts['dataset']}, {facts['split']} split"
    if len(titles) == 1:
        said = f"Image {indices[0]} of {source}: {titles[0]}."
    elif facts["labels"]:
        said = f"{len(titles)} images of {source}, each under its label and class; their indices "
        said += f"there are {', '.join(map(str, indices))}."
    else:
        said = f"{len(titles)} images of {source}, each under its {_word(facts)}."
    return f"{said} As model input: {facts['prepared']}."


def _word(facts: Mapping[str, Any]) -> str:
    return "class" if facts["labeled"] else "name"


def _alt(facts: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    shown = "; ".join(facts["titles"][:10]) + ("; …" if len(facts["titles"]) > 10 else "")
    many = "One image" if shape[0] == 1 else f"{shape[0]} images"
    kind = {1: "gray", 3: "in color"}.get(shape[3], f"of {shape[3]} channels")
    return f"{many} of {shape[2]} x {shape[1]} px, {kind}: {shown}."


def _beside(artifact: Artifact) -> Picture | None:
    """Each image as its file holds it, beside what was made of it; None where that is not known."""
    titles, images = artifact.facts["titles"], np.asarray(artifact.arrays["images"])
    found = [artifact.arrays.get(f"original_{i}") for i in range(len(titles))]
    if any(one is None for one in found):
        return None
    known = [np.asarray(one) for one in found]
    return sheet(
        [[one, image] for one, image in zip(known, images, strict=True)],
        column_titles=("as in the file", f"as used here, {_size(images[0])}"),
        row_titles=[f"{t}, {_size(one)}" for t, one in zip(titles, known, strict=True)],
    )


def _after(artifact: Artifact) -> tuple[Drawing, ...]:
    """Every channel of the model input in gray, all on one scale."""
    inputs = artifact.arrays.get("inputs")
    if inputs is None:
        return ()
    facts, values = artifact.facts, np.asarray(inputs, np.float32)
    count = values.shape[-1]
    tiles = values.transpose(0, 3, 1, 2).reshape(-1, *values.shape[1:3])
    picture = mosaic(
        tiles,
        labels=_stage_labels(facts, count),
        columns=count if len(tiles) > count else None,
        colormap="gray",
        scaling="shared",
        legend="value of the model input",
    )
    many = (
        "channel" if count == 1 else f"{count} channels, in the order in which the model reads them"
    )
    caption = f"Model input ({facts['prepared']}): its {many}, from {_number(values.min())} "
    caption += f"(black) to {_number(values.max())} (white)."
    alt = f"Gray pictures of the model input's channels ({', '.join(facts['channels'])}) "
    alt += f"for {', '.join(facts['titles'])}"
    return (Drawing("input", picture, caption, alt, "As model input"),)


def _stage_labels(facts: Mapping[str, Any], count: int) -> list[str]:
    """The channel; for several images also which of them."""
    titles, names = facts["titles"], facts["channels"]
    if len(titles) == 1:
        return list(names)
    return [f"{title}, {name}" for title in titles for name in names]


def _size(image: Any) -> str:
    return f"{image.shape[1]} x {image.shape[0]} px"


def _number(value: float) -> str:
    return f"{value:.4g}"
