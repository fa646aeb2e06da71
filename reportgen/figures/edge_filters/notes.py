"""Notes on filters and edges: filters of each direction, and how local a layer's maps are."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, picked_channel
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer notes on its filters, on the clearest of them, and on how local maps are."""
    written = []
    for layer in by_measure(finding, "vertical_filters"):
        written += [_counts(finding, layer), _clearest(finding, layer), _local(finding, layer)]
    return tuple(item for item in written if item is not None)


def _counts(finding: Finding, layer: str) -> Note | None:
    names = (
        *("oriented_filters", "oriented_filters_fresh", "vertical_filters", "horizontal_filters"),
        *("edge_filters", "edge_filters_fresh", "area_filters"),
    )
    counts = {name: found for name in names if (found := get(finding, name, layer)) is not None}
    if "oriented_filters" not in counts or not counts["oriented_filters"].n:
        return None
    one = counts["oriented_filters"].value == 1
    answers = "is oriented: it answers" if one else "are oriented: they answer"
    return note(
        f"{finding.block}.counts.{layer}",
        "edge_filters.counts",
        "info",
        "{oriented_filters} of {oriented_filters.n:filter|filters} of {layer} "
        f"{answers} mostly to edges of one direction.",
        {"layer": layer},
        (),
        **counts,
    )


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
