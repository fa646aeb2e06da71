"""What covering patches alone shows: how much an answer hangs on one place, and where."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note, side
from reportgen.records import Evidence, Finding, Note

_FOCUS = {
    "above": "more than its share of the area",
    "below": "less than its share of the area",
    "open": "which cannot be told from its share of the area",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each head: the largest drop and how often the answer changes; where the drops lie."""
    written: list[Note | None] = []
    for head, drop in by_measure(finding, "largest_drop").items():
        flipped = get(finding, "flipped", head)
        inside = get(finding, "energy_in_foreground", head)
        written.append(_drop(finding, head, drop, flipped) if flipped else None)
        written.append(_focus(finding, head, inside) if inside else None)
    return tuple(item for item in written if item is not None)


def _drop(finding: Finding, head: str, drop: Evidence, flipped: Evidence) -> Note:
    return note(
        f"{finding.block}.drop.{head}",
        "occlusion.drop",
        "info",
        "For {head} the worst position of the patch lowers the probability by {drop} on average "
        "(interval {drop.interval}, {drop.n:image|images}), a position at random by "
        "{drop.baseline}. Some position changes the answer for {flipped:%} of the images "
        "(interval {flipped.interval:%}).",
        words={"head": head},
        drop=drop,
        flipped=flipped,
    )


def _focus(finding: Finding, head: str, inside: Evidence) -> Note:
    return note(
        f"{finding.block}.focus.{head}",
        "occlusion.focus",
        "info",
        "For {head} the foreground holds {inside:%} of the drops (interval "
        f"{{inside.interval:%}}, {{inside.n:image|images}}), {_FOCUS[side(inside)]} "
        "({inside.baseline:%}).",
        words={"head": head},
        inside=inside,
    )
