"""Notes as pages show them: the verdict in a word, the evidence, links to the figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import groupby

from reportgen.drafting import number
from reportgen.drafting.wording import SYMBOLS
from reportgen.records import VERDICTS, Evidence, Note, Number
from reportgen.render.outline import Outline
from reportgen.render.views import EvidenceView, LinkView, NoteView, NumberView, TallyView

WORDS: Mapping[str, str] = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "inconclusive": "Inconclusive",
    "info": "Measured",
}
"""What a verdict is called on a page."""

LONG_LIST = 4
"""More links than this to figures are written with numbers only."""


def note_view(note: Note, plan: Outline, position: str = "") -> NoteView:
    """A note with all that it rests on; `position` is its number in a list."""
    evidence = [plan.evidence[cited] for cited in note.cites]
    return {
        "id": note.id,
        "anchor": plan.anchors["note", note.id],
        "rule": note.rule,
        "text": note.text,
        "verdict": note.verdict,
        "word": WORDS[note.verdict],
        "number": position,
        "edited": note.origin == "edited",
        "cites": " ".join(note.cites),
        "figures": links({item.figure for item in evidence}, plan),
        "evidence": [evidence_view(item, plan) for item in evidence],
    }


def evidence_view(item: Evidence, plan: Outline) -> EvidenceView:
    """One measure in words."""
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
        "figures": links({item.figure, *(plan.evidence[id].figure for id in item.sources)}, plan),
    }


def tally(notes: Sequence[Note]) -> list[TallyView]:
    """How many notes have each verdict, without verdicts that none has."""
    counts = Counter(str(note.verdict) for note in notes)
    return [
        {"verdict": verdict, "text": f"{counts[verdict]} {WORDS[verdict].lower()}"}
        for verdict in VERDICTS
        if counts[verdict]
    ]


def links(figures: Set[str], plan: Outline) -> list[LinkView]:
    """Links in the page's order, pictures first; a long list reads "Figures 1, 2, 3, Table 1"."""
    found = [figure_link(figure, plan) for figure in plan.labels if figure in figures]
    found.sort(key=_word)
    if len(found) <= LONG_LIST:
        return found
    runs = [list(run) for _, run in groupby(found, key=_word)]
    return [link for run in runs for link in _shortened(run)]


def figure_link(figure: str, plan: Outline) -> LinkView:
    """A link to a figure or table by its number."""
    return link_to(plan.anchors["figure", figure], plan.labels[figure])


def link_to(anchor: str, label: str) -> LinkView:
    """A link whose text is its label."""
    return {"anchor": anchor, "label": label, "text": label}


def _word(link: LinkView) -> str:
    return link["label"].partition(" ")[0]


def _shortened(run: list[LinkView]) -> Iterator[LinkView]:
    """Links to figures, or to tables, whose word is written once."""
    for position, link in enumerate(run):
        word, _, place = link["label"].partition(" ")
        first = f"{word}s {place}" if len(run) > 1 else link["label"]
        yield {**link, "text": place if position else first}


def _number(value: Number | None) -> NumberView:
    return {"exact": json.dumps(value, allow_nan=False), "text": number(value)}


def _unit(item: Evidence) -> str:
    """The unit as it follows the value: "px", "3 filters", "1 filter"."""
    noun = item.unit not in SYMBOLS and item.unit.endswith("s")
    return item.unit[:-1] if noun and item.value == 1 else item.unit
