"""Notes on the share of foreground in the images, and on files that were left out."""

from __future__ import annotations

from reportgen.drafting import get, note
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on the share of foreground, one on unreadable files, where there are any."""
    share, skipped = get(finding, "foreground_share"), get(finding, "skipped")
    drafted = (_foreground(finding, share),) if share else ()
    return (*drafted, _skipped(finding, skipped)) if skipped else drafted


def _foreground(finding: Finding, share: Evidence) -> Note:
    return note(
        f"{finding.block}.foreground",
        "samples.foreground",
        "info",
        "On average {share:%} of an image's pixels belong to what it depicts "
        "(interval {share.interval:%}, {share.n:image|images} measured); a map that spread "
        "evenly over the image would put just this share of itself there.",
        share=share,
    )


def _skipped(finding: Finding, skipped: Evidence) -> Note:
    return note(
        f"{finding.block}.skipped",
        "samples.skipped",
        "info",
        "{skipped:image file|image files} of {skipped.n} could not be read and had to be left out.",
        skipped=skipped,
    )
