"""Input, occlusion map, and the map over the input."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import number
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

SENTENCES = Sentences(__file__)

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
    quotes = Quotes()
    caption = prose(
        *(
            sentence(sample.image, quotes, _drop(sample, facts.positions, quotes))
            for sample in head.samples
        ),
        _made(facts, params, head),
        answers.missing(params.get("likeliest"), explained),
        facts.unexplained,
        *(SENTENCES("values", output=name) for name in facts.without_probability),
    )
    return Drawing(
        part=head.part,
        picture=picture,
        caption=caption,
        alt=_alt(head, maps),
        title="" if len(facts.heads) == 1 else head.title,
        quotes=tuple(quotes),
        encoding=prose(
            SENTENCES("encoding"), channels(np.shape(images)[-1]), answers.reading(explained)
        ),
    )


def _made(facts: Facts, params: Params, head: HeadFacts) -> Sentence:
    return SENTENCES(
        "made",
        score=head.score,
        several="yes" if len(facts.heads) > 1 else "no",
        output=head.name,
        patch=size(facts.patch),
        fill=params["base"],
        split=facts.mean_split,
        positions=facts.positions,
        stride=size(facts.stride),
    )


def _drop(sample: Sample, positions: int, quotes: Quotes) -> Sentence:
    """What covering does to the value, or to the probability and the answer."""
    at, image = of_image(sample.image), sample.image.plain_name
    if sample.zero:
        return SENTENCES("nothing")
    if sample.image.value is not None and sample.score_drop is not None:
        if sample.score_drop <= 0:
            return SENTENCES("value-drop", lower="no", drop="")
        how = f"largest drop of the value over all positions of the patch, for {image}"
        drop = quotes.number(
            plain(sample.score_drop), f"value_drop{at}", sample.score_drop, how, n=positions
        )
        return SENTENCES("value-drop", lower="yes", drop=drop)
    shown, share = "", sample.probability_drop
    if share > 0:
        how = f"largest drop of the probability over all positions of the patch, for {image}"
        shown = quotes.number(percent(share), f"probability_drop{at}", share, how, n=positions)
    how = f"positions of the patch that change the answer for {image}"
    name, flips = f"changed_answers{at}", sample.flips
    quotes.number(number(flips), name, flips, how, "positions", positions)
    lower = "yes" if share > 0 else "no"
    return SENTENCES("probability-drop", lower=lower, drop=shown, flips=flips, positions=positions)


def _alt(head: HeadFacts, maps: Array) -> str:
    findings = (
        finding(sample.image, _shows(sample, values))
        for sample, values in zip(head.samples, maps, strict=True)
    )
    return prose(SENTENCES("alt", images=len(head.samples)), *findings)


def _shows(sample: Sample, values: Floats) -> Sentence:
    kind = "zero" if sample.zero else "drop" if values.max() > 0 else "none"
    return SENTENCES("shows", kind=kind, place=where(values))
