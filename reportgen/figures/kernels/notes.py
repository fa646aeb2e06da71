"""What the weights alone show: order against chance, color, and repetition."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, side
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer: whether its weights are smoother than chance; whether it reads color."""
    smooth = by_measure(finding, "smoothness")
    color = by_measure(finding, "color_share")
    written = [_smooth(finding, layer, item) for layer, item in smooth.items()]
    written += [_color(finding, layer, item) for layer, item in color.items()]
    return tuple(item for item in written if item is not None)


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


def _smooth(finding: Finding, layer: str, smooth: Evidence) -> Note | None:
    every = get(finding, "filters", layer)
    if smooth.value is None or smooth.baseline is None:
        return None
    return note(
        f"{finding.block}.smoothness.{layer}",
        "kernels.smoothness",
        "info",
        f"Neighboring weights in {{layer}} {_FEW_SMOOTH if few(smooth) else _SMOOTH[side(smooth)]} "
        "(Moran's I {smooth}, interval {smooth.interval}, against {smooth.baseline}; "
        f"{_whose(smooth, every)}).",
        {"layer": layer},
        (),
        smooth=smooth,
        **({"every": every} if every else {}),
    )


def _whose(smooth: Evidence, every: Evidence | None) -> str:
    """How many filters were measured, and of how many where some have no such measure."""
    if every is None or smooth.n == every.value:
        return "{smooth.n:filter|filters}"
    return (
        "{smooth.n} of {every:filter|filters}, as the others' weights do not vary within a slice "
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
