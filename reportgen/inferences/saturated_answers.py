"""Do probabilities leave room for gradients?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Sentences, opposite, percent, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Findings, Inference

ENTRY = Entry(
    name="saturated_answers",
    title="Saturated answers",
    help="whether nearly all probabilities are zero or one, so that their gradients vanish",
    order=-3,
)

SENTENCES = Sentences(__file__)

NEARLY_ALL = 0.9
"""Share of answers with a probability of one from which a softmax is saturated."""


def infer(findings: Findings) -> Inference:
    """One note where softmax or sigmoid is saturated for nearly all test images; else none.

    A model that answers some images with certainty is nothing to report.
    """
    certain = by_output(findings, "evaluation", "certain_answers", "test.")
    leads = by_output(findings, "evaluation", "logit_lead", "test.")
    judged = []
    for item in certain:
        lead = same_output(leads, item)
        if lead is not None:
            answer = opposite(side(item.evidence, NEARLY_ALL))
            order, row = float(item.number()), (percent(item.evidence.value), lead)
            judged.append(Judged(item, answer, "", {"lead": lead}, {}, order, row))
    if not any(each.side == "below" for each in judged):
        return Inference()
    return conclude(ENTRY.name, SENTENCES, judged)
