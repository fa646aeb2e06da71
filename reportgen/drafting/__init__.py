"""Functions for rules that write notes: sentences whose numbers all come from evidence.

`Sentences` fills the sentences of a catalog, and `draft` and `conclude` make notes of them;
`by_measure`, `get`, `picked_channel` and `readings` read evidence; `side`, `apart`, `beyond` and
`exact` compare evidence with a threshold, other evidence or fresh weights; `earned` holds back what
a model cannot have learned; `derived` and `tally` make combined numbers citable; `unbacked_numbers`
checks a note.
"""

from __future__ import annotations

from reportgen.drafting.evidence import (
    Reading,
    at_same_place,
    by_measure,
    derived,
    get,
    is_pool,
    measure_name,
    models_of,
    of_model,
    picked_channel,
    qualifier,
    readings,
)
from reportgen.drafting.notes import conclude, draft, joined, unbacked_numbers
from reportgen.drafting.quotes import Quotes
from reportgen.drafting.rounding import shows
from reportgen.drafting.sentences import Sentence, Sentences
from reportgen.drafting.verdicts import (
    MINIMUM_N,
    Case,
    Side,
    Tally,
    all_random,
    apart,
    beyond,
    departs,
    difference,
    earned,
    every,
    exact,
    few,
    most,
    no_better,
    opposite,
    side,
    tally,
    unlearned,
    verdict_of,
)
from reportgen.drafting.wording import listed, number, percent, quoted

__all__ = [
    "MINIMUM_N",
    "Case",
    "Quotes",
    "Reading",
    "Sentence",
    "Sentences",
    "Side",
    "Tally",
    "all_random",
    "apart",
    "at_same_place",
    "beyond",
    "by_measure",
    "conclude",
    "departs",
    "derived",
    "difference",
    "draft",
    "earned",
    "every",
    "exact",
    "few",
    "get",
    "is_pool",
    "joined",
    "listed",
    "measure_name",
    "models_of",
    "most",
    "no_better",
    "number",
    "of_model",
    "opposite",
    "percent",
    "picked_channel",
    "qualifier",
    "quoted",
    "readings",
    "shows",
    "side",
    "tally",
    "unbacked_numbers",
    "unlearned",
    "verdict_of",
]
