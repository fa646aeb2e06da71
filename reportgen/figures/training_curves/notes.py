"""Notes on the gap between training and validation accuracy after the last epoch."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.drafting import by_measure, few, get, listed, note, side
from reportgen.records import Evidence, Finding, Note

_WORDS = {
    "above": "Training accuracy ends above validation accuracy{of}, a sign of fitting the training "
    "images more closely than new ones",
    "below": "Validation accuracy ends above training accuracy{of}; the latter is a mean over the "
    "epoch while the weights still changed",
    "open": "Training and validation accuracy end too close to tell apart{of}",
    "few": "There are too few validation images to tell whether training accuracy ends above "
    "validation accuracy{of}",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note for each verdict on the gap, about all outputs with that verdict."""
    gaps = {h: gap for h, gap in by_measure(finding, "gap").items() if _finals(finding, h)}
    groups: dict[str, dict[str, Evidence]] = {}
    for head, gap in gaps.items():
        groups.setdefault("few" if few(gap) else side(gap), {})[head] = gap
    single = len(gaps) == 1
    return tuple(_note(finding, verdict, group, single) for verdict, group in groups.items())


def _note(finding: Finding, verdict: str, group: Mapping[str, Evidence], single: bool) -> Note:
    finals = [_finals(finding, head) for head in group]
    words = {f"head{i}": head for i, head in enumerate(group)}
    values = [f"{{train{i}:%}} and {{validation{i}:%}}" for i in range(len(group))]
    named = [f"{{head{i}}} ({value})" for i, value in enumerate(values)]
    of = f" ({values[0]})" if single else f" for {listed(named)}"
    epochs = get(finding, "epochs")
    of += "" if epochs is None else " after {epochs:epoch|epochs}"
    quoted = {} if epochs is None else {"epochs": epochs}
    quoted |= {
        f"{name}{i}": item
        for i, both in enumerate(finals)
        for name, item in zip(("train", "validation"), both, strict=True)
    }
    return note(
        f"{finding.block}.gap.{verdict}",
        "training_curves.gap",
        "info",
        _WORDS[verdict].replace("{of}", of) + ".",
        words,
        group.values(),
        **quoted,
    )


def _finals(finding: Finding, head: str) -> tuple[Evidence, ...]:
    """Training and validation accuracy after the last epoch; () where one is missing."""
    both = [get(finding, "final_accuracy", f"{split}.{head}") for split in ("train", "validation")]
    return tuple(item for item in both if item is not None) if all(both) else ()
