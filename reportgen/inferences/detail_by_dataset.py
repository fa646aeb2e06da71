"""Do activations of the same network show more detail on data with richer shapes?"""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Sentences,
    Side,
    apart,
    beyond,
    conclude,
    derived,
    difference,
    earned,
    models_of,
    of_model,
    readings,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="detail_by_dataset",
    title="Detail in activations, by dataset",
    help="whether the same network shows more detail on data with richer shapes",
    order=11,
)

SENTENCES = Sentences(__file__)
RICHER = 1.25
"""Least ratio of the foreground's share of the image between richer and simpler shapes. This share
approximates how rich the shapes are; below the ratio, neither dataset counts as the richer."""

FLOOR = 0.02
"""Entropy by which the richer data must show more detail than with fresh weights: of a map of a
hundred to a thousand positions, about a tenth more then depart from their background."""


@dataclass(frozen=True)
class _Trial:
    """A dataset's model, the foreground's share of its images, and the detail of its layers.

    `fresh` holds the detail with fresh weights.
    """

    model: ModelFacts
    share: Evidence | None
    detail: dict[str, Evidence]
    fresh: dict[str, Evidence]


def infer(findings: Findings) -> Inference:
    """One note on models with the same layers and shapes but different data, layer by layer.

    Detail is the normalized spatial entropy of a map's departure from its background, which is each
    channel's median over the map. It says over how much of the map the activations differ from the
    background. A layer counts where its interval for the richer data lies above that for the
    simpler data, and the claim holds where most layers count. It stays open where the foreground's
    shares are unknown or their ratio is below `RICHER`, because no dataset is then the richer.
    """
    trials = _trials(findings)
    if len(trials) < 2:
        return Inference()
    rich, simple = max(trials, key=_share), min(trials, key=_share)
    if rich is simple:
        rich, simple = trials[0], trials[1]
    pairs = list(zip(rich.detail.items(), simple.detail.values(), strict=True))
    gains = [
        _gains(rich, simple, *layers) for layers in zip(rich.detail, simple.detail, strict=True)
    ]
    cases = [
        _case(rich, simple, (more, less), gained)
        for ((_, more), less), gained in zip(pairs, gains, strict=True)
    ]
    claim = "the richer data shows more detail, with intervals apart"
    counts = tally(ENTRY.name, "layers", "layers", claim, cases)
    ranked = _share(rich) > 0 and _share(simple) > 0 and _share(rich) >= RICHER * _share(simple)
    names = {"rich": rich.model.dataset, "simple": simple.model.dataset}
    shares = [trial.share for trial in (rich, simple) if trial.share is not None]
    if len(shares) < 2:
        why = SENTENCES("unmeasured", names)
    elif not ranked:
        key = "alike" if _share(simple) > 0 else "empty"
        why = SENTENCES(key, names, large=shares[0], small=shares[1])
    elif counts.case == "only":
        (layer, more), less = pairs[0]
        fresh = "unknown" if gains[0][1] is None else "known"
        said = names | {"layer": layer}
        why = SENTENCES("only", said, judged=counts.answer, fresh=fresh, more=more, less=less)
    else:
        why = SENTENCES("layers", names, case=counts.case, layers=counts.evidence["layers"])
    also = [*shares, *counts.evidence.values()]
    also += [item for case in cases for item in case.sources]
    rows = [
        (layer, more, less, *gained)
        for ((layer, more), less), gained in zip(pairs, gains, strict=True)
    ]
    table = SENTENCES.table("each", rows)
    answer = counts.answer if ranked else "open"
    models = [rich.model, simple.model]
    return conclude(ENTRY.name, SENTENCES("claim"), answer, why, also, table, models)


_Gains = tuple[Evidence | None, Evidence | None]
"""How much more detail a layer shows on the richer data, and the same with fresh weights."""


def _gains(rich: _Trial, simple: _Trial, layer: str, other: str) -> _Gains:
    """The difference in detail between two models, and between them with fresh weights.

    Args:
        rich, simple: the two models.
        layer: of the model of the richer data.
        other: the layer of the other model at the same place.
    """
    at, how = f"{rich.model.name}.{layer}", "detail on the richer data minus that on the simpler"
    own = difference(ENTRY.name, f"gain@{at}", rich.detail[layer], simple.detail[other], how)
    if layer not in rich.fresh or other not in simple.fresh:
        return own, None
    fresh = (rich.fresh[layer], simple.fresh[other])
    return own, difference(
        ENTRY.name, f"gain_fresh@{at}", *fresh, f"{how}, both with fresh weights"
    )


def _case(rich: _Trial, simple: _Trial, detail: tuple[Evidence, Evidence], gained: _Gains) -> Case:
    """Whether a layer shows more detail on the richer data, beyond what fresh weights show."""
    own, fresh = gained
    beaten: Side = "open" if own is None else beyond(own, fresh, FLOOR)
    answer = apart(*detail)
    for model in (rich.model, simple.model):
        answer = earned(answer, model, beaten)
    return Case(answer, (*detail, *(item for item in gained if item is not None)))


def _trials(findings: Findings) -> list[_Trial]:
    """One model for each dataset, of the first architecture that the report trains on several."""
    details = readings(findings, "feature_maps", "detail")
    fresh = readings(findings, "feature_maps", "detail_fresh")
    groups: dict[object, dict[str, _Trial]] = {}
    for model in models_of(details):
        detail = of_model(details, model)
        if model.dataset:
            share = _foreground(findings, model.dataset)
            trial = _Trial(model, share, detail, of_model(fresh, model))
            key = (_maps(model), len(detail))
            groups.setdefault(key, {}).setdefault(model.dataset, trial)
    return next((list(group.values()) for group in groups.values() if len(group) > 1), [])


def _maps(model: ModelFacts) -> tuple[tuple[str, str], ...]:
    """Types and output shapes of a model's map layers; models with equal ones are compared."""
    rows = [row for row in model.layers if "Conv" in row.type or "Pool" in row.type]
    return tuple((row.type, row.output_shape) for row in rows)


def _foreground(findings: Findings, dataset: str) -> Evidence | None:
    """The share of a dataset's images that the foreground covers, from any figure."""
    for reading in readings(findings, "samples", "foreground_share"):
        if reading.model.dataset == dataset:
            return reading.evidence
    for reading in readings(findings, "grad_cam", "energy_in_foreground"):
        area = reading.evidence.baseline
        if reading.model.dataset == dataset and area is not None:
            how = "share of the foreground in the area, which is the chance level of the energy"
            measure = f"foreground_share@{dataset}"
            return derived(ENTRY.name, measure, area, [reading.evidence], how, n=reading.evidence.n)
    return None


def _share(trial: _Trial) -> float:
    """The foreground's share, or 0 where it is unknown."""
    return (trial.share.value or 0) if trial.share is not None else 0
