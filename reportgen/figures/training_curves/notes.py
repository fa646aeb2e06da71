"""Notes on the gap between training and validation accuracy at the end of the training."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.drafting import Sentences, by_measure, draft, few, get, side
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
SLIGHT = 0.02
"""Gap, in shares of the images, below which training accuracy is no sign of over-fitting."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note for each verdict on the gap, about all outputs with that verdict."""
    gaps = {h: gap for h, gap in by_measure(finding, "gap").items() if _finals(finding, h)}
    groups: dict[str, dict[str, Evidence]] = {}
    for head, gap in gaps.items():
        groups.setdefault(_judged(gap), {})[head] = gap
    single = len(gaps) == 1
    return tuple(_note(finding, judged, group, single) for judged, group in groups.items())


def _judged(gap: Evidence) -> str:
    if few(gap):
        return "few"
    judged = side(gap)
    return "slight" if judged == "above" and (gap.value or 0) < SLIGHT else judged


def _note(finding: Finding, judged: str, group: Mapping[str, Evidence], single: bool) -> Note:
    widest = max(group, key=lambda head: abs(group[head].value or 0))
    train, validation = _finals(finding, widest)
    sentence = SENTENCES(
        "gap" if single else "gaps",
        {"outputs": list(group)},
        judged=judged,
        train=train,
        validation=validation,
    )
    also = [*group.values(), *(item for head in group for item in _finals(finding, head))]
    epochs = get(finding, "epochs")
    return draft(
        f"{finding.block}.gap.{judged}",
        "training_curves.gap",
        "info",
        sentence,
        [*also, *([] if epochs is None else [epochs])],
    )


def _finals(finding: Finding, head: str) -> tuple[Evidence, ...]:
    """Training and validation accuracy after the last epoch; () where one is missing."""
    both = [get(finding, "final_accuracy", f"{split}.{head}") for split in ("train", "validation")]
    return tuple(item for item in both if item is not None) if all(both) else ()
