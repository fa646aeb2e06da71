"""For each channel the images that excite it, cropped to what it saw, beside its projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted, listed
from reportgen.drawing.colors import centered, shown
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import channels, numbering
from reportgen.records import Artifact, Drawing
from reportgen.types import Array, Floats

Facts = Mapping[str, Any]

_ROWS = 8
"""Channels in one picture at most."""

_TILES = 9
"""Tiles beside each other at most: each image, its projection, and what is beside it."""

_PLAIN = "Plain backward pass"
_TITLES = {"guided": "Guided backprop.", "gradient": "Gradient"}
_RULES = {"guided": "guided backpropagation", "gradient": "the gradient"}
_PASSAGES = {
    "normalization": "multiplies by a normalization's slope",
    "branches that meet": "goes back along every branch",
    "average pooling": "spreads evenly over what was averaged",
    "other non-linearities": "multiplies by a non-linearity's slope",
}
"""What the plain backward pass does at each kind of layer that a deconvnet has no rule for."""


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
    titles = ["Image", "Deconvnet" if facts["replaced"] else _PLAIN]
    titles += [_TITLES[facts["beside"]]] if facts["beside"] else []
    abreast = max(1, _TILES // len(titles))
    sides = _sides(units)
    rows: list[list[Array]] = []
    headings: list[str] = []
    for unit in units:
        found = _tiles(artifact, unit, sides)
        for start in range(0, max(1, len(found)), abreast):
            several = found[start : start + abreast]
            rows.append([tile for tiles in several for tile in tiles] or [np.ones(sides)])
            headings.append("" if start else _title(unit, facts))
    longest = max(len(row) for row in rows) // len(titles) or 1
    picture = sheet(rows, column_titles=titles * longest, row_titles=headings)
    title = "" if facts["replaced"] else _PLAIN
    layers = (facts["layer"],)
    depth = artifact.arrays[f"images@{units[0]['channel']}"].shape[-1]
    return Drawing(part, picture, _caption(facts, units, depth), _alt(facts, units), title, layers)


def _sides(units: Sequence[Facts]) -> tuple[int, int]:
    """Height and width of a tile, which holds every crop."""
    frames = [one["window"] for unit in units for one in unit["samples"]] or [[0, 1, 0, 1]]
    return max(f[1] - f[0] for f in frames), max(f[3] - f[2] for f in frames)


def _tiles(artifact: Artifact, unit: Facts, sides: tuple[int, int]) -> list[tuple[Array, ...]]:
    """For each image its crop, and those of what was brought back, with zero as middle gray."""
    names = [name for name in ("projections", "beside") if f"{name}@{unit['channel']}" in
             artifact.arrays]  # fmt: skip
    images = artifact.arrays[f"images@{unit['channel']}"]
    found = [artifact.arrays[f"{name}@{unit['channel']}"] for name in names]
    tiles = []
    for place, sample in enumerate(unit["samples"]):
        whole = [shown(images[place]) / np.float32(255)]
        whole += [shown(centered(_gray_at_zero(one[place]))) / np.float32(255) for one in found]
        tiles.append(tuple(_cropped(one, sample["window"], sides) for one in whole))
    return tiles


def _gray_at_zero(projection: Floats) -> Floats:
    """Of two channels, shown as red and green, a third that is zero: else zero is olive."""
    two = projection.shape[-1] == 2
    return np.pad(projection, ((0, 0), (0, 0), (0, 1))) if two else projection


def _cropped(picture: Array, frame: Sequence[int], sides: tuple[int, int]) -> Floats:
    """What a frame (top, bottom, left, right) holds, filled up with white beyond the image."""
    top, bottom, left, right = frame
    crop = np.ones((*sides, picture.shape[-1]), np.float32)
    # A crop is smaller where the image ends: there, and not elsewhere, it is filled up.
    down = sides[0] - (bottom - top) if top == 0 else 0
    across = sides[1] - (right - left) if left == 0 else 0
    place = (slice(down, down + bottom - top), slice(across, across + right - left))
    crop[place] = picture[top:bottom, left:right]
    return crop


def _title(unit: Facts, facts: Facts) -> str:
    samples = unit["samples"]
    if not samples:
        return f"Channel {unit['channel']}: no positive activation in any image searched"
    values = ", ".join(f"{sample['activation']:.3g}" for sample in samples)
    return f"Channel {unit['channel']}: activation {values}"


def _caption(facts: Facts, units: Sequence[Facts], depth: int) -> str:
    kept = "all positions" if facts["keep"] == "all" else "the strongest position"
    names = ", ".join(str(unit["channel"]) for unit in units)
    several = "channels" if len(units) > 1 else "channel"
    which = "test images given" if facts["own"] else "test images that excite it most"
    found = "" if facts["own"] else f", of {facts['searched']} searched"
    parts = [
        f"Activations of {several} {names} of layer {facts['layer']} ({kept} of each map) brought "
        f"back to the input, beside the {which}{found}.",
        numbering("channel", units[0]["channel"]),
        _beside(facts),
        _crop(facts),
        channels(depth),
        "Each projection has its own contrast; gray is zero.",
        _relus(facts),
        _passages(facts),
        *(_images(unit) for unit in units),
    ]
    return " ".join(part for part in parts if part)


def _beside(facts: Facts) -> str:
    leaky = " (of leaky ones, their slope)" if facts["leaky"] else ""
    does = {
        "guided": f"pass nothing on where they were off{leaky}",
        "gradient": "pass on both signs where they were on",
    }
    beside = facts["beside"]
    return f"Third, the same by {_RULES[beside]}, whose ReLUs {does[beside]}." if beside else ""


def _crop(facts: Facts) -> str:
    if facts["keep"] == "all":
        return ""
    if facts["field"] is None or not facts["seen"]:
        much = "How much" if facts["field"] is None else "Which part"
        return f"{much} of the image a unit sees cannot be told, so the whole image is shown."
    wide = counted(facts["field"], "pixel", "pixels")
    return f"All are cropped to what the unit sees, {wide} wide; white lies beyond the image."


def _relus(facts: Facts) -> str:
    count = facts["replaced"]
    hidden = ""
    if facts["hidden"]:
        hidden = f"; ReLUs inside {', '.join(facts['hidden'])} kept the plain backward pass"
    if not count:
        whole = f"No ReLU follows the deconvnet's rule: this is the plain backward pass{hidden}."
        return f"{whole} {_left_out(facts)}".rstrip()
    words = counted(count, "ReLU follows", "ReLUs follow")
    return f"{words} the deconvnet's rule{hidden}."


def _left_out(facts: Facts) -> str:
    """Why the other rule that was asked for is not shown beside."""
    if not facts["left_out"]:
        return ""
    name = _RULES[facts["left_out"]]
    return f"{name[0].upper()}{name[1:]} would be the same pass here, so it is not shown beside."


def _passages(facts: Facts) -> str:
    """What stood in where the deconvnet has no rule."""
    if not facts["plain"]:
        return ""
    kinds = [f"{kind} ({_some(paths)})" for kind, paths in facts["plain"].items()]
    does = listed([_PASSAGES[kind] for kind in facts["plain"]])
    return (
        f"A deconvnet has no rule for {listed(kinds)}: there the plain backward pass runs, "
        f"which {does}."
    )


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths) if len(paths) <= 3 else f"{len(paths)} layers"


def _images(unit: Facts) -> str:
    samples = unit["samples"]
    if not samples:
        return f"Channel {unit['channel']} is not excited by any image."
    groups = [list(group) for _, group in groupby(samples, lambda one: one["label"])]
    words = [_group(group) for group in groups]
    images = "test image" if len(samples) == 1 else "test images"
    return f"Channel {unit['channel']}: {images} {'; '.join(words)}."


def _group(samples: Sequence[Facts]) -> str:
    """Numbers of images of one class, and the class."""
    numbers = [f"{one['index']}{' (zero everywhere)' if one['zero'] else ''}" for one in samples]
    label = samples[0]["label"]
    return ", ".join(numbers) + (f" ({label})" if label else "")


def _alt(facts: Facts, units: Sequence[Facts]) -> str:
    rows = []
    for unit in units:
        labels = dict.fromkeys(one["label"] for one in unit["samples"] if one["label"])
        words = ", ".join(labels) or "no named class"
        rows.append(f"channel {unit['channel']} with {_shown(unit)} of {words}")
    return f"Image crops and projections from layer {facts['layer']}: {'; '.join(rows)}."


def _shown(unit: Facts) -> str:
    return counted(len(unit["samples"]), "image", "images")
