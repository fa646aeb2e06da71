"""Do activations of the same network show more detail on data with richer shapes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Side,
    Tally,
    apart,
    beyond,
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
    cases = [
        _case(rich, simple, *layers) for layers in zip(rich.detail, simple.detail, strict=True)
    ]
    claim = "the richer data shows more detail, with intervals apart"
    counts = tally(ENTRY.name, "layers", "layer|layers", claim, cases)
    ranked = _share(rich) > 0 and _share(simple) > 0 and _share(rich) >= RICHER * _share(simple)
    paragraph = Paragraph(ENTRY.name)
    _introduce(paragraph, rich, simple, ranked)
    _count(paragraph, counts, rich)
    _example(paragraph, pairs, rich, simple)
    if not rich.fresh or not simple.fresh:
        paragraph.beside_fresh(None)
    paragraph.warn([rich.model, simple.model])
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer if ranked else "open")


def _case(rich: _Trial, simple: _Trial, layer: str, other: str) -> Case:
    """Whether a layer shows more detail on the richer data, beyond what fresh weights show.

    Args:
        rich, simple: the two models.
        layer: of the model of the richer data.
        other: the layer of the other model at the same place.
    """
    first, second = rich.detail[layer], simple.detail[other]
    at, how = f"{rich.model.name}.{layer}", "detail on the richer data minus that on the simpler"
    gain = difference(ENTRY.name, f"gain@{at}", first, second, how)
    beaten: Side = "open"
    if gain is not None and layer in rich.fresh and other in simple.fresh:
        fresh = difference(
            ENTRY.name, f"gain_fresh@{at}", rich.fresh[layer], simple.fresh[other], how
        )
        beaten = beyond(gain, fresh, FLOOR)
    answer = apart(first, second)
    for model in (rich.model, simple.model):
        answer = earned(answer, model, beaten)
    return Case(answer, (first, second))


def _introduce(paragraph: Paragraph, rich: _Trial, simple: _Trial, ranked: bool) -> None:
    words = {"first": rich.model.title, "second": simple.model.title}
    sentence = "{first} and {second} have the same layers and different data"
    if rich.share is None or simple.share is None:
        sentence += "; which shapes are the simpler ones was not measured."
        paragraph.say(sentence, words)
        return
    words |= {"rich": rich.model.dataset, "simple": simple.model.dataset}
    sentence += (
        ": the foreground covers {large:%} of the images of {rich} and {small:%} of those of "
        "{simple}" + ("." if ranked else ", too alike to call one richer.")
    )
    paragraph.say(sentence, words, large=rich.share, small=simple.share)


def _count(paragraph: Paragraph, counts: Tally, rich: _Trial) -> None:
    paragraph.say(
        "What departs from the background of the feature maps spreads over more of the map for "
        f"{{rich}} in {counts.phrase}.",
        {"rich": rich.model.dataset},
        **counts.evidence,
    )


def _example(
    paragraph: Paragraph,
    pairs: Sequence[tuple[tuple[str, Evidence], Evidence]],
    rich: _Trial,
    simple: _Trial,
) -> None:
    """Quotes the layer where the detail of the two models differs most."""
    (layer, more), less = max(pairs, key=lambda p: abs((p[0][1].value or 0) - (p[1].value or 0)))
    paragraph.say(
        "The difference is largest in {layer}, with a normalized spatial entropy of "
        "{more.measured} for {rich} and {less.measured} for {simple}, where an even spread would "
        "have one.",
        {"layer": layer, "rich": rich.model.dataset, "simple": simple.model.dataset},
        more=more,
        less=less,
    )


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
