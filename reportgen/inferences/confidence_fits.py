"""Does a model's confidence fit its accuracy?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, Side, percent, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="confidence_fits",
    title="Confidence and accuracy",
    help="whether the probabilities of answers fit their accuracy, and what would mend them",
    order=-4,
)

SENTENCES = Sentences(__file__)

MISFIT = 0.05
"""Difference of confidence and accuracy, on average, from which they do not fit."""

BENT = 1.25
"""Factor from one, up or down, from which a temperature would change confidence visibly."""

MENDED = {"over": "over-mended", "modest": "modest-mended"}
"""The sentence that names the temperature which mends the misfit of another sentence."""


def infer(findings: Findings) -> Inference:
    """One note on the calibration of test answers.

    Confidence does not fit where the interval of the mean confidence minus the accuracy lies beyond
    `MISFIT`, or where the calibration error exceeds what chance alone makes by more. It fits where
    the interval of the error ends below `MISFIT`.
    """
    over = by_output(findings, "evaluation", "overconfidence", "test.")
    measures = {
        name: by_output(findings, "evaluation", name, "test.", compared=True)
        for name in ("calibration_error", "temperature", "mended_calibration_error")
    }
    judged = []
    for item in over:
        rest = {name: same_output(found, item) for name, found in measures.items()}
        error = rest.pop("calibration_error")
        if error is not None:
            judged.append(_judge(item, error, {k: v for k, v in rest.items() if v is not None}))
    return conclude(ENTRY.name, SENTENCES, judged)


def _judge(item: Reading, error: Evidence, rest: dict[str, Evidence]) -> Judged:
    measured = item.evidence
    answer: Side = "open"
    why = ""
    if side(measured, MISFIT) == "above":
        answer, why = "below", "over"
    elif side(measured, -MISFIT) == "below":
        answer, why = "below", "modest"
    elif side(error, (error.baseline or 0) + MISFIT) == "above":
        answer, why = "below", "uneven"
    elif side(error, MISFIT) == "below":
        answer = "above"
    bend = rest.get("temperature")
    mended = rest.get("mended_calibration_error")
    if why in ("over", "modest") and bend is not None and mended is not None:
        sharp = side(bend, BENT) == "above" or side(bend, 1 / BENT) == "below"
        if sharp and (mended.value or 0) < (mended.baseline or 0) / 2:
            why = MENDED[why]
    order = error.value if answer == "above" else abs(measured.value or 0)
    row = (*map(percent, (error.value, error.baseline)), percent(measured.value, sign=True), bend)
    return Judged(item, answer, why, rest | {"error": error}, {}, float(order or 0), row).earned()
