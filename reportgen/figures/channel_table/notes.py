"""A note on the channel: at how many positions it is above zero, and its range of values."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, get
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on each channel."""
    written = []
    for layer, share in by_measure(finding, "positive_share").items():
        largest, smallest = get(finding, "largest", layer), get(finding, "smallest", layer)
        if share.value is None or largest is None or smallest is None:
            continue
        silent = "yes" if share.value == 0 else "no"
        sentence = SENTENCES(
            "positive", {"layer": layer}, silent=silent, share=share, largest=largest
        )
        id = f"{finding.block}.positive.{layer}"
        written.append(draft(id, "channel_table.positive", "info", sentence, [smallest]))
    return tuple(written)
