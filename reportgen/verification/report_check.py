"""Holds one report: report.json in itself, then every page of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from reportgen.drafting import unbacked_numbers
from reportgen.drafting.rounding import NUMBER, shows
from reportgen.records import Note
from reportgen.store import read_json, read_manifest
from reportgen.verification import files_check, html_reader, markdown_reader
from reportgen.verification.outcome import Fault, Tally
from reportgen.verification.page_check import PageCheck
from reportgen.verification.published import Figure, Published, published
from reportgen.verification.shown import ShownPage
from reportgen.verification.texts import bare

FACTS = "report.json"
READERS: Mapping[str, Callable[[str, str], ShownPage]] = {
    "index.html": html_reader.read,
    "report.md": markdown_reader.read,
}
"""The pages that are read, by file."""


def check_report(folder: Path) -> tuple[Tally, Published | None]:
    """What differs in a report's folder, and what its report.json states, if it can be read.

    Files are named by their path from the folder.
    """
    tally = Tally()
    path = folder / FACTS
    report = published(read_json(path)) if path.is_file() else "is missing"
    if isinstance(report, str):
        tally.faults.append(Fault(FACTS, 0, "report", report))
        return tally, None
    files = read_manifest(folder)["files"]
    check_facts(report, tally)
    files_check.check_files(folder, report, files, tally)
    pages = _pages(folder, files, tally)
    for page in pages:
        PageCheck(report, page, tally).all()
        files_check.check_pictures(page, report, files, tally)
        files_check.check_links(page, folder, files_check.places, tally)
    if len(pages) == len(READERS):
        check_same(pages[0], pages[1], tally)
    return tally, report


def check_facts(report: Published, tally: Tally) -> None:
    """Numbers in drafted notes, and measured numbers in figures' texts, are those of evidence."""
    for note in report.notes:
        if note.origin == "drafted":
            drafted = Note(note.id, "", note.text, note.verdict, note.cites)
            for number in unbacked_numbers(drafted, report.evidence):
                message = f"has {number}, which none of its evidence shows"
                tally.faults.append(Fault(FACTS, 0, f"note {note.id}", message))
    labels = {"Figure": 0, "Table": 0}
    for figure in report.figures:
        kind = "Table" if figure.id in report.tables else "Figure"
        labels[kind] += 1
        if report.labels[figure.id] != f"{kind} {labels[kind]}":
            message = f"is called {report.labels[figure.id]!r}, not '{kind} {labels[kind]}'"
            tally.faults.append(Fault(FACTS, 0, f"figure {figure.id}", message))
        _check_quotes(report, figure, tally)


def check_same(browser: ShownPage, markdown: ShownPage, tally: Tally) -> None:
    """Numbers are rounded alike on both pages."""
    tables = {figure.anchor: figure.table for figure in browser.figures if figure.table}
    for figure in markdown.figures:
        other = tables.get(figure.anchor)
        if figure.table is None or other is None:
            continue
        for i, (row, same) in enumerate(zip(figure.table.rows, other.rows, strict=False)):
            for j, (text, wanted) in enumerate(zip(row, same, strict=False)):
                if text != wanted:
                    message = f"has {text!r} where {browser.name} has {wanted!r}"
                    place = f"figure {figure.anchor}, row {i + 1}, cell {j + 1}"
                    line = figure.table.lines[i]
                    tally.faults.append(Fault(markdown.name, line, place, message))
    lists = {note.anchor: {e.id: e for e in note.evidence} for note in browser.notes}
    for note in markdown.notes:
        for item in note.evidence:
            twin = lists.get(note.anchor, {}).get(item.id)
            texts = [number.text for number in item.numbers]
            wanted_texts = [number.text for number in twin.numbers] if twin else texts
            if texts != wanted_texts:
                message = (
                    f"has {', '.join(texts)} where {browser.name} has {', '.join(wanted_texts)}"
                )
                tally.faults.append(Fault(markdown.name, item.line, f"evidence {item.id}", message))


def _pages(folder: Path, listed: Mapping[str, str], tally: Tally) -> list[ShownPage]:
    """The pages of a report; it has at least one, and all that its manifest lists."""
    found = []
    for name, read in READERS.items():
        path = folder / name
        if path.is_file():
            found.append(read(path.read_text("utf-8", "replace"), name))
        elif name in listed:
            tally.faults.append(Fault(name, 0, "page", "is missing"))
    if not found and not tally.faults:
        tally.faults.append(Fault(FACTS, 0, "report", "has no page beside it"))
    return found


def _check_quotes(report: Published, figure: Figure, tally: Tally) -> None:
    """Every quoted number stands in a text of the figure and is a rounding of its evidence."""
    footer = report.tables[figure.id].footer if figure.id in report.tables else ()
    words = " ".join(map(bare, (figure.caption, figure.alt, figure.title, *footer)))
    numbers = set(NUMBER.findall(words))
    for quote in figure.quotes:
        value = report.measures[quote.evidence].value
        message = ""
        if quote.shown.lstrip("<> ") not in numbers:
            message = f"says nowhere {quote.shown}, the {quote.evidence} that it quotes"
        elif value is None or not shows(quote.shown, value):
            message = f"says {quote.shown}, which is no rounding of {quote.evidence}, {value!r}"
        if message:
            tally.faults.append(Fault(FACTS, 0, f"figure {figure.id}", message))
