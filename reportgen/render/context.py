"""From a report to all that its pages say, in the words that they say it with."""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from reportgen.drafting import number
from reportgen.drafting.wording import SYMBOLS
from reportgen.records import VERDICTS, Block, Evidence, Figure, ModelFacts, Note, Report, Section
from reportgen.render import tables
from reportgen.render.outline import Outline
from reportgen.render.views import (
    BlockView,
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

WORDS: Mapping[str, str] = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "inconclusive": "Inconclusive",
    "info": "Measured",
}
"""What a verdict is called on a page."""

DENSITY = 2
"""Pictures hold this many pixels for each pixel that they are shown with."""


def report_page(report: Report, plan: Outline, files: Mapping[str, bytes]) -> ReportPage:
    """The context of a report's page."""
    view = _Viewer(report, plan, files)
    counts = counted(len(plan.figures), sum(item.table is not None for item in plan.figures))
    names = ", ".join(model.title or model.name for model in report.models)
    return {
        "title": report.title,
        "authors": ", ".join(report.authors),
        "description": f"{report.title}: {counts}" + (f" on {names}." if names else "."),
        "counts": counts,
        "intro": report.intro.strip("\n"),
        "sections": [view.section(section) for section in report.sections],
        "inferences": [view.note(note, str(i)) for i, note in enumerate(report.inferences, 1)],
        "tally": _tally(report.inferences),
        "models": list(view.models.values()),
        "provenance": facts(report.provenance),
    }


def counted(figures: int, tables: int) -> str:
    """How many pictures and tables, in words; `figures` counts both.

    >>> counted(3, 1)
    '2 figures and 1 table'
    """
    pictures = figures - tables
    parts = [f"{pictures} figure" + "s" * (pictures != 1), f"{tables} table" + "s" * (tables != 1)]
    return " and ".join(part for part, n in zip(parts, (pictures, tables), strict=True) if n)


def facts(mapping: Mapping[str, Any]) -> list[FactView]:
    """Nested plain values as lines, in the order given."""
    return [_fact(str(key), value) for key, value in mapping.items()]


def data_uri(data: bytes, media_type: str) -> str:
    """Bytes as an address that needs no request."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


class _Viewer:
    """Turns records into views, given the outline of the report that they belong to."""

    def __init__(self, report: Report, plan: Outline, files: Mapping[str, bytes]) -> None:
        self.plan = plan
        self.files = files
        self.shown = {figure.id: figure for figure in plan.figures}
        self.models = {model.name: _model(model) for model in report.models}

    def section(self, section: Section) -> SectionView:
        return {
            "anchor": self.plan.anchors["section", section.id],
            "title": section.title,
            "text": section.text.strip("\n"),
            "model": self.models.get(section.model),
            "entries": [
                {"anchor": self.plan.anchors["block", block.id], "label": block.title}
                for block in section.blocks
                if block.title
            ],
            "blocks": [self.block(block, section.model) for block in section.blocks],
        }

    def block(self, block: Block, model: str) -> BlockView:
        return {
            "anchor": self.plan.anchors["block", block.id],
            "title": block.title,
            "lead": block.caption if len(block.figures) != 1 else "",
            "remark": block.undefined,
            "model": None if block.model == model else self.models.get(block.model),
            "figures": [self.figure(self.shown[item.id], block) for item in block.figures],
            "notes": [self.note(note) for note in block.notes],
        }

    def figure(self, figure: Figure, block: Block) -> FigureView:
        picture = figure.table is None
        return {
            "anchor": self.plan.anchors["figure", figure.id],
            "label": self.plan.labels[figure.id],
            "title": "" if figure.title == block.title else figure.title,
            "caption": figure.caption,
            "alt": figure.alt or figure.caption or figure.title,
            "file": figure.file,
            "source": data_uri(self.files[figure.file], figure.media_type) if picture else "",
            "width": math.ceil(figure.width / DENSITY),
            "height": math.ceil(figure.height / DENSITY),
            "table": None if figure.table is None else tables.view(figure.table),
        }

    def note(self, note: Note, position: str = "") -> NoteView:
        evidence = [self.plan.evidence[cited] for cited in note.cites]
        places = dict.fromkeys(item.figure for item in evidence)
        return {
            "id": note.id,
            "anchor": self.plan.anchors["note", note.id],
            "rule": note.rule,
            "text": note.text,
            "verdict": note.verdict,
            "word": WORDS[note.verdict],
            "number": position,
            "edited": note.origin == "edited",
            "cites": " ".join(note.cites),
            "figures": [self.link(figure) for figure in places],
            "evidence": [self.evidence(item) for item in evidence],
        }

    def evidence(self, item: Evidence) -> EvidenceView:
        low, high = item.interval or (None, None)
        return {
            "id": item.id,
            "value": _number(item.value),
            "unit": _unit(item),
            "low": None if low is None else _number(low),
            "high": None if high is None else _number(high),
            "n": None if item.n is None else _number(item.n),
            "baseline": None if item.baseline is None else _number(item.baseline),
            "how": item.how,
            "figure": self.link(item.figure),
        }

    def link(self, figure: str) -> LinkView:
        return {"anchor": self.plan.anchors["figure", figure], "label": self.plan.labels[figure]}


def _number(value: int | float | None) -> NumberView:
    return {"exact": json.dumps(value, allow_nan=False), "text": number(value)}


def _unit(item: Evidence) -> str:
    """The unit as it follows the value: "px", "3 filters", "1 filter"."""
    noun = item.unit not in SYMBOLS and item.unit.endswith("s")
    return item.unit[:-1] if noun and item.value == 1 else item.unit


def _model(model: ModelFacts) -> ModelView:
    return {
        "name": model.name,
        "title": model.title or model.name,
        "source": model.source,
        "dataset": model.dataset,
        "params": number(model.total_params),
        "digest": model.digest,
    }


def _tally(notes: tuple[Note, ...]) -> list[TallyView]:
    counts = Counter(note.verdict for note in notes)
    return [
        {"verdict": verdict, "text": f"{counts[verdict]} {WORDS[verdict].lower()}"}  # type: ignore[index]
        for verdict in VERDICTS
        if counts[verdict]  # type: ignore[index]
    ]


def _fact(key: str, value: object) -> FactView:
    if isinstance(value, Mapping):
        return {"key": key, "value": "", "facts": facts(value)}
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        inner = [_fact(str(position), item) for position, item in enumerate(value, 1)]
        return {"key": key, "value": "", "facts": inner}
    return {"key": key, "value": _plain(value), "facts": []}


def _plain(value: object) -> str:
    """A value as a reader would write it, in full."""
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "none"
