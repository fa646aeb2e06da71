"""Does a model do as well on new images as on those it was trained on?"""

from __future__ import annotations

from dataclasses import replace

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, Side, opposite, percent, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="new_images",
    title="New images",
    help="whether a model does as well on test images as on training images, or over-fits",
    order=-6,
)

SENTENCES = Sentences(__file__)

OVERFIT = 0.05
"""Accuracy lost on new images from which a model over-fits: one image in twenty."""

WHY: dict[Side, str] = {"above": "as-well", "below": "over-fits", "open": "uncertain"}
"""The sentence for each answer."""

SEEN = "test_from_training"
"""Kind of the warning that test images were cut from images that a model may have trained on."""


def infer(findings: Findings) -> Inference:
    """One note on the gap between training and test accuracy.

    The claim holds for an output where the interval of the gap ends below `OVERFIT`, and is
    contradicted where it begins above. It is open for a model that has learned nothing.
    """
    gaps = by_output(findings, "evaluation", "gap_to_test", "train.")
    train = by_output(findings, "evaluation", "accuracy", "train.")
    test = by_output(findings, "evaluation", "accuracy", "test.")
    judged = []
    for gap in gaps:
        both = {"train": same_output(train, gap), "test": same_output(test, gap)}
        rest = {name: item for name, item in both.items() if item is not None}
        if len(rest) == len(both):
            judged.append(_judge(gap, rest))
    return conclude(ENTRY.name, SENTENCES, judged)


def _judge(gap: Reading, rest: dict[str, Evidence]) -> Judged:
    row = (percent(rest["train"].value), percent(rest["test"].value))
    answer = opposite(side(gap.evidence, OVERFIT))
    judged = Judged(gap, answer, WHY[answer], rest, {}, float(gap.number()), row).earned()
    seen = any(each.kind == SEEN for each in gap.model.warnings)
    return replace(judged, side="open", why="seen") if seen and judged.side == "above" else judged
