"""The likeliest classes of each image: lines below its picture, and a table with whole names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reportgen.drafting.sentences import Sentences
from reportgen.drawing.sheet import Entry, sheet
from reportgen.figures.attribution.captions import ordinal, percent
from reportgen.figures.attribution.samples import ExplainedImage
from reportgen.figures.images import Likely
from reportgen.records import Picture, Table
from reportgen.types import Pixels

_ACROSS, _TILE = 3, 440
"""Pictures in a row, and the longer side of each in pixels."""

SENTENCES = Sentences(__file__)
PART = "likeliest-classes"
Row = tuple[str, str, str, tuple[Likely, ...]]
"""Name of an image, its true class or "", an output or "", and the likeliest classes."""


def entries(likeliest: Sequence[Likely], truth: str = "", head: str = "") -> list[Entry]:
    """The lines on one output below an image; the true class stands out.

    Args:
        likeliest: classes, the likeliest first.
        truth: the true class, "" where it is not known.
        head: the output, where there are several.
    """
    lines = [Entry(f"{head}: {truth}" if truth else head, bold=True)] if head else []
    if truth and not head:
        lines = [Entry(f"true: {truth}", bold=True)]
    return lines + [
        Entry(each.name, percent(each.share), each.share, bold=each.name == truth)
        for each in likeliest
    ]


def table(rows: Sequence[Row]) -> tuple[Table, ...]:
    """The classes of all images with their names in full; () where no image has any."""
    most = max((len(likeliest) for *_, likeliest in rows), default=0)
    if not most:
        return ()
    truths, heads = any(truth for _, truth, _, _ in rows), any(head for _, _, head, _ in rows)
    columns = ["Image", *["True class"] * truths, *["Output"] * heads]
    cells = []
    for image, truth, head, likeliest in rows:
        classes = [f"{each.name} ({percent(each.share)})" for each in likeliest]
        known = [image, *[truth or None] * truths, *[head] * heads]
        cells.append((*known, *classes, *[None] * (most - len(classes))))
    caption = SENTENCES("table").text
    title, ranks = "Likeliest classes", [ordinal(place) for place in range(1, most + 1)]
    return (Table(PART, (*columns, *ranks), tuple(cells), caption, title),)


def cards(
    tiles: Sequence[Pixels], blocks: Sequence[Sequence[Entry]], across: int = _ACROSS
) -> Picture:
    """Pictures in rows, each above its own lines."""
    rows = range(0, len(tiles), across)
    return sheet(
        [tiles[i : i + across] for i in rows],
        below=[blocks[i : i + across] for i in rows],
        tile=_TILE if len(tiles) > 1 else None,
    )


def below(images: Sequence[ExplainedImage]) -> list[list[list[Entry]]]:
    """For each row of a sheet the lines on its image; [] where no image has likeliest classes."""
    if not any(image.likeliest for image in images):
        return []
    return [[entries(image.likeliest, image.truth)] for image in images]


def of_outputs(explained: Iterable[tuple[str, Sequence[ExplainedImage]]]) -> tuple[Table, ...]:
    """The table of the images of all outputs; () where no image has likeliest classes.

    Args:
        explained: the title of each output and its images. A single output is not named.
    """
    outputs = list(explained)
    several = len(outputs) > 1
    return table([row for title, images in outputs for row in rows(images, title * several)])


def rows(images: Sequence[ExplainedImage], head: str = "") -> list[Row]:
    """The rows of `table` for the images of one output; `head` names it, where it is not alone."""
    return [
        (named(image), image.truth, head, image.likeliest) for image in images if image.likeliest
    ]


def named(image: ExplainedImage) -> str:
    """The image by its index, and by its file's name where it has no class."""
    return image.plain_name if image.truth else image.name


def reading(images: Sequence[ExplainedImage]) -> str:
    """How to read the lines below images; "" where no image has likeliest classes."""
    return listed() if any(image.likeliest for image in images) else ""


def listed() -> str:
    """A sentence on the likeliest classes below images."""
    return SENTENCES("listed").text


def missing(wanted: int | None, images: Sequence[ExplainedImage]) -> str:
    """Why no likeliest classes stand below images; "" where they do, or where none are wanted."""
    if not wanted or any(image.likeliest for image in images):
        return ""
    return SENTENCES("missing").text
