"""Do the models' answers tell the images apart?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Paragraph, Reading, no_better, of_model, readings, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Answers, Evidence, Findings, Inference, Measure, ModelFacts

ENTRY = Entry(
    name="useful_answers",
    title="Answers that tell images apart",
    help="whether a model answers nearly all images alike, or no better than by a constant answer",
    order=-9,
)

SKILL = 0.05
"""Part of the way from a constant answer to perfect from which answers are of use."""


def infer(findings: Findings) -> Inference:
    """One note on whether answers tell images apart, or no better than a constant answer.

    Outputs that the warning at the top of the page names (`training.answers`) decide first: it is
    contradicted that their answers tell images apart where there are labels, and open where there
    are none, as the images may all show the same. Without such outputs the accuracies of figures
    decide, see `_judged`.
    """
    doubted = [(model, answers) for model in findings.models for answers in model.doubtful]
    shown = [pair for pair in doubted if _figure(findings, pair[0])]
    if not shown:
        return _of_accuracy(findings)
    paragraph = Paragraph(ENTRY.name)
    for model, answers in shown:
        _say(paragraph, findings, model, answers, " in {output}" * (len(model.doubtful) > 1))
    if any(answers.accuracy is not None for _, answers in shown):
        alike = any(answers.fault == "alike" for _, answers in shown)
        what = "hardly depend on the images" if alike else "are no better than one constant answer"
        paragraph.say(f"All that figures show of such a model explains answers that {what}.")
        return paragraph.conclude("below")
    paragraph.say(
        "If these images do not all show the same, figures explain answers that hardly depend on "
        "them."
    )
    return paragraph.conclude("open")


def _of_accuracy(findings: Findings) -> Inference:
    accuracies = by_output(findings, "evaluation", "accuracy", "test.", compared=True)
    known = {(r.model.name, r.at) for r in accuracies}
    of_matrix = by_output(findings, "confusion_matrix", "accuracy", compared=True)
    accuracies += [r for r in of_matrix if (r.model.name, r.at) not in known]
    balanced = by_output(findings, "evaluation", "balanced_accuracy", "test.")
    return conclude(
        ENTRY.name,
        "answers are better than always naming the most frequent class",
        [_judged(r, same_output(balanced, r)) for r in accuracies],
        {
            "above": "Accuracy beats always naming the most frequent class in {value.output}: "
            "{value:%} against {value.baseline:%}.",
            "below": "Accuracy is no better than always naming the most frequent class in "
            "{value.output}: {value:%} against {value.baseline:%}.",
            "open": "Whether {value.output} beats always naming the most frequent class is open: "
            "its accuracy is {value:%}, against {value.baseline:%}.",
            "rare": "{value.output} is no more accurate than always naming the most frequent class "
            "({value:%}), yet tells classes apart: recall averages {balanced:%}.",
        },
    )


def _judged(accuracy: Reading, balanced: Evidence | None) -> Judged:
    """An output by its accuracy.

    The claim holds where the interval lies above that of always naming the most frequent class,
    and further than `SKILL`. It is contradicted where the accuracy is `no_better`, and open where
    recalls still say that classes are told apart.
    """
    item = accuracy.evidence
    base = item.baseline if item.baseline is not None else 1.0
    if no_better(item):
        if balanced is not None and side(balanced, (balanced.baseline or 0) + SKILL) == "above":
            return Judged(accuracy, "open", "rare", {"balanced": balanced})
        return Judged(accuracy, "below", order=base - (item.value or 0))
    clear = side(item) == "above" and (item.value or 0) >= base + SKILL * (1 - base)
    return Judged(accuracy, "above" if clear else "open", order=base - (item.value or 0))


def _say(
    paragraph: Paragraph, findings: Findings, model: ModelFacts, answers: Answers, output: str
) -> None:
    words = {"model": model.title, "output": answers.output, "answer": answers.answer}

    def evidence(measure: Measure) -> Evidence:
        return Evidence(
            f"inferences.{ENTRY.name}.{measure.name}@{model.name}.{answers.output}",
            measure.value, measure.unit, measure.n, measure.interval, measure.baseline,
            f"{measure.how} (from the evaluation of the model)", _figure(findings, model),
        )  # fmt: skip

    if answers.fault == "alike":
        paragraph.say(
            f"{{model}} answers {{alike:%}} of {{alike.n:test image|test images}} alike{output}, "
            "as {answer}.",
            words,
            alike=evidence(answers.alike),
        )
    if answers.accuracy is not None:
        tested = of_model(readings(findings, "evaluation", "accuracy", compared=True), model)
        paragraph.say(
            f"{{model}} answers {{right:%}} of {{right.n:test image|test images}} correctly{output}"
            " (interval {right.interval:%}), where always giving one answer would reach "
            "{right.baseline:%}.",
            words,
            right=tested.get(f"test.{answers.output}") or evidence(answers.accuracy),
        )
    if answers.repaired is not None:
        paragraph.say(
            "With {remedy}, {repaired:%} of {repaired.n:test image|test images} are answered "
            "correctly.",
            {"remedy": answers.remedy.strip("'")},
            repaired=evidence(answers.repaired),
        )


def _figure(findings: Findings, model: ModelFacts) -> str:
    """A figure of a model, to which its evidence can point; "" where none measured anything."""
    blocks = (block for block in findings.blocks if block.model == model.name and block.evidence)
    return next((block.evidence[0].figure for block in blocks), "")
