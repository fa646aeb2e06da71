"""Notes on the mean activation: its course from layer to layer, and the effect of pooling."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, few, side
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
KEPT = 1e-3
"""Relative change of the mean below which pooling keeps it: averaging does, but for rounding."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on the means, and one on each pooling layer."""
    means = _known(finding, "mean_activation")
    gains = _known(finding, "pool_gain")
    written = [_means(finding, means)] if means else []
    return (*written, *(_gain(finding, layer, gain) for layer, gain in gains.items()))


def _known(finding: Finding, measure: str) -> dict[str, Evidence]:
    found = by_measure(finding, measure)
    return {layer: item for layer, item in found.items() if item.value is not None}


def _means(finding: Finding, means: dict[str, Evidence]) -> Note:
    id, rule = f"{finding.block}.means", "mean_feature_maps.means"
    layers = list(means)
    first, last = means[layers[0]], means[layers[-1]]
    if len(layers) == 1:
        return draft(id, rule, "info", SENTENCES("mean", {"layer": layers[0]}, mean=first))
    names = {"first_layer": layers[0], "last_layer": layers[-1]}
    sentence = SENTENCES("means", names, first=first, last=last)
    table = SENTENCES.table("means", means.items()) if len(layers) > 2 else None
    return draft(id, rule, "info", sentence, means.values(), table)


def _gain(finding: Finding, layer: str, gain: Evidence) -> Note:
    kept = abs((gain.value or 0) - 1) < KEPT
    effect = "few" if few(gain) else "kept" if kept else side(gain)
    return draft(
        f"{finding.block}.pooling.{layer}",
        "mean_feature_maps.pooling",
        "info",
        SENTENCES("pooling", {"layer": layer}, effect=effect, gain=gain),
    )
