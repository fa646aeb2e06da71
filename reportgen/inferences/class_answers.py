"""Is every class answered, and under its own name?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, percent, readings, side
from reportgen.figures.parts import class_of
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Findings, Inference

ENTRY = Entry(
    name="class_answers",
    title="Classes and answers",
    help="whether every class is answered, or some are never, or exchanged for others",
    order=-8,
)

SENTENCES = Sentences(__file__)


def infer(findings: Findings) -> Inference:
    """One note on classes that are never answered, and on those answered as another class.

    A class counts as never answered if it has at least five images, and as exchanged if clearly
    more than half of its images are answered as one other class.
    """
    never = by_output(findings, "confusion_matrix", "unanswered_classes")
    accuracy = by_output(findings, "confusion_matrix", "accuracy")
    named = {
        measure: [
            r
            for r in readings(findings, "confusion_matrix", measure, compared=True)
            if r.evidence.n
        ]
        for measure in ("swapped", "renamed", "unanswered")
    }
    judged = []
    for count in (each for each in never if each.evidence.n):
        judged.append(_judge(count, accuracy, named))
    return conclude(ENTRY.name, SENTENCES, judged)


def _judge(count: Reading, accuracy: Sequence[Reading], named: dict[str, list[Reading]]) -> Judged:
    right = same_output(accuracy, count)
    rest = {} if right is None else {"accuracy": right}
    row = (count.evidence, None if right is None else percent(right.value))
    for measure in ("swapped", "renamed", "unanswered"):
        for item in named[measure]:
            start = f"{count.at}."
            if item.model.name != count.model.name or not item.at.startswith(start):
                continue
            classes = [class_of(part) for part in item.at.removeprefix(start).split(">")]
            words = dict(zip(("first", "second"), classes, strict=False))
            if measure != "unanswered":
                quoted = rest | {"rate": item.evidence}
                return Judged(count, "below", measure, quoted, words, 2, row)
            why = "one" if count.evidence.value == 1 else "several"
            return Judged(count, "below", why, rest | {"never": item.evidence}, words, 1, row)
    clear = right is not None and side(right) == "above" and not count.evidence.value
    return Judged(count, "above" if clear else "open", "", rest, row=row).earned()
