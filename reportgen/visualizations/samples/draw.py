"""The images, each under its title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.drawing.mosaic import mosaic
from reportgen.records import Artifact, Drawing


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One picture with all images; pixels are enlarged to blocks, colors are as stored."""
    images, facts = artifact.arrays["images"], artifact.facts
    titles: list[str] = facts["titles"]
    wide = max(len(title) for title in titles) > 18
    picture = mosaic(images, labels=titles, tile=300 if wide and 1 < len(titles) <= 8 else None)
    return (Drawing("", picture, _caption(facts), _alt(facts, images.shape)),)


def _caption(facts: Mapping[str, Any]) -> str:
    titles, indices = facts["titles"], facts["indices"]
    source = f"{facts['dataset']}, {facts['split']} split"
    if len(titles) == 1:
        return f"Image {indices[0]} of {source}: {titles[0]}."
    return f"{len(titles)} images of {source}, each under its class."


def _alt(facts: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    shown = "; ".join(facts["titles"][:10]) + ("; …" if len(facts["titles"]) > 10 else "")
    many = "One image" if shape[0] == 1 else f"{shape[0]} images"
    channels = {1: "gray", 3: "in color"}.get(shape[3], f"of {shape[3]} channels")
    return f"{many} of {shape[2]} x {shape[1]} px, {channels}: {shown}."
