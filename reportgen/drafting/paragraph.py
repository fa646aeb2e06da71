"""A note of several sentences, each filled on its own, as the rules over a whole report need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportgen.drafting.counting import Tally
from reportgen.drafting.judging import Side, verdict_of
from reportgen.drafting.reading import Reading
from reportgen.drafting.sentences import fill
from reportgen.records import Evidence, Inference, Note


class Paragraph:
    """Collects the sentences of one rule's note and the evidence that they quote."""

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

        A reading `best` also fills `{best.model}`, its model's title, `{best.at}`, its layer or
        output, and `{best.output}`, its output and model, the output only if there are several.
        All that is given is cited, quoted or not.
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

    def explain(self, *tallies: Tally) -> None:
        """Says once what "undecided" means, if any of the counts has undecided cases."""
        remarks = [counts.remark for counts in tallies if counts.remark]
        self._sentences.extend(remarks[:1])

    def conclude(self, answer: Side) -> Inference:
        """The note, with a verdict for the claim's answer, and what was derived for it."""
        note = Note(
            id=f"inferences.{self._rule}",
            rule=self._rule,
            text=" ".join(self._sentences),
            verdict=verdict_of(answer),
            cites=tuple(self._quoted),
        )
        own = [item for key, item in self._quoted.items() if key.startswith("inferences.")]
        return Inference((note,), tuple(own))
