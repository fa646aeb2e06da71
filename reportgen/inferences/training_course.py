"""Did training learn something, steadily, and to its end?"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, Side, no_better, percent, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="training_course",
    title="The course of training",
    help="whether training learned, was steady, had ended, and did not go on for too long",
    order=-7,
)

SENTENCES = Sentences(__file__)

STEADY = 0.02
"""Change of the validation loss by epoch up to which a training has come to its end."""

RISEN = 0.1
"""Rise of the validation loss above its smallest value from which training went on too long."""

LEARNED = 0.02
"""Share of the entropy of the labels that a model must save to have learned anything."""

REST = 0.99
"""Share of that entropy from which too little is left for a further fall to matter."""

SPIKES = 2
"""Spikes of the training loss from which a training counts as unstable; one may be chance."""


def infer(findings: Findings) -> Inference:
    """One note on the losses of each trained output.

    The claim is contradicted where a training learned nothing, was unstable, went on after the
    validation loss had begun to rise, or ended while it was still falling. It holds where the
    interval of the loss's last trend lies within `STEADY`.
    """
    names = ("explained", "best_epoch", "loss_rise")
    measures = {name: by_output(findings, "training_curves", name) for name in names}
    for split in ("train", "validation"):
        for name in ("loss_spikes", "loss_trend", "final_accuracy"):
            found = by_output(findings, "training_curves", name, f"{split}.")
            measures[f"{name}_{split}"] = found
    judged = []
    for spikes in measures["loss_spikes_train"]:
        rest = {name: same_output(found, spikes) for name, found in measures.items()}
        judged.append(_judge(spikes, {k: v for k, v in rest.items() if v is not None}))
    return conclude(ENTRY.name, SENTENCES, judged)


def _judge(spikes: Reading, rest: Mapping[str, Evidence]) -> Judged:
    accuracy, explained = rest.get("final_accuracy_train"), rest.get("explained")
    trend, rise = rest.get("loss_trend_validation"), rest.get("loss_rise")
    best = rest.get("best_epoch")
    saved = None if explained is None else explained.value
    row = (
        spikes.evidence,
        None if trend is None else percent(trend.value, sign=True),
        None if rise is None else percent(rise.value),
        None if explained is None else percent(saved),
    )

    def found(answer: Side, why: str, order: float = 0) -> Judged:
        return Judged(spikes, answer, why, rest, {}, order, row)

    if accuracy is not None and saved is not None and no_better(accuracy) and saved < LEARNED:
        return found("below", "nothing", 4)
    if (spikes.evidence.value or 0) >= SPIKES and spikes.evidence.n:
        return found("below", "unstable", 3)
    if trend is None or rise is None or best is None:
        return found("open", "short")
    rising, little = side(trend, 0, 4) == "above", saved is not None and saved >= REST
    if rising and (rise.value or 0) > RISEN:
        return found("below", "late", 2)
    slow, ended = side(trend, STEADY, 4) == "below", side(trend, -STEADY, 4)
    if ended == "below" and not little:
        return found("below", "falling", 1)
    if slow and ended == "above":
        return found("above", "settled")
    if slow and little:
        return found("above", "exhausted")
    return found("open", "rising" if rising else "open")
