"""A note on the channel: at how many positions it is above zero, and its range of values."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on the share of positions above zero and on the range of values."""
    written = []
    for layer, share in by_measure(finding, "positive_share").items():
        largest, smallest = get(finding, "largest", layer), get(finding, "smallest", layer)
        if share.value is None or largest is None or smallest is None:
            continue
        silent = share.value == 0
        written.append(
            note(
                f"{finding.block}.positive.{layer}",
                "channel_table.positive",
                "info",
                "This channel of {layer} is above zero at none of {share.n:position|positions} "
                "for this image; its values lie between {smallest} and {largest}."
                if silent
                else "This channel of {layer} is above zero at {share:%} of "
                "{share.n:position|positions} for this image; its values lie between {smallest} "
                "and {largest}.",
                words={"layer": layer},
                share=share,
                smallest=smallest,
                largest=largest,
            )
        )
    return tuple(written)
