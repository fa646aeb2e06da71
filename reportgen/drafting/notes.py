"""Notes: templates that evidence fills, and the check of a note against the evidence it cites."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reportgen.drafting.evidence import Reading
from reportgen.drafting.rounding import NUMBER, shows
from reportgen.drafting.sentences import Sentence
from reportgen.drafting.verdicts import Side, Tally, all_random, few, side, unlearned, verdict_of
from reportgen.drafting.wording import SYMBOLS, listed, number, percent, quoted
from reportgen.records import Evidence, Inference, ModelFacts, Note, Number, Table, Verdict

_CODE = re.compile(r"`[^`]*`")
_FIELD = r"interval \{(\w+)\.interval(?::[^}]*)?\}"
_INTERVAL = re.compile(rf" \({_FIELD}\)|(?<=\(){_FIELD}[,;] |, {_FIELD}")
"""Places where a template quotes an interval: alone in parentheses, first or last in a list."""

_AREA = {
    "above": "more than its share of the area",
    "below": "less than its share of the area",
    "open": "which cannot be told from its share of the area",
}
_UNLEARNED = {
    "random": "The weights of {models} are random, so nothing here was learned.",
    "chance": "{models} answers no better than by chance, so nothing here was learned to answer.",
}
"""Why a model cannot support a claim on what was learned."""
_CAVEATS = {"random": "random weights", "chance": "answers no better than by chance"}
"""The same in a few words."""
_FEW = "from too few images to compare with its share of the area"


def note(
    id: str,
    rule: str,
    verdict: Verdict,
    template: str,
    words: Mapping[str, str | Sequence[str]] | None = None,
    also: Iterable[Evidence] = (),
    **evidence: Evidence,
) -> Note:
    """A note whose numbers come from evidence, and which cites that evidence.

    In the template, `{acc}` is the value of the evidence `acc`; `{acc.n}`, `{acc.low}`,
    `{acc.high}` and `{acc.baseline}` are its other numbers. `{acc.interval}` is "low to high", and
    `{acc.measured}` is the value with its interval in parentheses. A single value has no interval,
    so "(interval {acc.interval})" and the like are left out, with their parentheses or comma. A
    format sets the style: `{acc:%}` is a percentage, `{acc:+}` shows the sign, and
    `{acc.n:image|images}` adds the noun that fits the count. A unit that is a symbol (px) follows
    its number. `words` fills placeholders with names in backticks; a sequence of names becomes a
    list.

    Args:
        id: unique in the report, e.g. "grad_cam-1.focus" or "inferences.shallow_network".
        rule: the name of the rule that wrote the note.
        verdict: the verdict of the evidence on the claim; "info" where the note claims nothing.
        template: the sentences; they hold no digits of their own.
        words: names for placeholders.
        also: further evidence that the note cites and the sentences do not quote.
        evidence: the evidence that the placeholders name; the note cites all of it, in this order.

    Raises:
        ValueError: there is no evidence, or a placeholder has no value.
    """
    text = fill(template, words or {}, evidence)
    cites = dict.fromkeys(item.id for item in (*evidence.values(), *also))
    return Note(id=id, rule=rule, text=text, verdict=verdict, cites=tuple(cites))


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


def fill(
    template: str, words: Mapping[str, str | Sequence[str]], evidence: Mapping[str, Evidence]
) -> str:
    """The text of a template; see `note` for its placeholders."""
    names = {key: _names(value) for key, value in words.items()}
    template = _INTERVAL.sub(lambda match: _interval_kept(match, evidence), template)
    return " ".join("".join(_pieces(template, names, evidence)).split())


def literal(text: str) -> str:
    """Text with its braces escaped, so that a template shows it unchanged."""
    return text.replace("{", "{{").replace("}", "}}")


def unbacked_numbers(note: Note, evidence: Iterable[Evidence]) -> list[str]:
    """Numbers in a note's text, outside backticks, that no cited evidence holds.

    Evidence backs a number if a cited value, count, interval end or baseline, as it is or in
    percent, rounds to the written number (within half a unit of its last digit).
    """
    cited = [item for item in evidence if item.id in note.cites]
    values = [value for item in cited for value in _values(item)]
    shown = NUMBER.findall(_CODE.sub("", note.text))
    return [text for text in shown if not any(shows(text, value) for value in values)]


def _pieces(
    template: str, names: Mapping[str, str], evidence: Mapping[str, Evidence]
) -> Iterator[str]:
    for text, field, style, _ in string.Formatter().parse(template):
        yield text
        if field is None:
            continue
        key, _, part = field.partition(".")
        if field in names:
            yield names[field]
        elif key in evidence:
            yield _filled(evidence[key], part, style or "")
        else:
            raise ValueError(f"placeholder {{{field}}} names neither evidence nor a word")


def _interval_kept(match: re.Match[str], evidence: Mapping[str, Evidence]) -> str:
    """The part of a template that quotes an interval, or "" where a single value has none."""
    item = evidence.get(next(name for name in match.groups() if name))
    return "" if item is not None and _single(item) else match[0]


def _single(item: Evidence) -> bool:
    """Whether the evidence rests on one value, whose bootstrap interval has no width.

    A proportion of one item still has an interval (Wilson's), which is wide.
    """
    return item.n == 1 and item.interval is not None and item.interval[0] == item.interval[1]


def _names(value: str | Sequence[str]) -> str:
    return quoted(value) if isinstance(value, str) else listed([quoted(name) for name in value])


def _filled(item: Evidence, part: str, style: str) -> str:
    """The text of one placeholder; `part` is "" for the value, see `note` for the others."""
    low, high = item.interval or (None, None)
    if part == "n":
        return _styled(item.n, style, "")
    if part in ("", "low", "high", "baseline"):
        value = {"": item.value, "low": low, "high": high, "baseline": item.baseline}[part]
        return _styled(value, style, item.unit)
    if part == "interval":
        bounds = (_styled(low, style, ""), _styled(high, style, item.unit))
        return " to ".join(bounds) if item.interval else "unknown"
    if part == "measured":
        text = _filled(item, "", style)
        known = item.interval and not _single(item)
        return f"{text} (interval {_filled(item, 'interval', style)})" if known else text
    raise ValueError(f"evidence has no part {part!r}; choose from n, low, high, baseline, ...")


def _styled(value: Number | None, style: str, unit: str) -> str:
    """A value in one of the styles "", "+", "%", "+%" and "noun|nouns"."""
    if "|" in style:
        one, many = style.split("|")
        return f"{number(value)} {one if value == 1 else many}"
    if style not in ("", "+", "%", "+%"):
        raise ValueError(f"unknown number style {style!r}")
    if "%" in style:
        return percent(value, sign="+" in style)
    text = number(value, sign="+" in style)
    if unit not in SYMBOLS or value is None:
        return text
    return text + (unit if unit == "%" else f" {unit}")


def _values(item: Evidence) -> list[float]:
    low, high = item.interval or (None, None)
    values = (item.value, item.n, low, high, item.baseline)
    return [float(value) for value in values if value is not None]


class Paragraph:
    """Collects the sentences of one rule's note, and the evidence that the note cites."""

    def __init__(self, rule: str) -> None:
        self._rule = rule
        self._sentences: list[str] = []
        self._quoted: dict[str, Evidence] = {}

    def say(
        self,
        template: str,
        words: Mapping[str, str | Sequence[str]] | None = None,
        /,
        **quoted: Evidence | Reading,
    ) -> None:
        """Adds a sentence; see `drafting.note` for its placeholders.

        A reading `best` fills three more: `{best.model}` with the title of its model, `{best.at}`
        with its layer or output, and `{best.output}` with its output and model, or with the model
        alone if there is only one output. The note cites all of `quoted`, also evidence that the
        template does not quote.
        """
        names = dict(words or {})
        evidence = {}
        for key, item in quoted.items():
            evidence[key] = item.evidence if isinstance(item, Reading) else item
            if isinstance(item, Reading):
                names |= {f"{key}.model": item.model.title, f"{key}.at": item.at}
                output = "" if item.alone else f"output {{{key}.at}} of "
                template = template.replace(f"{{{key}.output}}", f"{output}{{{key}.model}}")
        self._sentences.append(fill(template, names, evidence))
        self._quoted |= {item.id: item for item in evidence.values()}

    def warn(self, models: Iterable[ModelFacts]) -> None:
        """Says of each model that has learned nothing, as far as is known, why it cannot count."""
        reasons: dict[str, list[str]] = {}
        for model in models:
            if reason := unlearned(model):
                reasons.setdefault(reason, []).append(model.title)
        for reason, titles in reasons.items():
            self.say(_UNLEARNED[reason], {"models": list(dict.fromkeys(titles))})

    def beside_fresh(self, fresh: Evidence | None) -> None:
        """Quotes the same measure with fresh weights, or says that there is none."""
        if fresh is None or fresh.value is None:
            self.say("Fresh weights were not measured, so that training cannot be credited.")
        else:
            self.say("With fresh weights it is {fresh} ({fresh.n:draw|draws}).", fresh=fresh)

    def explain(self, *tallies: Tally) -> None:
        """Explains "undecided", once, if any of the counts has undecided cases."""
        remarks = [counts.remark for counts in tallies if counts.remark]
        self._sentences.extend(remarks[:1])

    def conclude(self, answer: Side) -> Inference:
        """The note with the verdict that follows from the answer, and its derived evidence."""
        note = Note(
            id=f"inferences.{self._rule}",
            rule=self._rule,
            text=" ".join(self._sentences),
            verdict=verdict_of(answer),
            cites=tuple(self._quoted),
        )
        own = [item for key, item in self._quoted.items() if key.startswith("inferences.")]
        return Inference((note,), tuple(own))


def beside_area(inside: Evidence) -> str:
    """A clause that compares a share inside the foreground with the area's share (the baseline)."""
    return _FEW if few(inside) else _AREA[side(inside)]


def of_output(text: str, alone: bool) -> str:
    """A sentence about one output, which names the output unless the model has no other.

    >>> of_output("the map is even.", alone=False)
    'For {head} the map is even.'
    """
    return text[:1].upper() + text[1:] if alone else "For {head} " + text
