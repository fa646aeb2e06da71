"""The records that templates read, with every value computed and every word chosen.

Their text is not escaped; the filters of each template escape it for HTML or Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LinkView:
    """A reference to a place on the page: `label` is "Figure 3", `text` may be "3" in a list."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True)
class EntryView:
    """A block in the contents; `detail` distinguishes blocks of a section with the same title."""

    anchor: str
    label: str
    detail: str


@dataclass(frozen=True)
class NumberView:
    """A number in two forms: `exact` as in report.json, `text` as in prose."""

    exact: str
    text: str


@dataclass(frozen=True)
class CitedView:
    """A measured value that an author's text cites: exact, and in prose as number or percentage."""

    exact: str
    text: str
    percent: str


@dataclass(frozen=True)
class EvidenceView:
    """One measure; missing parts are None. `figures` link to the figures that show it.

    Derived evidence links to the figures of the measures that it combines.
    """

    id: str
    value: NumberView
    unit: str
    low: NumberView | None
    high: NumberView | None
    n: NumberView | None
    baseline: NumberView | None
    how: str
    figures: list[LinkView]


@dataclass(frozen=True)
class ChangeView:
    """A number behind an author's words that has moved; `id` is that of the evidence."""

    id: str
    was: NumberView
    now: NumberView


@dataclass(frozen=True)
class NoteView:
    """A note with its verdict; `word` is the verdict in words, `cites` joins evidence ids.

    `claim` is the claim that the verdict is on, "" for none. `caveats` are doubts about the models
    behind it in a few words, "" for none. `byline` says what the author has to do with it.
    """

    id: str
    anchor: str
    rule: str
    text: str
    verdict: str
    word: str
    number: str
    origin: str
    byline: str
    changes: list[ChangeView]
    more_changes: bool
    verdict_was: str
    cites: str
    figures: list[LinkView]
    evidence: list[EvidenceView]
    claim: str
    caveats: str
    table: TableView | None


@dataclass(frozen=True)
class CellView:
    """A table cell: `numeric` aligns it right, `head` names the row, `marked` highlights it."""

    text: str
    numeric: bool
    head: bool
    marked: bool


@dataclass(frozen=True)
class TableView:
    """A table with all cells as text; `dense` sets its many columns close together."""

    columns: list[CellView]
    rows: list[list[CellView]]
    footer: list[str]
    dense: bool


@dataclass(frozen=True)
class FigureView:
    """A picture (`table` is None) or a table; `source` is a data URI, sizes are CSS pixels.

    A `wide` picture would be too small to read if it were scaled to a phone's screen.
    """

    anchor: str
    label: str
    title: str
    caption: str
    alt: str
    file: str
    source: str
    width: int
    height: int
    wide: bool
    table: TableView | None


REMARKS = ("weights", "inputs", "scaling")
"""Keys of `ModelFacts.training` that hold sentences rather than numbers of the training."""


@dataclass(frozen=True)
class ModelView:
    """A model in a few words.

    `remark` says where the weights come from, what the inputs receive and how images are prepared
    where the model settles it; it may be "".
    """

    name: str
    title: str
    source: str
    dataset: str
    params: str
    digest: str
    remark: str


@dataclass(frozen=True)
class BlockView:
    """One entry of a section: its figures and their notes.

    `model` is None where it equals the section's. `remark` replaces figures that are undefined for
    the model. `explanation` has a paragraph for each method that the page has not explained yet.
    """

    anchor: str
    title: str
    lead: str
    explanation: list[str]
    remark: str
    model: ModelView | None
    figures: list[FigureView]
    notes: list[NoteView]


@dataclass(frozen=True)
class SectionView:
    """A titled part of the page; `text` is the author's Markdown, `entries` its contents."""

    anchor: str
    title: str
    text: str
    model: ModelView | None
    entries: list[EntryView]
    blocks: list[BlockView]
    notes: list[NoteView]


@dataclass(frozen=True)
class TallyView:
    """The number of inferences with a verdict, as text."""

    verdict: str
    text: str


@dataclass(frozen=True)
class FactView:
    """A line of the provenance, with either a value or nested facts."""

    key: str
    value: str
    facts: list[FactView]


@dataclass(frozen=True)
class ReportPage:
    """The context of the templates report.html and report.md.

    `values` holds all that the author's texts may cite, by id of the evidence.
    """

    title: str
    authors: str
    description: str
    counts: str
    intro: str
    warnings: list[str]
    highlights: list[NoteView]
    sections: list[SectionView]
    inferences: list[NoteView]
    tally: list[TallyView]
    models: list[ModelView]
    provenance: list[FactView]
    values: Mapping[str, CitedView]


@dataclass(frozen=True)
class IndexEntry:
    """One report in the template index.html; `picture` is a data URI or ""."""

    slug: str
    title: str
    authors: str
    models: str
    counts: str
    picture: str
    alt: str
