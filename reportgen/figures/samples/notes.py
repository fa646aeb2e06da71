"""A note on image files that were left out."""

from __future__ import annotations

from reportgen.drafting import Sentences, draft, get
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note, where files could not be read."""
    skipped = get(finding, "skipped")
    if skipped is None:
        return ()
    sentence = SENTENCES("skipped", skipped=skipped)
    return (draft(f"{finding.block}.skipped", "samples.skipped", "info", sentence),)
