"""Notes on the edges that a filter follows in two classes, and on how it tells them apart."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, get, picked_channel, quoted, side
from reportgen.figures.parts import class_of, of_class
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
_HALF = 0.5


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer notes on the edges that the filter follows, and on the two classes."""
    written = []
    for layer in by_measure(finding, "separation"):
        written += [_edges(finding, layer), _classes(finding, layer), _apart(finding, layer)]
    return tuple(item for item in written if item is not None)


def _edges(finding: Finding, layer: str) -> Note | None:
    """Which edges the filter shown follows in images of each class."""
    orientations = _orientations(finding, layer)
    if len(orientations) != 2:
        return None
    (first, one), (second, two) = orientations.items()
    if side(one) == side(two):
        sentence = SENTENCES("edges-same", {"layer": layer}, judged=side(one), one=one, two=two)
    else:
        sentence = SENTENCES(
            "edges-differ",
            {"layer": layer},
            first=_class(first),
            second=_class(second),
            one_side=side(one),
            two_side=side(two),
            one=one,
            two=two,
        )
    id = f"{finding.block}.edges.{layer}"
    return draft(id, "class_comparison.edges", "info", sentence)


def _classes(finding: Finding, layer: str) -> Note | None:
    within, between = get(finding, "within_class", layer), get(finding, "between_classes", layer)
    separation = get(finding, "separation", layer)
    if within is None or between is None or separation is None:
        return None
    sentence = SENTENCES(
        "classes", {"layer": layer}, judged=side(separation), within=within, between=between
    )
    id = f"{finding.block}.classes.{layer}"
    return draft(id, "class_comparison.classes", "info", sentence, [separation])


def _apart(finding: Finding, layer: str) -> Note | None:
    """The filter that tells the classes apart best."""
    apart = picked_channel(finding, "telling_apart", layer)
    shared = picked_channel(finding, "shared", layer)
    classes = list(_orientations(finding, layer))
    if apart is None or len(classes) != 2:
        return None
    wins = apart[1].value or 0
    more, less = classes if wins >= _HALF else classes[::-1]
    sentence = SENTENCES(
        "apart",
        {"layer": layer, "filter": apart[0]},
        always="yes" if wins in (0, 1) else "but" if wins < _HALF else "no",
        more=_class(more),
        less=_class(less),
        apart=apart[1],
    )
    id = f"{finding.block}.apart.{layer}"
    also = [] if shared is None else [shared[1]]
    return draft(id, "class_comparison.apart", "info", sentence, also)


def _class(name: str) -> str:
    """A class's name in a sentence that has numbers of filters too."""
    return of_class(name, quoted(name))


def _orientations(finding: Finding, layer: str) -> dict[str, Evidence]:
    """The orientation of a layer's filter by class, the first class first."""
    return {
        class_of(qualified.removeprefix(f"{layer}.")): orientation
        for qualified, orientation in by_measure(finding, "orientation").items()
        if qualified.startswith(f"{layer}.") and orientation.value is not None
    }
