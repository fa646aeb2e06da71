"""Do feature maps near the input hold fine detail, and those near the output coarser structure?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentence,
    Sentences,
    Side,
    apart,
    beyond,
    conclude,
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

SENTENCES = Sentences(__file__)
FLOOR = 0.25
"""Waves across the image by which maps must become coarser than with fresh weights: a quarter of a
wave is the least change of structure that can be seen in a map."""

_Pair = tuple[ModelFacts, tuple[str, str], tuple[Evidence, Evidence]]
"""A model, its first convolution and a later one, and the fineness of both."""
_Losses = tuple[Evidence | None, Evidence | None]
"""By how many waves a later layer's maps are coarser, and the same with fresh weights."""


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
    nouns = "later convolution layers"
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    if counts.case == "only":
        why = _single(pairs[0], losses[0], counts.answer, only=len(findings.models) == 1)
    else:
        opened = "yes" if counts.open else "no"
        why = SENTENCES("layers", case=counts.case, open=opened, layers=counts.evidence["layers"])
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += [item for lost in losses for item in lost if item is not None]
    table = SENTENCES.table("each", _rows(pairs, fresh))
    models = [model for model, _, _ in pairs]
    tested = SENTENCES("claim", mixed="yes" if mixed else "no")
    return conclude(ENTRY.name, tested, counts.answer, why, also, table, models)


def _single(pair: _Pair, lost: _Losses, judged: Side, *, only: bool) -> Sentence:
    """The sentence on the only later convolution; `only` where the report has no other model."""
    model, names, both = pair
    before, after = (
        Reading(model, name, item, only=only) for name, item in zip(names, both, strict=True)
    )
    values = {key: item for key, item in zip(("loss", "fresh"), lost, strict=True) if item}
    known = "yes" if "fresh" in values else "no"
    return SENTENCES("only", judged=judged, known=known, before=before, after=after, **values)


def _rows(
    pairs: Sequence[_Pair], fresh: list[Reading]
) -> list[tuple[str, str, Evidence, Evidence | None]]:
    """Each layer once, the first of its model before the later ones."""
    rows = {}
    for model, names, both in pairs:
        beside = of_model(fresh, model)
        for name, item in zip(names, both, strict=True):
            rows[model.name, name] = (name, model.title, item, beside.get(name))
    return list(rows.values())


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
