"""Notes on filters and edges: filters of each direction, and how local a layer's maps are."""

from __future__ import annotations

from reportgen.drafting import (
    Sentences,
    by_measure,
    draft,
    few,
    get,
    number,
    percent,
    picked_channel,
)
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
FOLLOWS = {
    "outline": "follows-outline",
    "most_vertical": "follows-vertical",
    "most_horizontal": "follows-horizontal",
}
"""The sentence of the catalog that names what a picked filter follows."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note each on oriented filters, on the clearest of them, and on how local maps are."""
    layers = list(by_measure(finding, "vertical_filters"))
    written = (_oriented(finding, layers), _clearest(finding, layers), _local(finding, layers))
    return tuple(item for item in written if item is not None)


def _oriented(finding: Finding, layers: list[str]) -> Note | None:
    found = {
        layer: item for layer in layers
        if (item := get(finding, "oriented_filters", layer)) is not None and item.n
    }  # fmt: skip
    if not found:
        return None
    layer, count = max(found.items(), key=lambda pair: (pair[1].value or 0) / (pair[1].n or 1))
    names = ("oriented_filters_fresh", "vertical_filters", "horizontal_filters")
    rows = [
        (at, number(item.n), item, *(get(finding, name, at) for name in names))
        for at, item in found.items()
    ]
    others = ("edge_filters", "edge_filters_fresh", "area_filters")
    also = [get(finding, name, at) for at in found for name in others]
    also += [cell for row in rows for cell in row if isinstance(cell, Evidence)]
    return draft(
        f"{finding.block}.counts",
        "edge_filters.counts",
        "info",
        SENTENCES("oriented", {"layer": layer}, count=count),
        [item for item in also if item is not None],
        SENTENCES.table("oriented", rows) if len(rows) > 1 else None,
    )  # fmt: skip


def _clearest(finding: Finding, layers: list[str]) -> Note | None:
    picked = [
        (layer, name, *found)
        for layer in layers
        for name in FOLLOWS
        if (found := picked_channel(finding, name, layer)) is not None
    ]
    outlines = [pick for pick in picked if pick[1] == "outline"]
    if not outlines:
        return None
    layer, _, channel, clear = max(outlines, key=lambda pick: pick[3].value or 0)
    rows = [
        (at, SENTENCES(FOLLOWS[name]).text, filter, item, number(item.baseline))
        for at, name, filter, item in picked
    ]
    return draft(
        f"{finding.block}.clearest",
        "edge_filters.clearest",
        "info",
        SENTENCES("outline", {"layer": layer, "filter": channel}, clear=clear),
        [item for *_, item in picked],
        SENTENCES.table("outline", rows) if len(rows) > 1 else None,
    )


def _local(finding: Finding, layers: list[str]) -> Note | None:
    both = [
        (layer, told, near)
        for layer in layers
        if (told := get(finding, "class_told", layer)) is not None
        and (near := get(finding, "local", layer)) is not None
        and not few(told)
    ]
    if not both:
        return None
    layer, told, near = max(both, key=lambda pair: pair[1].value or 0)
    rows = [
        (at, percent(one.value), percent(one.baseline), percent(two.value)) for at, one, two in both
    ]
    return draft(
        f"{finding.block}.local",
        "edge_filters.local",
        "info",
        SENTENCES("local", {"layer": layer}, told=told, near=near),
        [item for _, *pair in both for item in pair],
        SENTENCES.table("local", rows) if len(rows) > 1 else None,
    )
