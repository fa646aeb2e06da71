"""Finds the figures and sections of a notes file again after the spec has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reportgen import catalog, links
from reportgen.cited_values import Cited, cited, resolved
from reportgen.codec import encode
from reportgen.digest import of_value
from reportgen.editing.file import FigureKey, NotesFile
from reportgen.spec.types import FigureSpec, SectionSpec, Spec

GONE = "~"
"""Ends the id of a figure or section of the file that has left the spec; no spec has such ids."""


def figure_keys(spec: Spec) -> dict[str, FigureKey]:
    """How each figure of a spec is found again, by its id."""
    return {
        figure.id: _key(section, figure) for section in spec.sections for figure in section.figures
    }


def _key(section: SectionSpec, figure: FigureSpec) -> FigureKey:
    defaults = {p.name: p.default for p in catalog.entry("figures", figure.kind).parameters}
    chosen = {
        name: value
        for name, value in encode(figure.params).items()
        if name not in defaults or value != encode(defaults[name])
    }
    model = figure.model or section.model or ""
    named = "id" in figure.lines
    return FigureKey(figure.id, named, section.id, figure.kind, model, of_value(chosen)[:16])


@dataclass(frozen=True)
class Match:
    """The present ids of a file's figures and sections; what is gone has ids that end in "~"."""

    figures: Mapping[str, str]
    sections: Mapping[str, str]

    def id(self, id: str) -> str:
        """The present id of a note or of evidence, which begins with that of its figure."""
        place, dot, rest = id.partition(".")
        return f"{self.place(place)}{dot}{rest}" if dot else id

    def place(self, place: str) -> str:
        """The present id of a figure, of one of its parts, or of a section."""
        for old in sorted(self.figures, key=len, reverse=True):
            if place == old or place.startswith(f"{old}-"):
                return self.figures[old] + place[len(old) :]
        return self.sections.get(place, place)

    def text(self, text: str) -> str:
        """An author's text whose citations and links name present ids."""

        def fill(item: Cited) -> str:
            source = text[item.start : item.end]
            return source.replace(f'"{item.id}"', f'"{self.id(item.id)}"', 1) if item.id else source

        found = resolved(text, cited(text), fill)
        return links.retargeted(found, self.place) if "](#" in found or "]: #" in found else found


def match(notes: NotesFile, spec: Spec) -> Match:
    """Which figures and sections of a spec those of a notes file are."""
    new = figure_keys(spec)
    figures = _figures(notes.figures, new)
    votes: dict[str, Counter[str]] = {}
    for old, found in figures.items():
        if found in new:
            section = notes.figures[old].section
            votes.setdefault(section, Counter())[new[found].section] += 1
    present = {section.id for section in spec.sections}
    sections: dict[str, str] = {}
    named = {place.id for place in notes.places if place.kind == "section"} | set(notes.sections)
    named.discard("inferences")
    for old in sorted(named, key=lambda id: id not in present):
        best = votes.get(old, Counter()).most_common(1)
        wanted = old if old in present or not best else best[0][0]
        free = wanted in present and wanted not in sections.values()
        sections[old] = wanted if free else _gone(old, sections.values())
    return Match(figures, sections)


def _figures(old: Mapping[str, FigureKey], new: Mapping[str, FigureKey]) -> dict[str, str]:
    found: dict[str, str] = {}
    passes: tuple[Callable[[FigureKey, FigureKey], bool], ...] = (
        lambda a, b: a.named and b.named and (a.id, a.kind) == (b.id, b.kind),
        lambda a, b: _all(a) == _all(b) and a.id == b.id,
        lambda a, b: _all(a) == _all(b),
        lambda a, b: _all(a)[1:] == _all(b)[1:],
    )
    for fits in passes:
        for id, key in old.items():
            if id not in found:
                taken = set(found.values())
                same = (n for n, other in new.items() if n not in taken and fits(key, other))
                if (first := next(same, None)) is not None:
                    found[id] = first
    for id in old:
        if id not in found:
            found[id] = _gone(id, [*found.values(), *new])
    return found


def _all(key: FigureKey) -> tuple[str, str, str, str]:
    return key.section, key.kind, key.model, key.params


def _gone(id: str, taken: Iterable[str]) -> str:
    """An id that no figure has."""
    used = set(taken)
    gone = id.rstrip(GONE) + GONE
    while gone in used:
        gone += GONE
    return gone
