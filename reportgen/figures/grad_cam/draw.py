"""Heatmaps, and heatmaps over their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reportgen.attribution.cam_methods import TITLES
from reportgen.drafting.wording import counted
from reportgen.drawing.colors import colorize, overlay, relative
from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution.captions import (
    answering,
    image,
    label,
    score_of,
    sentence,
    size,
    where,
)
from reportgen.records import Artifact, Drawing, Picture
from reportgen.types import Array, Floats, Pixels

Facts = Mapping[str, Any]

COLORMAP = "inferno"

SCALE = "Colors run from dark, zero, to bright, the largest value of each heatmap."
"""Said where there is no color bar to tell it."""

NOWHERE = "the same at every position, so it points nowhere"

REASONS = {
    "gradient": "the gradient is zero everywhere",
    "activations": "all activations of the layer are zero",
    "constant": "no channel of the layer varies over the image",
    "sum": "the weighted sum of the feature maps is nowhere positive",
}


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """For one head a heatmap and an overlay; for several one sheet for each head."""
    facts = artifact.facts
    heads: Sequence[Facts] = facts["heads"]
    if len(heads) > 1:
        return tuple(_head(artifact, head) for head in heads)
    return _heatmap(artifact, heads[0]), _overlay(artifact, heads[0])


def _heatmap(artifact: Artifact, head: Facts) -> Drawing:
    facts = artifact.facts
    picture = mosaic(
        _shown(artifact, head, "map"),
        labels=[_label(sample) for sample in head["samples"]],
        colormap=COLORMAP,
        scaling="peak",
        legend="",
    )
    caption = (
        f"{_method(facts)}{_what(head)} at layer {facts['layer']}, one cell for each of the "
        f"{size(facts['map_size'])} positions of its feature maps. "
        f"{_remarks(facts)}{_samples(head)}"
    )
    return _drawing("heatmap", "Heatmap", picture, caption, _alt("Heatmap", artifact, head), facts)


def _overlay(artifact: Artifact, head: Facts) -> Drawing:
    images = artifact.arrays["images"]
    large = _shown(artifact, head, "large")
    tiles = [overlay(shown, one) for shown, one in zip(images, large, strict=True)]
    picture = _row(tiles, [_label(sample) for sample in head["samples"]])
    facts = artifact.facts
    caption = (
        f"The same heatmap resized to the input ({size(np.shape(images)[1:3])} pixels, bilinear) "
        f"and laid over it. {_samples(head)}"
    )
    title = "Heatmap over Input Image"
    return _drawing("overlay", title, picture, caption, _alt(title, artifact, head), facts)


def _head(artifact: Artifact, head: Facts) -> Drawing:
    """Input, heatmap and overlay of each sample, for one head of several."""
    images, facts = artifact.arrays["images"], artifact.facts
    maps, large = _shown(artifact, head, "map"), _shown(artifact, head, "large")
    rows = [
        [shown, colorize(relative(low), COLORMAP), overlay(shown, high)]
        for shown, low, high in zip(images, maps, large, strict=True)
    ]
    picture = sheet(
        rows,
        column_titles=["Input", "Heatmap", "Heatmap over input"],
        row_titles=[_label(sample) for sample in head["samples"]],
    )
    caption = (
        f"{_method(facts)} {answering(head)} at layer {facts['layer']} "
        f"({size(facts['map_size'])} positions), and resized over the input. {SCALE} "
        f"{_remarks(facts)}{_samples(head)}"
    )
    alt = _alt("Input, heatmap and overlay", artifact, head)
    return _drawing(head["name"], head["title"], picture, caption, alt, facts)


def _shown(artifact: Artifact, head: Facts, kind: str) -> Floats:
    """Heatmaps of a head to draw, (s, h, w); those that are the same everywhere as empty ones.

    Scaled to their own largest value they would be all bright.
    """
    maps = np.array(artifact.arrays[f"{kind}@{head['name']}"], np.float32)
    maps[[sample["pointless"] for sample in head["samples"]]] = 0
    return maps


def _row(tiles: list[Pixels], titles: list[str]) -> Picture:
    """Tiles side by side, broken into rows of at most four."""
    if len(tiles) <= 4:
        return sheet([tiles], column_titles=titles)
    labels = [tiles[i : i + 4] for i in range(0, len(tiles), 4)]
    words = ["; ".join(titles[i : i + 4]) for i in range(0, len(tiles), 4)]
    return sheet(labels, row_titles=words)


def _drawing(
    part: str, title: str, picture: Picture, caption: str, alt: str, facts: Facts
) -> Drawing:
    return Drawing(part, picture, caption, alt, title, (facts["layer"],))


def _method(facts: Facts) -> str:
    return TITLES[facts["method"]]


def _what(head: Facts) -> str:
    return " of the unit's value" if score_of(head) == "value" else ""


def _label(sample: Facts) -> str:
    words = label(sample)
    if sample["pointless"]:
        return f"{words}: the same everywhere"
    return f"{words}: zero everywhere" if sample["zero"] else words


def _remarks(facts: Facts) -> str:
    """Sentences on what is not as a reader would expect, with a space after each."""
    said = _left_out(facts)
    if names := facts["apart"]:
        one = len(names) == 1
        outputs = f"Output{'' if one else 's'} {', '.join(names)} {'does' if one else 'do'}"
        said += f"{outputs} not depend on this layer and {'has' if one else 'have'} no heatmap. "
    if facts["aside"]:
        said += f"{facts['aside']} "
    if facts["rearranged"]:
        said += (
            f"Layer {facts['rearranged']} before it puts values into other places, so it is not "
            "known whether its positions lie over the image as they are drawn. "
        )
    return said


def _left_out(facts: Facts) -> str:
    """A sentence on channels that Score-CAM could not use, with a space after it."""
    count, of = facts["left_out"]["channels"], facts["left_out"]["of"]
    if not count:
        return ""
    verbs = ("is", "was") if count == 1 else ("are", "were")
    return (
        f"{count} of {counted(of, 'channel', 'channels')} {verbs[0]} the same at every position "
        f"of some image and {verbs[1]} left out there. "
    )


def _samples(head: Facts) -> str:
    """What was explained for each sample, what the model said, and what points nowhere."""
    return " ".join(sentence(sample, _dark(sample)) for sample in head["samples"])


def _dark(sample: Facts) -> str:
    if sample["pointless"]:
        return f"the heatmap is {NOWHERE} and is drawn empty"
    if not sample["zero"]:
        return ""
    return f"the heatmap is zero everywhere, because {REASONS[sample['zero']]}"


def _alt(kind: str, artifact: Artifact, head: Facts) -> str:
    """In words where each heatmap is hottest."""
    maps = np.asarray(artifact.arrays[f"map@{head['name']}"])
    places = [_where(one, sample) for one, sample in zip(maps, head["samples"], strict=True)]
    return f"{kind} at layer {artifact.facts['layer']}: " + "; ".join(places) + "."


def _where(values: Array, sample: Facts) -> str:
    what = f"for {image(sample)} "
    if sample["pointless"]:
        return f"{what}{NOWHERE}"
    if sample["zero"]:
        return f"{what}zero everywhere, because {REASONS[sample['zero']]}"
    return f"{what}hottest in the {where(values)}"
