"""Reads a finished page for Markdown viewers, by its structure.

Places are lines or items with `<a id="…"></a>`. A figure is a place with a picture or a label in
bold below it, a note is an item of a list with a place. Indented items below an inference are its
evidence. What an author wrote stands above the contents and between a section's heading and its
first block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from reportgen.verification.markdown_text import cells, links, plain
from reportgen.verification.shown import (
    Link,
    Passage,
    ShownEvidence,
    ShownFigure,
    ShownNote,
    ShownNumber,
    ShownPage,
    ShownTable,
)

_PLACE = re.compile(r'<a id="([^"]*)"></a>\s*')
_LABEL = re.compile(r"\*\*((?:Figure|Table) \S+?)\.\*\* (.*)")
_BOLD = re.compile(r"\*\*((?:\\.|[^\\*])+)\*\*")
_PICTURE = re.compile(r"!\[((?:\\.|`[^`]*`|[^\\\]])*)\]\(([^()\s]*)\)")
_ITEM = re.compile(
    r'(?:- |\d+\. )<a id="([^"]*)"></a>(?:Claim: (.*?) )?\*\*(.+?)[:.]\*\*(?: (.*))?'
)
_AUTHORED = ("edited by the author", "by the author")
_FOUND = "**What we found**"
_MORE = re.compile(r" \(\[more\]\(#([^()\s]*)\)\)$")
_CITES = re.compile(
    r" \(((?:\[(?:\\.|[^\\\]])*\]\([^()\s]*\)(?:, )?)+)\)(?=$| Doubtful because of | \*\*The )"
)
_RULE = re.compile(r"\|(?: :?-+:? \|)+")
_EVIDENCE = re.compile(r"\s+- `([^`]+)` is (.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUANTITY = (
    r"(?<![\w.])(?:[+\-\N{MINUS SIGN}]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+\-\N{MINUS SIGN}]?\d+)?%?"
    r"|undefined)(?!\w)"
)
_FACT = re.compile(r"\s*- ((?:\\.|[^:\\])+)(?:: (.*))?")
_CONTENTS = "**Contents**"


def read(text: str, name: str) -> ShownPage:
    """All of a page for Markdown viewers."""
    reader = _Reader(text.splitlines())
    reader.all()
    return ShownPage(
        name,
        tuple(reader.places),
        tuple(reader.figures),
        tuple(reader.notes),
        tuple(reader.tables),
        tuple(reader.links),
        tuple(reader.passages),
        pictures=tuple(reader.pictures),
    )


class _Reader:
    """Goes through the lines; `at` is the index of the next."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0
        self.places: list[tuple[str, int]] = []
        self.figures: list[ShownFigure] = []
        self.notes: list[ShownNote] = []
        self.tables: list[ShownTable] = []
        self.links: list[Link] = []
        self.passages: list[Passage] = []
        self.pictures: list[int] = []
        self.fence = ""

    @property
    def line(self) -> str:
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def all(self) -> None:
        self.head()
        while self.at < len(self.lines):
            self.step()

    def head(self) -> None:
        """Title, authors and warnings; what follows up to the contents is the author's."""
        while self.at < len(self.lines) and self.line != _CONTENTS:
            line = self.line
            if line == _FOUND:
                self.findings()
            elif not line or line.startswith(("# ", "By ", "> **Warning.**")):
                self.passage()
            else:
                self.authored()
                return

    def findings(self) -> None:
        """The most important notes, each with a link to its place."""
        self.at += 1
        while self.at < len(self.lines) and (not self.line or _MORE.search(self.line)):
            line, number = self.line, self.at + 1
            if more := _MORE.search(line):
                self.links += links(line, number)
                text = plain(line[: more.start()].removeprefix("- "))
                self.passages.append(Passage(text, number, about=unquote(more[1])))
            self.at += 1

    def authored(self) -> None:
        """Lines that a person wrote, up to the contents or the next place.

        A block of code may look like a place; the HTML of a whole text, which begins with a line
        "<div>", holds none.
        """
        whole = self.line == "<div>"
        while self.at < len(self.lines) and (
            (not whole and self.fenced()) or (self.line != _CONTENTS and not self.is_place())
        ):
            found = links(self.line, self.at + 1)
            self.links += [replace(link, authored=True) for link in found]
            self.at += 1

    def is_place(self) -> bool:
        """Whether a place or a note begins at the line; an author's HTML would not stand there."""
        return bool(_PLACE.fullmatch(self.line) or _ITEM.fullmatch(self.line))

    def fenced(self) -> bool:
        """Whether the line stands in a block of code, or ends it."""
        mark = _FENCE.match(self.line)
        inside = bool(self.fence)
        if mark and not self.fence:
            self.fence = mark[1]
        elif mark and mark[1].startswith(self.fence):
            self.fence = ""
        return inside

    def step(self) -> None:
        """The line, and those that belong to it."""
        if place := _PLACE.fullmatch(self.line):
            self.places.append((place[1], self.at + 1))
            self.at += 1
            self.blank()
            if _PICTURE.match(self.line) or _LABEL.match(self.line) or self.titled():
                self.figure(place[1])
            elif self.line.startswith("## "):
                self.section(place[1])
        elif item := _ITEM.fullmatch(self.line):
            self.note(item)
        elif self.line.startswith("|"):
            self.tables.append(self.table())
        else:
            self.passage()

    def blank(self) -> None:
        while self.at < len(self.lines) and not self.line.strip():
            self.at += 1

    def titled(self) -> bool:
        """Whether the line is the title of a figure."""
        if not _BOLD.fullmatch(self.line):
            return False
        after = next((line for line in self.lines[self.at + 1 :] if line.strip()), "")
        return bool(_PICTURE.match(after) or _LABEL.match(after))

    def passage(self) -> None:
        """A line of no other kind."""
        line, number = self.line, self.at + 1
        self.at += 1
        self.links += links(line, number)
        if _PICTURE.search(line):
            self.pictures.append(number)
        self.places += [(match[1], number) for match in _PLACE.finditer(line)]
        fact = _FACT.fullmatch(line)
        if self.places and self.places[-1][0] == "provenance" and fact:
            key, value = plain(fact[1]), plain(fact[2] or "")
            if value:
                self.passages.append(Passage(value, number, key))
        elif text := plain(re.sub(r"^(?:#+ |> |- )", "", line)):
            self.passages.append(Passage(text, number))

    def section(self, place: str) -> None:
        """A section's heading and its model, after which the author may have written."""
        self.passage()
        self.blank()
        if self.line.startswith("Model `"):
            self.passage()
            self.blank()
        if place not in ("inferences", "provenance") and not self.is_place():
            self.authored()

    def figure(self, place: str) -> None:
        """A figure with its title, picture, label, caption, and table."""
        start = self.places[-1][1]
        title = alt = source = label = caption = ""
        table = None
        if self.titled():
            title = plain(self.line)
            self.at += 1
            self.blank()
        if picture := _PICTURE.fullmatch(self.line):
            alt, source = plain(picture[1]), unquote(picture[2])
            self.links.append(Link(source, "", self.at + 1))
            self.at += 1
            self.blank()
        if named := _LABEL.fullmatch(self.line):
            label, caption = plain(named[1]), plain(named[2])
            self.links += links(self.line, self.at + 1)
            self.at += 1
            self.blank()
        footer = []
        if self.line.startswith("|") and not source:
            table = self.table()
            while self.at < len(self.lines) and not self.ends():
                if text := plain(self.line):
                    footer.append(text)
                self.at += 1
        self.figures.append(
            ShownFigure(place, start, label, title, caption, alt, source, table, tuple(footer))
        )

    def ends(self) -> bool:
        """Whether something else begins at the line."""
        line = self.line
        return bool(_PLACE.fullmatch(line) or _ITEM.fullmatch(line) or line.startswith(("#", "|")))

    def table(self) -> ShownTable:
        """A table's rows."""
        start = self.at + 1
        columns = tuple(plain(cell, cell=True) for cell in cells(self.line))
        rows: list[tuple[str, ...]] = []
        lines, marks = [], set()
        self.at += 1
        while self.line.strip().startswith("|"):
            if not _RULE.fullmatch(self.line.strip()):
                found = cells(self.line)
                marks |= {(len(rows), j) for j, cell in enumerate(found) if _BOLD.fullmatch(cell)}
                rows.append(tuple(plain(cell, cell=True) for cell in found))
                lines.append(self.at + 1)
            self.at += 1
        return ShownTable(columns, tuple(rows), tuple(lines), frozenset(marks), start)

    def note(self, item: re.Match[str]) -> None:
        """A note, and the evidence below it."""
        start = self.at + 1
        self.places.append((item[1], start))
        word = plain(item[3])
        own = word.lower().endswith(_AUTHORED) or any(f"({one})" in word for one in _AUTHORED)
        text = item[4] or ""
        cited = next(reversed(list(_CITES.finditer(text))), None)
        named = tuple(links(cited[1], start)) if cited else ()
        after = text[cited.end() :] if cited else ""
        self.links += [replace(link, authored=own) for link in links(text, start)]
        text = text[: cited.start()] if cited else text
        for said in (item[2], after):
            if said:
                self.passages.append(Passage(plain(said), start))
        table = None
        self.at += 1
        evidence = []
        while self.at < len(self.lines) and (not self.line or self.line[0].isspace()):
            if measured := _EVIDENCE.fullmatch(self.line):
                evidence.append(_evidence(measured, self.at + 1))
            elif self.line.strip().startswith("|") and not own:
                table = self.table()
                continue
            elif own and not named and (tail := _CITES.match(f" {self.line.strip()}")):
                # Below several paragraphs, links and what has changed stand on a line of their own.
                named = tuple(links(tail[1], self.at + 1))
                self.links += [replace(link, authored=True) for link in named]
                if said := plain(tail.string[tail.end() :]):
                    self.passages.append(Passage(said, self.at + 1))
            elif own and self.line.strip() not in ("", "</details>"):
                self.links += [
                    replace(link, authored=True) for link in links(self.line, self.at + 1)
                ]
            elif self.line.strip() not in ("", "</details>") and "<summary>" not in self.line:
                self.passage()
                continue
            self.at += 1
        self.notes.append(
            ShownNote(
                anchor=item[1], line=start, text=plain(text), words=(word,),
                links=named, evidence=tuple(evidence), table=table, authored=own,
            )
        )  # fmt: skip


def _evidence(found: re.Match[str], line: int) -> ShownEvidence:
    """An item of an evidence list: numbers up to the first colon, then how it was measured."""
    stated, _, how = found[2].partition(": ")
    numbers, end = [], 0
    text = plain(stated)
    for match in re.finditer(_QUANTITY, text):
        if not text.startswith(" interval", match.end()):
            numbers.append(ShownNumber(text[end : match.start()].strip(" ,"), match[0]))
            end = match.end()
    return ShownEvidence(found[1], line, tuple(numbers), plain(how))
