"""What rules share that judge each output of each model by its own evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reportgen import drafting
from reportgen.drafting import Reading, Sentence, Sentences, Side, every, readings, unlearned
from reportgen.records import Evidence, Findings, Inference


@dataclass(frozen=True)
class Judged:
    """One output and the answer to the rule's claim.

    Attributes:
        reading: the evidence that decided, whose `at` is the name of the output.
        side: the answer.
        why: the sentence that fits; by default the answer.
        rest: further evidence that this sentence quotes.
        words: names that this sentence quotes.
        order: how bad it is, of outputs with the same answer.
        row: the output's cells in the table, after those of model, output and claim.
        cases: what else this sentence chooses by.
    """

    reading: Reading
    side: Side
    why: str = ""
    rest: Mapping[str, Evidence] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    order: float = 0.0
    row: tuple[str | Evidence | None, ...] = ()
    cases: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """How a sentence names the output: by its "model" or "output", by "both", or not at all."""
        if self.reading.alone:
            return "only" if self.reading.only else "model"
        return "output" if self.reading.only else "both"

    def earned(self) -> Judged:
        """The same, but "unlearned" where the claim would credit a model that learned nothing."""
        if self.side == "above" and unlearned(self.reading.model):
            return replace(self, side="open", why="unlearned")
        return self


def by_output(
    findings: Findings, kind: str, measure: str, prefix: str = "", *, compared: bool = False
) -> list[Reading]:
    """The readings of a measure whose qualifier begins with `prefix`, by the rest of it.

    `compared` leaves out values without a baseline.
    """
    measured = readings(findings, kind, measure, compared=compared)
    found = [r for r in measured if r.at.startswith(prefix)]
    models = [r.model.name for r in found]
    return [
        replace(r, at=r.at.removeprefix(prefix), alone=models.count(r.model.name) == 1)
        for r in found
    ]


def same_output(items: Sequence[Reading], reading: Reading) -> Evidence | None:
    """The evidence among readings of another measure of the model and output of `reading`."""
    for item in items:
        if (item.model.name, item.at) == (reading.model.name, reading.at):
            return item.evidence
    return None


def conclude(
    rule: str, sentences: Sentences, judged: Sequence[Judged], table: str = "outputs"
) -> Inference:
    """A note on the claim, which holds if it does for every output; none without outputs.

    The note quotes the worst output of those that decide. Where there are several, its table shows
    all of them.

    Args:
        rule: its name.
        sentences: the catalog of the rule. It has a `claim`, a sentence for each `Judged.why`, and
            the `table`, whose first columns are "model", "output" and "claim". A sentence may
            quote `$value`, what is in `rest` and `words`, and { The-model }, and choose by
            `$several` ("yes" or "no").
        judged: the outputs.
        table: the message that names the columns of the table.
    """
    if not judged:
        return Inference()
    answer = every([each.side for each in judged])
    deciding = [each for each in judged if each.side == answer]
    worst = max(deciding, key=lambda each: each.order)
    why = _why(sentences, worst, "yes" if len(judged) > 1 else "no")
    also = [item for each in judged for item in (each.reading.evidence, *each.rest.values())]
    rows = [
        (each.reading.model.title, each.reading.at, _answer(sentences, each.side), *each.row)
        for each in judged
    ]
    shown = sentences.table(table, rows) if len(rows) > 1 else None
    return drafting.conclude(rule, sentences("claim"), answer, why, also, shown)


def _why(sentences: Sentences, judged: Judged, several: str) -> Sentence:
    cases = {"place": judged.place, "several": several, "cause": unlearned(judged.reading.model)}
    cases |= judged.cases
    return sentences(
        judged.why or judged.side, judged.words, value=judged.reading, **judged.rest, **cases
    )


def _answer(sentences: Sentences, answer: Side) -> str:
    return sentences("answer", judged=answer).text
