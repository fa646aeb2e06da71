"""What the weights alone show: order against chance, color, and repetition."""

from __future__ import annotations

from reportgen.drafting import by_measure, note, side
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
    "below": "are less alike than those of kernels drawn anew: they alternate",
    "open": "are no more alike than chance allows, so training left no order that can be told",
}
_COLOR = {
    "above": "more than random weights would have, so its filters tell colors apart",
    "below": "less than random weights would have, so its filters answer to brightness more",
    "open": "which random weights could have as well",
}


def _smooth(finding: Finding, layer: str, smooth: Evidence) -> Note | None:
    if smooth.value is None or smooth.baseline is None:
        return None
    return note(
        f"{finding.block}.smoothness.{layer}",
        "kernels.smoothness",
        "info",
        f"Neighboring weights in {{layer}} {_SMOOTH[side(smooth)]} (Moran's I {{smooth.measured}} "
        "against {smooth.baseline}, {smooth.n:filter|filters}).",
        words={"layer": layer},
        smooth=smooth,
    )


def _color(finding: Finding, layer: str, color: Evidence) -> Note | None:
    if color.value is None:
        return None
    return note(
        f"{finding.block}.color.{layer}",
        "kernels.color",
        "info",
        "Of the energy of {layer}'s filters {color:%} (interval {color.interval:%}) lies off the "
        f"gray axis, {_COLOR[side(color)]} ({{color.baseline:%}}).",
        words={"layer": layer},
        color=color,
    )
