"""What a note stands on, and what of it has moved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reportgen.cited_values import cited
from reportgen.drafting import number
from reportgen.editing.file import Entry, Record, Standing, digest
from reportgen.editing.matching import Match
from reportgen.records import Change, Evidence, Note, Number

SHOWN = 3
"""Changes that a remark lists; the others are counted."""

_CODE = re.compile(r"(`[^`\n]+`)")
_MARKUP = re.compile(r"[\\*\[\]{}]|(?<![^\W_])_|_(?![^\W_])")
_TAG = re.compile(r"<(?=[A-Za-z/!?])|&(?=#|\w+;)")


def draft_text(note: Note) -> str:
    """A drafted note as Markdown, which a person may edit."""
    parts = _CODE.split(note.text)
    return "".join(part if i % 2 else _escaped(part) for i, part in enumerate(parts))


def _escaped(text: str) -> str:
    text = _MARKUP.sub(lambda match: f"\\{match[0]}", text)
    return _TAG.sub(lambda match: "&lt;" if match[0] == "<" else "&amp;", text)


def edited(entry: Entry, record: Record | None, draft: Note | None) -> bool:
    """Whether the text of a note is no longer the draft that the file held."""
    known = {record.draft} if record else set()
    if draft is not None:
        known.add(digest(draft_text(draft)))
    return bool(entry.text) and digest(entry.text) not in known


def is_own(entry: Entry, record: Record | None) -> bool:
    """Whether a note is the author's own from its beginning."""
    return not entry.id or entry.state == "own" or (record is not None and not record.draft)


def basis(entry: Entry, record: Record | None) -> Standing:
    """What the author wrote, approved or rejected a note on."""
    if record is None:
        return Standing()
    judged = entry.state in ("approved", "rejected") or not entry.text
    return record.now if judged and record.now is not None else record.stood


def present(draft: Note | None, ids: Iterable[str], evidence: Mapping[str, Evidence]) -> Standing:
    """What a note stands on now, as far as the evidence is there."""
    found = {id: _values(evidence[id]) for id in ids if id in evidence}
    return Standing(draft.verdict if draft else "", found)


def changes(before: Standing, evidence: Mapping[str, Evidence]) -> tuple[Change, ...]:
    """The values that moved beyond their interval, or were none of the report's any more."""
    return tuple(_changes(before, evidence))


def _changes(before: Standing, evidence: Mapping[str, Evidence]) -> Iterator[Change]:
    for id, (was, *bounds) in before.values.items():
        item = evidence.get(id)
        now = item.value if item else None
        if item is None or moved(was, bounds, now):
            yield Change(id, was, now)


def moved(was: Number | None, bounds: Iterable[Number | None], now: Number | None) -> bool:
    """Whether a value has left its interval; without one, whether it reads otherwise."""
    if was is None or now is None or was == now:
        return was != now
    known = [bound for bound in bounds if bound is not None]
    if len(known) == 2 and known[0] < known[1]:
        return not known[0] <= now <= known[1]
    return number(was) != number(now)


def translated(record: Record, match: Match) -> Record:
    """A record whose evidence has present ids."""
    now = None if record.now is None else _translated(record.now, match)
    return replace(record, stood=_translated(record.stood, match), now=now)


def _translated(standing: Standing, match: Match) -> Standing:
    return replace(standing, values={match.id(id): v for id, v in standing.values.items()})


def cited_ids(text: str) -> list[str]:
    """Ids of the evidence that an author's text cites."""
    return list(dict.fromkeys(item.id for item in cited(text) if item.id))


def in_words(changed: Iterable[Change], verdict_was: str, verdict: str) -> str:
    """What has moved, for a file and for the console."""
    parts = [f"{c.evidence} was {number(c.was)}, is {number(c.now)}" for c in changed]
    more = [f"and {len(parts) - SHOWN} more"] if len(parts) > SHOWN else []
    said = f"the verdict was {verdict_was}, is {verdict}" if verdict_was else ""
    return "; ".join(filter(None, [said, *parts[:SHOWN], *more])).replace("-->", "->")


def _values(item: Evidence) -> tuple[Number | None, ...]:
    return (item.value, *(item.interval or (None, None)))
