"""What templates are given: every value computed, every word chosen, nothing left to reckon.

Text is raw here; each template's filters escape it for its own language.
"""

from __future__ import annotations

from typing import TypedDict


class LinkView(TypedDict):
    """A reference to a place on the page: `label` is "Figure 3", `text` may be "3" in a list."""

    anchor: str
    label: str
    text: str


class EntryView(TypedDict):
    """A block in the contents; `detail` tells it from others of its section with its title."""

    anchor: str
    label: str
    detail: str


class NumberView(TypedDict):
    """A number twice: `exact` as report.json has it, `text` as prose writes it."""

    exact: str
    text: str


class EvidenceView(TypedDict):
    """One measure; parts that it lacks are None. `figures` show it, or all that it combines."""

    id: str
    value: NumberView
    unit: str
    low: NumberView | None
    high: NumberView | None
    n: NumberView | None
    baseline: NumberView | None
    how: str
    figures: list[LinkView]


class NoteView(TypedDict):
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


class CellView(TypedDict):
    """A table cell; `numeric` cells align right, a `head` names its row, `marked` ones are set
    off from the others."""

    text: str
    numeric: bool
    head: bool
    marked: bool


class TableView(TypedDict):
    """A table with all cells written out; `dense` where it has so many columns that they need
    to stand close."""

    columns: list[CellView]
    rows: list[list[CellView]]
    footer: list[str]
    dense: bool


class FigureView(TypedDict):
    """A picture (`table` is None) or a table. `source` is a data URI, sizes are CSS pixels.

    `wide` pictures would be too small to read where a phone's screen holds them whole.
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
"""What `ModelFacts.training` may tell of a model in sentences, beside how it was trained."""


class ModelView(TypedDict):
    """A model in a few words; `remark` says where its weights are from, or what its inputs are
    given, or is ""."""

    name: str
    title: str
    source: str
    dataset: str
    params: str
    digest: str
    remark: str


class BlockView(TypedDict):
    """One entry of a section: its figures and what was noted of them.

    `model` is set only where it differs from the section's; `remark` stands in for figures that
    have no meaning for the model; `explanation` has a paragraph for each method that is new.
    """

    anchor: str
    title: str
    lead: str
    explanation: list[str]
    remark: str
    model: ModelView | None
    figures: list[FigureView]
    notes: list[NoteView]


class SectionView(TypedDict):
    """A titled part of the page; `text` is the author's Markdown, `entries` its contents."""

    anchor: str
    title: str
    text: str
    model: ModelView | None
    entries: list[EntryView]
    blocks: list[BlockView]


class TallyView(TypedDict):
    """How many inferences share a verdict."""

    verdict: str
    text: str


class FactView(TypedDict):
    """A line of the provenance; it has either a value or facts of its own."""

    key: str
    value: str
    facts: list[FactView]


class ReportPage(TypedDict):
    """All that report.html and report.md may use."""

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


class IndexEntry(TypedDict):
    """All that index.html may use of one report; `picture` is a data URI or ""."""

    slug: str
    title: str
    authors: str
    models: str
    counts: str
    picture: str
    alt: str
