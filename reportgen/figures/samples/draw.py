"""The images under their titles, how they were prepared, and the channels of the model input."""

from __future__ import annotations

import numpy as np

from reportgen.drafting import Sentences
from reportgen.drafting.quotes import Quotes
from reportgen.drawing.colors import shown
from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import Entry, sheet
from reportgen.figures.attribution import answers
from reportgen.figures.attribution.captions import channels
from reportgen.figures.samples.facts import Facts
from reportgen.records import Artifact, Drawing, Picture, Table
from reportgen.types import Array, Params

FACTS = Facts

SENTENCES = Sentences(__file__)
_LISTED = 10
"""Images that the alternative text names."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """One picture with all images, pixels enlarged to blocks, colors as stored.

    Images of the user's own also get a table that tells how they came to be model input.
    """
    facts: Facts = artifact.facts
    tables = (_steps(facts),) if facts.steps else ()
    return (_images(artifact, facts), *_answers(facts), *tables, *_inputs(artifact, facts))


def _images(artifact: Artifact, facts: Facts) -> Drawing:
    images = np.asarray(artifact.arrays["images"])
    comparison = _beside_originals(artifact, facts)
    beside = SENTENCES("beside").text if comparison else ""
    sentences = filter(None, (_caption(facts), channels(images.shape[-1]), _listed(facts), beside))
    which = "labels" if facts.labels else "classes" if facts.labeled else "names"
    encoding = SENTENCES("encoding", over=which).text if len(facts.titles) > 1 else ""
    alt = _alt(facts, images)
    picture = comparison or _mosaic(images, facts)
    return Drawing("", picture, " ".join(sentences), alt, encoding=encoding)


def _mosaic(images: Array, facts: Facts) -> Picture:
    titles = _titles(facts)
    if facts.answers:
        tiles = [shown(image) for image in images]
        blocks = [[Entry(title), *_lines(facts, place)] for place, title in enumerate(titles)]
        return answers.cards(tiles, blocks)
    wide = max(len(title) for title in titles) > 18
    return mosaic(images, labels=titles, tile=300 if wide and 1 < len(titles) <= 8 else None)


def _titles(facts: Facts) -> tuple[str, ...]:
    if not facts.labels:
        return facts.titles
    pairs = zip(facts.labels, facts.titles, strict=True)
    return tuple(f"{label}: {name}" for label, name in pairs)


def _lines(facts: Facts, place: int) -> list[Entry]:
    """The likeliest classes of one image, output by output."""
    return [
        entry
        for each in facts.answers
        for entry in answers.entries(each.likeliest[place], each.truths[place], each.title)
    ]


def _listed(facts: Facts) -> str:
    """Sentences on what stands below the images."""
    sentences = [answers.listed()] if facts.answers else []
    by = dict.fromkeys(each.by for each in facts.answers if each.by)
    sentences += [SENTENCES("by", name=name).text for name in by]
    return " ".join([*sentences, *filter(None, [facts.unanswered])])


def _answers(facts: Facts) -> tuple[Table, ...]:
    return answers.table(
        [
            (f"{facts.split} image {index}", truth, each.title, likeliest)
            for each in facts.answers
            for index, truth, likeliest in zip(
                facts.indices, each.truths, each.likeliest, strict=True
            )
        ]
    )


def _beside_originals(artifact: Artifact, facts: Facts) -> Picture | None:
    """Each image as its file holds it, beside the image of the report; None if one is unknown."""
    images = np.asarray(artifact.arrays["images"])
    names = [f"original_{i}" for i in range(len(images))]
    if not all(name in artifact.arrays for name in names):
        return None
    originals = [np.asarray(artifact.arrays[name]) for name in names]
    return sheet(
        list(zip(originals, images, strict=True)),
        column_titles=("as in the file", f"as used here, {_size(images[0])}"),
        row_titles=[f"{t}, {_size(o)}" for t, o in zip(facts.titles, originals, strict=True)],
        below=[[_lines(facts, i)] for i in range(len(images))] if facts.answers else (),
    )


def _size(image: Array) -> str:
    return f"{image.shape[1]} x {image.shape[0]} px"


def _caption(facts: Facts) -> str:
    if len(facts.titles) == 1:
        name = f"{facts.split} image {facts.indices[0]}"
        image = f"{name[:1].upper()}{name[1:]}"
        said = SENTENCES("one", image=image, dataset=facts.dataset, title=facts.titles[0])
    else:
        said = SENTENCES(
            "several",
            count=len(facts.titles),
            dataset=facts.dataset,
            split=facts.split,
            indices=", ".join(map(str, facts.indices)),
        )
    return f"{said.text} {SENTENCES('input', preprocessing=facts.preprocessing).text}"


def _alt(facts: Facts, images: Array) -> str:
    count, height, width, depth = images.shape
    return SENTENCES(
        "alt",
        count=count,
        width=width,
        height=height,
        depth=depth,
        titles="; ".join(facts.titles[:_LISTED]),
        more="yes" if len(facts.titles) > _LISTED else "no",
    ).text


def _steps(facts: Facts) -> Table:
    return Table(
        "preparation",
        ("What", "Shape", "Values", "How"),
        facts.steps,
        SENTENCES("steps", dataset=facts.dataset).text,
        footer=tuple(f"{remark}." for remark in facts.remarks),
    )


def _inputs(artifact: Artifact, facts: Facts) -> tuple[Drawing, ...]:
    """Every channel of the model input in gray, all on one scale; () where it is not shown."""
    if "inputs" not in artifact.arrays:
        return ()
    inputs = np.asarray(artifact.arrays["inputs"], np.float32)
    _, height, width, depth = inputs.shape
    tiles = inputs.transpose(0, 3, 1, 2).reshape(-1, height, width)
    picture = mosaic(
        tiles,
        labels=_channel_labels(facts),
        columns=depth if len(tiles) > depth else None,
        colormap="gray",
        scaling="shared",
        legend="value of the model input",
    )
    quotes = Quotes()
    low, high = float(inputs.min()), float(inputs.max())
    caption = SENTENCES(
        "inputs",
        preprocessing=facts.preprocessing,
        depth=depth,
        least=quotes.number(
            f"{low:.4g}", "smallest_input", low, "smallest value of the model input"
        ),
        most=quotes.number(
            f"{high:.4g}", "largest_input", high, "largest value of the model input"
        ),
    ).text
    alt = SENTENCES(
        "inputs-alt", channels=", ".join(facts.channels), titles=", ".join(facts.titles)
    ).text
    title = SENTENCES("inputs-title").text
    return (Drawing("input", picture, caption, alt, title, quotes=tuple(quotes)),)


def _channel_labels(facts: Facts) -> list[str]:
    """The channel of each tile, with the title of its image where there are several images."""
    if len(facts.titles) == 1:
        return list(facts.channels)
    return [f"{title}, {channel}" for title in facts.titles for channel in facts.channels]
