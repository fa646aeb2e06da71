"""For each channel the images that excite it, cropped to what it saw, beside its projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.captions import image
from reportgen.drawing.colors import centered
from reportgen.drawing.sheet import sheet
from reportgen.records import Artifact, Drawing

Facts = Mapping[str, Any]

_ROWS = 8
"""Channels in one picture at most."""

_PAIRS = 4
"""Images beside each other at most, each with its projection."""


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """Pictures of up to eight channels each."""
    units = artifact.facts["units"]
    groups = [units[start : start + _ROWS] for start in range(0, len(units), _ROWS)]
    alone = len(groups) == 1
    return tuple(
        _drawing(artifact, group, "" if alone else f"units-{turn}")
        for turn, group in enumerate(groups, start=1)
    )


def _drawing(artifact: Artifact, units: Sequence[Facts], part: str) -> Drawing:
    facts = artifact.facts
    rows: list[list[NDArray[Any]]] = []
    titles: list[str] = []
    for unit in units:
        pairs = _pairs(artifact, unit)
        for start in range(0, max(1, len(pairs)), _PAIRS):
            several = pairs[start : start + _PAIRS]
            rows.append([tile for pair in several for tile in pair] or [np.zeros((1, 1))])
            titles.append("" if start else _title(unit, facts))
    longest = max(len(row) for row in rows) // 2 or 1
    picture = sheet(rows, column_titles=["Image", "Projection"] * longest, row_titles=titles)
    return Drawing(
        part, picture, _caption(facts, units), _alt(facts, units), layers=(facts["layer"],)
    )


def _pairs(artifact: Artifact, unit: Facts) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """For each image its crop and the crop of its projection, zero as middle gray."""
    images = artifact.arrays[f"images@{unit['channel']}"]
    found = artifact.arrays[f"projections@{unit['channel']}"]
    pairs = []
    for sample, pixels, one in zip(unit["samples"], images, found, strict=True):
        top, bottom, left, right = sample["window"]
        crop = (slice(top, bottom), slice(left, right))
        pairs.append((np.asarray(pixels)[crop], centered(one)[crop]))
    return pairs


def _title(unit: Facts, facts: Facts) -> str:
    samples = unit["samples"]
    if not samples:
        return f"Channel {unit['channel']}: no positive activation in any image searched"
    values = ", ".join(f"{sample['activation']:.3g}" for sample in samples)
    return f"Channel {unit['channel']}: activation {values}"


def _caption(facts: Facts, units: Sequence[Facts]) -> str:
    kept = "all positions" if facts["keep"] == "all" else "the strongest position"
    names = ", ".join(str(unit["channel"]) for unit in units)
    several = "channels" if len(units) > 1 else "channel"
    which = "test images given" if facts["own"] else "test images that excite it most"
    found = "" if facts["own"] else f", of {facts['searched']} searched"
    parts = [
        f"Activations of {several} {names} of layer {facts['layer']} ({kept} of each map) brought "
        f"back to the input, beside the {which}{found}.",
        _crop(facts),
        "Each projection has its own contrast; gray is zero.",
        _relus(facts),
        _passages(facts),
        *(_images(unit) for unit in units),
    ]
    return " ".join(part for part in parts if part)


def _crop(facts: Facts) -> str:
    if facts["keep"] == "all":
        return ""
    if facts["field"] is None:
        return "How much of the image a unit sees cannot be told, so the whole image is shown."
    return (
        f"Both are cropped to what the unit sees, {facts['field']} pixels wide and cut at the "
        "border."
    )


def _relus(facts: Facts) -> str:
    count = facts["replaced"]
    hidden = ""
    if facts["hidden"]:
        hidden = f"; ReLUs inside {', '.join(facts['hidden'])} kept the plain backward pass"
    if not count:
        return f"No ReLU follows the deconvnet's rule: this is the plain backward pass{hidden}."
    words = "1 ReLU follows" if count == 1 else f"{count} ReLUs follow"
    return f"{words} the deconvnet's rule{hidden}."


def _passages(facts: Facts) -> str:
    """What stood in where the deconvnet has no rule."""
    if not facts["plain"]:
        return ""
    kinds = [f"{kind} ({_some(paths)})" for kind, paths in facts["plain"].items()]
    return f"A deconvnet has no rule for {' and '.join(kinds)}: there the plain backward pass runs."


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths) if len(paths) <= 3 else f"{len(paths)} layers"


def _images(unit: Facts) -> str:
    samples = unit["samples"]
    if not samples:
        return f"Channel {unit['channel']} is not excited by any image."
    words = [image(one) + (", zero everywhere" if one["zero"] else "") for one in samples]
    return f"Channel {unit['channel']}: {'; '.join(words)}."


def _alt(facts: Facts, units: Sequence[Facts]) -> str:
    rows = []
    for unit in units:
        labels = dict.fromkeys(one["label"] for one in unit["samples"] if one["label"])
        words = ", ".join(labels) or "no named class"
        rows.append(f"channel {unit['channel']} with {len(unit['samples'])} images of {words}")
    return f"Image crops and projections from layer {facts['layer']}: {'; '.join(rows)}."
