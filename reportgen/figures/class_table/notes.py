"""A note on the shares of the rarest and the most frequent class."""

from __future__ import annotations

from reportgen.drafting import get, note
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note, where there are training images."""
    classes = get(finding, "classes")
    least, most = get(finding, "smallest_class", "train"), get(finding, "largest_class", "train")
    if classes is None or least is None or most is None:
        return ()
    even = least.value == most.value
    text = (
        "Each of {classes:class|classes} has {most:%} of the training images; that is the accuracy "
        "that always naming one of them would reach there."
        if even
        else "Of {classes:class|classes} the rarest has {least:%} and the most frequent {most:%} "
        "of the training images; the latter is the accuracy that always naming it would reach."
    )
    return (
        note(
            f"{finding.block}.shares",
            "class_table.shares",
            "info",
            text,
            classes=classes,
            most=most,
            least=least,
        ),
    )
