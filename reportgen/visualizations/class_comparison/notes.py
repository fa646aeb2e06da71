"""What the comparison alone shows, layer by layer: edges followed, and how classes differ."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note, side
from reportgen.records import Evidence, Finding, Note

_FOLLOWS = {
    "above": "follows vertical edges more than horizontal ones",
    "below": "follows horizontal edges more than vertical ones",
    "open": "follows neither direction of edges clearly more than the other",
}
_APART = {
    "above": "maps of a class are more alike than maps of the two classes",
    "below": "maps of the two classes are more alike than maps of a class",
    "open": "maps of a class are not clearly more alike than maps of the two classes",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer a note on edges and one on what the classes share."""
    written = []
    for layer, turned in by_measure(finding, "orientation").items():
        written += [_edges(finding, layer, turned), _classes(finding, layer)]
    return tuple(item for item in written if item is not None)


def _edges(finding: Finding, layer: str, turned: Evidence) -> Note | None:
    vertical = get(finding, "vertical_filters", layer)
    horizontal = get(finding, "horizontal_filters", layer)
    if vertical is None or horizontal is None or turned.value is None:
        return None
    return note(
        f"{finding.block}.edges.{layer}",
        "class_comparison.edges",
        "info",
        "In {layer} {vertical} of {vertical.n:filter|filters} go with vertical edges of the image "
        "more than with horizontal ones, {horizontal} the other way around, each judged by "
        f"itself. The filter shown {_FOLLOWS[side(turned)]}: its two correlations differ by "
        "{turned:+} (interval {turned.interval}).",
        words={"layer": layer},
        vertical=vertical,
        horizontal=horizontal,
        turned=turned,
    )


def _classes(finding: Finding, layer: str) -> Note | None:
    within, between = get(finding, "within_class", layer), get(finding, "between_classes", layer)
    gap = get(finding, "separation", layer)
    apart, shared = _filter(finding, "telling_apart", layer), _filter(finding, "shared", layer)
    if within is None or between is None or gap is None or apart is None:
        return None
    text = "In {layer} the means over channels have a cosine of {within} within a class and of "
    text += "{between} between the classes, a difference of {gap} (interval {gap.interval}): "
    text += f"{_APART[side(gap)]}. "
    text += "Filter {one} tells the classes apart best: an image of the first class excites it "
    text += "more than one of the second in {apart:%} of pairs"
    words, more = {"layer": layer, "one": apart[0]}, {"apart": apart[1]}
    if shared is not None and shared[0] != apart[0]:
        text += "; of the more active filters {two} is the one they share most, with {shared:%}"
        words["two"], more["shared"] = shared[0], shared[1]
    return note(
        f"{finding.block}.classes.{layer}",
        "class_comparison.classes",
        "info",
        text + ".",
        words,
        (),
        within=within,
        between=between,
        gap=gap,
        **more,
    )


def _filter(finding: Finding, measure: str, layer: str) -> tuple[str, Evidence] | None:
    """The filter of a layer that a measure picked, and the measure."""
    for at, item in by_measure(finding, measure).items():
        path, _, channel = at.rpartition(".")
        if path == layer and item.value is not None:
            return channel, item
    return None
