"""What covering patches alone shows: how much an answer hangs on one place, and where."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.drafting import Sentences, by_measure, draft, get
from reportgen.figures.attribution.focus_notes import focus_notes
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each output the largest drop and how often the answer changes; where the drops lie."""
    return (*sanity_notes(finding), *_drops(finding), *focus_notes(finding, "drops"))


def _drops(finding: Finding) -> Iterator[Note]:
    drops = by_measure(finding, "largest_drop")
    falls = by_measure(finding, "largest_value_drop")
    several = "yes" if len(drops) + len(falls) > 1 else "no"
    for output, drop in drops.items():
        flipped = get(finding, "flipped", output)
        if flipped is None:
            continue
        names = {"output": output}
        sentence = SENTENCES("drop", names, several=several, drop=drop)
        yield draft(f"{finding.block}.drop.{output}", "occlusion.drop", "info", sentence)
        sentence = SENTENCES("flipped", names, several=several, flipped=flipped)
        yield draft(f"{finding.block}.flipped.{output}", "occlusion.flipped", "info", sentence)
    for output, fall in falls.items():
        sentence = SENTENCES("fall", {"output": output}, several=several, fall=fall)
        yield draft(f"{finding.block}.fall.{output}", "occlusion.fall", "info", sentence)
