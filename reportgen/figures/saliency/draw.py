"""Input, saliency map, and the map over the input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted, number
from reportgen.drawing.colors import centered, colorize, overlay, relative, signed_overlay
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution import answers, sanity_table
from reportgen.figures.attribution.captions import (
    answering,
    channels,
    finding,
    sentence,
    title,
    where,
)
from reportgen.figures.saliency.facts import Facts, HeadFacts, Relus, Sample
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Floats, Params, Pixels

FACTS = Facts

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


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """One sheet for each head: input, map and overlay of each sample."""
    facts: Facts = artifact.facts
    explained = ((head.title, [sample.image for sample in head.samples]) for head in facts.heads)
    sheets = (_sheet(artifact, facts, params, head) for head in facts.heads)
    return (
        *sheets,
        *answers.of_outputs(explained),
        *sanity_table.table(facts.sanity, TITLES[facts.method]),
    )


def _sheet(artifact: Artifact, facts: Facts, params: Params, head: HeadFacts) -> Drawing:
    images = artifact.arrays["images"]
    maps = np.asarray(artifact.arrays[f"map@{head.name}"], np.float32)
    rows = [
        [pixels, *_pictures(pixels, values, facts.signed)]
        for pixels, values in zip(images, maps, strict=True)
    ]
    titles = [
        title(sample.image, "zero everywhere" if sample.zero else "") for sample in head.samples
    ]
    explained = [sample.image for sample in head.samples]
    below = answers.below(explained)
    picture = sheet(rows, column_titles=_COLUMNS, row_titles=titles, below=below)
    alone, method = len(facts.heads) == 1, TITLES[facts.method]
    of_head = "" if alone else f" {answering(head.name, head.score)}"
    quotes = Quotes()
    sentences = [
        f"{_method(facts, params, head)}{of_head}. {_colors(facts)}",
        _guided(head.relus, quotes),
        channels(facts.channels),
        answers.remark(params.get("likeliest"), explained),
        facts.unexplained,
        *(sentence(sample.image, quotes, _zero(sample)) for sample in head.samples),
    ]
    caption = " ".join(text for text in sentences if text)
    heading = method if alone else f"{head.title}: {method}"
    alt = _alt(facts, head, maps)
    return Drawing(head.part, picture, caption, alt, heading, quotes=tuple(quotes))


def _pictures(pixels: Array, values: Floats, signed: bool) -> list[Pixels]:
    if signed:
        return [colorize(centered(values), "RdBu_r"), signed_overlay(pixels, values)]
    return [colorize(relative(values), "inferno"), overlay(pixels, values)]


def _method(facts: Facts, params: Params, head: HeadFacts) -> str:
    name = TITLES[facts.method]
    if facts.method == "smoothgrad":
        share = f"{params['noise'] * 100:.3g} % of the input range"
        copies = counted(params["copies"], "copy", "copies")
        return f"{name} ({copies}, noise of {share}) of the {head.score}"
    if facts.method == "integrated_gradients":
        start = {"mean": "the mean color"}.get(params["baseline"], params["baseline"])
        points = counted(params["steps"], "midpoint", "midpoints")
        return f"{name} of the {head.score} from {start} ({points})"
    return f"{name} of the {head.score} with respect to the input"


def _colors(facts: Facts) -> str:
    several = facts.channels > 1
    if facts.signed:
        red = "The sum over color channels: red" if several else "Red"
        return (
            f"{red} raises the score, blue lowers it, white is zero; each map is "
            "scaled to its largest magnitude."
        )
    magnitude = "The largest magnitude over color channels" if several else "The magnitude"
    return f"{magnitude} is shown, without its sign, each map from zero to its own maximum."


def _guided(relus: Relus, quotes: Quotes) -> str:
    """What guided backpropagation met; nothing for other methods."""
    if not relus.replaced:
        return ""
    how = "ReLUs whose backward pass follows the rule"
    quotes.number(number(relus.replaced), "replaced_relus", relus.replaced, how, "ReLUs")
    words = f"The rule was replaced at {counted(relus.replaced, 'ReLU', 'ReLUs')}"
    if relus.leaky:
        how = "of these, ReLUs that pass on a share where they are off"
        quotes.number(number(relus.leaky), "leaky_relus", relus.leaky, how, "ReLUs")
        which = counted(relus.leaky, "of them is leaky", "of them are leaky")
        words += f"; {which}, and passed on a share where off, for which the paper has no rule"
    if relus.curves:
        being = "it is no ReLU" if len(relus.curves) == 1 else "they are no ReLUs"
        words += f"; {_some(relus.curves)} kept the plain gradient, as {being}"
    if relus.hidden:
        words += f"; ReLUs inside {', '.join(relus.hidden)} could not be reached"
    return words + "."


def _some(layers: Sequence[str]) -> str:
    """Names of layers, of many the first and how many more: a MobileNetV3 has dozens."""
    if len(layers) <= _NAMED:
        return ", ".join(layers)
    return f"{', '.join(layers[: _NAMED - 1])} and {len(layers) - _NAMED + 1} more layers"


def _zero(sample: Sample) -> str:
    return "the map is zero everywhere" if sample.zero else ""


def _alt(facts: Facts, head: HeadFacts, maps: Floats) -> str:
    places = [
        finding(
            sample.image,
            "zero everywhere" if sample.zero else f"strongest in the {where(np.abs(values))}",
        )
        for sample, values in zip(head.samples, maps, strict=True)
    ]
    return f"{TITLES[facts.method]}, input and map and both blended: {'; '.join(places)}."
