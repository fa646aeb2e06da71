"""Helpers for rules that write notes: sentences whose numbers come from evidence, and only there.

`note` fills a template; `by_measure` and its neighbors read evidence; `side` and its neighbors
judge it; `derived` and `tally` make combined numbers citable; `unbacked_numbers` checks a note.
"""

from __future__ import annotations

from reportgen.drafting.counting import UNDECIDED, Case, Tally, tally
from reportgen.drafting.judging import (
    MINIMUM_N,
    Side,
    apart,
    every,
    exact,
    few,
    most,
    opposite,
    side,
    verdict_of,
)
from reportgen.drafting.paragraph import Paragraph
from reportgen.drafting.places import beside_area, of_output
from reportgen.drafting.reading import (
    Reading,
    by_measure,
    derived,
    get,
    is_pool,
    measure_name,
    models_of,
    of_model,
    qualifier,
    readings,
)
from reportgen.drafting.sentences import literal, note, unbacked_numbers
from reportgen.drafting.wording import listed, number, percent, quoted

__all__ = [
    "MINIMUM_N",
    "UNDECIDED",
    "Case",
    "Paragraph",
    "Reading",
    "Side",
    "Tally",
    "apart",
    "beside_area",
    "by_measure",
    "derived",
    "every",
    "exact",
    "few",
    "get",
    "is_pool",
    "listed",
    "literal",
    "measure_name",
    "models_of",
    "most",
    "note",
    "number",
    "of_model",
    "of_output",
    "opposite",
    "percent",
    "qualifier",
    "quoted",
    "readings",
    "side",
    "tally",
    "unbacked_numbers",
    "verdict_of",
]
