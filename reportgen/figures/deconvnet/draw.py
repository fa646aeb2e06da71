"""For each channel the images that excite it, cropped to what it saw, beside its projections."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted, listed, number
from reportgen.drawing.colors import centered, shown
from reportgen.drawing.sheet import sheet
from reportgen.figures.attribution import sanity_table
from reportgen.figures.attribution.captions import channels, numbering
from reportgen.figures.deconvnet.facts import NOTHING, ChannelFacts, Facts, Frame, Sample
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Floats, Params

FACTS = Facts

_ROWS = 8
"""Channels in one picture at most."""

_TILES = 9
"""Tiles beside each other at most: each image, its projection, and what is beside it."""

_PLAIN = "Plain backward pass"
_TITLES = {"guided": "Guided backprop.", "gradient": "Gradient"}
_RULES = {"guided": "guided backpropagation", "gradient": "the gradient"}
_PASSAGES = {
    "normalization": "multiplies by a normalization's slope",
    "branches that meet": "goes back along every branch",
    "average pooling": "spreads evenly over what was averaged",
    "other non-linearities": "multiplies by a non-linearity's slope",
}
"""What the plain backward pass does at each kind of layer that a deconvnet has no rule for."""


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
    caption, alt = _caption(facts, group, depth, quotes), _alt(facts, group)
    return Drawing(part, picture, caption, alt, title, (facts.layer,), tuple(quotes))


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


def _caption(facts: Facts, group: Sequence[ChannelFacts], depth: int, quotes: Quotes) -> str:
    kept = "all positions" if facts.keep == "all" else "the strongest position"
    names = ", ".join(str(channel.number) for channel in group)
    several = "channels" if len(group) > 1 else "channel"
    which = "test images given" if facts.chosen else "test images that excite it most"
    searched = "" if facts.chosen else f", of {facts.searched} searched"
    sentences = [
        f"Activations of {several} {names} of layer {facts.layer} ({kept} of each map) brought "
        f"back to the input, beside the {which}{searched}.",
        numbering("channel", group[0].number),
        _beside(facts),
        _crop(facts),
        channels(depth),
        "Each projection has its own contrast; gray is zero.",
        _relus(facts, quotes),
        _passages(facts),
        *(_images(channel) for channel in group),
    ]
    return " ".join(text for text in sentences if text)


def _beside(facts: Facts) -> str:
    leaky = " (of leaky ones, their slope)" if facts.leaky else ""
    does = {
        "guided": f"pass nothing on where they were off{leaky}",
        "gradient": "pass on both signs where they were on",
    }
    beside = facts.beside
    return f"Third, the same by {_RULES[beside]}, whose ReLUs {does[beside]}." if beside else ""


def _crop(facts: Facts) -> str:
    if facts.keep == "all":
        return ""
    if facts.receptive_field is None or not facts.frames_known:
        much = "How much" if facts.receptive_field is None else "Which part"
        return f"{much} of the image a unit sees is unknown, so the whole image is shown."
    wide = counted(facts.receptive_field, "pixel", "pixels")
    gates = ""
    if facts.gated:
        gates = " Gates (squeeze-and-excitation), through which it depends on the whole image, "
        gates += "are left out of that."
    return (
        f"All are cropped to what the unit sees, {wide} wide; white lies beyond the image.{gates}"
    )


def _relus(facts: Facts, quotes: Quotes) -> str:
    hidden = ""
    if facts.hidden:
        hidden = f"; ReLUs inside {', '.join(facts.hidden)} kept the plain backward pass"
    if not facts.replaced:
        whole = f"No ReLU follows the deconvnet's rule: this is the plain backward pass{hidden}."
        return f"{whole} {_left_out(facts)}".rstrip()
    how = "ReLUs whose backward pass follows the rule"
    quotes.number(number(facts.replaced), "replaced_relus", facts.replaced, how, "ReLUs")
    words = counted(facts.replaced, "ReLU follows", "ReLUs follow")
    return f"{words} the deconvnet's rule{hidden}."


def _left_out(facts: Facts) -> str:
    """Why the other rule that was asked for is not shown beside."""
    if not facts.not_beside:
        return ""
    name = _RULES[facts.not_beside]
    return f"{name[0].upper()}{name[1:]} would be the same pass here, so it is not shown beside."


def _passages(facts: Facts) -> str:
    """What runs where the deconvnet has no rule."""
    if not facts.plain:
        return ""
    kinds = [f"{kind} ({_some(paths)})" for kind, paths in facts.plain.items()]
    does = listed([_PASSAGES[kind] for kind in facts.plain])
    return (
        f"A deconvnet has no rule for {listed(kinds)}: there the plain backward pass runs, "
        f"which {does}."
    )


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths) if len(paths) <= 3 else f"{len(paths)} layers"


def _images(channel: ChannelFacts) -> str:
    samples = channel.samples
    if not samples:
        return f"Channel {channel.number} is not excited by any image."
    groups = [list(group) for _, group in groupby(samples, lambda sample: sample.label)]
    words = [_group(group) for group in groups]
    images = "test image" if len(samples) == 1 else "test images"
    return f"Channel {channel.number}: {images} {'; '.join(words)}."


def _group(samples: Sequence[Sample]) -> str:
    """Numbers of images of one class, and the class."""
    numbers = [f"{sample.index}{_remark(sample)}" for sample in samples]
    label = samples[0].label
    return ", ".join(numbers) + (f" ({label})" if label else "")


def _remark(sample: Sample) -> str:
    if sample.frame == NOTHING:
        return " (the unit sees only padding)"
    return " (zero everywhere)" if sample.zero else ""


def _alt(facts: Facts, group: Sequence[ChannelFacts]) -> str:
    rows = []
    for channel in group:
        labels = dict.fromkeys(sample.label for sample in channel.samples if sample.label)
        words = ", ".join(labels) or "no named class"
        images = counted(len(channel.samples), "image", "images")
        rows.append(f"channel {channel.number} with {images} of {words}")
    return f"Image crops and projections from layer {facts.layer}: {'; '.join(rows)}."
