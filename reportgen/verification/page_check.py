"""Holds what one page shows against report.json."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from reportgen.drafting.rounding import shows
from reportgen.records import Cell, Evidence, Verdict
from reportgen.verification.outcome import Fault, Tally
from reportgen.verification.passages import Passages
from reportgen.verification.published import Figure, Note, Published, Table, parameters
from reportgen.verification.shown import (
    ShownEvidence,
    ShownFigure,
    ShownNote,
    ShownNumber,
    ShownPage,
    ShownTable,
)
from reportgen.verification.texts import bare, difference, even
from reportgen.verification.words import WORDS

_LABELED = re.compile(r"(Figure|Table)(s?) (\d+)")
_FIXED = {"Inferences": "#inferences", "How this report was made": "#provenance"}
"""Titles of places that every page has."""
_ABSENT = "\N{EN DASH}"


class PageCheck:
    """The checks of one page; they collect faults in `tally`."""

    def __init__(self, report: Published, page: ShownPage, tally: Tally) -> None:
        self.report = report
        self.page = page
        self.tally = tally
        self.named = {anchor: place for place, anchor in report.anchors.items()}
        self.browser = page.name.endswith(".html")

    def all(self) -> None:
        """Everything but pictures, and links to other files."""
        self._order()
        self._figures()
        self._notes()
        for table in self.page.tables:
            self._models(table)
        passages = Passages(self.report)
        for passage in self.page.passages:
            kind, name = self.named.get(passage.about, ("", ""))
            if kind == "note" and self.report.by_note[name].origin != "drafted":
                continue
            self.tally.hold(passage.text)
            if kind == "note" and bare(self.report.by_note[name].text) not in passage.text:
                self._fault(passage.line, "text", f"leads to note {name}, which says another thing")
            for message in passages.faults(passage):
                self._fault(passage.line, "text", message)
        self._references()
        for value in self.page.values:
            self.tally.hold(value.text)
            self._value(value.line, value.evidence, value.text)

    def _fault(self, line: int, place: str, message: str) -> None:
        self.tally.faults.append(Fault(self.page.name, line, place, message))

    # --- the order of things ---

    def _order(self) -> None:
        """Sections, blocks, figures and notes all stand there, each once and in its place."""
        lines = dict(reversed(self.page.places))
        counts = Counter(anchor for anchor, _ in self.page.places)
        shown = [self.named[a] for a, _ in self.page.places if a in self.named]
        shown = list(dict.fromkeys(shown))
        for anchor, count in counts.items():
            if count > 1 and (anchor in self.named or self.browser):
                self._fault(lines[anchor], f"id {anchor!r}", f"stands there {count} times")
        for place in self.report.order:
            if place not in shown:
                self._fault(0, " ".join(place), "is missing")
        told = [place for place in self.report.order if place in set(shown)]
        moved = next((pair for pair in zip(shown, told, strict=True) if pair[0] != pair[1]), None)
        if moved:
            found, wanted = " ".join(moved[0]), " ".join(moved[1])
            line = lines[self.report.anchors[moved[0]]]
            self._fault(line, found, f"stands where {wanted} should")

    # --- figures ---

    def _figures(self) -> None:
        for shown in self.page.figures:
            kind, name = self.named.get(shown.anchor, ("", ""))
            if kind != "figure":
                self._fault(shown.line, f"figure {shown.anchor!r}", "is none that report.json has")
                continue
            self._figure(shown, self.report.by_figure[name])
        counts = Counter(shown.anchor for shown in self.page.figures)
        for figure in self.report.figures:
            if counts[self.report.anchors["figure", figure.id]] != 1:
                times = counts[self.report.anchors["figure", figure.id]]
                where = f"figure {figure.id} ({self.report.labels[figure.id]})"
                self._fault(0, where, "is missing" if not times else f"stands there {times} times")

    def _figure(self, shown: ShownFigure, figure: Figure) -> None:
        place = f"figure {figure.id}"
        if shown.label != self.report.labels[figure.id]:
            told = self.report.labels[figure.id]
            self._fault(shown.line, place, f"is called {shown.label!r}; it is {told!r}")
        self._same(shown.line, f"{place}, caption", shown.caption, figure.caption)
        if shown.title:
            self._same(shown.line, f"{place}, title", shown.title, figure.title)
        if figure.id in self.report.tables:
            if shown.table is None:
                self._fault(shown.line, place, "shows no table")
            else:
                self._table(place, shown.table, self.report.tables[figure.id])
            footer = self.report.tables[figure.id].footer
            self._same(shown.line, f"{place}, footer", " ".join(shown.footer), " ".join(footer))
        else:
            told = figure.alt or figure.caption or figure.title
            self._same(shown.line, f"{place}, alternative text", shown.alt, told)

    def _same(self, line: int, place: str, shown: str, told: str) -> None:
        """A text is that of report.json."""
        self.tally.hold(shown)
        if differs := difference(shown, bare(told)):
            self._fault(line, place, differs)

    # --- tables ---

    def _table(self, place: str, shown: ShownTable, table: Table) -> None:
        self._same(
            shown.line, f"{place}, head", " | ".join(shown.columns), " | ".join(table.columns)
        )
        if len(shown.rows) != len(table.rows):
            message = f"has {len(shown.rows)} rows where report.json has {len(table.rows)}"
            self._fault(shown.line, place, message)
            return
        for i, (row, told) in enumerate(zip(shown.rows, table.rows, strict=True)):
            line = shown.lines[i]
            if len(row) != len(told):
                message = f"row {i + 1} has {len(row)} cells where report.json has {len(told)}"
                self._fault(line, place, message)
                continue
            for j, (text, cell) in enumerate(zip(row, told, strict=True)):
                where = f"{place}, row {i + 1}, column {table.columns[j]!r}"
                self._cell(line, where, text, cell)
        wanted = frozenset(table.marks)
        for i, j in sorted(shown.marks ^ wanted):
            state = "is not highlighted" if (i, j) in wanted else "is highlighted"
            line = shown.lines[i] if i < len(shown.lines) else shown.line
            self._fault(
                line, f"{place}, row {i + 1}", f"cell {j + 1} {state}, unlike in report.json"
            )

    def _cell(self, line: int, place: str, text: str, cell: Cell) -> None:
        self.tally.hold(text)
        if cell is None or isinstance(cell, str):
            told = _ABSENT if cell is None else bare(cell)
            if text != told:
                self._fault(line, place, f"has {text!r} where report.json has {told!r}")
        elif not _is_rounding(text, cell):
            self._fault(line, place, f"has {text!r}, which is no rounding of {cell!r}")

    def _models(self, table: ShownTable) -> None:
        """A table outside of figures: the models of the report, a row each."""
        models = {model.name: model for model in self.report.models}
        for line, row in zip(table.lines, table.rows, strict=True):
            self.tally.hold(" ".join(row))
            model = models.get(row[0]) if row else None
            if model is None:
                self._fault(line, "table", f"has a row {' | '.join(row)!r}, unlike report.json")
                continue
            told = (model.name, model.source, model.dataset, parameters(model), model.digest)
            if row != tuple(map(even, told)):
                message = difference(" ".join(row), " ".join(map(even, told)))
                self._fault(line, f"models, {model.name}", message)
        if len(table.rows) != len(models):
            self._fault(table.line, "models", f"{len(table.rows)} rows for {len(models)} models")

    # --- notes ---

    def _notes(self) -> None:
        for shown in self.page.notes:
            kind, name = self.named.get(shown.anchor, ("", ""))
            if kind != "note":
                self._fault(shown.line, f"note {shown.anchor!r}", "is none that report.json has")
            else:
                self._note(shown, self.report.by_note[name])
        counts = Counter(shown.anchor for shown in self.page.notes)
        for kind, name in self.report.order:
            if kind == "note" and not counts[self.report.anchors[kind, name]]:
                self._fault(0, f"note {name}", "is missing")

    def _note(self, shown: ShownNote, note: Note) -> None:
        place = f"note {note.id}"
        drafted = note.origin == "drafted"
        if shown.authored == drafted:
            self._fault(shown.line, place, "is marked as the author's, unlike in report.json")
        if drafted:
            self._same(shown.line, place, shown.text, note.text)
        if not shown.words and note.origin != "own":
            self._fault(shown.line, place, f"shows no verdict; it is {note.verdict!r}")
        for word in shown.words if note.origin != "own" else ():
            if word.partition(" (")[0].lower() not in WORDS[note.verdict]:
                self._fault(shown.line, place, f"says {word!r}; its verdict is {note.verdict!r}")
        for mark in shown.marks:
            if mark != note.verdict:
                self._fault(
                    shown.line, place, f"is marked {mark!r}; its verdict is {note.verdict!r}"
                )
        if shown.id not in (None, note.id):
            self._fault(shown.line, place, f"is marked as note {shown.id!r}")
        if shown.cites not in (None, " ".join(note.cites)):
            differs = difference(shown.cites or "", " ".join(note.cites))
            self._fault(shown.line, f"{place}, marked evidence", differs)
        cited = [self.report.measures[name] for name in note.cites]
        if drafted or self.browser:
            self._figures_named(shown.line, place, shown.links, {item.figure for item in cited})
        if note.table is not None and shown.table is not None:
            self._table(f"{place}, table", shown.table, note.table)
        elif note.table is not None and drafted:
            self._fault(shown.line, place, "lacks its table")
        self._moved(shown, note)
        if self.browser or note.id in self.report.inferences or shown.evidence:
            ids = [item.id for item in shown.evidence]
            if differs := difference(" ".join(ids), " ".join(note.cites)):
                self._fault(shown.line, f"{place}, evidence list", differs)
        for item in shown.evidence:
            if item.id in self.report.measures:
                self._evidence(f"{place}, evidence {item.id}", item)

    def _moved(self, shown: ShownNote, note: Note) -> None:
        """The numbers that changed since a person wrote about them."""
        told = [value for change in note.changed for value in (change.was, change.now)]
        if not self.browser or not (told or shown.moved):
            return
        right = len(told) == len(shown.moved)
        if not right or not all(map(_is_rounding, shown.moved, told)):
            message = f"says that {', '.join(shown.moved)} changed; report.json has {told}"
            self._fault(shown.line, f"note {note.id}", message)

    def _figures_named(
        self, line: int, place: str, links: Sequence[object], figures: Iterable[str]
    ) -> None:
        """The links of a note or of evidence lead to the figures that show it, and to no others."""
        found = {getattr(link, "target", "").removeprefix("#") for link in links}
        wanted = {self.report.anchors["figure", name] for name in figures}
        for anchor in sorted(wanted - found):
            self._fault(line, place, f"does not lead to its figure {anchor!r}")
        for anchor in sorted(found - wanted):
            self._fault(line, place, f"leads to {anchor!r}, which is no figure of its evidence")

    # --- evidence ---

    def _evidence(self, place: str, shown: ShownEvidence) -> None:
        item = self.report.measures[shown.id]
        self._same(shown.line, f"{place}, method", shown.how, item.how)
        low, high = item.interval or (None, None)
        told = {"value": item.value, "low": low, "high": high, "n": item.n,
                "baseline": item.baseline}  # fmt: skip
        seen = set()
        for number in shown.numbers:
            part = _part(number, item)
            self.tally.hold(number.text)
            if part in seen or part not in told:
                message = f"has {number.text!r} after {number.before!r}, unlike report.json"
                self._fault(shown.line, place, message)
                continue
            seen.add(part)
            self._number(shown.line, f"{place}, {part}", number, told[part])
        for part, value in told.items():
            if part not in seen and (value is not None or part == "value"):
                self._fault(shown.line, place, f"lacks the {part}, {value!r}")
        if shown.links:
            sources = (self.report.measures[name].figure for name in item.sources)
            self._figures_named(shown.line, place, shown.links, {item.figure, *sources})

    def _number(self, line: int, place: str, shown: ShownNumber, value: float | None) -> None:
        if not _is_rounding(shown.text, value):
            self._fault(line, place, f"has {shown.text!r}, which is no rounding of {value!r}")
        if shown.exact not in (None, json.dumps(value)):
            self._fault(line, place, f"has {shown.exact} in full where report.json has {value!r}")

    def _value(self, line: int, name: str, text: str) -> None:
        """A measured number in a text that a person wrote."""
        item = self.report.measures.get(name)
        if item is None:
            self._fault(line, f"value of {name}", "is no evidence of the report")
            return
        words = text.removesuffix(item.unit).strip() if item.unit != "%" else text.rstrip("% ")
        if not (_is_rounding(words, item.value) or _is_rounding(text, item.value)):
            self._fault(line, f"value of {name}", f"has {text!r}, no rounding of {item.value!r}")

    # --- links within the page ---

    def _references(self) -> None:
        """Links to figures carry the figure's number, and marked links the note's verdict."""
        labels = {a: self.report.labels[n] for (k, n), a in self.report.anchors.items()
                  if k == "figure"}  # fmt: skip
        word = ""
        for link in self.page.links:
            label = labels.get(link.target.removeprefix("#"))
            match = _LABELED.fullmatch(link.text)
            if match:
                word = match[1]
            if label is None or not link.target.startswith("#"):
                continue
            alone = link.text.isdigit()
            shown = f"{word} {link.text}" if alone else f"{match[1]} {match[3]}" if match else ""
            if not shown and link.authored:
                continue
            self.tally.hold(link.text)
            if shown != label:
                self._fault(link.line, f"link {link.text!r}", f"leads to {label}")
        for passage, verdict in self.page.badges:
            word = re.sub(r"^[\d,]+ ", "", passage.text).lower()
            if word not in WORDS.get(cast("Verdict", verdict), ()):
                message = f"is marked {verdict!r}, which is another verdict"
                self._fault(passage.line, f"words {passage.text!r}", message)
        self._contents()
        for link, verdict in self.page.verdicts:
            kind, name = self.named.get(link.target.removeprefix("#"), ("", ""))
            if kind != "note":
                self._fault(link.line, f"link {link.text!r}", "is marked and leads to no note")
                continue
            told = self.report.by_note[name].verdict
            if link.text.isdigit() and self.report.inferences[int(link.text) - 1 :][:1] != (name,):
                self._fault(link.line, f"link {link.text!r}", f"leads to {name}")
            if verdict != told:
                self._fault(
                    link.line, f"link to note {name}", f"is marked {verdict!r}, not {told!r}"
                )

    def _contents(self) -> None:
        """Links to sections and blocks carry their titles, in reading order, each once.

        And what carries such a title leads there.
        """
        titles = {("section", s.id): s.title for s in self.report.sections}
        blocks = [block for section in self.report.sections for block in section.blocks]
        titles |= {("block", block.id): block.title for block in blocks}
        ranks = {place: rank for rank, place in enumerate(self.report.order)}
        known = {bare(title) for title in titles.values()} | _FIXED.keys()
        last = -1
        for link in self.page.links:
            place = self.named.get(link.target.removeprefix("#"))
            if link.authored or place not in titles:
                fixed = _FIXED.get(link.text) == link.target
                if link.text in known and not fixed and not link.authored:
                    message = f"leads to {link.target!r}, no place of this title"
                    self._fault(link.line, f"link {link.text!r}", message)
                continue
            title = bare(titles[place])
            if link.text != title and not link.text.startswith(f"{title} ("):
                self._fault(link.line, f"link {link.text!r}", f"leads to {title!r}")
            elif ranks[place] <= last:
                self._fault(link.line, f"link {link.text!r}", "stands out of order, or twice")
            last = ranks[place]


def _part(number: ShownNumber, item: Evidence) -> str:
    """Which number of the evidence it is, by the words before it."""
    before = number.before.removeprefix(item.unit).strip(" ,")
    if item.unit.endswith("s"):
        before = before.removeprefix(item.unit[:-1]).strip(" ,")
    endings: Mapping[str, str] = {"interval": "low", "to": "high", "n =": "n",
                                  "baseline": "baseline", "": "value"}  # fmt: skip
    words = before.replace("95%", "").strip(" ,")
    return endings.get(words, "?")


def _is_rounding(text: str, value: float | None) -> bool:
    if value is None:
        return text == "undefined"
    try:
        return shows(text, value)
    except ValueError:
        return False
