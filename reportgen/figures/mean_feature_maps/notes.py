"""Notes on the mean activation: its course from layer to layer, and the effect of pooling."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, note, side
from reportgen.records import Evidence, Finding, Note

_EFFECT = {
    "above": "raises the mean, as keeping the largest value of each window does",
    "below": "lowers the mean",
    "open": "leaves the mean as it was, as far as can be told",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on the means, and one on each pooling layer."""
    means = {
        layer: mean
        for layer, mean in by_measure(finding, "mean_activation").items()
        if mean.value is not None
    }
    written = [_means(finding, means)] if means else []
    for layer, gain in by_measure(finding, "pool_gain").items():
        if gain.value is not None:
            written.append(_gain(finding, layer, gain))
    return tuple(written)


def _means(finding: Finding, means: dict[str, Evidence]) -> Note:
    listed = ", ".join(f"{{mean{i}}} in {{layer{i}}}" for i in range(len(means)))
    return note(
        f"{finding.block}.means",
        "mean_feature_maps.means",
        "info",
        f"Averaged over {{mean0.n:test image|test images}}, activation has a mean of {listed}.",
        {f"layer{i}": layer for i, layer in enumerate(means)},
        (),
        **{f"mean{i}": mean for i, mean in enumerate(means.values())},
    )


def _gain(finding: Finding, layer: str, gain: Evidence) -> Note:
    effect = "was measured on too few images to judge" if few(gain) else _effect(gain)
    return note(
        f"{finding.block}.pooling.{layer}",
        "mean_feature_maps.pooling",
        "info",
        "After {layer} the mean activation is {gain} times the mean before it (interval "
        f"{{gain.interval}}): pooling here {effect}.",
        words={"layer": layer},
        gain=gain,
    )


def _effect(gain: Evidence) -> str:
    # Averaging keeps the mean but for rounding.
    kept = gain.value is not None and abs(gain.value - 1) < 1e-3
    return "keeps the mean" if kept else _EFFECT[side(gain)]
