"""What rules share that judge each output of each model by its own evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reportgen.drafting import Case, Paragraph, Reading, Side, every, readings, tally
from reportgen.records import Evidence, Findings, Inference


@dataclass(frozen=True)
class Judged:
    """One output and the answer to the rule's claim.

    Attributes:
        reading: the evidence that decided, whose `at` is the name of the output.
        side: the answer.
        why: which sentence fits; by default the answer.
        rest: further evidence that this sentence quotes.
        words: names that this sentence quotes.
        order: how bad it is, of outputs with the same answer.
    """

    reading: Reading
    side: Side
    why: str = ""
    rest: Mapping[str, Evidence] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    order: float = 0.0


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
    rule: str, claim: str, judged: Sequence[Judged], sentences: Mapping[str, str]
) -> Inference:
    """A note on the claim, which holds if it does for every output; none without outputs.

    The note quotes the worst output of those that decide.

    Args:
        rule: its name.
        claim: completes "outputs where ...".
        judged: the outputs.
        sentences: templates by `Judged.why`, on `value`, its `{value.output}` and `rest`.
    """
    if not judged:
        return Inference()
    answer = every([each.side for each in judged])
    deciding = [each for each in judged if each.side == answer]
    worst = max(deciding, key=lambda each: each.order)
    paragraph = Paragraph(rule)
    quoted: dict[str, Evidence | Reading] = {"value": worst.reading, **worst.rest}
    paragraph.say(sentences[worst.why or worst.side], dict(worst.words), **quoted)
    if len(judged) > 1:
        cases = [Case(e.side, (e.reading.evidence, *e.rest.values())) for e in judged]
        counts = tally(rule, "outputs", "output|outputs", claim, cases)
        paragraph.say(f"It holds for {counts.phrase} that {claim}.", **counts.evidence)
    return paragraph.conclude(answer)
