"""The file of an author's notes, `specs/x.notes.md`: its records, reading and writing.

The file is Markdown. Headings that end in `<!-- section ID -->`, `<!-- figure ID -->` or
`<!-- inferences -->` name the places of notes, and `<!-- note ID STATE -->` begins a note, whose
text ends at the next of these comments. Text between a heading and the first note is a note of the
author's own. A comment at the end, the record, holds what reportgen must remember of each note:
the draft's digest and the evidence that it stood on. All other text is the author's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import quote, unquote

from reportgen.codec import decode, encode, fits
from reportgen.digest import of_value
from reportgen.errors import Problem, UserError
from reportgen.files import kind as kind_of_file
from reportgen.files import read_regular
from reportgen.records import Number
from reportgen.suggestions import did_you_mean
from reportgen.types import Json

PlaceKind = Literal["preamble", "section", "figure", "inferences", "orphans"]
State = Literal["draft", "edited", "approved", "changed", "rejected", "returned", "own"]

STATES: tuple[State, ...] = (
    *("draft", "edited", "approved", "changed", "rejected", "returned", "own"),
)
LARGEST = 5_000_000
"""Bytes of a notes file."""

_MARKER = re.compile(
    r" {0,3}(?P<head>#{1,6}(?:[ \t].*?)?)?[ \t]*"
    r"<!--\s*(?P<word>note|section|figure|inferences|orphans|record)(?![\w-])"
)
_MISPLACED = re.compile(r"<!--\s*(note|section|figure|inferences|orphans|record)(?![\w-])")
_NOTE = re.compile(
    r"(?P<id>\S+)\s+(?P<state>[^\W\d_]+)[\s:,;.\u2013\u2014-]*(?P<remark>.*)", re.DOTALL
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNSAFE = re.compile(r"[\s<>%\x00-\x1f\x7f]|-(?=-)")
_RECORD = "record: reportgen keeps this list; leave it as it is"


@dataclass(frozen=True)
class Entry:
    """One note of the file.

    Attributes:
        id: the note's id; "" for a note of the author's own that has none yet.
        state: what the author, or reportgen, said of it last.
        remark: what follows the state: a reason, or what has changed.
        text: as written, without empty lines around it.
        line: the line of its marker; text_line: the line of its text.
    """

    id: str
    state: State
    remark: str
    text: str
    line: int = 0
    text_line: int = 0


@dataclass(frozen=True)
class Place:
    """A heading of the file with its notes; `orphan` where it stands among the orphans."""

    kind: PlaceKind
    id: str
    heading: str
    entries: tuple[Entry, ...] = ()
    orphan: bool = False


@dataclass(frozen=True)
class FigureKey:
    """How a figure is found again: by its id where the spec gives one, else by the rest.

    `params` is a digest of the parameters that differ from their defaults. `heading` is the heading
    that the file gave it last; another one is the author's.
    """

    id: str
    named: bool
    section: str
    kind: str
    model: str
    params: str
    heading: str = ""


@dataclass(frozen=True)
class Standing:
    """What a note stands on: its verdict, and value and interval of each evidence."""

    verdict: str = ""
    values: Mapping[str, tuple[Number | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What reportgen remembers of a note.

    Attributes:
        draft: digest of the draft that the file held last; "" for a note of the author's own.
        stood: what the note stood on when it was offered, written or approved.
        now: its evidence when the change was reported; the author approves or rejects that.
        said: the remark that reportgen wrote; any other is the author's.
        deleted: whether the author removed the draft from the file.
    """

    draft: str = ""
    stood: Standing = field(default_factory=Standing)
    now: Standing | None = None
    said: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class NotesFile:
    """A whole file; `file` is its name in messages."""

    file: str
    places: tuple[Place, ...] = ()
    figures: Mapping[str, FigureKey] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)


def read(path: Path) -> bytes | None:
    """The bytes of a notes file; None where there is none.

    Raises:
        UserError: it cannot be read.
    """
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        what = kind_of_file(path)
        reason = f"is {what}, not a file" if what else f"cannot be read ({error.strerror})"
        problem = Problem(f"the notes file {reason}", str(path), None, "rename or remove it")
        raise UserError(problem) from error


def load(path: Path) -> NotesFile | None:
    """The notes file of a path; None where there is none. Raises UserError as `read`, `parse`."""
    data = read(path)
    return None if data is None else parse(data, str(path))


def digest(text: str) -> str:
    """Digest of a text's words; line breaks do not count."""
    return of_value(text.split())[:16]


def parse(data: bytes | str, file: str) -> NotesFile:
    """The notes of a file.

    Raises:
        UserError: with the first problem and its line.
    """
    return _Reader(_decoded(data, file), file).notes()


def written(notes: NotesFile) -> str:
    """The text of a file."""
    blocks: list[str] = []
    for place in notes.places:
        marker = f"<!-- {' '.join(filter(None, (place.kind, _safe(place.id))))} -->"
        if place.kind != "preamble":
            level = "##" if place.kind != "figure" and not place.orphan else "###"
            level = "##" if place.kind == "orphans" else level
            blocks.append(f"{level} {place.heading} {marker}".replace("  ", " "))
        blocks += [_entry(entry, place.kind == "preamble") for entry in place.entries]
    return "\n\n".join([*blocks, _record(notes)]) + "\n"


def _entry(entry: Entry, bare: bool) -> str:
    if bare:
        return entry.text
    remark = f": {entry.remark}" if entry.remark else ""
    marker = f"<!-- note {_safe(entry.id)} {entry.state}{remark} -->"
    return f"{marker}\n{entry.text}" if entry.text else marker


def _record(notes: NotesFile) -> str:
    lines = [
        *({"figure": id, **encode(key)} for id, key in notes.figures.items()),
        *({"section": id, "heading": heading} for id, heading in notes.sections.items()),
        *({"note": id, **encode(record)} for id, record in notes.records.items()),
    ]
    texts = [json.dumps(line, ensure_ascii=False, allow_nan=False) for line in lines]
    safe = [text.replace("<", "\\u003c").replace(">", "\\u003e") for text in texts]
    return "\n".join([f"<!-- {_RECORD}", *safe, "-->"])


def _safe(id: str) -> str:
    """An id inside a comment, where spaces separate words and "-->" ends it."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe="").replace("-", "%2D"), id)


def _decoded(data: bytes | str, file: str) -> str:
    if len(data) > LARGEST:
        message = f"the notes file is larger than {LARGEST // 1_000_000} MB"
        raise UserError(Problem(message, file, None, "move long texts into the spec's sections"))
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"expected text in UTF-8, got the byte 0x{data[error.start]:02x}"
        raise UserError(Problem(message, file, line, "save the file as UTF-8")) from error


class _Reader:
    """Reads a file line by line."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.file = file
        self.at = 0
        self.places: list[Place] = []
        self.entries: list[Entry] = []
        self.place = Place("preamble", "", "")
        self.entry: Entry | None = None
        self.text: list[str] = []
        self.seen: dict[tuple[str, str], int] = {}
        self.orphan = False
        self.found = NotesFile(file)

    def fail(self, line: int, message: str, hint: str = "") -> NoReturn:
        """Refuse the file."""
        raise UserError(Problem(message, self.file, line, hint))

    def notes(self) -> NotesFile:
        """The whole file."""
        fence, opened = "", 0
        while self.at < len(self.lines):
            line = self.lines[self.at]
            mark = _FENCE.match(line)
            marker = None if fence else _MARKER.match(line)
            if marker:
                self.marker(marker)
                continue
            if mark and not fence:
                fence, opened = mark[1], self.at + 1
            elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
            elif not fence and _MISPLACED.search(re.sub(r"(`+).*?\1", "", line)):
                hint = "begin a line of its own with it"
                self.fail(self.at + 1, "a comment of reportgen's stands behind other text", hint)
            self.add(line, self.at + 1)
            self.at += 1
        if fence:
            hint = f"end it with a line of {fence}"
            self.fail(opened, "the block of code that begins here does not end", hint)
        self.close_place()
        return replace(self.found, places=tuple(self.places))

    def add(self, line: str, number: int) -> None:
        """Add a line to the text of the note at hand; one without a marker begins here."""
        if self.entry is None:
            if not line.strip():
                return
            if "record" in (kind for kind, _ in self.seen):
                hint = "move it under the heading of a figure or section"
                self.fail(number, "text stands behind the record at the end of the file", hint)
            self.entry = Entry("", "own", "", "", number, number)
        self.text.append(line)

    def marker(self, match: re.Match[str]) -> None:
        """Read a comment of reportgen's, which may span lines, and leave what follows it."""
        word, first = match["word"], self.at + 1
        rest = self.lines[self.at][match.end() :]
        while "-->" not in rest:
            self.at += 1
            if self.at == len(self.lines):
                hint = "end it with '-->'"
                self.fail(first, f"the comment '<!-- {word}' that begins here does not end", hint)
            rest += "\n" + self.lines[self.at]
        inside, _, after = rest.partition("-->")
        # What stands behind the comment is read as a line of its own.
        self.lines[self.at] = after.strip()
        if word == "record":
            self.close_place()
            self.once("record", "", first)
            self.record(inside, first)
        elif word == "note":
            if match["head"]:
                self.fail(first, "a note begins on a line of its own, not in a heading")
            self.begin_note(inside.strip(), first)
        else:
            self.begin_place(word, inside.strip(), match["head"] or "", first)

    def begin_place(self, word: str, id: str, head: str, line: int) -> None:
        """Begin a section, a figure, the inferences or the orphans."""
        self.close_place()
        named = word in ("section", "figure")
        if named and (not id or len(id.split()) > 1):
            hint = (
                f"write for example: <!-- {word} {'kernels-1' if word == 'figure' else 'intro'} -->"
            )
            self.fail(line, f"the comment '<!-- {word}' needs one id", hint)
        self.orphan = self.orphan or word == "orphans"
        kind: dict[str, PlaceKind] = {
            "section": "section", "figure": "figure", "inferences": "inferences",
            "orphans": "orphans",
        }  # fmt: skip
        id = unquote(id) if named else ""
        self.once(word, id, line)
        heading = head.lstrip("#").strip()
        self.place = Place(kind[word], id, heading, (), self.orphan and word != "orphans")

    def begin_note(self, inside: str, line: int) -> None:
        """Begin a note: "", "own", or an id with a state."""
        self.close_entry()
        if self.place.kind == "preamble":
            hint = "move it under the heading of a figure or section"
            self.fail(line, "a note stands outside of all sections and figures", hint)
        if inside.lower() in ("", "own"):
            self.entry = Entry("", "own", "", "", line, self.at + 1)
            return
        match = _NOTE.fullmatch(inside)
        state = next((s for s in STATES if match and match["state"].lower() == s), None)
        if match is None or state is None:
            written = match["state"] if match else ""
            message = f"the note '{inside.split()[0]}' has no state"
            if written:
                message = f"the note '{match['id'] if match else ''}' has no state '{written}'"
            hint = did_you_mean(written.lower(), STATES)
            self.fail(line, message, hint)
        id = unquote(match["id"])
        self.once("note", id, line)
        self.entry = Entry(id, state, " ".join(match["remark"].split()), "", line, self.at + 1)

    def once(self, word: str, id: str, line: int) -> None:
        """Refuse a second comment of the same kind and id."""
        if (word, id) in self.seen:
            what = f"'{word} {id}'" if id else f"'{word}'"
            hint = "give your copy no id: <!-- note own -->" if word == "note" else "remove one"
            earlier = self.seen[word, id]
            self.fail(line, f"{what} stands on line {earlier} too", hint)
        self.seen[word, id] = line

    def close_entry(self) -> None:
        """End the note at hand."""
        if self.entry is not None:
            lines = self.text
            skipped = next((i for i, line in enumerate(lines) if line.strip()), 0)
            text = "\n".join(lines[skipped:]).rstrip()
            first = self.entry.text_line + skipped
            self.entries.append(replace(self.entry, text=text, text_line=first))
        self.entry, self.text = None, []

    def close_place(self) -> None:
        """End the place at hand."""
        self.close_entry()
        if self.place.kind != "preamble" or self.entries:
            self.places.append(replace(self.place, entries=tuple(self.entries)))
        self.entries, self.place = [], Place("preamble", "", "")

    def record(self, inside: str, first: int) -> None:
        """Read the record: one JSON object a line."""
        figures: dict[str, FigureKey] = {}
        sections: dict[str, str] = {}
        records: dict[str, Record] = {}
        for number, line in self.record_lines(inside, first):
            if isinstance(line.get("figure"), str) and fits(FigureKey, line):
                figures[str(line["figure"])] = decode(FigureKey, _known(FigureKey, line))
            elif "section" in line and isinstance(line.get("heading"), str):
                sections[str(line["section"])] = line["heading"]
            elif isinstance(line.get("note"), str) and fits(Record, line):
                records[str(line["note"])] = decode(Record, _known(Record, line))
            else:
                self.damaged(number)
        self.found = replace(self.found, figures=figures, sections=sections, records=records)

    def record_lines(self, inside: str, first: int) -> Iterator[tuple[int, dict[str, Json]]]:
        for number, text in enumerate(inside.split("\n")[1:], first + 1):
            if not text.strip():
                continue
            try:
                line = json.loads(text, parse_constant=_refused)
            except (ValueError, RecursionError):
                self.damaged(number)
            if not isinstance(line, dict):
                self.damaged(number)
            yield number, line

    def damaged(self, line: int) -> NoReturn:
        """Refuse a line of the record."""
        hint = "restore the line, or remove it: its note then counts as new"
        self.fail(line, "this line of the record cannot be read", hint)


def _known(kind: type[FigureKey] | type[Record], line: dict[str, Json]) -> dict[str, Json]:
    """The fields of a record that this version knows."""
    return {f.name: line[f.name] for f in fields(kind) if f.name in line}


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)
