"""report.json: the content of the pages, for programs.

`report.schema.json` beside this file is its JSON Schema (draft 2020-12).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.records import Evidence, Figure, ModelFacts, Note, Report, Section, Table
from reportgen.render import prose
from reportgen.render.context import cited_views
from reportgen.render.outline import Outline
from reportgen.render.views import CitedView

if TYPE_CHECKING:
    from reportgen.types import JsonObject

SCHEMA = 1
SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


def render(report: Report, plan: Outline, digests: Mapping[str, Mapping[str, str]]) -> bytes:
    """The report as JSON with sorted keys.

    Args:
        report: the report.
        plan: its outline.
        digests: by `Figure.file` the digest of the file ("digest") and, where the page for browsers
            shows an SVG instead, that of the SVG ("vector").

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(
        document(report, plan, digests),
        sort_keys=True,
        indent=1,
        allow_nan=False,
        ensure_ascii=False,
    )
    # Half of a pair of characters, which a strange name may hold, has no bytes in UTF-8.
    return (text + "\n").encode(errors="replace")


def document(report: Report, plan: Outline, digests: Mapping[str, Mapping[str, str]]) -> JsonObject:
    """The report as plain values."""
    values = cited_views(plan)
    return {
        "schema": SCHEMA,
        "slug": report.slug,
        "title": report.title,
        "authors": list(report.authors),
        "intro": prose.with_values(report.intro, values),
        "warnings": [asdict(warning) for warning in report.warnings],
        "models": [_model(model) for model in report.models],
        "sections": [
            _section(section) | {"text": prose.with_values(section.text, values)}
            for section in report.sections
        ],
        "figures": [{**_figure(figure), **digests[figure.file]} for figure in plan.figures],
        "labels": dict(plan.labels),
        "tables": {item.id: _table(item.table) for item in plan.figures if item.table is not None},
        "evidence": [_evidence(item) for item in plan.evidence.values()],
        "notes": [_note(note, values) for note in plan.notes],
        "highlights": list(report.highlights),
        "inferences": [note.id for note in report.inferences],
        "provenance": dict(report.provenance),
    }


def _model(model: ModelFacts) -> JsonObject:
    """Every field of the record, under its own name."""
    facts = {field.name: getattr(model, field.name) for field in fields(model)}
    facts["layers"] = [asdict(row) for row in model.layers]
    facts["warnings"] = [asdict(warning) for warning in model.warnings]
    facts["doubtful"] = [asdict(answers) for answers in model.doubtful]
    return {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in facts.items()
    }


def _section(section: Section) -> JsonObject:
    return {
        "id": section.id,
        "title": section.title,
        "text": section.text,
        "model": section.model,
        **({"notes": [note.id for note in section.notes]} if section.notes else {}),
        "blocks": [
            {
                "id": block.id,
                "kind": block.kind,
                "title": block.title,
                "caption": block.caption,
                "model": block.model,
                "undefined": block.undefined,
                "explanation": list(block.explanation),
                "figures": [figure.id for figure in block.figures],
                "notes": [note.id for note in block.notes],
            }
            for block in section.blocks
        ],
    }


def _figure(figure: Figure) -> JsonObject:
    keys = ("id", "kind", "section", "model", "file", "title", "caption", "alt", "width", "height")
    facts = {key: getattr(figure, key) for key in keys}
    facts |= {"layers": list(figure.layers), "media_type": figure.media_type}
    quotes = [{"shown": shown, "evidence": cited} for shown, cited in figure.quotes]
    return facts | ({"quotes": quotes} if quotes else {})


def _table(table: Table) -> JsonObject:
    return {
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "footer": list(table.footer),
        **({"marks": [list(place) for place in table.marks]} if table.marks else {}),
    }


def _evidence(item: Evidence) -> JsonObject:
    facts = asdict(item)
    interval = None if item.interval is None else list(item.interval)
    return facts | {"interval": interval, "sources": list(item.sources)}


def _note(note: Note, values: Mapping[str, CitedView]) -> JsonObject:
    facts = asdict(note) | {"cites": list(note.cites), "caveats": list(note.caveats)}
    facts |= {"table": None if note.table is None else _table(note.table)}
    text = note.text if note.origin == "drafted" else prose.with_values(note.text, values)
    return facts | {"text": text, "changed": list(facts["changed"])}
