"""Does a model's confidence fit its accuracy?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Side, earned, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="confidence_fits",
    title="Confidence and accuracy",
    help="whether the probabilities of answers fit their accuracy, and what would mend them",
    order=-4,
)

MISFIT = 0.05
"""Difference of confidence and accuracy, on average, from which they do not fit."""

BENT = 1.25
"""Factor from one, up or down, from which a temperature would change confidence visibly."""


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
    return conclude(
        ENTRY.name,
        "confidence fits accuracy",
        judged,
        {
            "above": "Confidence fits accuracy in {value.output}: calibration error {error:%}, "
            "where chance alone makes {error.baseline:%}.",
            "open": "Whether confidence fits accuracy in {value.output} is open: calibration error "
            "{error:%}, where chance alone makes {error.baseline:%}.",
            "over": "{value.output} is overconfident, by {value:%} on average.",
            "over_mended": "{value.output} is overconfident, by {value:%} on average; logits "
            "divided by {temperature} would fit.",
            "modest": "{value.output} is less confident than it is accurate ({value:+%}).",
            "modest_mended": "{value.output} is less confident than it is accurate ({value:+%}); "
            "logits divided by {temperature} would fit.",
            "uneven": "Confidence does not fit accuracy in {value.output}: calibration error "
            "{error:%}, where chance alone makes {error.baseline:%}.",
        },
    )


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
        answer = earned("above", item.model)
    quoted = {"error": error}
    bend = rest.get("temperature")
    mended = rest.get("mended_calibration_error")
    if why in ("over", "modest") and bend is not None and mended is not None:
        sharp = side(bend, BENT) == "above" or side(bend, 1 / BENT) == "below"
        if sharp and (mended.value or 0) < (mended.baseline or 0) / 2:
            why, quoted = f"{why}_mended", {**quoted, "temperature": bend, "mended": mended}
    return Judged(item, answer, why, quoted, {}, abs(float(measured.value or 0)))
