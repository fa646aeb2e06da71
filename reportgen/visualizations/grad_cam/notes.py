"""What the heatmaps alone show: where their energy lies, and how many are zero everywhere."""

from __future__ import annotations

from reportgen.drafting import by_measure, note, side
from reportgen.records import Evidence, Finding, Note

_FOCUS = {
    "above": "more than its share of the area",
    "below": "less than its share of the area",
    "open": "which cannot be told from its share of the area",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each head: the share of energy on the foreground; zero heatmaps where there are any."""
    inside = by_measure(finding, "energy_in_foreground")
    zeros, flat = by_measure(finding, "zero_maps"), by_measure(finding, "zero_gradients")
    written = [_focus(finding, head, item) for head, item in inside.items()]
    written += [_zero(finding, head, item, flat[head]) for head, item in zeros.items()]
    return tuple(item for item in written if item is not None)


def _focus(finding: Finding, head: str, inside: Evidence) -> Note | None:
    if inside.value is None:
        return None
    return note(
        f"{finding.block}.focus.{head}",
        "grad_cam.focus",
        "info",
        "For {head} the foreground holds {inside:%} of the heatmap's energy (interval "
        f"{{inside.interval:%}}, {{inside.n:image|images}}), {_FOCUS[side(inside)]} "
        "({inside.baseline:%}).",
        words={"head": head},
        inside=inside,
    )


def _zero(finding: Finding, head: str, zero: Evidence, flat: Evidence) -> Note | None:
    if not zero.value:
        return None
    return note(
        f"{finding.block}.zero.{head}",
        "grad_cam.zero",
        "info",
        "For {head} {zero:heatmap is|heatmaps are} zero everywhere, of {zero.n:image|images}; the "
        "gradient is zero everywhere for {flat:image|images}. Elsewhere the weighted sum of the "
        "feature maps is nowhere positive.",
        words={"head": head},
        zero=zero,
        flat=flat,
    )
