"""What projections alone show, and how far they are those of a deconvnet."""

from __future__ import annotations

from reportgen.drafting import few, get, note, side
from reportgen.drafting.sanity import trusted
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Evidence, Finding, Note

_INSIDE = "energy_in_foreground"
_FOCUS = {
    "above": "more than its share of what the units see",
    "below": "less than its share of what the units see",
    "open": "which cannot be told from its share of what the units see",
}
_FEW = "from too few projections to compare with its share of what the units see"
_UNSEEN = "which is not compared with what the units see, as that is unknown"


def notes(finding: Finding) -> tuple[Note, ...]:
    """Where the projections lie, and what was not passed by the deconvnet's rules."""
    inside, plain = get(finding, _INSIDE), get(finding, "plain_passages")
    relus = get(finding, "relus_replaced")
    written = [
        _focus(finding, inside) if inside and trusted(finding, _INSIDE, "") else None,
        _plain(finding, plain, relus) if plain and plain.value else None,
    ]
    return (*sanity_notes(finding), *(item for item in written if item is not None))


def _focus(finding: Finding, inside: Evidence) -> Note:
    if inside.baseline is None:
        judged = _UNSEEN
    else:
        judged = f"{_FEW if few(inside) else _FOCUS[side(inside)]} ({{inside.baseline:%}})"
    return note(
        f"{finding.block}.focus",
        "deconvnet.focus",
        "info",
        "The foreground holds {inside:%} of the projections' magnitude (interval "
        f"{{inside.interval:%}}, {{inside.n:projection|projections}}), {judged}.",
        inside=inside,
    )


def _plain(finding: Finding, plain: Evidence, relus: Evidence | None) -> Note:
    text = (
        "On the way to the input {plain:layer has|layers have} no rule in a deconvnet: there the "
        "plain backward pass runs"
    )
    if relus is None:
        return note(
            f"{finding.block}.plain", "deconvnet.plain", "info", text + ".", {}, (), plain=plain
        )
    text += "; its rule holds at {relus:%} of {relus.n:ReLU|ReLUs}."
    return note(
        f"{finding.block}.plain", "deconvnet.plain", "info", text, {}, (), plain=plain, relus=relus
    )
