"""What the comparison alone shows, layer by layer: edges followed, and how classes differ."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note, side
from reportgen.records import Evidence, Finding, Note

HALF = 0.5
_FOLLOWS = {
    "above": "vertical edges more than horizontal ones",
    "below": "horizontal edges more than vertical ones",
    "open": "neither direction of edges clearly more",
}
_APART = {
    "above": "more alike within a class than between the two",
    "below": "more alike between the two classes than within one",
    "open": "not clearly more alike within a class than between the two",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer a note on the edges that the filter follows, and one on the classes."""
    written = []
    for layer in by_measure(finding, "separation"):
        written += [_edges(finding, layer), _classes(finding, layer)]
    return tuple(item for item in written if item is not None)


def _edges(finding: Finding, layer: str) -> Note | None:
    """What the filter shown follows in images of each class."""
    found = _by_class(finding, layer)
    if len(found) != 2:
        return None
    (first, one), (second, two) = found.items()
    if side(one) == side(two):
        text = "In images of {first} ({one:+}) and of {second} ({two:+}) alike the filter "
        text += f"shown of {{layer}} follows {_FOLLOWS[side(one)]}"
    else:
        text = "In images of {first} the filter shown of {layer} follows "
        text += f"{_FOLLOWS[side(one)]} ({{one:+}}), in those of {{second}} "
        text += f"{_FOLLOWS[side(two)]} ({{two:+}})"
    return note(
        f"{finding.block}.edges.{layer}",
        "class_comparison.edges",
        "info",
        f"{text}; the numbers are differences of correlations.",
        words={"layer": layer, "first": first, "second": second},
        one=one,
        two=two,
    )


def _classes(finding: Finding, layer: str) -> Note | None:
    within, between = get(finding, "within_class", layer), get(finding, "between_classes", layer)
    gap, names = get(finding, "separation", layer), list(_by_class(finding, layer))
    apart, shared = _filter(finding, "telling_apart", layer), _filter(finding, "shared", layer)
    if within is None or between is None or gap is None or apart is None or len(names) != 2:
        return None
    text = "Mean maps of {layer} are " + _APART[side(gap)]
    text += " (cosines {within} and {between}). Filter {one} tells the classes apart best: "
    text += f"{{more}} excites it more than {{less}} {_pairs(apart[1])}"
    more_often = names if (apart[1].value or 0) >= HALF else names[::-1]
    words = {"layer": layer, "one": apart[0], "more": more_often[0], "less": more_often[1]}
    more = {"apart": apart[1]}
    if shared is not None and shared[0] != apart[0]:
        text += (
            "; of the more active filters they share {two} most ({first} wins {shared:%} of pairs)"
        )
        words |= {"two": shared[0], "first": names[0]}
        more["shared"] = shared[1]
    return note(
        f"{finding.block}.classes.{layer}",
        "class_comparison.classes",
        "info",
        text + ".",
        words,
        (gap,),
        within=within,
        between=between,
        **more,
    )


def _pairs(won: Evidence) -> str:
    """In how many pairs of images the class that wins more often does so."""
    if won.value in (0, 1):
        return "in every pair of images"
    few = (won.value or 0) < HALF
    return f"in {'all but ' * few}{{apart:%}} of pairs of images"


def _by_class(finding: Finding, layer: str) -> dict[str, Evidence]:
    """The orientation of a layer's filter by class, the first class first."""
    return {
        at.removeprefix(f"{layer}.").replace("_", " "): item
        for at, item in by_measure(finding, "orientation").items()
        if at.startswith(f"{layer}.") and item.value is not None
    }


def _filter(finding: Finding, measure: str, layer: str) -> tuple[str, Evidence] | None:
    """The filter of a layer that a measure picked, and the measure."""
    for at, item in by_measure(finding, measure).items():
        path, _, channel = at.rpartition(".")
        if path == layer and item.value is not None:
            return channel, item
    return None
