"""Does shape decide a model's answers, or color and texture?"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, Side, no_better, percent, readings, side
from reportgen.inferences._outputs import Judged, by_output, conclude
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="shape_or_color",
    title="Shape or color",
    help="whether answers need the shape of what is shown, its color, or neither",
    order=5,
)

SENTENCES = Sentences(__file__)

KEPT = 0.05
"""Accuracy lost by an alteration up to which the model does not need what is lost."""

NEEDED = 0.1
"""Accuracy lost from which the model does need it: one image in ten."""

LEFT = 0.5
"""Part of the way from a constant answer to perfect from which there is an accuracy to lose."""


def infer(findings: Findings) -> Inference:
    """One note on altered test images, for outputs that answer well.

    Shape decides where exchanging blocks costs more than `NEEDED` and color costs less than `KEPT`.
    So it does where silhouettes cost less than `KEPT`. It does not where exchanged blocks or pixels
    cost less than that, or color more than `NEEDED`.
    Altered images are unlike those of the training, so that a loss says less than its absence.
    """
    losses = readings(findings, "evaluation", "altered_loss")
    after = readings(findings, "evaluation", "altered_accuracy", compared=True)
    judged = []
    for accuracy in by_output(findings, "evaluation", "accuracy", "test.", compared=True):
        lost, left = _of(accuracy, losses), _of(accuracy, after)
        if both := [name for name in lost if name in left]:
            own = {name: (lost[name], left[name]) for name in both}
            judged.append(_judge(accuracy, own))
    return conclude(ENTRY.name, SENTENCES, judged)


def _of(accuracy: Reading, measured: list[Reading]) -> dict[str, Evidence]:
    """The evidence on the altered images of an output, by alteration."""
    return {
        name: r.evidence
        for r in measured
        for name, _, output in [r.at.partition(".")]
        if (r.model.name, output) == (accuracy.model.name, accuracy.at)
    }


def _able(accuracy: Evidence) -> bool:
    """Whether there is an accuracy to lose."""
    value, base = accuracy.value or 0, accuracy.baseline
    return base is not None and not no_better(accuracy) and value >= base + LEFT * (1 - base)


def _judge(accuracy: Reading, altered: Mapping[str, tuple[Evidence, Evidence]]) -> Judged:
    """The answer of an output; for each alteration there are the loss and what is left."""
    kept = {name for name, (loss, _) in altered.items() if side(loss, KEPT) == "below"}
    lost = {name for name, (loss, _) in altered.items() if side(loss, NEEDED) == "above"}
    colors = [name for name in ("gray", "turned") if name in altered]
    left = {name: after for name, (_, after) in altered.items()}
    rest = left | {f"{name}_loss": loss for name, (loss, _) in altered.items()}
    rest["worst"] = min(left.values(), key=lambda each: each.value or 0)
    if colors:
        rest["color"] = min((left[name] for name in colors), key=lambda each: each.value or 0)

    shown = (rest.get(name) for name in ("color", "blocks", "pixels", "silhouette"))
    row = (
        percent(accuracy.evidence.value),
        *(None if each is None else percent(each.value) for each in shown),
    )

    def found(answer: Side, why: str) -> Judged:
        return Judged(accuracy, answer, why, rest, row=row).earned()

    if not _able(accuracy.evidence):
        return found("open", "unable")
    if "pixels" in kept:
        return found("below", "colors-only")
    if "blocks" in kept:
        return found("below", "texture")
    if "silhouette" in kept:
        return found("above", "silhouette")
    if lost & set(colors):
        return found("below", "both" if "blocks" in lost else "color")
    if "blocks" in lost and set(colors) <= kept:
        return found("above", "shape" if colors else "gray-data")
    return found("open", "no-color" if colors and set(colors) <= kept else "open")
