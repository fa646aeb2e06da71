"""What covering patches alone shows: how much an answer hangs on one place, and where."""

from __future__ import annotations

from reportgen.drafting import beside_area, by_measure, get, note, of_output
from reportgen.drafting.sanity import trusted
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each head: the largest drop and how often the answer changes; where the drops lie."""
    written: list[Note | None] = []
    drops = by_measure(finding, "largest_drop")
    falls = by_measure(finding, "largest_value_drop")
    alone = len(drops) + len(falls) == 1
    for head, drop in drops.items():
        flipped = get(finding, "flipped", head)
        inside = get(finding, "energy_in_foreground", head)
        written.append(_drop(finding, head, drop, flipped, alone) if flipped else None)
        written.append(_focus(finding, head, inside, alone) if inside else None)
    for head, fall in falls.items():
        inside = get(finding, "energy_in_foreground", head)
        written.append(_fall(finding, head, fall, alone))
        written.append(_focus(finding, head, inside, alone) if inside else None)
    return (*sanity_notes(finding), *(item for item in written if item is not None))


def _drop(finding: Finding, head: str, drop: Evidence, flipped: Evidence, alone: bool) -> Note:
    return note(
        f"{finding.block}.drop.{head}",
        "occlusion.drop",
        "info",
        of_output(
            "the worst position of the patch lowers the probability by {drop} on average "
            "(interval {drop.interval}, {drop.n:image|images}), a position at random by "
            "{drop.baseline}. Some position changes the answer for {flipped:%} of the images "
            "(interval {flipped.interval:%}).",
            alone,
        ),
        words={"head": head},
        drop=drop,
        flipped=flipped,
    )


def _fall(finding: Finding, head: str, fall: Evidence, alone: bool) -> Note:
    return note(
        f"{finding.block}.fall.{head}",
        "occlusion.fall",
        "info",
        of_output(
            "the worst position of the patch lowers the explained value by {fall} on average "
            "(interval {fall.interval}, {fall.n:image|images}), a position at random by "
            "{fall.baseline}.",
            alone,
        ),
        words={"head": head},
        fall=fall,
    )


def _focus(finding: Finding, head: str, inside: Evidence, alone: bool) -> Note | None:
    if not trusted(finding, "energy_in_foreground", head):
        return None
    return note(
        f"{finding.block}.focus.{head}",
        "occlusion.focus",
        "info",
        of_output(
            "the foreground holds {inside:%} of the drops (interval {inside.interval:%}, "
            f"{{inside.n:image|images}}), {beside_area(inside)} ({{inside.baseline:%}}).",
            alone,
        ),
        words={"head": head},
        inside=inside,
    )
