"""A note on feature maps: how much of the activation lies on the object, layer by layer."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, few, get, side
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on all layers, which speaks of the layer with the most activation on the object.

    The measure takes all channels together, and departures up or down. It says nothing of a single
    channel, which may well be dark on the object.
    """
    lifts = {
        layer: lift
        for layer, lift in by_measure(finding, "foreground_lift").items()
        if lift.value is not None
    }
    if not lifts:
        return ()
    layer, lift = max(lifts.items(), key=lambda item: item[1].value or 0)
    fresh = get(finding, "foreground_lift_fresh", layer)
    judged = "few" if few(lift) else side(lift)
    single = len(lifts) == 1
    if not single and judged == "below":
        judged = "open"
    sentence = SENTENCES(
        "lift" if single else "most",
        {"layer": layer},
        judged=judged,
        known="no" if fresh is None else "yes",
        lift=lift,
        **({} if fresh is None else {"fresh": fresh}),
    )
    rows = [(name, item, *_beside(finding, name)) for name, item in lifts.items()]
    also = [item for row in rows for item in row[1:] if item is not None]
    table = None if single else SENTENCES.table("most", rows)
    id = f"{finding.block}.foreground"
    return (draft(id, "feature_maps.foreground", "info", sentence, also, table),)


def _beside(finding: Finding, layer: str) -> tuple[Evidence | None, Evidence | None]:
    """A layer's lift with fresh weights, and the entropy of its maps."""
    return get(finding, "foreground_lift_fresh", layer), get(finding, "detail", layer)
