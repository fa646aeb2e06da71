"""The words that pages have used for verdicts, in small letters."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.records import Verdict

OWN = "By the author"
"""What pages say in place of a verdict of an author's own note."""

WORDS: Mapping[Verdict, tuple[str, ...]] = {
    "supported": ("supported",),
    "contradicted": ("contradicted", "not supported by this report", "not supported"),
    "inconclusive": ("inconclusive", "undecided"),
    "info": ("measured",),
}
