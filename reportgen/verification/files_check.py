"""Holds pictures, tables' files and links to files against report.json."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from reportgen.digest import of_bytes
from reportgen.verification.outcome import Fault, Tally
from reportgen.verification.published import Figure, Published
from reportgen.verification.shown import Link, ShownPage

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ID = re.compile(r"""\sid=["']([^"']+)["']""")


def check_files(folder: Path, report: Published, listed: Mapping[str, str], tally: Tally) -> None:
    """Every figure's file is there and is the one that was made.

    Args:
        folder: the report's folder.
        report: the report.
        listed: digests of files by the folder's manifest, for reports that tell none.
        tally: receives what differs.
    """
    for figure in report.figures:
        tally.pictures += 1
        path = folder / figure.file
        place = f"figure {figure.id}"
        digest = figure.digest or listed.get(figure.file, "")
        if not path.is_file():
            tally.faults.append(Fault(figure.file, 0, place, "its file is missing"))
        elif not digest:
            tally.unheld += 1
        elif of_bytes(path.read_bytes()) != digest:
            message = f"is another file than the one that was made ({digest[:12]}…)"
            tally.faults.append(Fault(figure.file, 0, place, message))


def check_pictures(
    page: ShownPage, report: Published, listed: Mapping[str, str], tally: Tally
) -> None:
    """Every picture on a page is that of its figure."""
    names = {anchor: name for (kind, name), anchor in report.anchors.items() if kind == "figure"}
    for line in page.pictures:
        tally.faults.append(Fault(page.name, line, "picture", "belongs to no figure"))
    for shown in page.figures:
        if shown.anchor not in names:
            continue
        figure = report.by_figure[names[shown.anchor]]
        place = f"figure {figure.id}"
        if figure.id in report.tables:
            if shown.source:
                tally.faults.append(
                    Fault(page.name, shown.line, place, "is a table, not a picture")
                )
            continue
        tally.pictures += 1
        told = figure.digest or listed.get(figure.file, "")
        message = _source_fault(shown.source, figure, told, tally)
        if message:
            tally.faults.append(Fault(page.name, shown.line, place, message))


def check_links(
    page: ShownPage, folder: Path, places_of: Callable[[Path], Iterable[str]], tally: Tally
) -> None:
    """Every link leads to a place of the page, or to a file beside it.

    Args:
        page: the page.
        folder: the folder that holds it.
        places_of: the ids of places of another page.
        tally: receives what differs.
    """
    own = {anchor for anchor, _ in page.places}
    for link in page.links:
        tally.links += 1
        if message := _link_fault(link, own, folder, places_of):
            place = f"link {link.text!r}" if link.text else "link"
            tally.faults.append(Fault(page.name, link.line, place, message))


def places(path: Path) -> set[str]:
    """The ids of places of a page."""
    return set(_ID.findall(path.read_text("utf-8", "replace")))


def decoded(source: str) -> bytes | None:
    """The bytes of a data URI; None where it cannot be read."""
    head, comma, body = source.partition(",")
    if not comma:
        return None
    if not head.endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return None


def _source_fault(source: str, figure: Figure, told: str, tally: Tally) -> str:
    """What is wrong with the source of a figure's picture."""
    if not source:
        return "shows no picture"
    if not source.startswith("data:"):
        wanted = figure.file
        return "" if source == wanted else f"shows {source!r}; its picture is {wanted!r}"
    data = decoded(source)
    if data is None:
        return "its picture cannot be decoded"
    vector = source.startswith("data:image/svg+xml") and figure.media_type != "image/svg+xml"
    digest = figure.vector if vector else told
    if vector and figure.digest and not figure.vector:
        return "shows an SVG; report.json tells of none"
    if not digest:
        tally.unheld += 1
        return ""
    kind = "SVG" if vector else "picture"
    return "" if of_bytes(data) == digest else f"shows another {kind} than its own ({digest[:12]}…)"


def _link_fault(
    link: Link, own: set[str], folder: Path, places_of: Callable[[Path], Iterable[str]]
) -> str:
    if _SCHEME.match(link.target) or link.target.startswith("//"):
        return ""
    path, _, anchor = link.target.partition("#")
    anchor = unquote(anchor)
    if not path:
        known = anchor in own or not anchor
        return "" if known else f"leads to {anchor!r}, which is no place of the page"
    file = folder / unquote(path)
    if not file.exists():
        return f"leads to {path!r}, which does not exist"
    if anchor and file.is_file() and anchor not in places_of(file):
        return f"leads to {anchor!r} in {path!r}, which is no place there"
    return ""
