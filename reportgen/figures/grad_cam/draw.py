"""Heatmaps, and heatmaps over their inputs."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted
from reportgen.drawing.colors import colorize, overlay, relative
from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import Entry, sheet
from reportgen.figures.attribution import answers, sanity_table
from reportgen.figures.attribution.captions import (
    answering,
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

SCALE = "Colors run from dark, zero, to bright, the largest value of each heatmap."
"""The scale in words, for pictures without a color bar."""

NOWHERE = "the same at every position, so it points nowhere"

REASONS = {
    "gradient": "the gradient is zero everywhere",
    "activations": "all activations of the layer are zero",
    "constant": "no channel of the layer varies over the image",
    "sum": "the weighted sum of the feature maps is nowhere positive",
}


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
    value = " of the unit's value" if head.score == "value" else ""
    caption = (
        f"{TITLES[facts.method]}{value} at layer {facts.layer}, one cell for each of the "
        f"{size(facts.map_size)} positions of its feature maps. "
        f"{_remarks(facts, quotes)}{_sentences(head, quotes)}"
    )
    alt = _alt("Heatmap", artifact, facts, head)
    return Drawing(head.part, picture, caption, alt, "Heatmap", (facts.layer,), tuple(quotes))


def _overlay(artifact: Artifact, facts: Facts, head: HeadFacts, wanted: int | None) -> Drawing:
    images, maps = artifact.arrays["images"], _maps(artifact, head, "large")
    tiles = [overlay(pixels, values) for pixels, values in zip(images, maps, strict=True)]
    if any(image.likeliest for image in _images(head)):
        picture = answers.cards(tiles, [_lines(sample) for sample in head.samples])
    else:
        picture = _in_rows(tiles, [_title(sample) for sample in head.samples])
    quotes = Quotes()
    sentences = [
        f"The same heatmap resized to the input ({size(np.shape(images)[1:3])} pixels, bilinear) "
        "and laid over it.",
        channels(np.shape(images)[-1]),
        answers.remark(wanted, _images(head)),
        _sentences(head, quotes),
    ]
    caption = " ".join(filter(None, sentences))
    heading = "Heatmap over Input Image"
    alt = _alt(heading, artifact, facts, head)
    return Drawing("overlay", picture, caption, alt, heading, (facts.layer,), tuple(quotes))


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
    remarks = (channels(np.shape(images)[-1]), answers.remark(wanted, _images(head)))
    listed = " ".join(filter(None, remarks))
    caption = (
        f"{TITLES[facts.method]} {answering(head.name, head.score)} at layer {facts.layer} "
        f"({size(facts.map_size)} positions), and resized over the input. {SCALE} "
        f"{f'{listed} ' if listed else ''}{_remarks(facts, quotes)}{_sentences(head, quotes)}"
    )
    alt = _alt("Input, heatmap and overlay", artifact, facts, head)
    return Drawing(head.part, picture, caption, alt, head.title, (facts.layer,), tuple(quotes))


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


def _remarks(facts: Facts, quotes: Quotes) -> str:
    """Sentences on what a reader would not expect, with a space after each."""
    remarks = _left_out(facts, quotes)
    if names := facts.independent:
        single = len(names) == 1
        outputs = f"Output{'' if single else 's'} {', '.join(names)} {'does' if single else 'do'}"
        remarks += (
            f"{outputs} not depend on this layer and {'has' if single else 'have'} no heatmap. "
        )
    if facts.unexplained:
        remarks += f"{facts.unexplained} "
    if facts.rearranged:
        remarks += (
            f"Layer {facts.rearranged} before it puts values into other places, so it is not "
            "known whether its positions lie over the image as they are drawn. "
        )
    return remarks


def _left_out(facts: Facts, quotes: Quotes) -> str:
    """A sentence on channels that Score-CAM could not use, with a space after it."""
    count = facts.channels_left_out
    if not count:
        return ""
    verbs = ("is", "was") if count == 1 else ("are", "were")
    how = "channels of the layer that are the same at every position of some image"
    quotes.number(str(count), "channels_left_out", count, how, "channels", facts.channels)
    return (
        f"{count} of {counted(facts.channels, 'channel', 'channels')} {verbs[0]} the same at every "
        f"position of some image and {verbs[1]} left out there. "
    )


def _sentences(head: HeadFacts, quotes: Quotes) -> str:
    """What was explained for each sample, the model's answer, and heatmaps that point nowhere."""
    return " ".join(sentence(sample.image, quotes, _dark(sample)) for sample in head.samples)


def _dark(sample: Sample) -> str:
    if sample.pointless:
        return f"the heatmap is {NOWHERE} and is drawn empty"
    return f"the heatmap is {_zero(sample)}" if sample.zero else ""


def _zero(sample: Sample) -> str:
    return f"zero everywhere, because {REASONS[sample.zero]}"


def _alt(kind: str, artifact: Artifact, facts: Facts, head: HeadFacts) -> str:
    """In words where each heatmap is hottest."""
    maps = np.asarray(artifact.arrays[f"map@{head.name}"])
    places = [
        finding(sample.image, _where(values, sample))
        for values, sample in zip(maps, head.samples, strict=True)
    ]
    return f"{kind} at layer {facts.layer}: {'; '.join(places)}."


def _where(values: Array, sample: Sample) -> str:
    if sample.pointless:
        return NOWHERE
    return _zero(sample) if sample.zero else f"hottest in the {where(values)}"
