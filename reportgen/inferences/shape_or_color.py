"""Does shape decide a model's answers, or color and texture?"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Side, earned, no_better, readings, side
from reportgen.inferences._outputs import Judged, by_output, conclude
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="shape_or_color",
    title="Shape or color",
    help="whether answers need the shape of what is shown, its color, or neither",
    order=6,
)

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
    judged = []
    for accuracy in by_output(findings, "evaluation", "accuracy", "test."):
        own = {
            r.at.partition(".")[0]: r.evidence
            for r in losses
            if r.model.name == accuracy.model.name and r.at.partition(".")[2] == accuracy.at
        }
        if own and _able(accuracy.evidence):
            judged.append(_judge(accuracy, own))
    return conclude(
        ENTRY.name,
        "shape decides",
        judged,
        {
            "gray_data": "{value.output} needs shape: with blocks of the image exchanged, accuracy "
            "falls by {blocks:%}.",
            "shape": "Shape decides in {value.output}, not color: exchanged blocks cost {blocks:%} "
            "of accuracy, gray {gray:%}.",
            "silhouette": "Shape decides in {value.output}: silhouettes of one color cost "
            "{silhouette:%} of accuracy only.",
            "no_color": "{value.output} does not need color: without it accuracy falls by "
            "{color:%}. Whether shape decides is open.",
            "colors_only": "Shape does not matter to {value.output}: with all pixels exchanged, "
            "accuracy falls by {pixels:%} only.",
            "texture": "{value.output} needs no shape: with blocks of the image exchanged, its "
            "accuracy falls by {blocks:%} only.",
            "both": "{value.output} needs color and shape: without color accuracy falls by "
            "{color:%}, with exchanged blocks by {blocks:%}.",
            "color": "{value.output} needs color: without it accuracy falls by {color:%}.",
            "open": "Whether shape decides in {value.output} is open: exchanged blocks cost "
            "{blocks:%} of accuracy.",
            "open_pixels": "Whether shape decides in {value.output} is open: exchanged pixels cost "
            "{pixels:%} of accuracy.",
        },
    )


def _able(accuracy: Evidence) -> bool:
    """Whether there is an accuracy to lose."""
    value, base = accuracy.value or 0, accuracy.baseline
    return base is not None and not no_better(accuracy) and value >= base + LEFT * (1 - base)


def _judge(accuracy: Reading, losses: Mapping[str, Evidence]) -> Judged:
    kept = {name for name, loss in losses.items() if side(loss, KEPT) == "below"}
    lost = {name for name, loss in losses.items() if side(loss, NEEDED) == "above"}
    colors = [name for name in ("gray", "turned") if name in losses]
    worst = max(colors, key=lambda name: losses[name].value or 0, default="")
    rest = dict(losses) | ({"color": losses[worst]} if worst else {})

    def found(answer: Side, why: str) -> Judged:
        return Judged(accuracy, earned(answer, accuracy.model), why, rest)

    if "pixels" in kept:
        return found("below", "colors_only")
    if "blocks" in kept:
        return found("below", "texture")
    if "silhouette" in kept:
        return found("above", "silhouette")
    if lost & set(colors):
        return found("below", "both" if "blocks" in lost else "color")
    if "blocks" in lost and set(colors) <= kept:
        return found("above", "shape" if colors else "gray_data")
    if colors and set(colors) <= kept:
        return found("open", "no_color")
    return found("open", "open" if "blocks" in losses else "open_pixels")
