"""Are there inputs whose heatmap is empty because the gradient is zero everywhere?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import Paragraph, Reading, Side, all_random, derived, models_of, readings
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="zero_gradients",
    title="Gradients that are zero",
    help="whether gradients, and heatmaps, of some images are zero everywhere",
    order=9,
)

ENOUGH = 300
"""Heatmaps without a single zero gradient from which the claim is contradicted. With none among
n, the 95 % upper limit of the share is about 3 / n (the rule of three: Hanley and Lippman-Hand,
JAMA 249, 1983), so 300 leave less than one in a hundred."""


def infer(findings: Findings) -> Inference:
    """One note: how many gradients and how many maps are zero everywhere, over all outputs.

    A single zero gradient proves that such images exist. Without any, the claim is contradicted if
    for each output heatmaps of at least `ENOUGH` images were computed, and open otherwise: the
    outputs explain the same images, and their number says nothing of other images. A map can be
    zero although its gradient is not: where the weighted sum of the feature maps is nowhere
    positive, the final ReLU returns 0.
    """
    gradients = [r for r in readings(findings, "grad_cam", "zero_gradients") if r.evidence.n]
    if not gradients:
        return Inference()
    maps = [r for r in readings(findings, "grad_cam", "zero_maps") if r.evidence.n]
    total = _sum("zero_gradients", "gradients that are zero everywhere", gradients)
    answer = _answer(total, min(reading.evidence.n or 0 for reading in gradients))
    paragraph = Paragraph(ENTRY.name)
    if total.value:
        most = max(gradients, key=_share)
        paragraph.say(
            "For {total} of {total.n:heatmap|heatmaps} the gradient is zero everywhere; the most "
            f"{_verb(most.evidence)} {{most}} of {{most.n}} ({{most.output}}).",
            total=total,
            most=most,
        )
    else:
        paragraph.say(
            "For none of {total.n:heatmap|heatmaps} is the gradient zero everywhere.", total=total
        )
    if maps:
        empty = _sum("zero_maps", "heatmaps that are zero everywhere", maps)
        paragraph.say(_empty(empty, total), empty=empty)
    if answer == "open":
        paragraph.say("These are of too few images to rule such images out.")
    models = models_of(gradients)
    paragraph.warn(model for model in models if model.untrained)
    return paragraph.conclude("open" if all_random(models) else answer)


def _empty(empty: Evidence, total: Evidence) -> str:
    """The sentence on maps that are zero everywhere, whatever their gradients are."""
    blank = "with no maximum to divide by, such a map is drawn blank."
    if not empty.value:
        return "None of {empty.n:heatmap|heatmaps} is empty."
    if total.value and empty.value <= total.value:
        return f"There {_verb(empty)} {{empty:empty map|empty maps}} of {{empty.n}}; {blank}"
    yet = "In all," if total.value else "Yet"
    return (
        f"{yet} {{empty}} of {{empty.n:heatmap|heatmaps}} {_verb(empty)} empty, since a weighted "
        f"sum of the feature maps that is nowhere positive leaves nothing either; {blank}"
    )


def _verb(count: Evidence) -> str:
    return "is" if count.value == 1 else "are"


def _sum(name: str, what: str, items: Sequence[Reading]) -> Evidence:
    sources = [reading.evidence for reading in items]
    value = sum(int(item.value or 0) for item in sources)
    n = sum(item.n or 0 for item in sources)
    return derived(ENTRY.name, name, value, sources, f"number of {what}", "heatmaps", n)


def _answer(total: Evidence, images: int) -> Side:
    """The answer from the zero gradients of all outputs, each for at least so many images."""
    if total.value:
        return "above"
    return "below" if images >= ENOUGH else "open"


def _share(reading: Reading) -> float:
    return (reading.evidence.value or 0) / (reading.evidence.n or 1)
