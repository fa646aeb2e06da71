"""Does a model do as well on new images as on those it was trained on?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Side, earned, opposite, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="new_images",
    title="New images",
    help="whether a model does as well on test images as on training images, or over-fits",
    order=-6,
)

OVERFIT = 0.05
"""Accuracy lost on new images from which a model over-fits: one image in twenty."""

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
    return conclude(
        ENTRY.name,
        "new images are answered as well",
        judged,
        {
            "above": "{value.output} answers new images about as well as training images: "
            "{test:%} and {train:%} are right.",
            "below": "{value.output} over-fits: {train:%} of training images and {test:%} of test "
            "images are answered correctly.",
            "open": "Whether {value.output} over-fits is open: {train:%} of training images and "
            "{test:%} of test images are answered correctly.",
            "seen": "Whether {value.output} over-fits is open, as its test images may be among "
            "those it was trained on: {train:%} and {test:%} are answered correctly.",
        },
    )


def _judge(gap: Reading, rest: dict[str, Evidence]) -> Judged:
    answer: Side = earned(opposite(side(gap.evidence, OVERFIT)), gap.model)
    seen = any(each.kind == SEEN for each in gap.model.warnings)
    if seen and answer == "above":
        return Judged(gap, "open", "seen", rest)
    return Judged(gap, answer, "", rest, {}, float(gap.number()))
