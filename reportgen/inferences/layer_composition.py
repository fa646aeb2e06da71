"""Do filters of later convolution layers combine several maps of the layer before?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    at_same_place,
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
    nouns = f"later convolution layer{of}|later convolution layers{of}"
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "Filters combine several channels of the layer before, and not as fresh weights do, in "
        f"{counts.phrase}.",
        **counts.evidence,
    )
    _leave_out(paragraph, alone)
    best = max(_preferred(later, inputs), key=Reading.number)
    _example(paragraph, findings, inputs, best)
    paragraph.beside_fresh(at_same_place(fresh, best))
    paragraph.warn(models_of(later))
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _case(inputs: Reading, fresh: Evidence | None) -> Case:
    floor = FLOOR * (fresh.value or 0) if fresh is not None else 0
    chosen = departs(inputs.evidence, fresh, floor)
    answer = earned(side(inputs.evidence, SEVERAL), inputs.model, chosen)
    return Case(answer, (inputs.evidence, *([] if fresh is None else [fresh])))


def _leave_out(paragraph: Paragraph, alone: Sequence[Reading]) -> None:
    if not alone:
        return
    sources = [r.evidence for r in alone]
    how = "number of later convolution layers whose filters have a single input channel each"
    paragraph.say(
        "{left:layer is|layers are} left out, as filters there have a single input channel each, "
        "and so none to combine.",
        left=derived(ENTRY.name, "left_out", len(alone), sources, how, "layers"),
    )


def _example(
    paragraph: Paragraph, findings: Findings, inputs: Sequence[Reading], best: Reading
) -> None:
    paragraph.say(
        "On average a filter of {best.at} in {best.model} draws on {best:channel|channels} in "
        "effect (interval {best.interval}; a filter on a single channel has {best.baseline}).",
        best=best,
    )
    fields = of_model(readings(findings, "summary", "receptive_field"), best.model)
    layers = list(of_model(inputs, best.model))
    before = layers[layers.index(best.at) - 1]
    if best.at in fields and before in fields:
        paragraph.say(
            "Its receptive field is {wide} wide, and that of {before} {narrow}.",
            {"before": before},
            wide=fields[best.at],
            narrow=fields[before],
        )


def _in_order(inputs: Sequence[Reading]) -> list[Reading]:
    """Readings in the order of their models' layers; unknown layers come last."""
    return [
        Reading(model, at, evidence)
        for model in models_of(inputs)
        for at, evidence in sorted(
            of_model(inputs, model).items(), key=lambda i: _place(model, i[0])
        )
    ]


def _place(model: ModelFacts, layer: str) -> int:
    names = [row.name for row in model.layers]
    return names.index(layer) if layer in names else len(names)


def _preferred(later: Sequence[Reading], inputs: Sequence[Reading]) -> Sequence[Reading]:
    """The layers of models with just two convolution layers, where there are such models."""
    of_two = [r for r in later if len(of_model(inputs, r.model)) == 2]
    return of_two or later
