"""Writes a notes file anew: with the present drafts, and with every word of its author."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reportgen.editing.applying import INFERENCES, ORPHANS, Home, Known, Located, is_hidden, locate
from reportgen.editing.file import (
    Entry,
    FigureKey,
    NotesFile,
    Place,
    Record,
    State,
    digest,
)
from reportgen.editing.matching import figure_keys
from reportgen.editing.standing import (
    basis,
    changes,
    cited_ids,
    draft_text,
    edited,
    in_words,
    is_own,
    present,
)
from reportgen.records import Evidence, Note, Section
from reportgen.spec.types import Spec

OPENING = """\
# Notes on {title}

These are the notes of the report. Above each stands a comment with its id and its state. Edit any
text. Change the state of a draft to `approved`, or to `rejected: REASON`, or delete the draft.
Write notes of your own below any heading; where another note stands before yours, begin it with the
comment `note own`, written like the others. Cite measured values by their ids, which the report
lists below each note: `{{{{ value("ID") }}}}`. Then build the report again.
"""


@dataclass(frozen=True)
class Merged:
    """A rewritten file, and the remarks for its author.

    Attributes:
        notes: the file.
        new: drafts that were not in it before.
        changed: what has moved, by id of each note of the author's that stands on it.
        returned: ids of drafts whose verdict has changed since they were rejected.
        orphans: ids of notes of the author's whose figure is gone.
        counts: the number of notes in each state.
    """

    notes: NotesFile
    new: tuple[str, ...]
    changed: Mapping[str, str]
    returned: tuple[str, ...]
    orphans: tuple[str, ...]
    counts: Mapping[str, int]


def merge(
    sections: Sequence[Section],
    inferences: Sequence[Note],
    evidence: Mapping[str, Evidence],
    spec: Spec,
    file: NotesFile | None,
    approve: Iterable[str] = (),
) -> Merged:
    """A notes file with the present drafts and all that its author wrote.

    Args:
        sections: with the drafts of all figures.
        inferences: the drafts on the whole report.
        evidence: all that notes may cite, by id.
        spec: the report's spec.
        file: the file so far; None where there is none.
        approve: ids of notes to approve as they are.
    """
    return _Merger(sections, inferences, evidence, spec, file, set(approve)).merged()


class _Merger:
    def __init__(
        self,
        sections: Sequence[Section],
        inferences: Sequence[Note],
        evidence: Mapping[str, Evidence],
        spec: Spec,
        file: NotesFile | None,
        approve: set[str],
    ) -> None:
        self.sections, self.inferences, self.evidence = sections, inferences, evidence
        self.spec, self.approve = spec, approve
        self.file = file or NotesFile(str(spec.notes))
        self.known: Known = locate(self.file, spec)
        blocks = [block for section in sections for block in section.blocks]
        pairs: list[tuple[Home, Note]] = [
            (("figure", block.id), note) for block in blocks for note in block.notes
        ]
        pairs += [(INFERENCES, note) for note in inferences]
        self.homes = {note.id: home for home, note in pairs}
        self.drafts = {note.id: note for _, note in pairs}
        self.titles = {block.id: block.title or block.kind for block in blocks}
        self.records: dict[str, Record] = {}
        self.changed: dict[str, str] = {}
        self.returned: list[str] = []
        self.new: list[str] = []

    def merged(self) -> Merged:
        """The file written anew."""
        placed: dict[Home, list[Entry]] = {}
        orphans: list[tuple[Located, Entry]] = []
        for item in self.known.notes:
            entry = self.entry(item)
            if entry is None:
                continue
            if item.home == ORPHANS:
                orphans.append((item, entry))
            else:
                placed.setdefault(item.home, []).append(entry)
        listed = {item.entry.id for item in self.known.notes}
        for id, draft in self.drafts.items():
            if id not in listed and (entry := self.offered(draft)):
                placed.setdefault(self.homes[id], []).append(entry)
        for id, record in self.known.deleted.items():
            if id not in self.drafts:
                self.records[id] = replace(record, deleted=True)
        places = [*self.preamble(), *self.places(placed), *self.orphans(orphans)]
        entries = [entry for place in places for entry in place.entries]
        counts: dict[str, int] = {}
        for entry in entries:
            if entry.id:
                counts[entry.state] = counts.get(entry.state, 0) + 1
        figures, sections = self.keys(places)
        order = [entry.id for entry in entries if entry.id in self.records]
        records = {id: self.records[id] for id in [*order, *sorted(self.records)]}
        file = NotesFile(self.file.file, tuple(places), figures, sections, records)
        gone = tuple(entry.id for _, entry in orphans)
        return Merged(file, tuple(self.new), self.changed, tuple(self.returned), gone, counts)

    def offered(self, draft: Note) -> Entry | None:
        """The entry of a draft that the file lacks; None where the author deleted it."""
        if is_hidden(draft.rule, self.spec.hidden):
            if draft.id in self.known.deleted:
                self.records[draft.id] = self.known.deleted[draft.id]
            return None
        deleted = self.known.deleted.get(draft.id)
        if deleted is not None:
            if deleted.stood.verdict == draft.verdict:
                self.records[draft.id] = replace(deleted, deleted=True)
                return None
            self.returned.append(draft.id)
        else:
            self.new.append(draft.id)
        self.records[draft.id] = self.fresh(draft)
        return Entry(draft.id, "draft", verdict(draft), draft_text(draft))

    def fresh(self, draft: Note) -> Record:
        """The record of a draft as it is offered now."""
        now = present(draft, draft.cites, self.evidence)
        return Record(digest(draft_text(draft)), now, said=verdict(draft))

    def entry(self, item: Located) -> Entry | None:
        """A note of the file, brought up to date; None where nothing of its author's is in it."""
        entry, record = item.entry, item.record
        draft = self.drafts.get(entry.id)
        if entry.id in self.approve:
            entry = replace(entry, state="approved")
        said = {record.said if record else "", verdict(draft) if draft else ""}
        remark = "" if entry.remark in said else entry.remark
        entry = replace(entry, remark=remark)
        if item.home == ORPHANS:
            return self.kept(entry, record, draft)
        if is_own(entry, record):
            return self.words(entry, record, None) if entry.text or remark else None
        if entry.state == "rejected" or not entry.text:
            if draft is None:
                return self.kept(replace(entry, state="rejected"), record, draft)
            return self.judged(entry, record, draft)
        if edited(entry, record, draft):
            return self.words(entry, record, draft)
        if draft is None:
            return self.kept(entry, record, draft)
        return self.draft(entry, record, draft)

    def draft(self, entry: Entry, record: Record | None, draft: Note) -> Entry:
        """A draft that the author has not edited, as it reads now."""
        if entry.state == "returned" and record is not None:
            return self.judged(entry, record, draft)
        before = basis(entry, record)
        was = before.verdict if before.verdict != draft.verdict else ""
        said = in_words(changes(before, self.evidence), was, draft.verdict)
        lapsed = entry.state == "approved" and entry.id not in self.approve and bool(said)
        if lapsed:
            self.changed[entry.id] = said
        state: State = "approved" if entry.state == "approved" and not lapsed else "draft"
        self.records[entry.id] = self.fresh(draft)
        return replace(
            entry, state=state, text=draft_text(draft), remark=entry.remark or verdict(draft)
        )

    def judged(self, entry: Entry, record: Record | None, draft: Note) -> Entry:
        """A draft that the author rejected, which returns where its verdict has changed."""
        before, new = basis(entry, record), self.fresh(draft)
        own = edited(entry, record, draft)
        known = record.draft if record is not None and own else new.draft
        text = entry.text if own or not entry.text else draft_text(draft)
        if not before.verdict or before.verdict == draft.verdict:
            self.records[entry.id] = Record(known, new.stood)
            return replace(entry, state="rejected", text=text)
        said = in_words((), before.verdict, draft.verdict)
        self.records[entry.id] = Record(known, before, new.stood, said)
        self.returned.append(entry.id)
        text = text or draft_text(draft)
        return replace(entry, state="returned", text=text, remark=entry.remark or said)

    def words(self, entry: Entry, record: Record | None, draft: Note | None) -> Entry:
        """A note in the author's words: kept, and marked where what it stands on has moved."""
        own = draft is None and is_own(entry, record)
        ids = [*(draft.cites if draft else ()), *cited_ids(entry.text)]
        now = present(draft, ids, self.evidence)
        before = now if record is None else basis(entry, record)
        if record is None or entry.id in self.approve:
            before = now
        new = {id: value for id, value in now.values.items() if id not in before.values}
        kept = {i: v for i, v in before.values.items() if not own or i in ids}
        verdict = before.verdict or now.verdict
        stood = replace(before, verdict=verdict, values={**kept, **new})
        was = verdict if draft is not None and verdict != draft.verdict else ""
        said = in_words(changes(stood, self.evidence), was, now.verdict)
        known = (
            "" if own else record.draft if record else digest(draft_text(draft)) if draft else ""
        )
        self.records[entry.id] = Record(known, stood, now if said else None, said)
        if said:
            self.changed[entry.id] = said
            return replace(entry, state="changed", remark=entry.remark or said)
        calm: State = "own" if own else "edited"
        state = entry.state if entry.state in ("approved", "own") else calm
        return replace(entry, state=state)

    def kept(self, entry: Entry, record: Record | None, draft: Note | None) -> Entry | None:
        """A note without draft or figure, where it holds words of the author's."""
        own = is_own(entry, record) and bool(entry.text)
        if own or entry.remark or edited(entry, record, draft):
            if record is not None:
                self.records[entry.id] = record
            return replace(entry, state="edited") if entry.state == "draft" else entry
        if record is not None and entry.state == "rejected":
            self.records[entry.id] = replace(record, deleted=True)
        return None

    def preamble(self) -> list[Place]:
        """What stands above the first heading."""
        found = [place for place in self.file.places if place.kind == "preamble"]
        text = OPENING.format(title=_line(self.spec.title), slug=self.spec.slug).strip()
        known = any(place.kind != "preamble" for place in self.file.places)
        opening = (
            [] if known or found else [Place("preamble", "", "", (Entry("", "own", "", text),))]
        )
        return [*opening, *found]

    def places(self, placed: Mapping[Home, Sequence[Entry]]) -> list[Place]:
        """Every section and figure of the spec, then the inferences."""
        found = []
        for section in self.sections:
            home: Home = ("section", section.id)
            found.append(self.place(home, section.title, placed))
            for block in section.blocks:
                found.append(self.place(("figure", block.id), self.titles[block.id], placed))
        if self.inferences or placed.get(INFERENCES):
            found.append(self.place(INFERENCES, "Inferences", placed))
        return found

    def place(self, home: Home, title: str, placed: Mapping[Home, Sequence[Entry]]) -> Place:
        """One heading with its notes."""
        kind, id = home
        heading = self.heading(home, _line(title))
        entries = tuple(placed.get(home, ()))
        if kind == "section":
            return Place("section", id, heading, entries)
        return Place("figure" if kind == "figure" else "inferences", id, heading, entries)

    def heading(self, home: Home, title: str) -> str:
        """A heading: the author's, where he changed it."""
        for place in self.file.places:
            id = self.known.match.place(place.id) if place.id else ""
            if (place.kind, id) == home:
                key = self.file.figures.get(place.id)
                usual = key.heading if key else self.file.sections.get(place.id or place.kind, "")
                return title if place.heading in (usual, "") else place.heading
        return title

    def orphans(self, orphans: Sequence[tuple[Located, Entry]]) -> list[Place]:
        """Notes whose figure or section has left the spec, below the headings that they had."""
        if not orphans:
            return []
        loose: list[Entry] = []
        places: list[Place] = []
        for place, group in groupby(orphans, lambda pair: pair[0].place):
            entries = tuple(entry for _, entry in group)
            if place.kind in ("section", "figure"):
                id = self.known.match.place(place.id)
                places.append(Place(place.kind, id, place.heading, entries, True))
            else:
                loose += entries
        return [Place("orphans", "", "Orphans", tuple(loose)), *places]

    def keys(self, places: Sequence[Place]) -> tuple[dict[str, FigureKey], dict[str, str]]:
        """How the figures and sections of the file are found again, with their headings."""
        figures = {
            id: replace(key, heading=_line(self.titles.get(id, "")))
            for id, key in figure_keys(self.spec).items()
        }
        sections = {section.id: _line(section.title) for section in self.sections}
        sections["inferences"] = "Inferences"
        used = {place.id for place in places if place.orphan}
        used |= {id.partition(".")[0] for id in self.records}
        for old, key in self.file.figures.items():
            id = self.known.match.place(old)
            if id in used and id not in figures:
                figures[id] = key
        for old, heading in self.file.sections.items():
            id = self.known.match.sections.get(old, old)
            if id in used and id not in sections:
                sections[id] = heading
        return figures, sections


def verdict(draft: Note) -> str:
    """What the comment above a draft says of its verdict and its claim; "" where it tests none."""
    if draft.verdict == "info":
        return ""
    claim = f", that {_lowered(draft.claim)}" if draft.claim else ""
    return _line(f"{draft.verdict}{claim}").replace("-->", "->")


def _lowered(claim: str) -> str:
    """A claim inside a sentence: a first word in capitals, or in backticks, stays."""
    word = claim.split(" ")[0]
    return claim if word[1:] != word[1:].lower() else claim[:1].lower() + claim[1:]


def _line(title: str) -> str:
    """A title on one line, without the beginning of a comment."""
    return " ".join(title.split()).replace("<!--", "<! --")
