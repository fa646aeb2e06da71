"""Do the models' answers tell the images apart?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Paragraph, of_model, readings
from reportgen.records import Answers, Evidence, Findings, Inference, Measure, ModelFacts

ENTRY = Entry(
    name="useful_answers",
    title="Answers that tell images apart",
    help="whether a model answers nearly all images alike, or no better than by a constant answer",
    order=0,
)


def infer(findings: Findings) -> Inference:
    """One note on the outputs whose answers tell little of the images; none where all tell some.

    The judgment is that of the warning at the top of the page (`training.answers`). It is
    contradicted that the answers tell images apart where there are labels, and open where there are
    none: the images may all show the same.
    """
    doubted = [(model, answers) for model in findings.models for answers in model.doubtful]
    shown = [pair for pair in doubted if _figure(findings, pair[0])]
    if not shown:
        return Inference()
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
