"""Notes on weights: whether they are smoother than by chance, and whether they read color."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, side
from reportgen.records import Evidence, Finding, Note

_SMOOTH = {
    "above": "are more alike than those of kernels drawn anew, a sign that training ordered them",
    "below": "are less alike than those of kernels drawn anew",
    "open": "are no more alike than those of kernels drawn anew, as far as can be told",
}
_COLOR = {
    "above": "these filters weigh differences between colors more",
    "below": "these filters weigh brightness more",
    "open": "these filters show no difference that can be told",
}

_FEW_SMOOTH = "belong to too few filters to compare them with kernels drawn anew"
_FEW_COLOR = "these are too few filters to tell a difference"


def notes(finding: Finding) -> tuple[Note, ...]:
    """Notes on how smooth each layer's weights are, then on the colors that it reads."""
    smoothness = by_measure(finding, "smoothness")
    colors = by_measure(finding, "color_share")
    written = [_smooth(finding, layer, smooth) for layer, smooth in smoothness.items()]
    written += [_color(finding, layer, color) for layer, color in colors.items()]
    return tuple(item for item in written if item is not None)


def _smooth(finding: Finding, layer: str, smooth: Evidence) -> Note | None:
    filters = get(finding, "filters", layer)
    if smooth.value is None or smooth.baseline is None:
        return None
    return note(
        f"{finding.block}.smoothness.{layer}",
        "kernels.smoothness",
        "info",
        f"Neighboring weights in {{layer}} {_FEW_SMOOTH if few(smooth) else _SMOOTH[side(smooth)]} "
        "(Moran's I {smooth}, interval {smooth.interval}, against {smooth.baseline}; "
        f"{_which(smooth, filters)}).",
        {"layer": layer},
        (),
        smooth=smooth,
        **({"filters": filters} if filters else {}),
    )


def _which(smooth: Evidence, filters: Evidence | None) -> str:
    """How many filters were measured, and of how many where some have no such measure."""
    if filters is None or smooth.n == filters.value:
        return "{smooth.n:filter|filters}"
    return (
        "{smooth.n} of {filters:filter|filters}, as the others' weights do not vary within a slice "
        "or are not finite"
    )


def _color(finding: Finding, layer: str, color: Evidence) -> Note | None:
    if color.value is None:
        return None
    return note(
        f"{finding.block}.color.{layer}",
        "kernels.color",
        "info",
        "Of the energy of {layer}'s filters {color:%} (interval {color.interval:%}) lies off the "
        "gray axis, where random weights have {color.baseline:%}: "
        f"{_FEW_COLOR if few(color) else _COLOR[side(color)]}.",
        words={"layer": layer},
        color=color,
    )
