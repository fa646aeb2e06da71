"""Holds the front page of a site against its reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from reportgen.digest import of_bytes
from reportgen.verification import files_check
from reportgen.verification.html_tree import Element, tagged, tree
from reportgen.verification.outcome import Fault, Tally
from reportgen.verification.passages import Passages
from reportgen.verification.published import Published
from reportgen.verification.shown import Link, Passage, ShownPage
from reportgen.verification.texts import bare, even

NAME = "index.html"


def check_front(site: Path, reports: Mapping[str, Published], tally: Tally) -> None:
    """What the front page says of each report, and whether it lists them all.

    Args:
        site: the folder of all reports.
        reports: its reports, by the name of their folder.
        tally: receives what differs.
    """
    path = site / NAME
    if not path.is_file():
        tally.faults.append(Fault(NAME, 0, "front page", "is missing"))
        return
    root = tree(path.read_text("utf-8", "replace"))
    links = tuple(_links(root))
    places = tuple((e.attributes["id"], e.line) for e in root.all(lambda e: "id" in e.attributes))
    page = ShownPage(NAME, places=places, links=links)
    files_check.check_links(page, site, files_check.places, tally)
    listed = []
    for card in root.all(tagged("article")):
        slug = next((unquote(link.target).partition("/")[0] for link in _links(card)), "")
        listed.append(slug)
        if slug in reports:
            _card(card, slug, reports[slug], site, tally)
        elif not (site / slug / "report.json").is_file():
            tally.faults.append(Fault(NAME, card.line, f"report {slug!r}", "is not there"))
    for slug in reports:
        if listed.count(slug) != 1:
            message = f"is listed {listed.count(slug)} times"
            tally.faults.append(Fault(NAME, 0, f"report {slug!r}", message))


def _card(card: Element, slug: str, report: Published, site: Path, tally: Tally) -> None:
    place = f"report {slug!r}"

    def fault(line: int, message: str) -> None:
        tally.faults.append(Fault(NAME, line, place, message))

    heading = card.first(tagged("h2", "h3"))
    title = even(heading.text()) if heading else ""
    if title != bare(report.title):
        fault(card.line, f"is called {title!r}; its title is {bare(report.title)!r}")
    for link in _links(card):
        if unquote(link.target).partition("/")[0] != slug:
            fault(link.line, f"has a link to {link.target!r}, another report")
    models = ", ".join(model.title or model.name for model in report.models)
    known = {even(models), even(", ".join(report.authors)), "Markdown JSON"}
    passages = Passages(report)
    for paragraph in card.all(tagged("p")):
        text = even(paragraph.text())
        tally.hold(text)
        if text not in known:
            for message in passages.faults(Passage(text, paragraph.line)):
                fault(paragraph.line, message)
    for image in card.all(tagged("img")):
        tally.pictures += 1
        if message := _thumbnail_fault(image, slug, report, site):
            fault(image.line, message)


def _thumbnail_fault(image: Element, slug: str, report: Published, site: Path) -> str:
    """What is wrong with the picture of a report: it is one of its figures, under that alt."""
    data = files_check.decoded(image.attributes.get("src", ""))
    alt = even(image.attributes.get("alt", ""))
    described = [figure for figure in report.figures if bare(figure.alt) == alt]
    if not described:
        return f"describes its picture as no figure of the report is described: {alt[:80]!r}"
    files = [site / slug / figure.file for figure in described]
    digests = {of_bytes(file.read_bytes()) for file in files if file.is_file()}
    digests |= {figure.digest for figure in described}
    shown = data is not None and of_bytes(data) in digests
    return "" if shown else "shows a picture that is not the figure that it describes"


def _links(element: Element) -> Iterator[Link]:
    for each in element.all(tagged("a")):
        if "href" in each.attributes:
            yield Link(each.attributes["href"], even(each.text()), each.line)
