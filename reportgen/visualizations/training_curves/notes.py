"""What the curves alone show: whether training and validation part at the end."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note, side
from reportgen.records import Evidence, Finding, Note

_WORDS = {
    "above": "Training accuracy ends above validation accuracy, a sign of fitting the training "
    "images more closely than new ones",
    "below": "Validation accuracy ends above training accuracy, which is a mean over the epoch "
    "while the weights still changed",
    "open": "Training and validation accuracy end too close to tell apart",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each output, how its training ended."""
    written = (_gap(finding, head, gap) for head, gap in by_measure(finding, "gap").items())
    return tuple(item for item in written if item is not None)


def _gap(finding: Finding, head: str, gap: Evidence) -> Note | None:
    train = get(finding, "final_accuracy", f"train.{head}")
    validation = get(finding, "final_accuracy", f"validation.{head}")
    if train is None or validation is None:
        return None
    return note(
        f"{finding.block}.gap.{head}",
        "training_curves.gap",
        "info",
        f"{{head}}: {_WORDS[side(gap)]} ({{train:%}} and {{validation:%}}, difference {{gap:+%}}).",
        words={"head": head},
        train=train,
        validation=validation,
        gap=gap,
    )
