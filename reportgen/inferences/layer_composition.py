"""Do filters of later convolution layers combine several maps of the layer before?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentences,
    at_same_place,
    conclude,
    departs,
    derived,
    earned,
    models_of,
    of_model,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="layer_composition",
    title="Later layers combine earlier ones",
    help="whether filters of later convolution layers combine several incoming channels",
    order=6,
)

SENTENCES = Sentences(__file__)
SEVERAL = 2
"""Effective inputs above which a filter combines: the energy of its weights is then spread as
widely as that of a filter with equal weights on more than two channels."""

FLOOR = 0.1
"""Share of the effective inputs with fresh weights by which training must have changed them, up or
down: one channel in ten, less than which no filter can be seen to choose."""


def infer(findings: Findings) -> Inference:
    """One note on how many later convolution layers combine several input channels.

    The rule judges every convolution layer but a model's first by the effective number of input
    channels of its filters: the participation ratio of the energy of their weights. A layer counts
    where the interval over its filters lies above `SEVERAL`, and beyond the same layer with fresh
    weights, up or down, by `FLOOR`: fresh weights draw on nearly all channels alike, so that only
    what departs from them was chosen in training. Layers whose filters have a single
    input channel each, such as depthwise convolutions, are left out.
    """
    inputs = _in_order(readings(findings, "kernels", "effective_inputs", compared=True))
    alone = _in_order(readings(findings, "kernels", "single_input"))
    without = {(r.model.name, r.at) for r in alone}
    behind = [r for r in inputs if r.at != next(iter(of_model(inputs, r.model)))]
    later = [r for r in behind if (r.model.name, r.at) not in without]
    if not later:
        return Inference()
    fresh = readings(findings, "kernels", "effective_inputs_fresh")
    cases = [_case(r, at_same_place(fresh, r)) for r in later]
    claim = "filters draw on more than two input channels, and on others than fresh weights do"
    of = " with several input channels" if alone else ""
    nouns = f"later convolution layers{of}"
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    best = max(later, key=Reading.number)
    beside = at_same_place(fresh, best)
    why = SENTENCES(
        "only" if counts.case == "only" else "layers",
        case=counts.case,
        open="yes" if counts.open else "no",
        judged=counts.answer,
        known="no" if beside is None else "yes",
        layers=counts.evidence["layers"],
        best=best,
        **({} if beside is None else {"fresh": beside}),
    )
    rows = [(r.at, r.model.title, r.evidence, at_same_place(fresh, r)) for r in later]
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += _left_out(alone)
    table = SENTENCES.table("each", rows) if len(rows) > 1 else None
    return conclude(
        ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models_of(later)
    )


def _case(inputs: Reading, fresh: Evidence | None) -> Case:
    floor = FLOOR * (fresh.value or 0) if fresh is not None else 0
    chosen = departs(inputs.evidence, fresh, floor)
    answer = earned(side(inputs.evidence, SEVERAL), inputs.model, chosen)
    return Case(answer, (inputs.evidence, *([] if fresh is None else [fresh])))


def _left_out(alone: Sequence[Reading]) -> list[Evidence]:
    """How many layers are left out."""
    if not alone:
        return []
    sources = [r.evidence for r in alone]
    how = "number of later convolution layers whose filters have a single input channel each"
    return [derived(ENTRY.name, "left_out", len(alone), sources, how, "layers")]


def _in_order(inputs: Sequence[Reading]) -> list[Reading]:
    """Readings in the order of their models' layers; unknown layers come last."""
    models = models_of(inputs)
    return sorted(inputs, key=lambda r: (models.index(r.model), _place(r.model, r.at)))


def _place(model: ModelFacts, layer: str) -> int:
    names = [row.name for row in model.layers]
    return names.index(layer) if layer in names else len(names)
