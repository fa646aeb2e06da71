"""A note on the shares of the rarest and the most frequent class."""

from __future__ import annotations

from reportgen.drafting import Sentences, draft, get
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note, where there are training images."""
    classes = get(finding, "classes")
    least, most = get(finding, "smallest_class", "train"), get(finding, "largest_class", "train")
    if classes is None or least is None or most is None:
        return ()
    even = "yes" if least.value == most.value else "no"
    sentence = SENTENCES("shares", even=even, classes=classes, least=least, most=most)
    return (draft(f"{finding.block}.shares", "class_table.shares", "info", sentence),)
