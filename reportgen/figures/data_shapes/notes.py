"""What the table alone shows needs no sentence of its own."""

from __future__ import annotations

from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """None: the table says it all."""
    return ()
