"""For each channel the images that excite it, cropped to what it saw, beside its projections."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import Sentence, Sentences, prose
from reportgen.drafting.wording import listed, number
from reportgen.drawing.colors import centered, shown
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution import sanity_table
from reportgen.figures.attribution.captions import channels
from reportgen.figures.deconvnet.facts import NOTHING, ChannelFacts, Facts, Frame, Sample
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Floats, Params

FACTS = Facts

SENTENCES = Sentences(__file__)

_ROWS = 8
"""Channels in one picture at most."""

_TILES = 9
"""Tiles beside each other at most: each image, its projection, and what is beside it."""

_NAMED = 3
"""Layers that a caption names at most."""

_PLAIN = "Plain backward pass"
_TITLES = {"guided": "Guided backprop.", "gradient": "Gradient"}


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """Pictures of up to eight channels each."""
    facts: Facts = artifact.facts
    starts = range(0, len(facts.channels), _ROWS)
    groups = [facts.channels[start : start + _ROWS] for start in starts]
    alone = len(groups) == 1
    drawn = (
        _drawing(artifact, facts, group, "" if alone else f"units-{number}")
        for number, group in enumerate(groups, start=1)
    )
    return (*drawn, *sanity_table.table(facts.sanity, "Deconvnet"))


def _drawing(artifact: Artifact, facts: Facts, group: Sequence[ChannelFacts], part: str) -> Drawing:
    titles = ["Image", "Deconvnet" if facts.replaced else _PLAIN]
    titles += [_TITLES[facts.beside]] if facts.beside else []
    abreast = max(1, _TILES // len(titles))
    sides = _sides(group)
    rows: list[list[Array]] = []
    headings: list[str] = []
    for channel in group:
        tiles = _tiles(artifact, channel, sides)
        for start in range(0, max(1, len(tiles)), abreast):
            row = [tile for of_image in tiles[start : start + abreast] for tile in of_image]
            rows.append(row or [np.ones(sides)])
            headings.append("" if start else _heading(channel))
    longest = max(len(row) for row in rows) // len(titles) or 1
    picture = sheet(rows, column_titles=titles * longest, row_titles=headings)
    depth = artifact.arrays[f"images@{group[0].number}"].shape[-1]
    title = "" if facts.replaced else _PLAIN
    quotes = Quotes()
    return Drawing(
        part=part,
        picture=picture,
        caption=_caption(facts, group, quotes),
        alt=_alt(facts, group),
        title=title,
        layers=(facts.layer,),
        quotes=tuple(quotes),
        encoding=prose(
            _beside(facts), _crop(facts), channels(depth), SENTENCES("contrast"), SENTENCES("zero")
        ),
    )


def _sides(group: Sequence[ChannelFacts]) -> tuple[int, int]:
    """Height and width of a tile, which holds every crop."""
    frames = [sample.frame for channel in group for sample in channel.samples] or [(0, 1, 0, 1)]
    return (
        max(1, *(bottom - top for top, bottom, _, _ in frames)),
        max(1, *(right - left for _, _, left, right in frames)),
    )


def _tiles(
    artifact: Artifact, channel: ChannelFacts, sides: tuple[int, int]
) -> list[tuple[Array, ...]]:
    """For each image its crop, and those of its projections, with zero as middle gray."""
    images = artifact.arrays[f"images@{channel.number}"]
    names = [f"{name}@{channel.number}" for name in ("projections", "beside")]
    projections = [artifact.arrays[name] for name in names if name in artifact.arrays]
    tiles = []
    for place, sample in enumerate(channel.samples):
        pictures = [
            images[place],
            *(centered(_gray_at_zero(several[place])) for several in projections),
        ]
        tiles.append(
            tuple(
                _cropped(shown(picture) / np.float32(255), sample.frame, sides)
                for picture in pictures
            )
        )
    return tiles


def _gray_at_zero(projection: Floats) -> Floats:
    """Of two channels, shown as red and green, a third that is zero: else zero is olive."""
    two = projection.shape[-1] == 2
    return np.pad(projection, ((0, 0), (0, 0), (0, 1))) if two else projection


def _cropped(picture: Array, frame: Frame, sides: tuple[int, int]) -> Floats:
    """What a frame holds, filled up with white beyond the image."""
    top, bottom, left, right = frame
    crop = np.ones((*sides, picture.shape[-1]), np.float32)
    # A crop is smaller where the image ends: there, and not elsewhere, it is filled up.
    down = sides[0] - (bottom - top) if top == 0 else 0
    across = sides[1] - (right - left) if left == 0 else 0
    place = (slice(down, down + bottom - top), slice(across, across + right - left))
    crop[place] = picture[top:bottom, left:right]
    return crop


def _heading(channel: ChannelFacts) -> str:
    if not channel.samples:
        return f"Channel {channel.number}: no positive activation in any image searched"
    values = ", ".join(f"{sample.activation:.3g}" for sample in channel.samples)
    return f"Channel {channel.number}: activation {values}"


def _caption(facts: Facts, group: Sequence[ChannelFacts], quotes: Quotes) -> str:
    made = SENTENCES(
        "made",
        channels=len(group),
        numbers=listed([str(channel.number) for channel in group]),
        layer=facts.layer,
        keep=facts.keep,
        beside=facts.beside or "none",
        images="given" if facts.chosen else "searched",
        searched=facts.searched,
    )
    return prose(
        made,
        *(_images(channel) for channel in group),
        *_relus(facts, quotes),
        *_passages(facts),
    )


def _beside(facts: Facts) -> Sentence | str:
    """How the ReLUs of the other rule work."""
    leaky = "yes" if facts.leaky else "no"
    return SENTENCES("beside", rule=facts.beside, leaky=leaky) if facts.beside else ""


def _crop(facts: Facts) -> Sentence | str:
    if facts.keep == "all":
        return ""
    if facts.receptive_field is None:
        return SENTENCES("unknown", what="size")
    if not facts.frames_known:
        return SENTENCES("unknown", what="place")
    gated = "yes" if facts.gated else "no"
    return SENTENCES("crop", width=facts.receptive_field, gated=gated)


def _relus(facts: Facts, quotes: Quotes) -> list[Sentence]:
    """The ReLUs that follow the rule, those that could not, and a rule that is not shown beside."""
    count = facts.replaced
    if count:
        how = "ReLUs whose backward pass follows the rule"
        quotes.number(number(count), "replaced_relus", count, how, "ReLUs")
    sentences = [SENTENCES("relus", count=count)]
    if facts.hidden:
        sentences.append(SENTENCES("hidden", layers=listed(facts.hidden)))
    if not count and facts.not_beside:
        sentences.append(SENTENCES("not-beside", rule=facts.not_beside))
    return sentences


def _passages(facts: Facts) -> list[Sentence]:
    """What runs where the deconvnet has no rule, for each kind of layer."""
    return [
        SENTENCES(
            "passage",
            kind=kind.replace(" ", "-"),
            count=len(paths),
            few="yes" if len(paths) <= _NAMED else "no",
            layers=listed(paths),
        )
        for kind, paths in facts.plain.items()
    ]


def _images(channel: ChannelFacts) -> Sentence:
    """The images of a channel, those of one class after each other together."""
    groups = [list(group) for _, group in groupby(channel.samples, lambda sample: sample.label)]
    return SENTENCES(
        "images",
        channel=str(channel.number),
        count=len(channel.samples),
        images="; ".join(_group(group) for group in groups),
    )


def _group(samples: Sequence[Sample]) -> str:
    """Numbers of images of one class, and the class."""
    label = samples[0].label
    numbers = ", ".join(
        SENTENCES("image", index=str(sample.index), shows=_shows(sample)).text for sample in samples
    )
    named = "yes" if label else "no"
    return SENTENCES("group", numbers=numbers, named=named, label=label).text


def _shows(sample: Sample) -> str:
    if sample.frame == NOTHING:
        return "nothing"
    return "zero" if sample.zero else "something"


def _alt(facts: Facts, group: Sequence[ChannelFacts]) -> str:
    rows = []
    for channel in group:
        labels = dict.fromkeys(sample.label for sample in channel.samples if sample.label)
        rows.append(
            SENTENCES(
                "row",
                channel=str(channel.number),
                count=len(channel.samples),
                named="yes" if labels else "no",
                labels="; ".join(labels),
            )
        )
    return prose(SENTENCES("alt", layer=facts.layer), *rows)
