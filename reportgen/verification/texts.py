"""Texts as readers see them, and where two of them differ."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_CODE = re.compile(r"`([^`\n]+)`")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_AROUND = 3
"""Words that a message quotes before a difference."""


def even(text: str) -> str:
    """A text with single spaces; pages show U+FFFD for control characters."""
    return " ".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).split())


def bare(text: str) -> str:
    """A text of report.json as a page shows it, without the backticks around code."""
    return even(_CODE.sub(r"\1", text))


def outside_code(text: str) -> str:
    """A text of report.json without its code, which holds names."""
    return _CODE.sub(" ", text)


def difference(shown: str, told: str) -> str:
    """Where a page's text first differs from that of report.json; "" where they are the same.

    >>> difference("It reached 99.7% here.", "It reached 99.6% here.")
    "has '99.7%' where report.json has '99.6%' (after 'It reached')"
    """
    if shown == told:
        return ""
    ours, theirs = shown.split(), told.split()
    changes = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    _, start, end, from_, to = next(change for change in changes if change[0] != "equal")
    before = " ".join(ours[max(0, start - _AROUND) : start])
    place = f" (after {_quoted(before)})" if before else ""
    if start == end:
        return f"lacks {_quoted(' '.join(theirs[from_:to]))}{place}"
    if from_ == to:
        return f"has {_quoted(' '.join(ours[start:end]))}, which report.json lacks{place}"
    instead = _quoted(" ".join(theirs[from_:to]))
    return f"has {_quoted(' '.join(ours[start:end]))} where report.json has {instead}{place}"


def _quoted(text: str, most: int = 80) -> str:
    return repr(text if len(text) <= most else f"{text[:most]}…")
