"""Do feature maps near the input hold fine detail, and those near the output coarser structure?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    apart,
    is_pool,
    models_of,
    of_model,
    opposite,
    readings,
    tally,
)
from reportgen.inferences._map_ranks import has_other_ranks
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="finer_to_coarser",
    title="From fine detail to coarse structure",
    help="whether maps of later convolutions hold coarser structure than those of the first",
    order=15,
)

_Pair = tuple[ModelFacts, tuple[str, str], tuple[Evidence, Evidence]]
"""A model, its first convolution and a later one, and the fineness of both."""


def infer(findings: Findings) -> Inference:
    """One note on how many later convolutions have coarser maps than their model's first.

    A layer counts where its maps hold fewer waves across the image, with intervals that do not
    touch.
    """
    fineness = readings(findings, "feature_maps", "fineness")
    pairs = [pair for model in models_of(fineness) for pair in _pairs(model, fineness)]
    if not pairs:
        return Inference()
    cases = [Case(opposite(apart(both[1], both[0])), both) for _, _, both in pairs]
    claim = "maps hold fewer waves across the image than those of the first convolution"
    mixed = has_other_ranks(findings, [model for model, _, _ in pairs])
    claim += ", among layers with two-dimensional maps" if mixed else ""
    nouns = "later convolution layer|later convolution layers"
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    paragraph = Paragraph(ENTRY.name)
    maps = "Among layers with two-dimensional maps, maps" if mixed else "Maps"
    paragraph.say(
        f"{maps} hold coarser structure than those of the first convolution in {counts.phrase}.",
        **counts.evidence,
    )
    model, (first, later), both = pairs[-1]
    paragraph.say(
        "In {model} a map of {first} holds {before} waves across the image on average (interval "
        "{before.interval}, {before.n:channel|channels}), one of {later} {after} waves (interval "
        "{after.interval}).",
        {"model": model.title, "first": first, "later": later},
        before=both[0],
        after=both[1],
    )
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _pairs(model: ModelFacts, fineness: list[Reading]) -> list[_Pair]:
    """Every later convolution beside the model's first, in the model's order."""
    by_layer = of_model(fineness, model)
    measured = [
        name
        for name, item in by_layer.items()
        if item.value is not None and item.n and item.interval and not is_pool(model, name)
    ]
    rank = {row.name: place for place, row in enumerate(model.layers)}
    names = sorted(measured, key=lambda name: rank.get(name.split("/")[0], len(rank)))
    return [(model, (names[0], name), (by_layer[names[0]], by_layer[name])) for name in names[1:]]
