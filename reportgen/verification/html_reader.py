"""Reads a finished page for browsers.

It goes by the page's own marks: `figure`, `data-claim`, `data-evidence`, `data`, and the classes
`note`, `badge`, `cites`, `how`, `prose`. All other text becomes passages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reportgen.records import VERDICTS
from reportgen.verification.html_tree import Element, classed, having, tagged, tree
from reportgen.verification.shown import (
    Link,
    Passage,
    ShownEvidence,
    ShownFigure,
    ShownNote,
    ShownNumber,
    ShownPage,
    ShownTable,
    Value,
)
from reportgen.verification.texts import even

_SILENT = {"style", "script", "svg", "template"}
_INLINE = {
    *("a", "abbr", "b", "br", "cite", "code", "data", "del", "em", "i", "ins", "kbd", "mark", "q"),
    *("s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
}
_TOLD = ("aria-label", "title", "alt")
"""Attributes that are read to readers."""


def read(text: str, name: str) -> ShownPage:
    """All of a page for browsers."""
    root = tree(text)
    reader = _Reader()
    reader.head(root)
    reader.block(root.first(tagged("body")) or root)
    return ShownPage(
        name,
        tuple((e.attributes["id"], e.line) for e in root.all(having("id"))),
        tuple(reader.figures),
        tuple(reader.notes),
        tuple(reader.tables),
        tuple(reader.links),
        tuple(reader.passages),
        tuple(reader.values),
        tuple(reader.verdicts),
        tuple(reader.badges),
        tuple(reader.pictures),
    )


class _Reader:
    """Collects what stands on the page, element by element."""

    def __init__(self) -> None:
        self.figures: list[ShownFigure] = []
        self.notes: list[ShownNote] = []
        self.tables: list[ShownTable] = []
        self.links: list[Link] = []
        self.passages: list[Passage] = []
        self.values: list[Value] = []
        self.verdicts: list[tuple[Link, str]] = []
        self.badges: list[tuple[Passage, str]] = []
        self.pictures: list[int] = []

    def head(self, root: Element) -> None:
        """What a browser shows of the page's head."""
        for element in root.all(tagged("title")):
            self.say(element.text(), element.line)
        for element in root.all(tagged("meta")):
            if element.attributes.get("name") == "description":
                self.say(element.attributes.get("content", ""), element.line)

    def say(self, text: str, line: int, key: str | None = None, about: str = "") -> None:
        if even(text):
            self.passages.append(Passage(even(text), line, key, about))

    def block(self, element: Element) -> None:
        """An element that stands alone; the text between its inner blocks are passages."""
        if element.tag in _SILENT or self.special(element):
            return
        self.attributes(element)
        self.link(element)
        about = ""
        for name in element.classes if element.tag == "li" else ():
            if name in VERDICTS:
                self.verdicts += [(link, name) for link in _links(element)]
                about = next((link.target.removeprefix("#") for link, _ in self.verdicts[-1:]), "")
        run: list[Element | str] = []
        line = element.line
        for child in element.children:
            if isinstance(child, str) or (child.tag in _INLINE and not _holds_block(child)):
                if not run and isinstance(child, Element):
                    line = child.line
                run.append(child)
            else:
                self.run(run, line, about)
                run = []
                self.block(child)
        self.run(run, line, about)

    def run(self, run: list[Element | str], line: int, about: str = "") -> None:
        """Text and inline elements in a row, as one passage."""
        for child in run:
            if isinstance(child, Element):
                self.inline(child)
        # The number of an inference in its marked link is held with the link.
        marked = {link.text for link, _ in self.verdicts if link.text.isdigit()}
        text = even("".join(c if isinstance(c, str) else _visible(c) for c in run))
        self.say("" if text in marked else text, line, about=about)

    def inline(self, element: Element) -> None:
        """Links and attributes within a passage."""
        if element.tag in _SILENT:
            return
        self.attributes(element)
        self.link(element)
        if "badge" in element.classes:
            said = Passage(even(element.text()), element.line)
            self.badges += [(said, name) for name in element.classes if name in VERDICTS]
        for child in element.children:
            if isinstance(child, Element):
                self.inline(child)

    def link(self, element: Element) -> None:
        if link := _link(element):
            self.links.append(link)
            self.verdicts += [(link, name) for name in element.classes if name in VERDICTS]

    def attributes(self, element: Element) -> None:
        for name in _TOLD:
            self.say(element.attributes.get(name, ""), element.line)

    def special(self, element: Element) -> bool:
        """Whether the element was read as a whole."""
        if element.tag == "figure":
            self.figures.append(self.figure(element))
        elif "prose" in element.classes:
            self.authored(element)
        elif "note" in element.classes and element.tag != "a":
            self.note(element)
        elif element.tag == "table":
            self.tables.append(_table(element))
            self.links += _links(element)
            self.caption_of(element)
        elif element.tag == "dl":
            self.facts(element)
        elif element.tag == "img":
            self.pictures.append(element.line)
        else:
            return False
        return True

    def caption_of(self, table: Element) -> None:
        if caption := table.first(tagged("caption")):
            self.say(caption.text(), caption.line)

    def authored(self, element: Element) -> None:
        """What a person wrote: its links, and the measured numbers in it."""
        self.links += [replace(link, authored=True) for link in _links(element)]
        self.values += [
            Value(e.attributes["data-evidence"], even(e.text()), e.line)
            for e in element.all(having("data-evidence"))
        ]

    def facts(self, element: Element) -> None:
        """Names and values of the provenance."""
        for pair in element.children:
            if not isinstance(pair, Element):
                continue
            key = value = None
            for child in pair.children if pair.tag == "div" else []:
                if isinstance(child, Element):
                    key, value = (child, value) if child.tag == "dt" else (key, child)
            if key is None or value is None:
                self.block(pair)
            elif inner := value.first(tagged("dl")):
                self.facts(inner)
            else:
                self.say(value.text(), value.line, even(key.text()))

    def figure(self, element: Element) -> ShownFigure:
        """A figure of the report with its texts."""
        image = element.first(tagged("img"))
        table = element.first(tagged("table"))
        caption = element.first(tagged("figcaption", "caption"))
        label = caption and caption.first(classed("label"))
        title = element.first(classed("figure-title"))
        self.links += _links(element)
        self.values += [
            Value(e.attributes["data-evidence"], even(e.text()), e.line)
            for e in element.all(having("data-evidence"))
        ]
        words = even(caption.text()) if caption else ""
        named = even(label.text()) if label else ""
        shown = {id(one) for one in (image, table, caption, title) if one}
        footer = list(element.all(classed("footer-line")))
        shown |= {id(line) for line in footer}
        self.rest(element, shown)
        return ShownFigure(
            anchor=element.attributes.get("id", ""),
            line=element.line,
            label=named.rstrip("."),
            title=even(title.text()) if title else "",
            caption=even(words.removeprefix(named)),
            alt=even(image.attributes.get("alt", "")) if image else "",
            source=image.attributes.get("src", "") if image else "",
            table=_table(table) if table else None,
            footer=tuple(even(line.text()) for line in footer),
        )

    def rest(self, element: Element, read: set[int]) -> None:
        """Everything within an element but what was read already."""
        for child in element.children:
            if isinstance(child, str):
                self.say(child, element.line)
            elif id(child) not in read:
                if any(id(inner) in read for inner in child.all(lambda _: True)):
                    self.attributes(child)
                    self.rest(child, read)
                else:
                    self.block(child)

    def note(self, element: Element) -> None:
        """A note with its verdict and evidence; what else stands in it are passages."""
        claim = element.first(having("data-claim"))
        if claim is None:
            self.rest(element, set())
            return
        badge, moved = element.first(classed("badge")), element.first(classed("moved"))
        table = next((e for e in element.all(tagged("table")) if not _within(e, claim)), None)
        cites = element.first(classed("cites"))
        items = [e for e in element.all(having("data-evidence")) if e.tag not in ("data", "span")]
        names = [*element.classes, *(badge.classes if badge else [])]
        told = claim.attributes
        authored = told.get("data-origin", "drafted") != "drafted"
        self.links += [x for e in (cites, *items) if e for x in _links(e)]
        self.values += [
            Value(e.attributes["data-evidence"], even(e.text()), e.line)
            for e in claim.all(having("data-evidence"))
        ]
        self.links += [replace(link, authored=True) for link in _links(claim)] if authored else []
        self.rest(element, {id(one) for one in (claim, badge, cites, moved, table, *items) if one})
        self.notes.append(
            ShownNote(
                anchor=element.attributes.get("id", ""),
                line=element.line,
                text=even(claim.text()),
                words=(even(badge.text()),) if badge else (),
                marks=(*(name for name in names if name in VERDICTS), told.get("data-verdict", "")),
                id=told["data-claim"],
                cites=told.get("data-cites", ""),
                links=tuple(_links(cites)) if cites else (),
                evidence=tuple(map(_evidence, items)),
                table=_table(table) if table else None,
                authored=authored,
                moved=tuple(even(e.text()) for e in moved.all(tagged("data"))) if moved else (),
            )
        )


def _holds_block(element: Element) -> bool:
    inner = [child for child in element.children if isinstance(child, Element)]
    return any(
        child.tag not in _SILENT and (child.tag not in _INLINE or _holds_block(child))
        for child in inner
    )


def _within(element: Element, other: Element) -> bool:
    return any(inner is element for inner in other.all(lambda _: True))


def _visible(element: Element) -> str:
    if element.tag in _SILENT or "data-origin" in element.attributes:
        return ""  # The words of an author are not held.
    if element.tag == "br":
        return " "
    return "".join(c if isinstance(c, str) else _visible(c) for c in element.children)


def _link(element: Element) -> Link | None:
    if element.tag != "a" or "href" not in element.attributes:
        return None
    return Link(element.attributes["href"], even(_visible(element)), element.line)


def _links(element: Element) -> Iterator[Link]:
    found = (_link(each) for each in element.all(tagged("a")))
    yield from (link for link in found if link)


def _evidence(element: Element) -> ShownEvidence:
    """An item of an evidence list: its id, its numbers with the words before each, the rest."""
    numbers: list[ShownNumber] = []
    before: list[str] = []
    how = element.first(classed("how"))
    for piece in _pieces(element, how):
        if isinstance(piece, str):
            before.append(piece)
        else:
            exact = piece.attributes.get("value")
            numbers.append(ShownNumber(even("".join(before)), even(piece.text()), exact))
            before = []
    code = element.first(tagged("code"))
    item = ShownEvidence(
        id=element.attributes["data-evidence"],
        line=element.line,
        numbers=tuple(numbers),
        how=even(how.text()).lstrip("\N{EN DASH} ") if how else "",
        links=tuple(_links(element)),
    )
    # The id that readers see stands before the first number.
    named = even(code.text()) if code else ""
    first = item.numbers[:1]
    without = tuple(replace(n, before=even(n.before.removeprefix(named))) for n in first)
    return replace(item, numbers=without + item.numbers[1:]) if named == item.id else item


def _pieces(element: Element, end: Element | None) -> Iterator[str | Element]:
    """Texts and `data` elements in a row, up to the element `end`."""
    for child in element.children:
        if child is end and end is not None:
            return
        if isinstance(child, str) or child.tag == "data":
            yield child
        else:
            yield from _pieces(child, end)


def _table(element: Element) -> ShownTable:
    rows: list[tuple[str, ...]] = []
    lines, marks = [], set()
    columns: tuple[str, ...] = ()
    for row in element.all(tagged("tr")):
        cells = [c for c in row.children if isinstance(c, Element) and c.tag in ("td", "th")]
        texts = tuple(even(cell.text()) for cell in cells)
        if all("col" in cell.attributes.get("scope", "") for cell in cells) and not columns:
            columns = texts
            continue
        marks |= {(len(rows), j) for j, cell in enumerate(cells) if cell.first(tagged("mark"))}
        rows.append(texts)
        lines.append(row.line)
    return ShownTable(columns, tuple(rows), tuple(lines), frozenset(marks), element.line)
