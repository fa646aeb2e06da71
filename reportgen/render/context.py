"""Turns a report into the records that its templates read."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from reportgen.drafting import listed, number, percent
from reportgen.drafting.wording import SYMBOLS
from reportgen.links import retargeted
from reportgen.records import (
    VERDICTS,
    Block,
    Change,
    Evidence,
    Figure,
    ModelFacts,
    Note,
    Number,
    Report,
    Section,
)
from reportgen.render import tables
from reportgen.render.outline import Outline
from reportgen.render.views import (
    REMARKS,
    BlockView,
    ChangeView,
    CitedView,
    EntryView,
    EvidenceView,
    FactView,
    FigureView,
    LinkView,
    ModelView,
    NoteView,
    NumberView,
    ReportPage,
    SectionView,
    TallyView,
)

if TYPE_CHECKING:
    from reportgen.types import Json

DENSITY = 2
"""Pixels of a picture for each CSS pixel at which the page shows it."""

WIDE = 412
"""Pictures wider than this, in CSS pixels, scroll on a phone, whose width is 85 % of this."""

_RESERVED = re.compile('[%#"&\t\n\r]')
"""Characters that end an address or get lost in it, and those that HTML escapes at length."""

WORDS: Mapping[str, str] = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "inconclusive": "Inconclusive",
    "info": "Measured",
}
"""Names of verdicts on a page."""

BYLINES = {"drafted": "", "edited": "edited by the author", "own": "by the author"}
"""What the author has to do with a note, by its origin."""

FEW_CHANGES = 3
"""Numbers that moved behind an author's words, as far as the pages list them."""

LONG_LIST = 4
"""Number of links to figures above which links show numbers only."""

_SENTENCE = 24
"""Characters above which equal values in the provenance are shown once."""

_MOST_LAYERS = 2
"""Number of layers above which the contents do not list them."""


def report_page(
    report: Report,
    plan: Outline,
    files: Mapping[str, bytes],
    vectors: Mapping[str, bytes] | None = None,
) -> ReportPage:
    """The records of a report's page; `vectors` holds the SVG that replaces a picture, if any."""
    view = _Viewer(report, plan, files, vectors or {})
    counts = counted(len(plan.figures), sum(item.table is not None for item in plan.figures))
    names = ", ".join(model.title or model.name for model in report.models)
    notes = enumerate(report.inferences, 1)
    by_id = {note.id: note for note in plan.notes}
    return ReportPage(
        title=report.title,
        authors=", ".join(report.authors),
        description=f"{report.title}: {counts}" + (f" on {names}." if names else "."),
        counts=counts,
        intro=linked(report.intro.strip("\n"), plan),
        warnings=[warning.text for warning in report.warnings],
        highlights=[note_view(by_id[id], plan) for id in report.highlights],
        sections=[view.section(section) for section in report.sections],
        inferences=[note_view(note, plan, str(position)) for position, note in notes],
        tally=tally(report.inferences),
        models=list(view.models.values()),
        provenance=facts(report.provenance),
        values=cited_views(plan),
    )


def counted(figures: int, tables: int) -> str:
    """The number of pictures and of tables in words; `figures` counts both.

    >>> counted(3, 1)
    '2 figures and 1 table'
    """
    pictures = figures - tables
    parts = [f"{pictures} figure" + "s" * (pictures != 1), f"{tables} table" + "s" * (tables != 1)]
    return " and ".join(part for part, n in zip(parts, (pictures, tables), strict=True) if n)


def facts(mapping: Mapping[str, Json]) -> list[FactView]:
    """Nested plain values as lines, in the mapping's order."""
    return [_fact(str(key), value) for key, value in mapping.items()]


def data_uri(data: bytes, media_type: str) -> str:
    """Bytes as a data URI in Base64, which needs no request."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def vector_uri(data: bytes) -> str:
    """An SVG document in UTF-8 as a data URI; plain text is a quarter shorter than Base64."""
    return "data:image/svg+xml," + _RESERVED.sub(
        lambda match: f"%{ord(match[0]):02X}", data.decode()
    )


class _Viewer:
    """Turns records into views, given the outline of the report that they belong to."""

    def __init__(
        self,
        report: Report,
        plan: Outline,
        files: Mapping[str, bytes],
        vectors: Mapping[str, bytes],
    ) -> None:
        self.plan = plan
        self.files = files
        self.vectors = vectors
        self.shown = {figure.id: figure for figure in plan.figures}
        self.models = {model.name: _model(model) for model in report.models}

    def section(self, section: Section) -> SectionView:
        models = {name: model.title for name, model in self.models.items()}
        return SectionView(
            anchor=self.plan.anchors["section", section.id],
            title=section.title,
            text=linked(section.text.strip("\n"), self.plan),
            model=self.models.get(section.model),
            entries=entries(section.blocks, self.plan, models),
            blocks=[self.block(block, section.model) for block in section.blocks],
            notes=[note_view(note, self.plan) for note in section.notes],
        )

    def block(self, block: Block, model: str) -> BlockView:
        return BlockView(
            anchor=self.plan.anchors["block", block.id],
            title=block.title,
            lead=block.caption if len(block.figures) != 1 else "",
            explanation=list(block.explanation),
            remark=block.undefined,
            model=None if block.model == model else self.models.get(block.model),
            figures=[self.figure(self.shown[item.id], block) for item in block.figures],
            notes=[note_view(note, self.plan) for note in block.notes],
        )

    def figure(self, figure: Figure, block: Block) -> FigureView:
        picture = figure.table is None
        return FigureView(
            anchor=self.plan.anchors["figure", figure.id],
            label=self.plan.labels[figure.id],
            title="" if figure.title == block.title else figure.title,
            caption=figure.caption,
            alt=figure.alt or figure.caption or figure.title,
            file=figure.file,
            source=self.source(figure) if picture else "",
            width=math.ceil(figure.width / DENSITY),
            height=math.ceil(figure.height / DENSITY),
            wide=picture and figure.width / DENSITY > WIDE,
            table=None if figure.table is None else tables.view(figure.table),
        )

    def source(self, figure: Figure) -> str:
        if figure.file in self.vectors:
            return vector_uri(self.vectors[figure.file])
        return data_uri(self.files[figure.file], figure.media_type)


def _model(model: ModelFacts) -> ModelView:
    return ModelView(
        name=model.name,
        title=model.title or model.name,
        source=model.source,
        dataset=model.dataset,
        params=number(model.total_params),
        digest=model.digest,
        remark=" ".join(str(model.training[k]) for k in REMARKS if k in model.training),
    )


def _fact(key: str, value: Json) -> FactView:
    if isinstance(value, Mapping):
        return FactView(key, "", facts(_shared(value)))
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        return FactView(key, "", [_fact(str(i), item) for i, item in enumerate(value, 1)])
    return FactView(key, _plain(value), [])


def _shared(mapping: Mapping[str, Json]) -> dict[str, Json]:
    """Equal sentences once, below all names that have them, such as the machine of all models."""
    names: dict[object, list[str]] = {}
    for name, value in mapping.items():
        sentence = isinstance(value, str) and len(value) > _SENTENCE
        names.setdefault(value if sentence else (name,), []).append(str(name))
    return {", ".join(group): mapping[group[0]] for group in names.values()}


def _plain(value: Json) -> str:
    """A value as a reader would write it, in full."""
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "none"


def note_view(note: Note, plan: Outline, position: str = "") -> NoteView:
    """A note with its evidence; `position` is its number in a list."""
    evidence = [plan.evidence[cited] for cited in note.cites]
    return NoteView(
        id=note.id,
        anchor=plan.anchors["note", note.id],
        rule=note.rule,
        text=note.text if note.origin == "drafted" else linked(note.text, plan),
        verdict=note.verdict,
        word=BYLINES["own"].capitalize() if note.origin == "own" else WORDS[note.verdict],
        number=position,
        origin=note.origin,
        byline=BYLINES[note.origin],
        changes=[change_view(change) for change in note.changed[:FEW_CHANGES]],
        more_changes=len(note.changed) > FEW_CHANGES,
        verdict_was=WORDS.get(note.verdict_was, "").lower(),
        cites=" ".join(note.cites),
        figures=links({item.figure for item in evidence}, plan),
        evidence=[evidence_view(item, plan) for item in evidence],
        claim=note.claim,
        caveats=listed(note.caveats),
        table=None if note.table is None else tables.view(note.table),
    )


def change_view(change: Change) -> ChangeView:
    """A number that has moved, before and now."""
    return ChangeView(change.evidence, _number(change.was), _number(change.now))


def evidence_view(item: Evidence, plan: Outline) -> EvidenceView:
    """One measure in words."""
    low, high = item.interval or (None, None)
    return EvidenceView(
        id=item.id,
        value=_number(item.value),
        unit=_unit(item),
        low=None if low is None else _number(low),
        high=None if high is None else _number(high),
        n=None if item.n is None else _number(item.n),
        baseline=None if item.baseline is None else _number(item.baseline),
        how=item.how,
        figures=links({item.figure, *(plan.evidence[id].figure for id in item.sources)}, plan),
    )


def cited_views(plan: Outline) -> dict[str, CitedView]:
    """Every measure as an author's text cites it, by id."""
    return {id: cited_view(item) for id, item in plan.evidence.items()}


def cited_view(item: Evidence) -> CitedView:
    """One measure as an author's text cites it; a unit that is a symbol follows its number."""
    unit = "" if item.unit not in SYMBOLS or item.value is None else f" {item.unit}"
    text = number(item.value) + unit.replace(" %", "%")
    return CitedView(json.dumps(item.value, allow_nan=False), text, percent(item.value))


def tally(notes: Sequence[Note]) -> list[TallyView]:
    """The number of notes with each verdict, without verdicts that no note has."""
    counts = Counter(str(note.verdict) for note in notes if note.origin != "own")
    return [
        TallyView(verdict, f"{counts[verdict]} {WORDS[verdict].lower()}")
        for verdict in VERDICTS
        if counts[verdict]
    ]


def links(figures: Set[str], plan: Outline) -> list[LinkView]:
    """Links in the page's order, pictures first; a long list reads "Figures 1, 2, 3, Table 1"."""
    all_links = [figure_link(figure, plan) for figure in plan.labels if figure in figures]
    all_links.sort(key=_word)
    if len(all_links) <= LONG_LIST:
        return all_links
    runs = [list(run) for _, run in groupby(all_links, key=_word)]
    return [link for run in runs for link in _shortened(run)]


def figure_link(figure: str, plan: Outline) -> LinkView:
    """A link to a figure or table by its number."""
    return link_to(plan.anchors["figure", figure], plan.labels[figure])


def linked(text: str, plan: Outline) -> str:
    """An author's Markdown whose links to ids of sections and figures lead to their anchors."""
    places = set(plan.anchors.values())

    def anchor(name: str) -> str:
        if name in places:
            return name
        found = (plan.anchors.get((kind, name)) for kind in ("section", "block"))
        return next(filter(None, found), name)

    return retargeted(text, anchor)


def link_to(anchor: str, label: str) -> LinkView:
    """A link whose text is its label."""
    return LinkView(anchor=anchor, label=label, text=label)


def _word(link: LinkView) -> str:
    return link.label.partition(" ")[0]


def _shortened(run: list[LinkView]) -> Iterator[LinkView]:
    """Links to several figures, or tables, of which only the first shows the word."""
    for position, link in enumerate(run):
        word, _, place = link.label.partition(" ")
        first = f"{word}s {place}" if len(run) > 1 else link.label
        yield replace(link, text=place if position else first)


def _number(value: Number | None) -> NumberView:
    return NumberView(exact=json.dumps(value, allow_nan=False), text=number(value))


def _unit(item: Evidence) -> str:
    """The unit as it follows the value: "px", "3 filters", "1 filter"."""
    noun = item.unit not in SYMBOLS and item.unit.endswith("s")
    return item.unit[:-1] if noun and item.value == 1 else item.unit


def entries(blocks: Sequence[Block], plan: Outline, models: Mapping[str, str]) -> list[EntryView]:
    """One entry for each block that has a title; `models` are titles of models by name."""
    titled = [block for block in blocks if block.title]
    groups: dict[str, list[Block]] = {}
    for block in titled:
        groups.setdefault(block.title, []).append(block)
    details = {
        block.id: detail
        for group in groups.values()
        for block, detail in zip(group, _details(group, plan, models), strict=True)
    }
    return [
        EntryView(plan.anchors["block", block.id], block.title, details[block.id])
        for block in titled
    ]


def _details(group: Sequence[Block], plan: Outline, models: Mapping[str, str]) -> list[str]:
    """Details that distinguish blocks of one title: models, else layers, else figures."""
    if len(group) == 1:
        return [""]
    by_model = [models.get(block.model, "") for block in group]
    by_layers = [_layers(block) for block in group]
    by_figure = [plan.labels[block.figures[0].id] if block.figures else "" for block in group]
    # A block without figures states the reason instead, and needs no detail.
    return next((texts for texts in (by_model, by_layers) if _all_differ(texts)), by_figure)


def _all_differ(details: Sequence[str]) -> bool:
    return all(details) and len(set(details)) == len(details)


def _layers(block: Block) -> str:
    names = dict.fromkeys(name for figure in block.figures for name in figure.layers)
    return ", ".join(names) if len(names) <= _MOST_LAYERS else ""
