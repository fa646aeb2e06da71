"""The records that templates read: all values computed, all words chosen.

Text is raw here; each template's filters escape it for its own language.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkView:
    """A reference to a place on the page: `label` is "Figure 3", `text` may be "3" in a list."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True)
class EntryView:
    """A block in the contents; `detail` tells it from others of its section with its title."""

    anchor: str
    label: str
    detail: str


@dataclass(frozen=True)
class NumberView:
    """A number twice: `exact` as report.json has it, `text` as prose writes it."""

    exact: str
    text: str


@dataclass(frozen=True)
class EvidenceView:
    """One measure; parts that it lacks are None. `figures` show it or the measures it combines."""

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
class NoteView:
    """A sentence with its verdict; `word` says the verdict, `cites` joins evidence ids."""

    id: str
    anchor: str
    rule: str
    text: str
    verdict: str
    word: str
    number: str
    edited: bool
    cites: str
    figures: list[LinkView]
    evidence: list[EvidenceView]


@dataclass(frozen=True)
class CellView:
    """A table cell; `numeric` cells align right, a `head` names its row, a `marked` one stands
    out."""

    text: str
    numeric: bool
    head: bool
    marked: bool


@dataclass(frozen=True)
class TableView:
    """A table with all cells written out; `dense` where its many columns need to stand close."""

    columns: list[CellView]
    rows: list[list[CellView]]
    footer: list[str]
    dense: bool


@dataclass(frozen=True)
class FigureView:
    """A picture (`table` is None) or a table. `source` is a data URI, sizes are CSS pixels.

    A `wide` picture is too small to read where a phone's screen holds it whole.
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


REMARKS = ("weights", "inputs")
"""Keys of `ModelFacts.training` that hold sentences rather than figures of the training."""


@dataclass(frozen=True)
class ModelView:
    """A model in a few words; `remark` says where its weights come from or what its inputs receive,
    or is ""."""

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

    `model` is set only where it differs from the section's; `remark` stands in for figures that
    are undefined for the model; `explanation` has a paragraph for each method that is new.
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


@dataclass(frozen=True)
class TallyView:
    """How many inferences share a verdict."""

    verdict: str
    text: str


@dataclass(frozen=True)
class FactView:
    """A line of the provenance; it has either a value or facts of its own."""

    key: str
    value: str
    facts: list[FactView]


@dataclass(frozen=True)
class ReportPage:
    """All that report.html and report.md use."""

    title: str
    authors: str
    description: str
    counts: str
    intro: str
    sections: list[SectionView]
    inferences: list[NoteView]
    tally: list[TallyView]
    models: list[ModelView]
    provenance: list[FactView]


@dataclass(frozen=True)
class IndexEntry:
    """All that index.html uses of one report; `picture` is a data URI or ""."""

    slug: str
    title: str
    authors: str
    models: str
    counts: str
    picture: str
    alt: str
