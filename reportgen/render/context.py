"""From a report to all that its pages say, in the words that they say it with."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from typing import Any

from reportgen.drafting import number
from reportgen.records import Block, Figure, ModelFacts, Report, Section
from reportgen.render import claims, contents, tables
from reportgen.render.outline import Outline
from reportgen.render.views import (
    REMARKS,
    BlockView,
    FactView,
    FigureView,
    ModelView,
    ReportPage,
    SectionView,
)

DENSITY = 2
"""Pictures hold this many pixels for each pixel that they are shown with."""

WIDE = 412
"""Pictures wider than this, in CSS pixels, scroll on a phone: 85 % of it is what a phone has."""

_RESERVED = re.compile('[%#"&\t\n\r]')
"""What would end an address or be lost in it, and what HTML would have to write at length."""


def report_page(
    report: Report,
    plan: Outline,
    files: Mapping[str, bytes],
    vectors: Mapping[str, bytes] | None = None,
) -> ReportPage:
    """The context of a report's page; pictures are shown as `vectors` (SVG) where there are."""
    view = _Viewer(report, plan, files, vectors or {})
    counts = counted(len(plan.figures), sum(item.table is not None for item in plan.figures))
    names = ", ".join(model.title or model.name for model in report.models)
    notes = enumerate(report.inferences, 1)
    return {
        "title": report.title,
        "authors": ", ".join(report.authors),
        "description": f"{report.title}: {counts}" + (f" on {names}." if names else "."),
        "counts": counts,
        "intro": report.intro.strip("\n"),
        "sections": [view.section(section) for section in report.sections],
        "inferences": [claims.note_view(note, plan, str(place)) for place, note in notes],
        "tally": claims.tally(report.inferences),
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


def vector_uri(data: bytes) -> str:
    """An SVG document in UTF-8 as an address: text that stays text is a quarter shorter."""
    return "data:image/svg+xml," + _RESERVED.sub(
        lambda found: f"%{ord(found[0]):02X}", data.decode()
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
        models = {name: model["title"] for name, model in self.models.items()}
        return {
            "anchor": self.plan.anchors["section", section.id],
            "title": section.title,
            "text": section.text.strip("\n"),
            "model": self.models.get(section.model),
            "entries": contents.entries(section.blocks, self.plan, models),
            "blocks": [self.block(block, section.model) for block in section.blocks],
        }

    def block(self, block: Block, model: str) -> BlockView:
        return {
            "anchor": self.plan.anchors["block", block.id],
            "title": block.title,
            "lead": block.caption if len(block.figures) != 1 else "",
            "explanation": list(block.explanation),
            "remark": block.undefined,
            "model": None if block.model == model else self.models.get(block.model),
            "figures": [self.figure(self.shown[item.id], block) for item in block.figures],
            "notes": [claims.note_view(note, self.plan) for note in block.notes],
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
            "source": self.source(figure) if picture else "",
            "width": math.ceil(figure.width / DENSITY),
            "height": math.ceil(figure.height / DENSITY),
            "wide": picture and figure.width / DENSITY > WIDE,
            "table": None if figure.table is None else tables.view(figure.table),
        }

    def source(self, figure: Figure) -> str:
        if figure.file in self.vectors:
            return vector_uri(self.vectors[figure.file])
        return data_uri(self.files[figure.file], figure.media_type)


def _model(model: ModelFacts) -> ModelView:
    return {
        "name": model.name,
        "title": model.title or model.name,
        "source": model.source,
        "dataset": model.dataset,
        "params": number(model.total_params),
        "digest": model.digest,
        "remark": " ".join(str(model.training[k]) for k in REMARKS if k in model.training),
    }


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
