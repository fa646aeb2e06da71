"""Are there inputs whose heatmap is empty because the gradient is zero everywhere?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Reading,
    Sentences,
    Side,
    all_random,
    at_same_place,
    conclude,
    derived,
    models_of,
    number,
    readings,
)
from reportgen.inferences._outputs import Judged
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="zero_gradients",
    title="Gradients that are zero",
    help="whether gradients, and heatmaps, of some images are zero everywhere",
    order=9,
)

SENTENCES = Sentences(__file__)
ENOUGH = 300
"""Heatmaps without a single zero gradient from which the claim is contradicted. With none among
n, the 95 % upper limit of the share is about 3 / n (the rule of three: Hanley and Lippman-Hand,
JAMA 249, 1983), so 300 leave less than one in a hundred."""


def infer(findings: Findings) -> Inference:
    """One note: how many gradients and how many maps are zero everywhere, over all outputs.

    A single zero gradient proves that such images exist. Without any, the claim is contradicted if
    for each output heatmaps of at least `ENOUGH` images were computed, and open otherwise: the
    outputs explain the same images, and their number says nothing of other images. A map can be
    zero although its gradient is not: where the weighted sum of the feature maps is nowhere
    positive, the final ReLU returns 0.
    """
    gradients = [r for r in readings(findings, "grad_cam", "zero_gradients") if r.evidence.n]
    if not gradients:
        return Inference()
    maps = [r for r in readings(findings, "grad_cam", "zero_maps") if r.evidence.n]
    total = _sum("zero_gradients", "gradients that are zero everywhere", gradients)
    answer = _answer(total, min(reading.evidence.n or 0 for reading in gradients))
    models = models_of(gradients)
    also = [total, *(reading.evidence for reading in (*gradients, *maps))]
    known = {}
    if maps:
        known["empty"] = _sum("zero_maps", "heatmaps that are zero everywhere", maps)
        also.append(known["empty"])
    if total.value:
        most = max(gradients, key=_share)
        several = "yes" if len(gradients) > 1 else "no"
        place = Judged(most, answer).place
        why = SENTENCES("some", several=several, place=place, total=total, value=most)
    else:
        empties = "yes" if maps and known["empty"].value else "no"
        why = SENTENCES("none", judged=answer, empties=empties, total=total, **known)
    rows = [
        (r.model.title, r.at, number(r.evidence.n), r.evidence, at_same_place(maps, r))
        for r in gradients
    ]
    table = SENTENCES.table("outputs", rows) if len(rows) > 1 else None
    answer = "open" if all_random(models) else answer
    return conclude(ENTRY.name, SENTENCES("claim"), answer, why, also, table, models)


def _sum(name: str, what: str, items: Sequence[Reading]) -> Evidence:
    sources = [reading.evidence for reading in items]
    value = sum(int(item.value or 0) for item in sources)
    n = sum(item.n or 0 for item in sources)
    return derived(ENTRY.name, name, value, sources, f"number of {what}", "heatmaps", n)


def _answer(total: Evidence, images: int) -> Side:
    """The answer from the zero gradients of all outputs, each for at least so many images."""
    if total.value:
        return "above"
    return "below" if images >= ENOUGH else "open"


def _share(reading: Reading) -> float:
    return (reading.evidence.value or 0) / (reading.evidence.n or 1)
