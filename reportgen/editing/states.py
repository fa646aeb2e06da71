"""What a notes file says of a published report: rejected drafts, changed notes and orphans."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from reportgen.codec import decode, fits
from reportgen.editing.applying import ORPHANS, Located, locate
from reportgen.editing.file import Entry, NotesFile
from reportgen.editing.standing import basis, changes, edited, in_words, is_own
from reportgen.files import read_regular
from reportgen.records import Evidence
from reportgen.spec.types import Spec
from reportgen.types import Json


class NoteState(NamedTuple):
    """A note that its author may want to look at: "rejected", "returned", "changed", "orphan"."""

    state: str
    id: str
    detail: str


class Published(NamedTuple):
    """What a published report holds: evidence by id, and the verdict of each note by id."""

    evidence: Mapping[str, Evidence]
    verdicts: Mapping[str, str]


def published(file: Path) -> Published | None:
    """The evidence and notes of a report.json; None where it cannot be read."""
    try:
        found: Json = json.loads(read_regular(file))
    except (OSError, ValueError, RecursionError):
        return None
    known = isinstance(found, dict) and fits(tuple[Evidence, ...], found.get("evidence"))
    if not known or not fits(tuple[Mapping[str, Any], ...], found.get("notes")):
        return None
    names = [field.name for field in fields(Evidence)]
    items = [{name: item[name] for name in names if name in item} for item in found["evidence"]]
    evidence = decode(tuple[Evidence, ...], items)
    verdicts = {str(note.get("id")): str(note.get("verdict")) for note in found["notes"]}
    return Published({item.id: item for item in evidence}, verdicts)


def states(file: NotesFile, spec: Spec, report: Published | None) -> Iterator[NoteState]:
    """Remarks on the notes of a file, given the report as it was published last."""
    known = locate(file, spec)
    for item in known.notes:
        yield from _states(item, report)
    for id in known.deleted:
        back = report is not None and id in report.verdicts
        yield NoteState("returned" if back else "rejected", id, "deleted from the file")


def _states(item: Located, report: Published | None) -> Iterator[NoteState]:
    entry, record = item.entry, item.record
    own = is_own(entry, record)
    if item.home == ORPHANS:
        if entry.remark or edited(entry, record, None):
            yield NoteState("orphan", entry.id, "its figure has left the spec")
        return
    if not own and (_is_out(entry) or entry.state == "returned"):
        back = report is not None and entry.id in report.verdicts
        yield NoteState("returned" if back else "rejected", entry.id, entry.remark)
        return
    if report is not None and (own or edited(entry, record, None)):
        before, now = basis(entry, record), report.verdicts.get(entry.id, "")
        was = before.verdict if now and before.verdict not in ("", now) else ""
        if said := in_words(changes(before, report.evidence), was, now):
            yield NoteState("changed", entry.id, said)


def _is_out(entry: Entry) -> bool:
    return entry.state == "rejected" or not entry.text
