"""Does the evidence of answers move with the object, or lie at one place of every image?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Sentences, Side, beyond, percent, side
from reportgen.inferences._outputs import Judged, by_output, conclude, same_output
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="fixed_place",
    title="Evidence at a fixed place",
    help="whether maps of all images mark one place, and whether that lies off the object",
    order=1,
)

MOSTLY = 0.5
"""Share of a map within one tenth of the image from which maps lie at the same place."""

FLOOR = 0.05
"""Share of the maps by which the foreground must hold more than with fresh weights."""

KINDS = ("saliency", "occlusion", "grad_cam")
"""Figures with maps."""

SENTENCES = Sentences(__file__)


def infer(findings: Findings) -> Inference:
    """One note on where the maps of each output lie, by all methods that the report holds.

    The claim that the evidence moves with the object is contradicted for an output where, by any
    method, most of the maps lies at one place that holds less foreground than the image on average.
    It is supported where the maps of all methods lie at no such place, and more on the foreground
    than its area and than fresh weights by `FLOOR`. It is open where objects and maps share one.
    """
    found: dict[tuple[str, str], list[Judged]] = {}
    for kind in KINDS:
        ground = by_output(findings, kind, "foreground_there", compared=True)
        energy = by_output(findings, kind, "energy_in_foreground", compared=True)
        fresh = by_output(findings, kind, "energy_in_foreground_fresh")
        for item in by_output(findings, kind, "same_place", compared=True):
            there, inside = same_output(ground, item), same_output(energy, item)
            if there is not None and inside is not None:
                judged = _judge(kind, item, there, inside, same_output(fresh, item))
                found.setdefault((item.model.name, item.at), []).append(judged)
    outputs = [_of_methods(methods) for methods in found.values()]
    return conclude(ENTRY.name, SENTENCES, outputs)


def _judge(
    kind: str, item: Reading, there: Evidence, inside: Evidence, fresh: Evidence | None
) -> Judged:
    placed = side(item.evidence, MOSTLY)
    answer: Side = "open"
    why = ""
    if placed == "above":
        answer, why = ("below", "fixed") if side(there) == "below" else ("open", "shared")
    elif placed == "below" and side(inside) != "above":
        why = "off"
    elif placed == "below" and beyond(inside, fresh, FLOOR) == "above":
        answer, why = "above", "moves"
    elif placed == "below":
        why = "no-fresh" if fresh is None else "like-fresh"
    row = (
        SENTENCES("maps", kind=kind).text,
        *(percent(each.value) for each in (item.evidence, there, inside)),
        None if fresh is None else percent(fresh.value),
    )
    rest = {"there": there, "inside": inside} | ({} if fresh is None else {"fresh": fresh})
    cases = {"kind": kind}
    return Judged(item, answer, why, rest, {}, float(item.number()), row, cases).earned()


def _of_methods(methods: list[Judged]) -> Judged:
    """The answer by all methods: one that finds a fixed place decides, else all must agree."""
    for answer in ("below", "open", "above"):
        for judged in methods:
            if judged.side == answer:
                return judged
    raise ValueError("no method")
