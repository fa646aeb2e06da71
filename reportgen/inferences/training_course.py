"""Did training learn something, steadily, and to its end?"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.catalog import Entry
from reportgen.drafting import Reading, no_better, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="training_course",
    title="The course of training",
    help="whether training learned, was steady, had ended, and did not go on for too long",
    order=-7,
)

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
    return conclude(
        ENTRY.name,
        "training learned steadily and to its end",
        judged,
        {
            "nothing": "{value.output} never learned: {final_accuracy_train:%} of its training "
            "images are answered correctly, and one constant answer reaches "
            "{final_accuracy_train.baseline:%}.",
            "unstable": "The training of {value.output} was unstable: its loss jumped up and back "
            "at {value} of {value.n:epoch|epochs}.",
            "late": "{value.output} trained for too long: its validation loss was smallest after "
            "epoch {best_epoch} and ended {loss_rise:%} higher.",
            "falling": "{value.output} was still improving when training ended: its validation "
            "loss changed by {fall:+%} an epoch.",
            "above": "The training of {value.output} was steady and had come to its end: its "
            "validation loss changed by {fall:+%} an epoch.",
            "open": "Whether the training of {value.output} had come to its end is open: too few "
            "epochs, or too uneven a loss.",
        },
    )


def _judge(spikes: Reading, rest: Mapping[str, Evidence]) -> Judged:
    accuracy, explained = rest.get("final_accuracy_train"), rest.get("explained")
    trend, rise = rest.get("loss_trend_validation"), rest.get("loss_rise")
    best = rest.get("best_epoch")
    quoted = dict(rest) | ({"fall": trend} if trend else {})
    saved = None if explained is None else explained.value
    if accuracy is not None and saved is not None and no_better(accuracy) and saved < LEARNED:
        return Judged(spikes, "below", "nothing", quoted, {}, 4)
    if (spikes.evidence.value or 0) >= SPIKES and spikes.evidence.n:
        return Judged(spikes, "below", "unstable", quoted, {}, 3)
    if trend is None or trend.value is None or rise is None or best is None:
        return Judged(spikes, "open", "", quoted)
    if (rise.value or 0) > RISEN and side(trend, 0, 4) == "above":
        return Judged(spikes, "below", "late", quoted, {}, 2)
    matters = saved is None or saved < REST
    if side(trend, -STEADY, 4) == "below" and matters:
        return Judged(spikes, "below", "falling", quoted, {}, 1)
    if side(trend, STEADY, 4) == "below" and (side(trend, -STEADY, 4) == "above" or not matters):
        return Judged(spikes, "above", "", quoted)
    return Judged(spikes, "open", "", quoted)
