"""Do later layers show patterns that a class shares, and that differ between two classes?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentences,
    at_same_place,
    beyond,
    conclude,
    earned,
    is_pool,
    models_of,
    of_model,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="class_patterns",
    title="Patterns of classes",
    help="whether maps of later convolutions are more alike within a class than between two",
    order=14,
)

SENTENCES = Sentences(__file__)
FLOOR = 0.02
"""Difference of cosines by which a layer must separate the classes more than with fresh weights: of
unit vectors at a cosine of 0.98 one is turned by a fifth of its length."""


def infer(findings: Findings) -> Inference:
    """One note on how many later convolutions have maps that are more alike within a class.

    The rule judges every convolution but a model's first. It compares the maps, averaged over
    channels, of two images by their cosine. The measure is the mean cosine of images of one class
    minus that of images of the two classes compared. A layer counts where the interval of this
    difference lies above zero, and beyond that with fresh weights by `FLOOR`: images of two
    classes differ already in their pixels, and any weights hand some of it on.
    """
    separations = [
        reading
        for reading in readings(findings, "class_comparison", "separation", compared=True)
        if not is_pool(reading.model, reading.at)
    ]
    later = [
        reading
        for reading in separations
        if reading.at != next(iter(of_model(separations, reading.model)))
    ]
    if not later:
        return Inference()
    claim = "maps are more alike within a class than between the two, beyond fresh weights"
    nouns = "later convolution layers"
    fresh = readings(findings, "class_comparison", "separation_fresh")
    cases = [_case(reading, at_same_place(fresh, reading)) for reading in later]
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    last = later[-1]
    beside = at_same_place(fresh, last)
    why = SENTENCES(
        "only" if counts.case == "only" else "layers",
        case=counts.case,
        open="yes" if counts.open else "no",
        judged=counts.answer,
        known="no" if beside is None else "yes",
        layers=counts.evidence["layers"],
        last=last,
        **({} if beside is None else {"fresh": beside}),
    )
    within, between = (
        readings(findings, "class_comparison", name) for name in ("within_class", "between_classes")
    )
    rows = [
        (r.at, r.model.title, at_same_place(within, r), at_same_place(between, r), r.evidence,
         at_same_place(fresh, r))
        for r in separations if r.model in models_of(later)
    ]  # fmt: skip
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += [item for row in rows for item in row[2:] if isinstance(item, Evidence)]
    table = SENTENCES.table("each", rows)
    return conclude(
        ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models_of(later)
    )


def _case(separation: Reading, fresh: Evidence | None) -> Case:
    beaten = beyond(separation.evidence, fresh, FLOOR)
    answer = earned(side(separation.evidence), separation.model, beaten)
    return Case(answer, (separation.evidence, *([] if fresh is None else [fresh])))
