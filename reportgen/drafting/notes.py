"""Notes: sentences with their evidence, and the check of their numbers against it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from reportgen.drafting.rounding import NUMBER, shows
from reportgen.drafting.sentences import Sentence
from reportgen.drafting.verdicts import Side, all_random, unlearned, verdict_of
from reportgen.records import Evidence, Inference, ModelFacts, Note, Table, Verdict

_CODE = re.compile(r"`[^`]*`")
_CAVEATS = {"random": "random weights", "chance": "answers no better than by chance"}
"""Why a model cannot support a claim on what was learned."""


def draft(
    id: str,
    rule: str,
    verdict: Verdict,
    sentence: Sentence,
    also: Iterable[Evidence] = (),
    table: Table | None = None,
) -> Note:
    """A note in the words of a catalog, which cites the evidence that its sentence rests on.

    Args:
        id: unique in the report, e.g. "grad_cam-1.focus".
        rule: the name of the rule that wrote the note.
        verdict: the verdict of the evidence on a claim; "info" where the note claims nothing.
        sentence: what was found.
        also: further evidence that the note cites and the sentence does not quote.
        table: the finding in numbers, where it spans several layers or outputs.

    Raises:
        ValueError: there is no evidence.
    """
    cites = dict.fromkeys(item.id for item in (*sentence.cites, *also))
    return Note(id, rule, sentence.text, verdict, tuple(cites), table=table)


def joined(*sentences: Sentence) -> Sentence:
    """Several sentences of one note."""
    cites = {item.id: item for sentence in sentences for item in sentence.cites}
    return Sentence(" ".join(s.text for s in sentences), tuple(cites.values()))


def conclude(
    rule: str,
    claim: Sentence,
    answer: Side,
    why: Sentence,
    also: Iterable[Evidence] = (),
    table: Table | None = None,
    models: Iterable[ModelFacts] = (),
) -> Inference:
    """The result of an inference: the claim that it tests, the verdict, and why.

    The answer is "above" where the claim holds. The evidence that the rule derived is that among
    the cited whose id begins with "inferences.". Random weights of all `models` judged support
    nothing.
    """
    models = tuple(models)
    if answer == "above" and all_random(models):
        answer = "open"
    cited = {item.id: item for item in (*why.cites, *claim.cites, *also)}
    note = Note(
        id=f"inferences.{rule}",
        rule=rule,
        text=why.text,
        verdict=verdict_of(answer),
        cites=tuple(cited),
        claim=claim.text,
        table=table,
    )
    reasons = dict.fromkeys(reason for model in models if (reason := unlearned(model)))
    note = replace(note, caveats=tuple(_CAVEATS[reason] for reason in reasons))
    own = tuple(item for key, item in cited.items() if key.startswith("inferences."))
    return Inference((note,), own)


def unbacked_numbers(note: Note, evidence: Iterable[Evidence]) -> list[str]:
    """Numbers in a note's text, outside backticks, that no cited evidence holds.

    Evidence backs a number if a cited value, count, interval end or baseline, as it is or in
    percent, rounds to the written number (within half a unit of its last digit).
    """
    cited = [item for item in evidence if item.id in note.cites]
    values = [value for item in cited for value in _values(item)]
    shown = NUMBER.findall(_CODE.sub("", note.text))
    return [text for text in shown if not any(shows(text, value) for value in values)]


def _values(item: Evidence) -> list[float]:
    low, high = item.interval or (None, None)
    values = (item.value, item.n, low, high, item.baseline)
    return [float(value) for value in values if value is not None]
