"""Notes on filters and edges: filters of each direction, and how local a layer's maps are."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, picked_channel
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer notes on its filters, on the clearest of them, and on how local maps are."""
    written = []
    for layer in by_measure(finding, "vertical_filters"):
        written += [_counts(finding, layer), _clearest(finding, layer), _local(finding, layer)]
    return tuple(item for item in written if item is not None)


def _counts(finding: Finding, layer: str) -> Note | None:
    names = ("vertical_filters", "horizontal_filters", "edge_filters", "area_filters")
    evidence = {name: get(finding, name, layer) for name in names}
    counts = {name: count for name, count in evidence.items() if count is not None}
    if len(counts) < len(names) or not counts["edge_filters"].n:
        return None
    return note(
        f"{finding.block}.counts.{layer}",
        "edge_filters.counts",
        "info",
        "Of {vertical_filters.n:filter|filters} of {layer} that answer at all, {vertical_filters} "
        f"{_follow(counts['vertical_filters'])} vertical edges more than horizontal ones, "
        "{horizontal_filters} horizontal ones more than vertical ones; {edge_filters} "
        f"{_follow(counts['edge_filters'])} edges more than brightness, "
        "{area_filters} brightness more than edges.",
        {"layer": layer},
        (),
        **counts,
    )


def _follow(count: Evidence) -> str:
    return "follows" if count.value == 1 else "follow"


def _clearest(finding: Finding, layer: str) -> Note | None:
    sentences = {
        "outline": "Filter {outline_k} of {layer} follows the outline most closely: its activation "
        "correlates by {outline} with the edges of an image",
        "most_vertical": "vertical edges are followed best by filter {most_vertical_k} "
        "({most_vertical}, against {most_vertical.baseline} with horizontal ones)",
        "most_horizontal": "horizontal ones by filter {most_horizontal_k} ({most_horizontal}, "
        "against {most_horizontal.baseline} with vertical ones)",
    }
    clearest = {
        name: picked
        for name in sentences
        if (picked := picked_channel(finding, name, layer)) is not None
    }
    if "outline" not in clearest:
        return None
    words = {"layer": layer} | {f"{name}_k": channel for name, (channel, _) in clearest.items()}
    return note(
        f"{finding.block}.clearest.{layer}",
        "edge_filters.clearest",
        "info",
        "; ".join(sentences[name] for name in clearest) + ".",
        words,
        (),
        **{name: evidence for name, (_, evidence) in clearest.items()},
    )


def _local(finding: Finding, layer: str) -> Note | None:
    local, class_told = get(finding, "local", layer), get(finding, "class_told", layer)
    if local is None or class_told is None or few(class_told):
        return None
    return note(
        f"{finding.block}.local.{layer}",
        "edge_filters.local",
        "info",
        "The brightness at a position and its slopes explain {local:%} of what varies in a map of "
        "{layer}. The mean activations of its filters alone name the class of {class_told:%} of "
        "{class_told.n:image|images} (by the nearest class mean; {class_told.baseline:%} by "
        "chance).",
        words={"layer": layer},
        local=local,
        class_told=class_told,
    )
