"""The outline of a report: reading order, numbers, anchors, and a check of every reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reportgen.links import anchors
from reportgen.records import Block, Evidence, Figure, Note, Report, Section


@dataclass(frozen=True)
class Outline:
    """The figures, evidence and notes of a report in reading order.

    Attributes:
        figures: pictures and tables with the captions that the pages show.
        labels: "Figure 3" or "Table 2", by figure id.
        anchors: HTML ids; keys are ("figure" | "block" | "section" | "note", id).
        evidence: evidence by id; the figure of each exists.
        notes: the notes of all sections and their blocks, then the inferences.
    """

    figures: tuple[Figure, ...]
    labels: Mapping[str, str]
    anchors: Mapping[tuple[str, str], str]
    evidence: Mapping[str, Evidence]
    notes: tuple[Note, ...]


def outline(report: Report) -> Outline:
    """Number and check a report.

    Raises:
        ValueError: two items have the same id, or a reference does not resolve.
    """
    blocks = [block for section in report.sections for block in section.blocks]
    figures = tuple(_captioned(block, item) for block in blocks for item in block.figures)
    notes = (*(n for section in report.sections for n in _notes(section)), *report.inferences)
    _once("section", (section.id for section in report.sections))
    _once("block", (block.id for block in blocks))
    _once("figure", (figure.id for figure in figures))
    _once("note", (note.id for note in notes))
    evidence = _evidence(report, blocks)
    for note in notes:
        for cited in note.cites:
            if cited not in evidence:
                raise ValueError(f"note {note.id!r} cites {cited!r}, which is no evidence here")
    return Outline(
        figures, _labels(figures), anchors(_places(report, figures, notes)), evidence, notes
    )


def _notes(section: Section) -> Iterator[Note]:
    """The author's notes on a section, then the notes of its blocks."""
    yield from section.notes
    for block in section.blocks:
        yield from block.notes


def _captioned(block: Block, figure: Figure) -> Figure:
    """The figure with the author's caption instead of its own, if it is the block's only figure."""
    if len(block.figures) != 1 or not block.caption:
        return figure
    kept = (figure.alt, *(figure.table.footer if figure.table else ()))
    quotes = tuple(quote for quote in figure.quotes if any(quote[0] in text for text in kept))
    return replace(figure, caption=block.caption, quotes=quotes)


def _once(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for item in ids:
        if item in seen:
            raise ValueError(f"{what} id {item!r} is given twice")
        seen.add(item)


def _evidence(report: Report, blocks: list[Block]) -> dict[str, Evidence]:
    """Evidence by id; a block's id as the figure is replaced by the block's first figure."""
    first = {block.id: block.figures[0].id for block in blocks if block.figures}
    first |= {figure.id: figure.id for block in blocks for figure in block.figures}
    items = [*(item for block in blocks for item in block.evidence), *report.derived]
    _once("evidence", (item.id for item in items))
    for item in items:
        if item.figure not in first:
            raise ValueError(f"evidence {item.id!r} points to {item.figure!r}, which is no figure")
    resolved = {item.id: replace(item, figure=first[item.figure]) for item in items}
    for item in items:
        for source in item.sources:
            if source not in resolved:
                raise ValueError(f"evidence {item.id!r} comes from {source!r}, which is not here")
    return resolved


def _labels(figures: Iterable[Figure]) -> dict[str, str]:
    counts = {"Figure": 0, "Table": 0}
    labels = {}
    for figure in figures:
        word = "Figure" if figure.table is None else "Table"
        counts[word] += 1
        labels[figure.id] = f"{word} {counts[word]}"
    return labels


def _places(
    report: Report, figures: Iterable[Figure], notes: Iterable[Note]
) -> Iterator[tuple[str, str]]:
    yield from (("figure", figure.id) for figure in figures)
    for section in report.sections:
        yield "section", section.id
        yield from (("block", block.id) for block in section.blocks)
    yield from (("note", note.id) for note in notes)
