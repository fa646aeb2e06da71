"""The notes of a report as its author left them: drafts kept, edited or rejected, and own notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reportgen.cited_values import cited
from reportgen.citing import citation_problems, place_problems
from reportgen.editing.file import Entry, NotesFile, Place, Record
from reportgen.editing.matching import Match, match
from reportgen.editing.standing import (
    basis,
    changes,
    cited_ids,
    edited,
    is_own,
    translated,
)
from reportgen.errors import Problem, UserError
from reportgen.records import Evidence, Note, Section
from reportgen.spec.types import Spec

Home = tuple[str, str]
"""Where a note stands: ("figure" | "section", id), ("inferences", "") or ("orphans", "")."""
INFERENCES: Home = ("inferences", "")
ORPHANS: Home = ("orphans", "")


@dataclass(frozen=True)
class Located:
    """A note of the file with present ids, its record, its place there, and its home now."""

    place: Place
    home: Home
    entry: Entry
    record: Record | None


@dataclass(frozen=True)
class Known:
    """A notes file under the ids of the present spec.

    Attributes:
        notes: every note of the file, in its order.
        deleted: records of drafts that the author removed, by id.
        match: the present ids of the file's figures and sections.
    """

    notes: tuple[Located, ...]
    deleted: Mapping[str, Record]
    match: Match


def locate(file: NotesFile, spec: Spec) -> Known:
    """The notes of a file, found in the spec."""
    found = match(file, spec)
    homes = {("figure", f.id) for s in spec.sections for f in s.figures}
    homes |= {("section", s.id) for s in spec.sections} | {INFERENCES}
    records = {found.id(id): translated(record, found) for id, record in file.records.items()}
    notes: list[Located] = []
    taken = {found.id(e.id) for place in file.places for e in place.entries if e.id}
    for place in file.places:
        if place.kind == "preamble":
            continue
        home = (place.kind, found.place(place.id)) if place.id else (place.kind, "")
        for entry in place.entries:
            id = found.id(entry.id) if entry.id else _own_id(home, taken)
            taken.add(id)
            own = replace(entry, id=id, text=found.text(entry.text))
            own_home = home if home in homes else _of_id(id, homes)
            notes.append(Located(place, own_home, own, records.get(id)))
    deleted = {id: record for id, record in records.items() if id not in taken and record.draft}
    return Known(tuple(notes), deleted, found)


def _of_id(id: str, homes: Iterable[Home]) -> Home:
    """The home of a draft by its id, where it stands among the orphans."""
    place = id.partition(".")[0]
    home = INFERENCES if place == "inferences" else ("figure", place)
    return home if home in homes else ORPHANS


def _own_id(home: Home, taken: Iterable[str]) -> str:
    """An id for a note of the author's own."""
    kind, place = home
    number, start = 1, f"{place or kind}.own"
    while f"{start}-{number}" in taken:
        number += 1
    return f"{start}-{number}"


def file_problems(file: NotesFile, spec: Spec) -> Iterator[Problem]:
    """Values that shown notes cite of figures and inferences that the spec does not have."""
    figures = [figure.id for section in spec.sections for figure in section.figures]
    for item in locate(file, spec).notes:
        if item.home != ORPHANS and item.entry.state != "rejected":
            found = cited(item.entry.text)
            before = item.entry.text_line - 1
            yield from place_problems(found, figures, spec.inferences, file.file, before)


@dataclass(frozen=True)
class Applied:
    """The notes of a report after its author's edits, with what was left out.

    `rejected` holds the reason by id of each draft that the author left out.
    """

    sections: tuple[Section, ...]
    inferences: tuple[Note, ...]
    rejected: Mapping[str, str]


def applied(
    sections: Sequence[Section],
    inferences: Sequence[Note],
    evidence: Mapping[str, Evidence],
    spec: Spec,
    file: NotesFile | None,
) -> Applied:
    """The drafts of a report with the edits of its author.

    Args:
        sections: with the drafts of all figures.
        inferences: the drafts on the whole report.
        evidence: all that notes may cite, by id.
        spec: the report's spec.
        file: the author's notes, if there are any.

    Raises:
        UserError: a note cites evidence that the report does not have.
    """
    drafts, homes = _drafts(sections, inferences, spec)
    known = Known((), {}, Match({}, {})) if file is None else locate(file, spec)
    problems: list[Problem] = []
    placed: dict[Home, list[Note]] = {}
    rejected: dict[str, str] = {}
    seen: set[str] = set()
    for item in known.notes:
        entry, draft = item.entry, drafts.get(item.entry.id)
        seen.add(entry.id)
        own = is_own(entry, item.record)
        if item.home == ORPHANS or (not own and draft is None and entry.id in homes):
            continue  # Its figure is gone, or its rule is hidden.
        if leaves_out(entry, item.record, draft):
            rejected |= {} if own else {entry.id: entry.remark}
        elif entry.state != "rejected" and (own or edited(entry, item.record, draft)):
            found, line = cited(entry.text), entry.text_line - 1
            wrong = list(citation_problems(found, [*evidence], file.file if file else "", line))
            problems += wrong
            if not wrong:
                placed.setdefault(item.home, []).append(_note(item, draft, evidence))
        elif draft is not None:
            placed.setdefault(item.home, []).append(draft)
    if problems:
        raise UserError(*problems)
    for id, draft in drafts.items():
        if id in seen:
            continue
        if id in known.deleted and known.deleted[id].stood.verdict == draft.verdict:
            rejected[id] = ""
            continue
        placed.setdefault(homes[id], []).append(draft)
    return Applied(
        tuple(_section(section, placed) for section in sections),
        tuple(placed.get(INFERENCES, ())),
        rejected,
    )


def _drafts(
    sections: Sequence[Section], inferences: Sequence[Note], spec: Spec
) -> tuple[dict[str, Note], dict[str, Home]]:
    """The drafts that are not hidden, and their homes, by id."""
    pairs = [
        (note, ("figure", block.id))
        for section in sections
        for block in section.blocks
        for note in block.notes
    ]
    pairs += [(note, INFERENCES) for note in inferences]
    shown = [(note, home) for note, home in pairs if not is_hidden(note.rule, spec.hidden)]
    return {note.id: note for note, _ in shown}, {note.id: home for note, home in pairs}


def is_hidden(rule: str, hidden: Iterable[str]) -> bool:
    """Whether a rule, or the figure kind that it belongs to, is among those to hide."""
    return rule in hidden or rule.partition(".")[0] in hidden


def leaves_out(entry: Entry, record: Record | None, draft: Note | None) -> bool:
    """Whether the author rejected or emptied a note, and a draft's verdict is still the same."""
    waits = entry.state == "returned" and not edited(entry, record, draft)
    if entry.text and entry.state != "rejected" and not waits:
        return False
    before = basis(entry, record).verdict
    return draft is None or is_own(entry, record) or not before or before == draft.verdict


def _note(item: Located, draft: Note | None, evidence: Mapping[str, Evidence]) -> Note:
    """A note in the author's words."""
    entry, record = item.entry, item.record
    before = basis(entry, record)
    ids = [*(draft.cites if draft else before.values), *cited_ids(entry.text)]
    cites = tuple(dict.fromkeys(id for id in ids if id in evidence))
    own = is_own(entry, record)
    changed = changes(before, evidence)
    if draft is None or own:
        origin: Literal["own", "edited"] = "own" if own else "edited"
        return Note(entry.id, origin, entry.text, "info", cites, origin, changed=changed)
    was = before.verdict if before.verdict and before.verdict != draft.verdict else ""
    return replace(
        draft, text=entry.text, cites=cites, origin="edited", changed=changed, verdict_was=was
    )


def _section(section: Section, placed: Mapping[Home, Sequence[Note]]) -> Section:
    blocks = tuple(
        replace(block, notes=tuple(placed.get(("figure", block.id), ())))
        for block in section.blocks
    )
    own = tuple(placed.get(("section", section.id), ()))
    return replace(section, blocks=blocks, notes=own)
