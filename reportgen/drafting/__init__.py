"""Helpers for rules that write notes: sentences whose numbers come from evidence, and only there.

`note` fills a template, `by_measure` and its neighbors read evidence, `side` and the quantifiers
judge it, `count_evidence` makes a count citable, and `unbacked_numbers` checks the result.
"""

from __future__ import annotations

from reportgen.drafting.judging import (
    MINIMUM_N,
    Side,
    every,
    most,
    side,
    verdict_of,
)
from reportgen.drafting.reading import (
    by_measure,
    derived,
    get,
    measure_name,
    qualifier,
)
from reportgen.drafting.sentences import literal, note, unbacked_numbers
from reportgen.drafting.wording import listed, number, percent, quoted

__all__ = [
    "MINIMUM_N",
    "Side",
    "by_measure",
    "derived",
    "every",
    "get",
    "listed",
    "literal",
    "measure_name",
    "most",
    "note",
    "number",
    "percent",
    "qualifier",
    "quoted",
    "side",
    "unbacked_numbers",
    "verdict_of",
]
