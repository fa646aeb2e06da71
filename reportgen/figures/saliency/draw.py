"""Input, saliency map, and the map over the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.colors import centered, colorize, overlay, relative, signed_overlay
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import (
    answering,
    image,
    label,
    score_of,
    sentence,
    where,
)
from reportgen.records import Artifact, Drawing
from reportgen.types import Array, Floats, Pixels

Facts = Mapping[str, Any]

TITLES = {
    "gradient": "Gradient",
    "smoothgrad": "SmoothGrad",
    "integrated_gradients": "Integrated gradients",
    "input_x_gradient": "Input times gradient",
    "guided_backpropagation": "Guided backpropagation",
}
_COLUMNS = ["Input", "Saliency map", "Map over input"]

_NAMED = 6
"""Layers that a caption names at most."""


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One sheet for each head: input, map and overlay of each sample."""
    heads = artifact.facts["heads"]
    return tuple(_head(artifact, params, head, len(heads) == 1) for head in heads)


def _head(artifact: Artifact, params: Mapping[str, Any], head: Facts, alone: bool) -> Drawing:
    facts = artifact.facts
    images, maps = artifact.arrays["images"], artifact.arrays[f"map@{head['name']}"]
    rows = [
        [pixels, *_pictures(pixels, np.asarray(one, np.float32), facts["signed"])]
        for pixels, one in zip(images, maps, strict=True)
    ]
    titles = [_label(sample) for sample in head["samples"]]
    picture = sheet(rows, column_titles=_COLUMNS, row_titles=titles)
    of = "" if alone else f" {answering(head)}"
    parts = [
        f"{_method(facts, params, head)}{of}. {_colors(facts)}",
        _guided(head),
        facts["aside"],
        *(sentence(one, _zero(one)) for one in head["samples"]),
    ]
    caption = " ".join(part for part in parts if part)
    title = TITLES[facts["method"]] if alone else f"{head['title']}: {TITLES[facts['method']]}"
    part = "" if alone else str(head["name"])
    return Drawing(part, picture, caption, _alt(facts, head, maps), title)


def _pictures(pixels: Array, values: Floats, signed: bool) -> list[Pixels]:
    if signed:
        return [colorize(centered(values), "RdBu_r"), signed_overlay(pixels, values)]
    return [colorize(relative(values), "inferno"), overlay(pixels, values)]


def _method(facts: Facts, params: Mapping[str, Any], head: Facts) -> str:
    name = TITLES[facts["method"]]
    score = score_of(head)
    if facts["method"] == "smoothgrad":
        share = f"{params['noise'] * 100:.3g} % of the input range"
        copies = counted(params["copies"], "copy", "copies")
        return f"{name} ({copies}, noise of {share}) of the {score}"
    if facts["method"] == "integrated_gradients":
        start = {"mean": "the mean color"}.get(params["baseline"], params["baseline"])
        points = counted(params["steps"], "midpoint", "midpoints")
        return f"{name} of the {score} from {start} ({points})"
    return f"{name} of the {score} with respect to the input"


def _colors(facts: Facts) -> str:
    many = facts["channels"] > 1
    if facts["signed"]:
        what = "The sum over color channels: red" if many else "Red"
        return (
            f"{what} raises the score, blue lowers it, white is zero; each map is "
            "scaled to its largest magnitude."
        )
    what = "The largest magnitude over color channels" if many else "The magnitude"
    return f"{what} is shown, without its sign, each map from zero to its own maximum."


def _guided(head: Facts) -> str:
    """What guided backpropagation met; nothing for other methods."""
    if not head["replaced"]:
        return ""
    curves = head["curves"]
    words = f"The rule was replaced at {counted(head['replaced'], 'ReLU', 'ReLUs')}"
    if head["leaky"]:
        which = counted(head["leaky"], "of them is leaky", "of them are leaky")
        words += f"; {which}, and passed on a share where off, for which the paper has no rule"
    if curves:
        being = "it is no ReLU" if len(curves) == 1 else "they are no ReLUs"
        words += f"; {_some(curves)} kept the plain gradient, as {being}"
    if head["hidden"]:
        words += f"; ReLUs inside {', '.join(head['hidden'])} could not be reached"
    return words + "."


def _some(layers: Sequence[str]) -> str:
    """Names of layers, of many the first and how many more: a MobileNetV3 has dozens."""
    if len(layers) <= _NAMED:
        return ", ".join(layers)
    return f"{', '.join(layers[: _NAMED - 1])} and {len(layers) - _NAMED + 1} more layers"


def _label(sample: Facts) -> str:
    return f"{label(sample)}: zero everywhere" if sample["zero"] else label(sample)


def _zero(sample: Facts) -> str:
    return "the map is zero everywhere" if sample["zero"] else ""


def _alt(facts: Facts, head: Facts, maps: Any) -> str:
    places = []
    for sample, one in zip(head["samples"], maps, strict=True):
        which = f"for {image(sample)} "
        place = f"strongest in the {where(np.abs(one))}"
        places.append(which + ("zero everywhere" if sample["zero"] else place))
    return f"{TITLES[facts['method']]}, input and map and both blended: {'; '.join(places)}."
