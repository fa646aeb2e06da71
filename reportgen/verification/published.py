"""What a report.json states, as far as pages show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reportgen.codec import decode, fits
from reportgen.drafting import number
from reportgen.links import anchors
from reportgen.records import Cell, Evidence, Number, Verdict
from reportgen.verification.texts import bare, even

if TYPE_CHECKING:
    from reportgen.types import Json

SCHEMAS = (1,)
"""Versions of report.json that are understood."""


@dataclass(frozen=True)
class Told:
    """A measured number of a figure's texts, and the id of its evidence."""

    shown: str
    evidence: str


@dataclass(frozen=True)
class Figure:
    """A picture or a table; the digests are "" in a report made before they were written down."""

    id: str
    model: str
    file: str
    title: str
    caption: str
    alt: str
    media_type: str
    digest: str = ""
    vector: str = ""
    quotes: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Table:
    """The cells of a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footer: tuple[str, ...]
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Change:
    """A measure that has moved since a person wrote about it."""

    evidence: str
    was: Number | None
    now: Number | None


@dataclass(frozen=True)
class Note:
    """A note; the text of one that is not drafted is the author's Markdown."""

    id: str
    text: str
    verdict: Verdict
    cites: tuple[str, ...]
    origin: str = "drafted"
    table: Table | None = None
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Block:
    """One entry of a section."""

    id: str
    title: str
    model: str
    figures: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A titled part."""

    id: str
    title: str
    text: str
    model: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A model as the pages name it."""

    name: str
    title: str
    source: str
    dataset: str
    total_params: int
    digest: str


@dataclass(frozen=True)
class Published:
    """A whole report; further keys of report.json are left out."""

    schema: int
    slug: str
    title: str
    models: tuple[Model, ...]
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    labels: Mapping[str, str]
    tables: Mapping[str, Table]
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...]
    inferences: tuple[str, ...]
    authors: tuple[str, ...] = ()
    intro: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    strings: frozenset[str] = frozenset()

    @cached_property
    def measures(self) -> dict[str, Evidence]:
        """Evidence by id."""
        return {item.id: item for item in self.evidence}

    @cached_property
    def by_note(self) -> dict[str, Note]:
        """Notes by id."""
        return {note.id: note for note in self.notes}

    @cached_property
    def by_figure(self) -> dict[str, Figure]:
        """Figures by id."""
        return {figure.id: figure for figure in self.figures}

    @cached_property
    def anchors(self) -> dict[tuple[str, str], str]:
        """The id on the pages of each ("section" | "block" | "figure" | "note", id)."""
        return anchors(self._places())

    @cached_property
    def order(self) -> list[tuple[str, str]]:
        """All of these in reading order."""
        places: list[tuple[str, str]] = []
        for section in self.sections:
            places.append(("section", section.id))
            places += [("note", name) for name in section.notes]
            for block in section.blocks:
                places.append(("block", block.id))
                places += [("figure", name) for name in block.figures]
                places += [("note", name) for name in block.notes]
        return places + [("note", name) for name in self.inferences]

    def _places(self) -> Iterator[tuple[str, str]]:
        yield from (("figure", figure.id) for figure in self.figures)
        for section in self.sections:
            yield "section", section.id
            yield from (("block", block.id) for block in section.blocks)
        yield from (("note", note.id) for note in self.notes)


def published(facts: Json) -> Published | str:
    """A report from the content of its report.json, or what is wrong with that."""
    if not isinstance(facts, dict) or "schema" not in facts:
        return "holds no report of reportgen"
    if facts["schema"] not in SCHEMAS:
        return f"has the format {facts['schema']!r}, which this reportgen does not know"
    facts = {key: value for key, value in facts.items() if key != "strings"}
    if not fits(Published, facts):
        return "is damaged: build the report again"
    report = decode(Published, facts | {"strings": frozenset(_strings(facts))})
    return _dangling(report) or report


def _dangling(report: Published) -> str:
    """The first id that is named and not there; "" if there is none."""
    figures = report.by_figure.keys()
    named = [
        *(("figure", f, figures) for s in report.sections for b in s.blocks for f in b.figures),
        *(("note", n, report.by_note) for s in report.sections for n in s.notes),
        *(("note", n, report.by_note) for s in report.sections for b in s.blocks for n in b.notes),
        *(("note", name, report.by_note) for name in report.inferences),
        *(("evidence", cited, report.measures) for note in report.notes for cited in note.cites),
        *(("figure", item.figure, figures) for item in report.evidence),
        *(("evidence", one, report.measures) for item in report.evidence for one in item.sources),
        *(("evidence", q.evidence, report.measures) for f in report.figures for q in f.quotes),
        *(("label", name, report.labels) for name in figures),
        *(("table", f.id, report.tables) for f in report.figures if f.media_type == "text/csv"),
    ]
    return next(
        (f"names the {kind} {name!r}, which it lacks" for kind, name, known in named
         if name not in known), "",
    )  # fmt: skip


def _strings(value: Json) -> Iterator[str]:
    """Every text of report.json that is no cell of a table, as a page may show it."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("tables", "rows", "history"):
                yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str) and value:
        yield bare(value)


def stated(provenance: Mapping[str, Json]) -> dict[str, set[str]]:
    """What the provenance may say beside each key, at any depth, without backticks.

    One format shows them, the other takes them for marks of code.
    """
    found: dict[str, set[str]] = {}
    for key, value in provenance.items():
        items = value if isinstance(value, list) else [value]
        for item in items:
            for inner, texts in stated(item).items() if isinstance(item, dict) else ():
                found.setdefault(inner, set()).update(texts)
        found.setdefault(unticked(key), set()).add(unticked(_plain(value)))
    return found


def unticked(text: str) -> str:
    """A text without backticks."""
    return even(text).replace("`", "")


def _plain(value: Json) -> str:
    """A value as a reader would write it."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "none"


def parameters(model: Model) -> str:
    """The number of a model's parameters as pages write it."""
    return number(model.total_params)
