"""Notes on the comparison, layer by layer: which edges the filter follows, how classes differ."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note, picked_channel, side
from reportgen.figures.parts import class_of, of_class
from reportgen.records import Evidence, Finding, Note

_HALF = 0.5
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
    """Which edges the filter shown follows in images of each class."""
    orientations = _orientations(finding, layer)
    if len(orientations) != 2:
        return None
    (first, one), (second, two) = orientations.items()
    a, b = of_class(first, "{first}"), of_class(second, "{second}")
    if side(one) == side(two):
        text = f"In images of {a} ({{one:+}}) and of {b} ({{two:+}}) alike the filter "
        text += f"shown of {{layer}} follows {_FOLLOWS[side(one)]}"
    else:
        text = f"In images of {a} the filter shown of {{layer}} follows "
        text += f"{_FOLLOWS[side(one)]} ({{one:+}}), in those of {b} "
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
    separation, classes = get(finding, "separation", layer), list(_orientations(finding, layer))
    apart = picked_channel(finding, "telling_apart", layer)
    shared = picked_channel(finding, "shared", layer)
    if within is None or between is None or separation is None or apart is None:
        return None
    if len(classes) != 2:
        return None
    text = "Mean maps of {layer} are " + _APART[side(separation)]
    text += " (cosines {within} and {between}). Filter {one} tells the classes apart best: "
    more, less = classes if (apart[1].value or 0) >= _HALF else classes[::-1]
    text += f"{of_class(more, '{more}')} excites it more than {of_class(less, '{less}')} "
    text += _pairs(apart[1])
    words = {"layer": layer, "one": apart[0], "more": more, "less": less}
    filters = {"apart": apart[1]}
    if shared is not None and shared[0] != apart[0]:
        wins = of_class(classes[0], "{first}")
        text += "; of the more active filters they share {two} most "
        text += f"({wins} wins {{shared:%}} of pairs)"
        words |= {"two": shared[0], "first": classes[0]}
        filters["shared"] = shared[1]
    return note(
        f"{finding.block}.classes.{layer}",
        "class_comparison.classes",
        "info",
        text + ".",
        words,
        (separation,),
        within=within,
        between=between,
        **filters,
    )


def _pairs(wins: Evidence) -> str:
    """In how many pairs of images the class that wins more often does so."""
    if wins.value in (0, 1):
        return "in every pair of images"
    second_wins = (wins.value or 0) < _HALF
    return f"in {'all but ' * second_wins}{{apart:%}} of pairs of images"


def _orientations(finding: Finding, layer: str) -> dict[str, Evidence]:
    """The orientation of a layer's filter by class, the first class first."""
    return {
        class_of(qualified.removeprefix(f"{layer}.")): orientation
        for qualified, orientation in by_measure(finding, "orientation").items()
        if qualified.startswith(f"{layer}.") and orientation.value is not None
    }
