"""Is every class answered, and under its own name?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import Reading, earned, readings, side
from reportgen.figures.parts import class_of
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Findings, Inference

ENTRY = Entry(
    name="class_answers",
    title="Classes and answers",
    help="whether every class is answered, or some are never, or exchanged for others",
    order=-8,
)


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
    return conclude(
        ENTRY.name,
        "every class is answered as itself",
        judged,
        {
            "above": "{value.output} answers each of {value.n:class|classes} for some image, and "
            "exchanges none for another.",
            "open": "Too little was measured to tell whether {value.output} answers every class as "
            "itself.",
            "swapped": "{value.output} swaps {first} and {second}: {rate:%} of their images are "
            "answered as the other one, {rate.baseline:%} correctly.",
            "renamed": "{value.output} answers most images of {first} as {second}: {rate:%}, "
            "against {rate.baseline:%} correctly.",
            "one": "{value.output} never answers {first}, the class of {never.n:image|images}.",
            "several": "{value.output} never answers {value} of {value.n:class|classes}, among "
            "them {first}, the class of {never.n:image|images}.",
        },
    )


def _judge(count: Reading, accuracy: Sequence[Reading], named: dict[str, list[Reading]]) -> Judged:
    for measure in ("swapped", "renamed", "unanswered"):
        for item in named[measure]:
            start = f"{count.at}."
            if item.model.name != count.model.name or not item.at.startswith(start):
                continue
            classes = [class_of(part) for part in item.at.removeprefix(start).split(">")]
            words = dict(zip(("first", "second"), classes, strict=False))
            if measure != "unanswered":
                return Judged(count, "below", measure, {"rate": item.evidence}, words, 2)
            why = "one" if count.evidence.value == 1 else "several"
            return Judged(count, "below", why, {"never": item.evidence}, words, 1)
    right = same_output(accuracy, count)
    clear = right is not None and side(right) == "above" and (count.evidence.n or 0) > 0
    rest = {"accuracy": right} if right is not None else {}
    answer = earned("above" if clear and not count.evidence.value else "open", count.model)
    return Judged(count, answer, "", rest)
