"""What the figure alone shows: filters of each direction, and how local a layer's maps are."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer a note on its filters, on the clearest of them, and on what maps tell."""
    written = []
    for layer in by_measure(finding, "vertical_filters"):
        written += [_counts(finding, layer), _clearest(finding, layer), _local(finding, layer)]
    return tuple(item for item in written if item is not None)


def _counts(finding: Finding, layer: str) -> Note | None:
    names = ("vertical_filters", "horizontal_filters", "edge_filters", "area_filters")
    found = {name: get(finding, name, layer) for name in names}
    known = {name: item for name, item in found.items() if item is not None}
    if len(known) < len(names) or not known["edge_filters"].n:
        return None
    return note(
        f"{finding.block}.counts.{layer}",
        "edge_filters.counts",
        "info",
        "Of {vertical_filters.n:filter|filters} of {layer} that answer at all, {vertical_filters} "
        f"{_follow(known['vertical_filters'])} vertical edges more than horizontal ones, "
        "{horizontal_filters} horizontal ones more than vertical ones; {edge_filters} "
        f"{_follow(known['edge_filters'])} edges more than brightness, "
        "{area_filters} brightness more than edges.",
        {"layer": layer},
        (),
        **known,
    )


def _follow(count: Evidence) -> str:
    return "follows" if count.value == 1 else "follow"


def _clearest(finding: Finding, layer: str) -> Note | None:
    said = {
        "outline": "Filter {outline_k} of {layer} follows the outline most closely: its activation "
        "correlates by {outline} with the edges of an image",
        "most_vertical": "vertical edges are followed best by filter {most_vertical_k} "
        "({most_vertical}, against {most_vertical.baseline} with horizontal ones)",
        "most_horizontal": "horizontal ones by filter {most_horizontal_k} ({most_horizontal}, "
        "against {most_horizontal.baseline} with vertical ones)",
    }
    found = {name: item for name in said if (item := _of(finding, name, layer)) is not None}
    if "outline" not in found:
        return None
    words = {"layer": layer} | {f"{name}_k": k for name, (k, _) in found.items()}
    return note(
        f"{finding.block}.clearest.{layer}",
        "edge_filters.clearest",
        "info",
        "; ".join(said[name] for name in found) + ".",
        words,
        (),
        **{name: item for name, (_, item) in found.items()},
    )


def _of(finding: Finding, measure: str, layer: str) -> tuple[str, Evidence] | None:
    """The filter of a layer that a measure picked, and the measure."""
    for at, item in by_measure(finding, measure).items():
        path, _, channel = at.rpartition(".")
        if path == layer and item.value is not None:
            return channel, item
    return None


def _local(finding: Finding, layer: str) -> Note | None:
    local, told = get(finding, "local", layer), get(finding, "class_told", layer)
    if local is None or told is None or few(told):
        return None
    return note(
        f"{finding.block}.local.{layer}",
        "edge_filters.local",
        "info",
        "The brightness at a position and its slopes explain {local:%} of what varies in a map of "
        "{layer}. The mean activations of its filters alone name the class of {told:%} of "
        "{told.n:image|images} (by the nearest class mean; {told.baseline:%} by chance).",
        words={"layer": layer},
        local=local,
        told=told,
    )
