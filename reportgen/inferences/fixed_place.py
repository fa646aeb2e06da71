"""Does the evidence of answers move with the object, or lie at one place of every image?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import Reading, Side, beyond, earned, side
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

KINDS = {
    "saliency": "saliency maps",
    "occlusion": "drops under a patch",
    "grad_cam": "heatmaps",
}
"""Figures with maps, and what they are called."""


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
    return conclude(
        ENTRY.name,
        "the evidence moves with the object",
        [_of_methods(methods) for methods in found.values()],
        {
            f"{answer}_{kind}": text.format(maps=maps, Maps=maps[0].upper() + maps[1:])
            for kind, maps in KINDS.items()
            for answer, text in _SENTENCES.items()
        },
    )


_SENTENCES = {
    "above": "In {{value.output}} the evidence moves with the object: {{inside:%}} of {maps} lies "
    "on the foreground, and {{value:%}} at one place of all images.",
    "below": "In {{value.output}} the evidence lies at one place off the object: {{value:%}} of "
    "{maps} lies in a tenth of the image, of which {{there:%}} is foreground.",
    "open": "Whether the evidence in {{value.output}} moves with the object is open: {{value:%}} "
    "of {maps} lies in one tenth of the image, of which {{there:%}} is foreground.",
}


def _judge(
    kind: str, item: Reading, there: Evidence, inside: Evidence, fresh: Evidence | None
) -> Judged:
    placed = side(item.evidence, MOSTLY)
    answer: Side = "open"
    if placed == "above" and side(there) == "below":
        answer = "below"
    elif placed == "below" and side(inside) == "above":
        answer = earned(beyond(inside, fresh, FLOOR), item.model)
        answer = "above" if answer == "above" else "open"
    rest = {"there": there, "inside": inside} | ({"fresh": fresh} if fresh is not None else {})
    return Judged(item, answer, f"{answer}_{kind}", rest, order=float(item.number()))


def _of_methods(methods: list[Judged]) -> Judged:
    """The answer by all methods: one that finds a fixed place decides, else all must agree."""
    for answer in ("below", "open", "above"):
        for judged in methods:
            if judged.side == answer:
                return judged
    raise ValueError("no method")
