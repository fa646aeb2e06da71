"""What projections alone show, and how far they are those of a deconvnet."""

from __future__ import annotations

from reportgen.drafting import Sentences, draft, get
from reportgen.figures.attribution.focus_notes import focus_notes
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """Where the projections lie, and what was not passed by the deconvnet's rules."""
    return (*sanity_notes(finding), *focus_notes(finding, "projections"), *_plain(finding))


def _plain(finding: Finding) -> tuple[Note, ...]:
    plain, relus = get(finding, "plain_passages"), get(finding, "relus_replaced")
    if plain is None or not plain.value:
        return ()
    sentence = SENTENCES("plain", plain=plain)
    also = [] if relus is None else [relus]
    return (draft(f"{finding.block}.plain", "deconvnet.plain", "info", sentence, also),)
