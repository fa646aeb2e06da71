"""Input, occlusion map, and the map over the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.colors import centered, colorize, signed_overlay
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import (
    image,
    label,
    percent,
    plain,
    score_of,
    sentence,
    size,
    where,
)
from reportgen.records import Artifact, Drawing

Facts = Mapping[str, Any]

_COLUMNS = ["Input", "Drop of the score", "Drop over input"]


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """One sheet for each head: input, map and overlay of each sample."""
    heads = artifact.facts["heads"]
    return tuple(_head(artifact, params, head, len(heads) == 1) for head in heads)


def _head(artifact: Artifact, params: Mapping[str, Any], head: Facts, alone: bool) -> Drawing:
    facts = artifact.facts
    images, maps = artifact.arrays["images"], artifact.arrays[f"map@{head['name']}"]
    rows = [
        [pixels, colorize(centered(one), "RdBu_r"), signed_overlay(pixels, one)]
        for pixels, one in zip(images, maps, strict=True)
    ]
    titles = [_label(sample) for sample in head["samples"]]
    picture = sheet(rows, column_titles=_COLUMNS, row_titles=titles)
    score = score_of(head) if params["score"] == "logit" else params["score"]
    of = "" if alone else f" of head {head['name']}"
    mean = f"the mean color of the {facts['mean_of']} images"
    fill = mean if params["base"] == "mean" else params["base"]
    caption = " ".join(
        [
            f"Drop of the {score}{of} when a patch of {size(facts['patch'])} pixels is "
            f"filled with {fill}, at {_places(facts)}; each "
            "pixel is the mean over the patches that cover it. Red: covering lowers the score; "
            "blue: covering raises it; white: no change; each map is scaled to its largest "
            "magnitude.",
            *filter(None, [facts["aside"], *map(_valued, facts["valued"])]),
            *(sentence(one, _drop(one, facts)) for one in head["samples"]),
        ]
    )
    title = "" if alone else str(head["title"])
    part = "" if alone else str(head["name"])
    return Drawing(part, picture, caption, _alt(head, maps), title)


def _valued(name: str) -> str:
    return f"Output {name} has values and no probability, so it is left out."


def _places(facts: Facts) -> str:
    """How many positions the patch takes; a single one is apart from no other."""
    places = counted(facts["positions"], "position", "positions")
    apart = f" ({size(facts['stride'])} pixels apart)"
    return places if facts["positions"] == 1 else places + apart


def _label(sample: Facts) -> str:
    return f"{label(sample)}: zero everywhere" if sample["zero"] else label(sample)


def _drop(sample: Facts, facts: Facts) -> str:
    if sample["zero"]:
        return "covering changes nothing at any position, so the map is zero everywhere"
    if "value" in sample:
        fall = sample["logit_drop"]
        return (
            f"the worst position lowers the value by {plain(fall)}"
            if fall > 0
            else "no position lowers the value"
        )
    lost = sample["probability_drop"]
    words = (
        f"the worst position takes {percent(lost)} of probability"
        if lost > 0
        else "no position lowers the probability"
    )
    places, flips = facts["positions"], sample["flips"]
    change = "changes" if 1 in (flips, places) else "change"
    words += f", and {flips} of {counted(places, 'position', 'positions')} {change} the answer"
    return words


def _alt(head: Facts, maps: Any) -> str:
    places = []
    for sample, one in zip(head["samples"], np.asarray(maps), strict=True):
        which = f"for {image(sample)} "
        if sample["zero"]:
            places.append(which + "zero everywhere")
        elif one.max() > 0:
            places.append(which + f"the largest drop in the {where(one)}")
        else:
            places.append(which + "no drop anywhere")
    return f"Occlusion map beside and over the input: {'; '.join(places)}."
