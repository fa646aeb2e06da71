"""Do the models' answers tell the images apart?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Reading,
    Sentences,
    Side,
    no_better,
    of_model,
    percent,
    readings,
    side,
)
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Answers, Evidence, Findings, Inference, Measure, ModelFacts

ENTRY = Entry(
    name="useful_answers",
    title="Answers that tell images apart",
    help="whether a model answers nearly all images alike, or no better than by a constant answer",
    order=-9,
)

SENTENCES = Sentences(__file__)

FAULTS = {
    ("alike", False): "alike",
    ("alike", True): "alike-mended",
    ("chance", False): "chance",
    ("chance", True): "chance-mended",
}
"""The sentence on an output in doubt, by its fault and by whether a remedy is known."""

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
    shown = [_doubted(findings, *pair) for pair in doubted if _figure(findings, pair[0])]
    if shown:
        return conclude(ENTRY.name, SENTENCES, shown, "doubted")
    accuracies = by_output(findings, "evaluation", "accuracy", "test.", compared=True)
    known = {(r.model.name, r.at) for r in accuracies}
    of_matrix = by_output(findings, "confusion_matrix", "accuracy", compared=True)
    accuracies += [r for r in of_matrix if (r.model.name, r.at) not in known]
    balanced = by_output(findings, "evaluation", "balanced_accuracy", "test.")
    judged = [_judged(r, same_output(balanced, r)) for r in accuracies]
    return conclude(ENTRY.name, SENTENCES, judged)


def _judged(accuracy: Reading, balanced: Evidence | None) -> Judged:
    """An output by its accuracy.

    The claim holds where the interval lies above that of always naming the most frequent class,
    and further than `SKILL`. It is contradicted where the accuracy is `no_better`, and open where
    recalls still say that classes are told apart.
    """
    item = accuracy.evidence
    rest = {} if balanced is None else {"balanced": balanced}
    mean = None if balanced is None else percent(balanced.value)
    row = (percent(item.value), percent(item.baseline), mean)
    base = item.baseline if item.baseline is not None else 1.0
    if no_better(item):
        if balanced is not None and side(balanced, (balanced.baseline or 0) + SKILL) == "above":
            return Judged(accuracy, "open", "rare", rest, row=row)
        return Judged(accuracy, "below", "", rest, order=base - (item.value or 0), row=row)
    clear = side(item) == "above" and (item.value or 0) >= base + SKILL * (1 - base)
    answer: Side = "above" if clear else "open"
    return Judged(accuracy, answer, "", rest, order=base - (item.value or 0), row=row)


def _doubted(findings: Findings, model: ModelFacts, answers: Answers) -> Judged:
    """An output that the warning at the top of the page names."""

    def evidence(measure: Measure) -> Evidence:
        return Evidence(
            f"inferences.{ENTRY.name}.{measure.name}@{model.name}.{answers.output}",
            measure.value, measure.unit, measure.n, measure.interval, measure.baseline,
            f"{measure.how} (from the evaluation of the model)", _figure(findings, model),
        )  # fmt: skip

    only = len(findings.models) == 1
    alike = Reading(model, answers.output, evidence(answers.alike), _alone(model), only)
    words = {"answer": answers.answer, "remedy": answers.remedy.strip("'")}
    same = percent(answers.alike.value)
    if answers.accuracy is None:
        order = answers.alike.value or 0
        return Judged(alike, "open", "alike-unlabeled", {}, words, order, (same, None, None, None))
    tested = of_model(readings(findings, "evaluation", "accuracy", compared=True), model)
    right = tested.get(f"test.{answers.output}") or evidence(answers.accuracy)
    rest = {"right": right}
    if answers.repaired is not None:
        rest["repaired"] = evidence(answers.repaired)
    row = (
        same,
        percent(right.value),
        percent(right.baseline),
        percent(rest["repaired"].value) if "repaired" in rest else None,
    )
    why = FAULTS[answers.fault, answers.repaired is not None]
    return Judged(alike, "below", why, rest, words, answers.fault == "alike", row)


def _alone(model: ModelFacts) -> bool:
    """Whether a model has no other output than the one in doubt."""
    answered = {name.split(".")[1] for name in model.metrics if name.endswith(".accuracy")}
    return len({*answered, *(answers.output for answers in model.doubtful)}) == 1


def _figure(findings: Findings, model: ModelFacts) -> str:
    """A figure of a model, to which its evidence can point; "" where none measured anything."""
    blocks = (block for block in findings.blocks if block.model == model.name and block.evidence)
    return next((block.evidence[0].figure for block in blocks), "")
