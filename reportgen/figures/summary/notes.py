"""A note on the largest receptive field among the convolutions."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note that compares the field with the input, where both sizes are known."""
    fields = by_measure(finding, "receptive_field")
    known = {name: item for name, item in fields.items() if item.value is not None}
    size = get(finding, "input_size")
    if not known or size is None or size.value is None:
        return ()
    layer, widest = max(known.items(), key=lambda item: item[1].value or 0)
    whole = (widest.value or 0) >= size.value
    sees = (
        "so one unit there can respond to the whole image"
        if whole
        else "so one unit there responds to a part of the image; later layers join the parts"
    )
    return (
        note(
            f"{finding.block}.reach",
            "summary.reach",
            "info",
            "The largest receptive field among the convolutions, that of {layer}, spans {field} "
            f"of an input of {{size}}, {sees}.",
            words={"layer": layer},
            field=widest,
            size=size,
        ),
    )
