"""Do heatmaps spill over the foreground's edge, and is it the resizing that makes them?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentences,
    Side,
    conclude,
    every,
    exact,
    models_of,
    most,
    of_model,
    percent,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="resize_mismatch",
    title="Heatmaps and the shape of the input",
    help="whether heatmaps overlap the shape imperfectly, and whether resizing explains it",
    order=8,
)

MAINLY = 0.5
"""Share of the spilled energy that must lie within one cell of the foreground for resizing to be
the main cause: bilinear resizing moves energy by less than one cell, so energy that lies farther
away has another cause."""

SENTENCES = Sentences(__file__)


def infer(findings: Findings) -> Inference:
    """One note: on how many models the overlap is imperfect, and the spill stays within a cell.

    An output counts where some nonzero heatmap overlaps imperfectly, and where the interval of the
    share of spilled energy within one feature-map cell of the foreground lies above `MAINLY` and
    above that ring's share of the area outside the foreground (chance). An output contradicts the
    claim where no heatmap overlaps imperfectly or the interval lies below either limit. Constant
    heatmaps mark no place and do not count for the overlap. A model counts where most of its
    outputs count, and the claim holds where most models count.
    """
    compared = readings(findings, "grad_cam", "spill_within_cell", compared=True)
    # The note quotes a share with the number of heatmaps from which the share is taken.
    overlaps = [
        reading
        for reading in readings(findings, "grad_cam", "imperfect_overlap")
        if reading.evidence.n is not None
    ]
    spills = [r for r in compared if r.at in of_model(overlaps, r.model)]
    if not spills:
        return Inference()
    cases = []
    for model in models_of(spills):
        pairs = [
            (of_model(overlaps, model)[at], spill) for at, spill in of_model(spills, model).items()
        ]
        answers = [_explained(overlap, spill) for overlap, spill in pairs]
        cases.append(Case(most(answers), tuple(item for pair in pairs for item in pair)))
    claim = "heatmaps of most outputs overlap imperfectly, mainly within the reach of resizing"
    counts = tally(ENTRY.name, "models", "models", claim, cases)
    measured = [r for r in overlaps if r.model in models_of(spills)]
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += [r.evidence for r in readings(findings, "grad_cam", "constant_maps")]
    if not any(reading.evidence.value for reading in measured):
        why = SENTENCES("overlap")
    elif counts.case == "only":
        low, high = min(spills, key=Reading.number), max(spills, key=Reading.number)
        single = counts.answer == "below" and len(spills) == 1
        judged = "single" if single else counts.answer
        why = SENTENCES("only", judged=judged, low=low, high=high)
    else:
        why = SENTENCES("reach", case=counts.case, models=counts.evidence["models"])
    rows = [
        (spill.model.title, spill.at, percent(overlap.value), percent(spill.evidence.value),
         percent(spill.evidence.baseline))
        for spill in spills if (overlap := of_model(overlaps, spill.model)[spill.at])
    ]  # fmt: skip
    table = SENTENCES.table("outputs", rows) if len(rows) > 1 else None
    models = models_of(spills)
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models)


def _explained(overlap: Evidence, spill: Evidence) -> Side:
    exists = exact(overlap.value or 0, 0)
    return every([exists, side(spill), side(spill, MAINLY)])
