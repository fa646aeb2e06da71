"""Heatmaps, and heatmaps over their inputs."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import listed
from reportgen.drawing.colors import colorize, overlay, relative
from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import Entry, sheet
from reportgen.figures.attribution import answers, sanity_table
from reportgen.figures.attribution.captions import (
    channels,
    finding,
    sentence,
    size,
    title,
    where,
)
from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.grad_cam.facts import Facts, HeadFacts, Sample
from reportgen.records import Artifact, Drawing, Picture, Table
from reportgen.types import Array, Floats, Params, Pixels

FACTS = Facts

TITLES = {
    "grad_cam": "Grad-CAM",
    "grad_cam_plus_plus": "Grad-CAM++",
    "layer_cam": "LayerCAM",
    "hires_cam": "HiResCAM",
    "xgrad_cam": "XGrad-CAM",
    "score_cam": "Score-CAM",
}

COLORMAP = "inferno"

SENTENCES = Sentences(__file__)


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """For one head a heatmap and an overlay; for several one sheet for each head."""
    facts: Facts = artifact.facts
    wanted = params.get("likeliest")
    tables = answers.of_outputs((head.title, _images(head)) for head in facts.heads)
    tables += sanity_table.table(facts.sanity, TITLES[facts.method])
    if len(facts.heads) > 1:
        return (*(_sheet(artifact, facts, head, wanted) for head in facts.heads), *tables)
    head = facts.heads[0]
    return _heatmap(artifact, facts, head), _overlay(artifact, facts, head, wanted), *tables


def _heatmap(artifact: Artifact, facts: Facts, head: HeadFacts) -> Drawing:
    picture = mosaic(
        _maps(artifact, head, "map"),
        labels=[_title(sample) for sample in head.samples],
        colormap=COLORMAP,
        scaling="peak",
        legend="",
    )
    quotes = Quotes()
    made = _made(facts, head, several=False)
    caption = prose(*_findings(artifact, head, quotes), made, *_remarks(facts, quotes))
    return Drawing(
        part=head.part,
        picture=picture,
        caption=caption,
        alt=_alt("heatmap", artifact, facts, head),
        title="Heatmap",
        layers=(facts.layer,),
        quotes=tuple(quotes),
        encoding=SENTENCES("encoding").text,
    )


def _overlay(artifact: Artifact, facts: Facts, head: HeadFacts, wanted: int | None) -> Drawing:
    images, maps = artifact.arrays["images"], _maps(artifact, head, "large")
    tiles = [overlay(pixels, values) for pixels, values in zip(images, maps, strict=True)]
    if any(image.likeliest for image in _images(head)):
        picture = answers.cards(tiles, [_lines(sample) for sample in head.samples])
    else:
        picture = _in_rows(tiles, [_title(sample) for sample in head.samples])
    quotes = Quotes()
    overlaid = SENTENCES("overlaid", size=size(np.shape(images)[1:3]))
    missing = answers.missing(wanted, _images(head))
    return Drawing(
        part="overlay",
        picture=picture,
        caption=prose(*_findings(artifact, head, quotes), overlaid, missing),
        alt=_alt("overlay", artifact, facts, head),
        title="Heatmap over Input Image",
        layers=(facts.layer,),
        quotes=tuple(quotes),
        encoding=prose(channels(np.shape(images)[-1]), answers.reading(_images(head))),
    )


def _sheet(artifact: Artifact, facts: Facts, head: HeadFacts, wanted: int | None) -> Drawing:
    """Input, heatmap and overlay of each sample, for one head of several."""
    quotes = Quotes()
    images = artifact.arrays["images"]
    maps, large = _maps(artifact, head, "map"), _maps(artifact, head, "large")
    rows = [
        [pixels, colorize(relative(low), COLORMAP), overlay(pixels, high)]
        for pixels, low, high in zip(images, maps, large, strict=True)
    ]
    picture = sheet(
        rows,
        column_titles=["Input", "Heatmap", "Heatmap over input"],
        row_titles=[_title(sample) for sample in head.samples],
        below=answers.below(_images(head)),
    )
    explained = _images(head)
    reading = (channels(np.shape(images)[-1]), answers.reading(explained))
    caption = prose(
        *_findings(artifact, head, quotes),
        _made(facts, head, several=True),
        answers.missing(wanted, explained),
        *_remarks(facts, quotes),
    )
    return Drawing(
        part=head.part,
        picture=picture,
        caption=caption,
        alt=_alt("sheet", artifact, facts, head),
        title=head.title,
        layers=(facts.layer,),
        quotes=tuple(quotes),
        encoding=prose(SENTENCES("encoding"), *reading),
    )


def _maps(artifact: Artifact, head: HeadFacts, kind: str) -> Floats:
    """Heatmaps of a head to draw, (s, h, w); those that are the same everywhere as empty ones.

    Scaled to their own largest value they would be all bright.
    """
    maps = np.array(artifact.arrays[f"{kind}@{head.name}"], np.float32)
    maps[[sample.pointless for sample in head.samples]] = 0
    return maps


def _in_rows(tiles: list[Pixels], titles: list[str]) -> Picture:
    """Tiles side by side, broken into rows of at most four."""
    if len(tiles) <= 4:
        return sheet([tiles], column_titles=titles)
    rows = [tiles[i : i + 4] for i in range(0, len(tiles), 4)]
    return sheet(rows, row_titles=["; ".join(titles[i : i + 4]) for i in range(0, len(tiles), 4)])


def _images(head: HeadFacts) -> list[ExplainedImage]:
    return [sample.image for sample in head.samples]


def _lines(sample: Sample) -> list[Entry]:
    """Which image it is, what its heatmap explains if not the prediction, and its classes."""
    image = sample.image
    lines = [Entry(answers.named(image))]
    if sample.zero or sample.pointless or image.explained != image.predicted:
        lines.append(Entry(_title(sample)))
    return lines + answers.entries(image.likeliest, image.truth)


def _title(sample: Sample) -> str:
    zero = "zero everywhere" if sample.zero else ""
    return title(sample.image, "the same everywhere" if sample.pointless else zero)


def _made(facts: Facts, head: HeadFacts, several: bool) -> Sentence:
    return SENTENCES(
        "made",
        method=TITLES[facts.method],
        layer=facts.layer,
        size=size(facts.map_size),
        score=head.score,
        several="yes" if several else "no",
        output=head.name,
    )


def _remarks(facts: Facts, quotes: Quotes) -> list[Sentence | str]:
    """Sentences on what a reader would not expect."""
    remarks: list[Sentence | str] = []
    if count := facts.channels_left_out:
        how = "channels of the layer that are the same at every position of some image"
        quotes.number(str(count), "channels_left_out", count, how, "channels", facts.channels)
        remarks.append(SENTENCES("left-out", count=count, channels=facts.channels))
    if names := facts.independent:
        remarks.append(SENTENCES("independent", count=len(names), outputs=listed(names)))
    if facts.rearranged:
        remarks.append(SENTENCES("rearranged", layer=facts.rearranged))
    return [*remarks, facts.unexplained]


def _findings(artifact: Artifact, head: HeadFacts, quotes: Quotes) -> list[str]:
    """For each sample the model's answer, and where its heatmap is hottest."""
    maps = np.asarray(artifact.arrays[f"map@{head.name}"])
    return [
        sentence(sample.image, quotes, _shows(sample, values))
        for values, sample in zip(maps, head.samples, strict=True)
    ]


def _alt(picture: str, artifact: Artifact, facts: Facts, head: HeadFacts) -> str:
    """In words where each heatmap is hottest."""
    maps = np.asarray(artifact.arrays[f"map@{head.name}"])
    shown = SENTENCES(
        "alt",
        picture=picture,
        method=TITLES[facts.method],
        layer=facts.layer,
        images=len(head.samples),
    )
    findings = (
        finding(sample.image, _shows(sample, values))
        for values, sample in zip(maps, head.samples, strict=True)
    )
    return prose(shown, *findings)


def _shows(sample: Sample, values: Array) -> Sentence:
    """What a heatmap shows."""
    kind = "pointless" if sample.pointless else sample.zero or "somewhere"
    return SENTENCES("shows", kind=kind, place=where(values))
