"""Input, occlusion map, and the map over the input."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted
from reportgen.drawing.colors import centered, colorize, signed_overlay
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution import answers, sanity_table
from reportgen.figures.attribution.captions import (
    channels,
    finding,
    of_image,
    percent,
    plain,
    sentence,
    size,
    title,
    where,
)
from reportgen.figures.occlusion.facts import Facts, HeadFacts, Sample
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Floats, Params

FACTS = Facts

_COLUMNS = ["Input", "Drop of the score", "Drop over input"]


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """One sheet for each head: input, map and overlay of each sample."""
    facts: Facts = artifact.facts
    explained = ((head.title, [sample.image for sample in head.samples]) for head in facts.heads)
    sheets = (_sheet(artifact, facts, params, head) for head in facts.heads)
    return (*sheets, *answers.of_outputs(explained), *sanity_table.table(facts.sanity, "Occlusion"))


def _sheet(artifact: Artifact, facts: Facts, params: Params, head: HeadFacts) -> Drawing:
    images, maps = artifact.arrays["images"], np.asarray(artifact.arrays[f"map@{head.name}"])
    rows = [
        [pixels, colorize(centered(values), "RdBu_r"), signed_overlay(pixels, values)]
        for pixels, values in zip(images, maps, strict=True)
    ]
    titles = [
        title(sample.image, "zero everywhere" if sample.zero else "") for sample in head.samples
    ]
    explained = [sample.image for sample in head.samples]
    below = answers.below(explained)
    picture = sheet(rows, column_titles=_COLUMNS, row_titles=titles, below=below)
    alone = len(facts.heads) == 1
    of_head = "" if alone else f" of head {head.name}"
    mean = f"the mean color of the {facts.mean_split} images"
    fill = mean if params["base"] == "mean" else params["base"]
    quotes = Quotes()
    sentences = [
        f"Drop of the {head.score}{of_head} when a patch of {size(facts.patch)} pixels is "
        f"filled with {fill}, at {_places(facts)}; each "
        "pixel is the mean over the patches that cover it. Red: covering lowers the score; "
        "blue: covering raises it; white: no change; each map is scaled to its largest "
        "magnitude.",
        channels(np.shape(images)[-1]),
        answers.remark(params.get("likeliest"), explained),
        facts.unexplained,
        *(
            f"Output {name} has values and no probability, so it is left out."
            for name in facts.without_probability
        ),
        *(
            sentence(sample.image, quotes, _drop(sample, facts.positions, quotes))
            for sample in head.samples
        ),
    ]
    caption = " ".join(text for text in sentences if text)
    heading = "" if alone else head.title
    return Drawing(head.part, picture, caption, _alt(head, maps), heading, quotes=tuple(quotes))


def _places(facts: Facts) -> str:
    """How many positions the patch takes; a single one is apart from no other."""
    places = counted(facts.positions, "position", "positions")
    apart = f" ({size(facts.stride)} pixels apart)"
    return places if facts.positions == 1 else places + apart


def _drop(sample: Sample, positions: int, quotes: Quotes) -> str:
    at, image = of_image(sample.image), sample.image.plain_name
    if sample.zero:
        return "covering changes nothing at any position, so the map is zero everywhere"
    if sample.image.value is not None and sample.score_drop is not None:
        if sample.score_drop <= 0:
            return "no position lowers the value"
        how = f"largest drop of the value over all positions of the patch, for {image}"
        drop = quotes.number(
            plain(sample.score_drop), f"value_drop{at}", sample.score_drop, how, n=positions
        )
        return f"the worst position lowers the value by {drop}"
    words = "no position lowers the probability"
    if sample.probability_drop > 0:
        how = f"largest drop of the probability over all positions of the patch, for {image}"
        share, name = sample.probability_drop, f"probability_drop{at}"
        shown = quotes.number(percent(share), name, share, how, n=positions)
        words = f"the worst position takes {shown} of probability"
    how = f"positions of the patch that change the answer for {image}"
    quotes.number(
        str(sample.flips), f"changed_answers{at}", sample.flips, how, "positions", positions
    )
    change = "changes" if 1 in (sample.flips, positions) else "change"
    places = counted(positions, "position", "positions")
    return f"{words}, and {sample.flips} of {places} {change} the answer"


def _alt(head: HeadFacts, maps: Array) -> str:
    findings = [
        finding(sample.image, _found(sample, values))
        for sample, values in zip(head.samples, maps, strict=True)
    ]
    return f"Occlusion map beside and over the input: {'; '.join(findings)}."


def _found(sample: Sample, values: Floats) -> str:
    if sample.zero:
        return "zero everywhere"
    return f"the largest drop in the {where(values)}" if values.max() > 0 else "no drop anywhere"
