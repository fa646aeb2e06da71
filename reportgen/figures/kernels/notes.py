"""Notes on how smooth the kernels are, and on the colors that they read."""

from __future__ import annotations

from dataclasses import replace

from reportgen.drafting import Sentences, beyond, by_measure, draft, few, get, side
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
SLIGHT = 0.1
"""Difference in Moran's I, whose whole range is about 1, below which kernels differ slightly."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """A note on the smoothest layer, with all in a table, then one on each layer's colors."""
    smooth = {
        layer: item
        for layer, item in by_measure(finding, "smoothness").items()
        if item.value is not None and _fresh(finding, layer, item) is not None
    }
    colors = by_measure(finding, "color_share")
    drafted = [_smooth(finding, smooth)] if smooth else []
    return (
        *drafted,
        *(_color(finding, name, item) for name, item in colors.items() if item.value is not None),
    )


def _fresh(finding: Finding, layer: str, smooth: Evidence) -> Evidence | None:
    """Moran's I of kernels drawn anew: measured, or else its expectation."""
    measured = get(finding, "smoothness_fresh", layer)
    if measured is not None or smooth.baseline is None:
        return measured
    return replace(smooth, value=smooth.baseline)


def _smooth(finding: Finding, smooth: dict[str, Evidence]) -> Note:
    layer, most = max(smooth.items(), key=lambda item: item[1].value or 0)
    fresh = {name: _fresh(finding, name, item) for name, item in smooth.items()}
    beside = fresh[layer]
    assert beside is not None
    judged: str = _judged(most, get(finding, "smoothness_fresh", layer))
    if judged == "above" and (most.value or 0) - (beside.value or 0) < SLIGHT:
        judged = "slightly"
    sentence = SENTENCES("smoothness", {"layer": layer}, judged=judged, smooth=most, fresh=beside)
    rows = [(name, item, fresh[name]) for name, item in smooth.items()]
    filters = by_measure(finding, "filters").values()
    also = [*smooth.values(), *(item for item in fresh.values() if item is not None), *filters]
    table = SENTENCES.table("smoothness", rows) if len(rows) > 1 else None
    id = f"{finding.block}.smoothness"
    return draft(id, "kernels.smoothness", "info", sentence, also, table)


def _judged(measured: Evidence, fresh: Evidence | None) -> str:
    """Whether a measure lies beyond one more draw of fresh weights, or else its baseline."""
    if few(measured):
        return "few"
    return side(measured) if fresh is None else beyond(measured, fresh, floor=0.0)


def _color(finding: Finding, layer: str, color: Evidence) -> Note:
    judged = _judged(color, get(finding, "color_share_fresh", layer))
    sentence = SENTENCES("color", {"layer": layer}, judged=judged, color=color)
    return draft(f"{finding.block}.color.{layer}", "kernels.color", "info", sentence)
