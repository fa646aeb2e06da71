"""Do labels agree with the most confident answers, or are many of them wrong?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, Side, percent, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="clean_labels",
    title="Labels",
    help="whether confident answers disagree with labels as often as others do: label noise",
    order=-5,
)

SENTENCES = Sentences(__file__)

NOISE = 0.02
"""Share of the most confident answers that differ from their labels, from which labels are in
doubt: one in fifty. Networks trained on clean digits or clothes stay below one in a hundred."""

FLAT = 0.5
"""Share of the overall disagreement that the most confident answers must reach. Noise strikes
confident answers as often as others, and hard images strike the hesitant ones."""

SKILL = 0.5
"""Part of the way from chance to perfect recall that a model must have come to judge labels."""


def infer(findings: Findings) -> Inference:
    """One note on the labels of the training images, or of the test images where these say more.

    Labels are in doubt where the interval of the disagreement of the most confident quarter of
    answers begins above `NOISE`, its value reaches `FLAT` of that of all answers, and the model
    is good enough (`SKILL`) to be asked. They count as clean where the interval ends below `NOISE`.
    """
    recall = by_output(findings, "evaluation", "balanced_accuracy", "test.")
    judged = []
    for split in ("train", "test"):
        suspects = by_output(findings, "evaluation", "suspect_labels", f"{split}.")
        for item in by_output(
            findings, "evaluation", "confident_disagreement", f"{split}.", compared=True
        ):
            suspect, skill = same_output(suspects, item), same_output(recall, item)
            if suspect is not None and item.evidence.n:
                judged.append(_judge(item, suspect, skill, split))
    return conclude(ENTRY.name, SENTENCES, _best(judged))


def _judge(item: Reading, suspect: Evidence, skill: Evidence | None, split: str) -> Judged:
    value, overall = item.evidence.value or 0, item.evidence.baseline or 0
    answer: Side = "open"
    why = ""
    if side(item.evidence, NOISE) == "below":
        answer = "above"
    elif side(item.evidence, NOISE) == "above":
        if value < FLAT * overall:
            why = "hard"
        elif not _skilled(skill):
            why = "unskilled"
        else:
            answer, why = "below", split
    rest = {"suspect": suspect} | ({} if skill is None else {"skill": skill})
    row = (split, *map(percent, (value, overall, suspect.value)))
    return Judged(item, answer, why, rest, order=float(value), row=row).earned()


def _skilled(recall: Evidence | None) -> bool:
    if recall is None or recall.value is None or recall.baseline is None:
        return False
    return recall.value >= recall.baseline + SKILL * (1 - recall.baseline)


def _best(judged: list[Judged]) -> list[Judged]:
    """For each output the split that decides: first one in doubt, then a clean one."""
    found: dict[tuple[str, str], Judged] = {}
    order = ("below", "above", "open")
    for each in sorted(judged, key=lambda each: order.index(each.side)):
        found.setdefault((each.reading.model.name, each.reading.at), each)
    return list(found.values())
