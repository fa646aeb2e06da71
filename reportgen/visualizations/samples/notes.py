"""What the images alone show: how little of them is the depicted thing."""

from __future__ import annotations

from reportgen.drafting import get, note
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on the share of foreground."""
    share = get(finding, "foreground_share")
    if share is None:
        return ()
    return (
        note(
            f"{finding.block}.foreground",
            "samples.foreground",
            "info",
            "On average {share:%} of an image's pixels belong to what it depicts "
            "(interval {share.interval:%}, {share.n:image|images} measured); a map that spread "
            "evenly over the image would put just this share of itself there.",
            share=share,
        ),
    )
