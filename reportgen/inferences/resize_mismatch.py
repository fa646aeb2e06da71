"""Do heatmaps spill over the foreground's edge, and is it the resizing that makes them?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    Side,
    derived,
    every,
    exact,
    models_of,
    most,
    of_model,
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

CONCLUSIONS: dict[Side, str] = {
    "above": "So resizing can explain most of the mismatch, though it need not be the cause.",
    "below": "So resizing alone does not explain the mismatch.",
    "open": "So whether resizing explains the mismatch is open.",
}


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
    counts = tally(ENTRY.name, "models", "model|models", claim, cases)
    paragraph = Paragraph(ENTRY.name)
    worst = max((r for r in overlaps if r.model in models_of(spills)), key=Reading.number)
    paragraph.say(
        "Heatmaps overlap the shape imperfectly: in {worst:%} of {worst.n:heatmap|heatmaps} of "
        "{worst.output}, the most of any output, the strongest pixels do not all lie on the "
        "foreground."
        if worst.evidence.value
        else "In every heatmap of every output the strongest pixels lie on the foreground.",
        worst=worst,
    )
    _left_out(paragraph, findings)
    paragraph.say(
        "Resizing moves energy by less than one cell of the feature map, and most of the energy "
        f"outside lies that near, for most outputs, in {counts.phrase}{_range(spills)}.",
        low=min(spills, key=Reading.number),
        high=max(spills, key=Reading.number),
        **counts.evidence,
    )
    if worst.evidence.value:
        paragraph.say(CONCLUSIONS[counts.answer])
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _left_out(paragraph: Paragraph, findings: Findings) -> None:
    """A sentence on heatmaps that are the same at every position, where there are any."""
    sources = [r.evidence for r in readings(findings, "grad_cam", "constant_maps")]
    total = sum(int(item.value or 0) for item in sources)
    if not total:
        return
    n = sum(item.n or 0 for item in sources)
    how = "number of heatmaps that are the same at every position and not zero"
    paragraph.say(
        "{even} of {even.n:heatmap|heatmaps} "
        + ("is" if total == 1 else "are")
        + " left out of this, being the same at every position: "
        + ("it points nowhere." if total == 1 else "they point nowhere."),
        even=derived(ENTRY.name, "constant_maps", total, sources, how, "heatmaps", n),
    )


def _range(spills: Sequence[Reading]) -> str:
    """The part of a sentence that quotes the smallest and the largest share, `low` and `high`."""
    high = "{high:%} (interval {high.interval:%}, chance {high.baseline:%}) for {high.output}"
    if len(spills) == 1:
        return f": {high}"
    return (
        ": the share runs from {low:%} (interval {low.interval:%}, chance {low.baseline:%}) for "
        f"{{low.output}} to {high}"
    )


def _explained(overlap: Evidence, spill: Evidence) -> Side:
    exists = exact(overlap.value or 0, 0)
    return every([exists, side(spill), side(spill, MAINLY)])
