"""The table needs no note."""

from __future__ import annotations

from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """No notes."""
    return ()
