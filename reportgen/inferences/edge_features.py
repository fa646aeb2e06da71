"""Do the filters of the first convolution follow edges, and mostly those of one direction?"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.catalog import Entry
from reportgen.drafting import (
    MINIMUM_N,
    Case,
    Reading,
    Sentence,
    Sentences,
    Side,
    at_same_place,
    conclude,
    earned,
    every,
    exact,
    few,
    models_of,
    number,
    readings,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="edge_features",
    title="First filters follow edges",
    help="whether most filters of the first convolution follow edges, and edges of one direction",
    order=12,
)
SENTENCES = Sentences(__file__)
COUNTS = ("edge_filters", "oriented_filters")
KINDS = {"edge_filters": "edges", "oriented_filters": "oriented"}
"""The sentence of the catalog that names what each count is of."""

FLOOR = 1 / 8
"""Least share of a layer's filters by which it must surpass its fresh weights: of 16 filters two
more. One filter more or less is what two draws of the same initializer differ by."""


def infer(findings: Findings) -> Inference:
    """One note on how many models have a first convolution whose filters mostly follow edges.

    A model counts where more than half of the active filters follow edges more than brightness, and
    more than half are oriented, and where both are more than with fresh weights: outside of the
    interval in which one more draw would lie, and more than their mean by `FLOOR`. The figure
    decides for each filter whether it certainly does. Where only fresh weights stand in the way,
    or there are none to compare with, the answer is open.
    """
    counts_by_name = {name: readings(findings, "edge_filters", name) for name in COUNTS}
    models = [m for m in models_of(counts_by_name["edge_filters"]) if _first(counts_by_name, m)]
    if not models:
        return Inference()
    layers = [_first(counts_by_name, model) for model in models]
    fresh = {name: readings(findings, "edge_filters", f"{name}_fresh") for name in COUNTS}
    cases = [_case(layer, model, fresh) for layer, model in zip(layers, models, strict=True)]
    claim = "most filters of the first convolution follow edges, and edges of one direction"
    counts = tally(ENTRY.name, "models", "models", claim, cases)
    if counts.case == "only":
        why = _single(layers[0], fresh, counts.answer)
    else:
        opened = "yes" if counts.open else "no"
        why = SENTENCES("models", case=counts.case, open=opened, models=counts.evidence["models"])
    rows = [
        (r.model.title, r.at, SENTENCES(KINDS[name]).text, r.evidence, number(r.evidence.n),
         at_same_place(fresh[name], r))
        for layer in layers for name, r in layer.items()
    ]  # fmt: skip
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    table = SENTENCES.table("each", rows)
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models)


def _single(
    layer: Mapping[str, Reading], fresh: Mapping[str, list[Reading]], judged: Side
) -> Sentence:
    """The sentence on the only model, with the smaller of the numbers that decide."""
    sides = {
        name: _side(reading.evidence, at_same_place(fresh[name], reading))
        for name, reading in layer.items()
    }
    telling = [name for name in layer if sides[name] == judged] or list(layer)
    name = min(telling, key=lambda name: layer[name].number())
    count, beside = layer[name], at_same_place(fresh[name], layer[name])
    case: str = judged
    if judged == "open" and few(count.evidence):
        case = "few"
    elif judged == "open" and beside is None:
        case = "unmeasured"
    known = {} if beside is None else {"fresh": beside}
    return SENTENCES("only", judged=case, kind=KINDS[name], count=count, **known)


def _first(counts_by_name: Mapping[str, list[Reading]], model: ModelFacts) -> dict[str, Reading]:
    """The counts of the first of a model's layers that has all of them, by measure."""
    for edges in counts_by_name["edge_filters"]:
        same = {
            name: reading
            for name, candidates in counts_by_name.items()
            for reading in candidates
            if reading.model.name == model.name == edges.model.name and reading.at == edges.at
        }
        if len(same) == len(COUNTS) and edges.evidence.n:
            return same
    return {}


def _case(
    layer: Mapping[str, Reading], model: ModelFacts, fresh: Mapping[str, list[Reading]]
) -> Case:
    """Whether most filters of a layer follow edges, and edges of one direction."""
    sources, sides = [], []
    for name, reading in layer.items():
        beside = at_same_place(fresh[name], reading)
        sources += [reading.evidence, *([beside] if beside is not None else [])]
        sides.append(_side(reading.evidence, beside))
    return Case(earned(every(sides), model), tuple(sources))


def _side(count: Evidence, fresh: Evidence | None) -> Side:
    n, value = count.n or 0, count.value or 0
    if n < MINIMUM_N:
        return "open"
    if exact(2 * value, n) == "below":
        return "below"
    if fresh is None or fresh.value is None or fresh.interval is None:
        return "open"
    return "above" if value > max(fresh.interval[1], fresh.value + FLOOR * n) else "open"
