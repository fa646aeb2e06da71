"""Input, saliency map, and the map over the input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import number
from reportgen.drawing.colors import centered, colorize, overlay, relative, signed_overlay
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution import answers, sanity_table
from reportgen.figures.attribution.captions import channels, finding, sentence, title, where
from reportgen.figures.saliency.facts import Facts, HeadFacts, Relus, Sample
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Floats, Params, Pixels

FACTS = Facts

SENTENCES = Sentences(__file__)

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
    quotes = Quotes()
    findings = [
        sentence(sample.image, quotes, _shows(sample, values))
        for sample, values in zip(head.samples, maps, strict=True)
    ]
    return Drawing(
        part=head.part,
        picture=picture,
        caption=prose(
            *findings,
            _made(facts, params, head),
            *_guided(head.relus, quotes),
            answers.missing(params.get("likeliest"), explained),
            facts.unexplained,
        ),
        alt=_alt(facts, head, maps),
        title=method if alone else f"{head.title}: {method}",
        quotes=tuple(quotes),
        encoding=prose(_colors(facts), channels(facts.channels), answers.reading(explained)),
    )


def _pictures(pixels: Array, values: Floats, signed: bool) -> list[Pixels]:
    if signed:
        return [colorize(centered(values), "RdBu_r"), signed_overlay(pixels, values)]
    return [colorize(relative(values), "inferno"), overlay(pixels, values)]


def _made(facts: Facts, params: Params, head: HeadFacts) -> Sentence:
    return SENTENCES(
        "made",
        method=facts.method,
        title=TITLES[facts.method],
        score=head.score,
        copies=params["copies"],
        noise=f"{params['noise'] * 100:.3g} %",
        baseline=params["baseline"],
        steps=params["steps"],
        several="yes" if len(facts.heads) > 1 else "no",
        output=head.name,
    )


def _colors(facts: Facts) -> Sentence:
    depth = "several" if facts.channels > 1 else "one"
    return SENTENCES("signed" if facts.signed else "magnitudes", channels=depth)


def _guided(relus: Relus, quotes: Quotes) -> list[Sentence]:
    """What guided backpropagation met; nothing for other methods."""
    if not relus.replaced:
        return []
    how = "ReLUs whose backward pass follows the rule"
    quotes.number(number(relus.replaced), "replaced_relus", relus.replaced, how, "ReLUs")
    sentences = [SENTENCES("replaced", count=relus.replaced)]
    if relus.leaky:
        how = "of these, ReLUs that pass on a share where they are off"
        quotes.number(number(relus.leaky), "leaky_relus", relus.leaky, how, "ReLUs")
        sentences.append(SENTENCES("leaky", count=relus.leaky))
    if relus.curves:
        sentences.append(_layers("curves", relus.curves))
    if relus.hidden:
        sentences.append(_layers("hidden", relus.hidden))
    return sentences


def _layers(id: str, layers: Sequence[str]) -> Sentence:
    """A sentence on layers that names, of many, the first: a MobileNetV3 has dozens."""
    count = len(layers)
    named = layers if count <= _NAMED else layers[: _NAMED - 1]
    return SENTENCES(id, count=count, layers=", ".join(named), more=count - len(named))


def _shows(sample: Sample, values: Floats) -> Sentence:
    """What a map shows."""
    kind = "zero" if sample.zero else "somewhere"
    return SENTENCES("shows", kind=kind, place=where(np.abs(values)))


def _alt(facts: Facts, head: HeadFacts, maps: Floats) -> str:
    shown = SENTENCES("alt", method=TITLES[facts.method], images=len(head.samples))
    findings = (
        finding(sample.image, _shows(sample, values))
        for sample, values in zip(head.samples, maps, strict=True)
    )
    return prose(shown, *findings)
