"""Notes on feature maps: how much of the activation lies on the foreground, layer by layer."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, note, side
from reportgen.records import Evidence, Finding, Note

_LIFT = {
    "above": "more than an even spread would give",
    "below": "less than an even spread would give",
    "open": "no more and no less than an even spread allows",
}
_FEW = "too few images were measured to tell it from an even spread"


def notes(finding: Finding) -> tuple[Note, ...]:
    """A note for each layer on how far activations depart from the ground on the foreground.

    The measure takes all channels together, and departures up or down. It says nothing of a single
    channel, which may well be dark on the foreground.
    """
    details = by_measure(finding, "detail")
    written = [
        _lift(finding, layer, lift, details.get(layer))
        for layer, lift in by_measure(finding, "foreground_lift").items()
    ]
    return tuple(item for item in written if item is not None)


def _lift(finding: Finding, layer: str, lift: Evidence, detail: Evidence | None) -> Note | None:
    if lift.value is None or detail is None or detail.value is None:
        return None
    return note(
        f"{finding.block}.foreground.{layer}",
        "feature_maps.foreground",
        "info",
        "Over all channels of {layer}, shown or not, the foreground holds {lift} times its share "
        "of how far activations depart, up or down, from their channel's level on the ground "
        f"(interval {{lift.interval}}): {_FEW if few(lift) else _LIFT[side(lift)]}. "
        "Departures from each channel's median have a normalized entropy of {detail} over the map, "
        "where an even spread would have one.",
        words={"layer": layer},
        lift=lift,
        detail=detail,
    )
