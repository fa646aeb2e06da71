"""A note on where maps lie, for the kinds that explain test images. Plain Python."""

from __future__ import annotations

from typing import Literal

from reportgen.drafting import Sentences, beyond, by_measure, draft, few, get, percent, side
from reportgen.drafting.sanity import trusted
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
MEASURE = "energy_in_foreground"
Kind = Literal["heatmaps", "maps", "drops", "projections"]


def focus_notes(finding: Finding, kind: Kind) -> tuple[Note, ...]:
    """One note on the share of the maps' energy on the object; none where no map is trusted.

    Of several outputs it speaks of the one whose maps gather most on the object, and lists all.
    """
    shares = {
        output: item
        for output, item in by_measure(finding, MEASURE).items()
        if item.value is not None and trusted(finding, MEASURE, output)
    }
    if not shares:
        return ()
    output = max(shares, key=lambda name: _lift(shares[name]))
    inside, several = shares[output], len(by_measure(finding, MEASURE)) > 1
    fresh = get(finding, f"{MEASURE}_fresh", output)
    names = {"output": output}
    choices = {"kind": kind, "several": "yes" if several else "no"}
    if fresh is None:
        sentence = SENTENCES("even", names, judged=_even(inside), inside=inside, **choices)
    else:
        judged = "few" if few(inside) else beyond(inside, fresh, 0)
        sentence = SENTENCES("fresh", names, judged=judged, inside=inside, fresh=fresh, **choices)
    rows = [
        (name, percent(item.value), _share(item.baseline), _share(_fresh(finding, name)))
        for name, item in shares.items()
    ]
    also = [*shares.values(), *by_measure(finding, f"{MEASURE}_fresh").values()]
    table = SENTENCES.table("outputs", rows) if len(rows) > 1 else None
    rule = f"{finding.kind}.focus"
    return (draft(f"{finding.block}.focus", rule, "info", sentence, also, table),)


def _even(inside: Evidence) -> str:
    if inside.baseline is None:
        return "unknown"
    return "few" if few(inside) else side(inside)


def _lift(inside: Evidence) -> float:
    return (inside.value or 0) / (inside.baseline or 1)


def _fresh(finding: Finding, output: str) -> float | None:
    fresh = get(finding, f"{MEASURE}_fresh", output)
    return None if fresh is None else fresh.value


def _share(value: float | None) -> str | None:
    return None if value is None else percent(value)
