"""Do feature maps near the input hold fine detail, and those near the output coarser structure?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    apart,
    beyond,
    difference,
    earned,
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

FLOOR = 0.25
"""Waves across the image by which maps must become coarser than with fresh weights: a quarter of a
wave is the least change of structure that can be seen in a map."""

_Pair = tuple[ModelFacts, tuple[str, str], tuple[Evidence, Evidence]]
"""A model, its first convolution and a later one, and the fineness of both."""


def infer(findings: Findings) -> Inference:
    """One note on how many later convolutions have coarser maps than their model's first.

    A layer counts where its maps hold fewer waves across the image, with intervals that do not
    touch, and where they lose more waves than with fresh weights by `FLOOR`: pooling alone makes
    maps coarser.
    """
    fineness = readings(findings, "feature_maps", "fineness")
    pairs = [pair for model in models_of(fineness) for pair in _pairs(model, fineness)]
    if not pairs:
        return Inference()
    fresh = readings(findings, "feature_maps", "fineness_fresh")
    losses = [_losses(pair, of_model(fresh, pair[0])) for pair in pairs]
    cases = [_case(pair, *lost) for pair, lost in zip(pairs, losses, strict=True)]
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
    own, beside = losses[-1]
    if own is not None and beside is not None:
        paragraph.say(
            "That is a loss of {own} waves, against {beside} with fresh weights.",
            own=own,
            beside=beside,
        )
    else:
        paragraph.beside_fresh(None)
    paragraph.warn([model for model, _, _ in pairs])
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


_Losses = tuple[Evidence | None, Evidence | None]
"""By how many waves a later layer's maps are coarser, and the same with fresh weights."""


def _losses(pair: _Pair, fresh: dict[str, Evidence]) -> _Losses:
    model, (first, later), both = pair
    at = f"{model.name}.{later}"
    how = "waves that maps of the first convolution hold more than those of this layer"
    own = difference(ENTRY.name, f"loss@{at}", both[0], both[1], how)
    if first not in fresh or later not in fresh:
        return own, None
    beside = difference(
        ENTRY.name, f"loss_fresh@{at}", fresh[first], fresh[later], f"{how}, with fresh weights"
    )
    return own, beside


def _case(pair: _Pair, own: Evidence | None, beside: Evidence | None) -> Case:
    """Whether a later layer is coarser, and more so than with fresh weights."""
    beaten = "open" if own is None else beyond(own, beside, FLOOR)
    coarser = opposite(apart(pair[2][1], pair[2][0]))
    return Case(earned(coarser, pair[0], beaten), pair[2])


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
