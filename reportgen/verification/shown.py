"""What a finished page shows, whichever format it has, with the lines where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A link: where it leads, its text, and whether an author's text holds it."""

    target: str
    text: str
    line: int
    authored: bool = False


@dataclass(frozen=True)
class ShownNumber:
    """A number of an evidence list.

    Attributes:
        before: the words between the number before it and this one, such as "95% interval".
        text: the number as readers see it.
        exact: the number in full, as the page holds it for programs; None where it does not.
    """

    before: str
    text: str
    exact: str | None = None


@dataclass(frozen=True)
class ShownEvidence:
    """An item of a note's evidence list; `how` is all text after the numbers."""

    id: str
    line: int
    numbers: tuple[ShownNumber, ...]
    how: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class ShownNote:
    """A note.

    Attributes:
        anchor: the id of its place; "" for one that has none.
        line: the line where it begins.
        text: its sentences.
        words: the words of its verdict.
        marks: its verdict as the page holds it for programs.
        id, cites: the note and its evidence, as the page holds them for programs, or None.
        links: the figures that it names.
        evidence: its evidence list.
        table: its numbers, layer by layer or output by output.
        authored: whether a person wrote the text.
        moved: numbers that have changed since then, each before and after.
    """

    anchor: str
    line: int
    text: str
    words: tuple[str, ...]
    marks: tuple[str, ...] = ()
    id: str | None = None
    cites: str | None = None
    links: tuple[Link, ...] = ()
    evidence: tuple[ShownEvidence, ...] = ()
    table: ShownTable | None = None
    authored: bool = False
    moved: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownTable:
    """A table's texts; `lines` holds the line of each row, `marks` the highlighted cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    marks: frozenset[tuple[int, int]]
    line: int


@dataclass(frozen=True)
class ShownFigure:
    """A picture or a table with its texts; `source` is a file or a data URI, "" for a table."""

    anchor: str
    line: int
    label: str
    title: str
    caption: str
    alt: str
    source: str
    table: ShownTable | None
    footer: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """Any other text: a heading, a line about a model, a value of the provenance.

    `key` is the name beside a value of the provenance, `about` the place of the note that a
    finding at the top of the page leads to.
    """

    text: str
    line: int
    key: str | None = None
    about: str = ""


@dataclass(frozen=True)
class Value:
    """A measured number inside a text that a person wrote, with the id of its evidence."""

    evidence: str
    text: str
    line: int


@dataclass(frozen=True)
class ShownPage:
    """All of a page.

    Attributes:
        name: the page's file.
        places: the ids of places in the page's order, with their lines.
        verdicts: links to notes that are marked with a verdict: the link, the verdict.
        badges: other words that are marked with a verdict: the words, the verdict.
        pictures: lines of pictures that belong to no figure.
    """

    name: str
    places: tuple[tuple[str, int], ...] = ()
    figures: tuple[ShownFigure, ...] = ()
    notes: tuple[ShownNote, ...] = ()
    tables: tuple[ShownTable, ...] = ()
    links: tuple[Link, ...] = ()
    passages: tuple[Passage, ...] = ()
    values: tuple[Value, ...] = ()
    verdicts: tuple[tuple[Link, str], ...] = ()
    badges: tuple[tuple[Passage, str], ...] = ()
    pictures: tuple[int, ...] = ()
