"""Do the filters of the first convolution follow edges, and mostly those of one direction?"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.catalog import Entry
from reportgen.drafting import (
    MINIMUM_N,
    Case,
    Paragraph,
    Reading,
    Side,
    derived,
    every,
    exact,
    models_of,
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
COUNTS = ("edge_filters", "vertical_filters", "horizontal_filters")


def infer(findings: Findings) -> Inference:
    """One note on how many models have a first convolution whose filters mostly follow edges.

    A model counts where more than half of the active filters follow edges more than brightness, and
    more than half follow one direction of edges more than the other. The figure decides for each
    filter whether it certainly does.
    """
    counts_by_name = {name: readings(findings, "edge_filters", name) for name in COUNTS}
    models = [m for m in models_of(counts_by_name["edge_filters"]) if _first(counts_by_name, m)]
    if not models:
        return Inference()
    layers = [_first(counts_by_name, model) for model in models]
    turned = [_turned(layer, model) for layer, model in zip(layers, models, strict=True)]
    cases = [
        Case(_side(layer["edge_filters"].evidence, both), tuple(r.evidence for r in layer.values()))
        for layer, both in zip(layers, turned, strict=True)
    ]
    claim = "most filters of the first convolution follow edges, and edges of one direction"
    counts = tally(ENTRY.name, "models", "model|models", claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "In the first convolution most filters follow the edges of what an image shows, and one "
        f"direction of edges more than the other, in {counts.phrase}.",
        **counts.evidence,
    )
    example = layers[0]
    paragraph.say(
        "Of {edges.n:filter|filters} of {edges.at} in {edges.model} that answer at all, {edges} "
        "follow edges more than brightness; {vertical} follow vertical edges more than horizontal "
        "ones, and {horizontal} the other way around, {turned} in all.",
        edges=example["edge_filters"],
        vertical=example["vertical_filters"],
        horizontal=example["horizontal_filters"],
        turned=turned[0],
    )
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


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


def _turned(layer: Mapping[str, Reading], model: ModelFacts) -> Evidence:
    """How many filters follow one direction of edges more than the other."""
    both = [layer["vertical_filters"].evidence, layer["horizontal_filters"].evidence]
    value = sum(item.value or 0 for item in both)
    how = "filters that follow vertical or horizontal edges more than the others"
    measure = f"directed_filters@{model.name}"
    return derived(
        ENTRY.name, measure, value, both, how, "filters", layer["edge_filters"].evidence.n
    )


def _side(edges: Evidence, turned: Evidence) -> Side:
    n = edges.n or 0
    if n < MINIMUM_N:
        return "open"
    return every([exact(2 * (item.value or 0), n) for item in (edges, turned)])
