"""Text between notes and figures: headings, models, counts, warnings, the provenance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from reportgen.drafting import number
from reportgen.drafting.rounding import NUMBER, plain
from reportgen.verification.published import Published, parameters, stated, unticked
from reportgen.verification.shown import Passage
from reportgen.verification.texts import bare, even
from reportgen.verification.words import OWN, WORDS

_DIGIT = re.compile(r"\d")
_PARAMETERS = re.compile(r"([\d,]+) parameters\b")
_COUNT = re.compile(r"([\d,]+) (figures?|tables?)\b")
_INFERENCE = re.compile(r"Inference (\d+): (.+)")
_LABEL = re.compile(r"(Figure|Table) \d+")
_SENTENCE = 30
"""Characters above which a text of the report is no name."""
_NAMES = re.compile(r"[\w.,%-]*\d[\w.,%-]*")


class Passages:
    """Holds passages: each number of theirs belongs to a text or a count of the report."""

    def __init__(self, report: Published) -> None:
        self.report = report
        judged = [report.by_note[name] for name in report.inferences]
        verdicts = Counter(note.verdict for note in judged if note.origin != "own")
        self.tally = {
            word: verdicts[verdict] for verdict, words in WORDS.items() for word in words
        }  # fmt: skip
        self.stated = stated(report.provenance)
        strings = report.strings | {bare(text) for text in _changes(report)}
        self.long = sorted((s for s in strings if _DIGIT.search(s)), key=len, reverse=True)

    def faults(self, passage: Passage) -> Iterator[str]:
        """What is wrong with a passage."""
        text = passage.text
        if passage.key is not None:
            yield from self.fact(passage.key, text)
        elif match := _INFERENCE.fullmatch(text):
            yield from self.inference(int(match[1]), match[2])
        elif text not in self.report.strings:
            yield from self.counts(text)

    def fact(self, key: str, text: str) -> Iterator[str]:
        """A value of the provenance."""
        text, key = unticked(text), unticked(key)
        names = [key, *key.split(", ")]
        told = set().union(*(self.stated.get(name, set()) for name in names))
        if text not in told:
            known = " or ".join(sorted(map(repr, told))) or "nothing"
            yield f"says {text!r} of {key!r}, of which report.json says {known}"

    def inference(self, place: int, word: str) -> Iterator[str]:
        """The verdict of an inference, by its number."""
        names = self.report.inferences
        note = self.report.by_note[names[place - 1]] if 0 < place <= len(names) else None
        own = note is not None and note.origin == "own"
        if note is None or word.lower() not in ((OWN.lower(),) if own else WORDS[note.verdict]):
            told = note and note.verdict
            yield f"says {word!r} of inference {place}; its verdict is {told!r}"

    def counts(self, text: str) -> Iterator[str]:
        """A text with counts of the report, and names; whole sentences come first."""
        for known in self.long:
            if len(known) > _SENTENCE and known in text:
                text = re.sub(_whole(known), " ", text)
        for match in re.finditer(rf"([\d,]+) ({'|'.join(self.tally)})\b", text):
            if int(plain(match[1])) != self.tally[match[2]]:
                yield f"has {match[0]!r}; there are {self.tally[match[2]]}"
            text = text.replace(match[0], " ", 1)
        for match in _COUNT.finditer(text):
            tables = len(self.report.tables)
            told = tables if match[2].startswith("t") else len(self.report.figures) - tables
            if int(plain(match[1])) != told:
                yield f"has {match[0]!r}; there are {told}"
            text = text.replace(match[0], " ", 1)
        for match in _PARAMETERS.finditer(text):
            told_of = [m for m in self.report.models if re.search(_whole(m.name), text)]
            right = {parameters(model) for model in told_of}
            if match[1] not in right:
                yield f"has {match[0]!r}; report.json has {' or '.join(sorted(right)) or 'none'}"
            text = text.replace(match[0], " ", 1)
        yield from self.remainder(text)

    def remainder(self, text: str) -> Iterator[str]:
        """Numbers that belong to no text of the report."""
        if not _DIGIT.search(text):
            return
        for told in self.long:
            if told in text:
                text = re.sub(_whole(told), " ", text)
                if not _DIGIT.search(text):
                    return
        text = _LABEL.sub(lambda m: " " if m[0] in self.report.labels.values() else m[0], text)
        for name in dict.fromkeys(_NAMES.findall(text)):
            if NUMBER.search(name):
                yield f"has {name!r} in {even(text)[:80]!r}, which report.json does not have"


def _changes(report: Published) -> Iterator[str]:
    """What pages say of the numbers behind an author's words that have changed."""
    for note in report.notes:
        for change in note.changed:
            yield f"`{change.evidence}` was {number(change.was)}, is {number(change.now)}"


def _whole(text: str) -> str:
    """An expression for a text that is no part of a longer word or number."""
    return rf"(?<![\w.,]){re.escape(bare(text))}(?![\w]|[.,]\d)"
