"""Sentences on the sanity checks of a figure's maps. Plain Python."""

from __future__ import annotations

from reportgen.drafting import by_measure, note, of_output
from reportgen.drafting.sanity import CLASSES, IMAGES, SAME, SIMILARITY, judged
from reportgen.records import Evidence, Finding, Note


def sanity_notes(finding: Finding) -> tuple[Note, ...]:
    """What a reader must know of the maps: that they hardly change, or were not checked.

    A figure whose maps follow the weights has its table, and no sentence.
    """
    images = by_measure(finding, IMAGES)
    off = images.get("")
    if off is not None and off.value == 0:
        text = "The sanity checks of these maps are turned off, so they may not follow the network."
        return (note(f"{finding.block}.sanity", "attribution.sanity", "info", text, off=off),)
    alike, classes = by_measure(finding, SIMILARITY), by_measure(finding, CLASSES)
    alone = len(alike) == 1
    written = [
        *(_weights(finding, head, item, alone) for head, item in alike.items()),
        *(_class(finding, head, item, alone) for head, item in classes.items()),
    ]
    return tuple(item for item in written if item is not None)


def _weights(finding: Finding, head: str, alike: Evidence, alone: bool) -> Note | None:
    check = judged(alike)
    if check == "follows":
        return None
    if check == "hardly":
        text = (
            "these maps hardly change when the network's weights are random (rank correlation "
            "{alike}), so they say little of what the network learned."
        )
    elif check == "open":
        text = (
            "it is undecided whether these maps follow the network's weights (rank correlation "
            "{alike} with maps of random weights)."
        )
    else:
        text = "these maps cannot be held against random weights, so nothing shows that they "
        text += "follow the network."
    return note(
        _id(finding, "sanity", head),
        "attribution.sanity",
        "info",
        of_output(text, alone),
        words={"head": head},
        alike=alike,
    )


def _class(finding: Finding, head: str, alike: Evidence, alone: bool) -> Note | None:
    if alike.interval is None or alike.interval[0] < SAME:
        return None
    return note(
        _id(finding, "classes", head),
        "attribution.classes",
        "info",
        of_output(
            "the map of another class is nearly the same (rank correlation {alike}), so these maps "
            "say little of the class.",
            alone,
        ),
        words={"head": head},
        alike=alike,
    )


def _id(finding: Finding, name: str, head: str) -> str:
    return ".".join(filter(None, (finding.block, name, head)))
