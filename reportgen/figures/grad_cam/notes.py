"""What heatmaps alone show: where their energy lies, how many are zero or the same everywhere."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, number
from reportgen.figures.attribution.focus_notes import focus_notes
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """The energy on the object; heatmaps that point nowhere, if there are."""
    return (
        *sanity_notes(finding),
        *focus_notes(finding, "heatmaps"),
        *_zero(finding),
        *_constant(finding),
    )


def _zero(finding: Finding) -> tuple[Note, ...]:
    """One note, on the output with most zero heatmaps.

    A cause is given where gradients were measured, which Score-CAM does not use.
    """
    zeros, flat = by_measure(finding, "zero_maps"), by_measure(finding, "zero_gradients")
    some = {output: item for output, item in zeros.items() if item.value}
    if not some:
        return ()
    output = max(some, key=lambda name: some[name].value or 0)
    sentence = SENTENCES(
        "zero",
        {"output": output},
        several="yes" if len(zeros) > 1 else "no",
        cause=_cause(some[output], flat.get(output)),
        zero=some[output],
    )
    rows = [(name, item, number(item.n)) for name, item in zeros.items()]
    table = SENTENCES.table("outputs", rows) if len(some) > 1 else None
    also = [*zeros.values(), *flat.values()]
    return (draft(f"{finding.block}.zero", "grad_cam.zero", "info", sentence, also, table),)


def _constant(finding: Finding) -> tuple[Note, ...]:
    evens = by_measure(finding, "constant_maps")
    some = {output: item for output, item in evens.items() if item.value}
    if not some:
        return ()
    output = max(some, key=lambda name: some[name].value or 0)
    several = "yes" if len(evens) > 1 else "no"
    sentence = SENTENCES("constant", {"output": output}, several=several, even=some[output])
    id = f"{finding.block}.constant"
    return (draft(id, "grad_cam.constant", "info", sentence, evens.values()),)


def _cause(zero: Evidence, flat: Evidence | None) -> str:
    """Why maps are zero: for want of a gradient, or since the ReLU of Grad-CAM leaves nothing."""
    if flat is None:
        return "unknown"
    if not flat.value:
        return "sum"
    return "gradient" if flat.value == zero.value else "both"
