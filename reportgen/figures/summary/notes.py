"""A note on the largest receptive field among the convolutions."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, get
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note that compares the field with the input, where both sizes are known."""
    fields = by_measure(finding, "receptive_field")
    known = {name: item for name, item in fields.items() if item.value is not None}
    size = get(finding, "input_size")
    if not known or size is None or size.value is None:
        return ()
    layer, field = max(known.items(), key=lambda item: item[1].value or 0)
    whole = "yes" if (field.value or 0) >= size.value else "no"
    sentence = SENTENCES("reach", {"layer": layer}, whole=whole, field=field, size=size)
    return (draft(f"{finding.block}.reach", "summary.reach", "info", sentence),)
