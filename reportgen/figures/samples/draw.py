"""The images, each under its title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.drawing.mosaic import mosaic
from reportgen.figures.attribution.captions import channels
from reportgen.figures.samples import compute
from reportgen.records import Artifact, Drawing, Table

_BESIDE = " On the left is what the file holds; both are drawn with longer sides of one length."


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
    beside = compute.beside(artifact)
    words = " ".join(filter(None, (_caption(facts), channels(images.shape[-1])))) + (
        _BESIDE if beside else ""
    )
    drawing = Drawing("", beside or picture, words, _alt(facts, images.shape))
    table = [_table(facts)] if facts["steps"] else []
    return (drawing, *table, *compute.after(artifact))


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
