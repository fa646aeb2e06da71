"""What the sheet alone shows: how the mean activation goes on from layer to layer, and what
pooling does to it."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, note, side
from reportgen.records import Evidence, Finding, Note

_DOES = {
    "above": "raises the mean, as keeping the largest value of each window does",
    "below": "lowers the mean",
    "open": "leaves the mean as it was, as far as can be told",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on the means, and one on each pooling layer."""
    means = {
        at: e for at, e in by_measure(finding, "mean_activation").items() if e.value is not None
    }
    written = [_means(finding, means)] if means else []
    for layer, gain in by_measure(finding, "pool_gain").items():
        if gain.value is not None:
            written.append(_gain(finding, layer, gain))
    return tuple(written)


def _means(finding: Finding, means: dict[str, Evidence]) -> Note:
    told = ", ".join(f"{{mean{i}}} in {{layer{i}}}" for i in range(len(means)))
    return note(
        f"{finding.block}.means",
        "mean_feature_maps.means",
        "info",
        f"Averaged over {{mean0.n:test image|test images}}, activation has a mean of {told}.",
        {f"layer{i}": layer for i, layer in enumerate(means)},
        (),
        **{f"mean{i}": item for i, item in enumerate(means.values())},
    )


def _gain(finding: Finding, layer: str, gain: Evidence) -> Note:
    judged = "was measured on too few images to judge" if few(gain) else _judged(gain)
    return note(
        f"{finding.block}.pooling.{layer}",
        "mean_feature_maps.pooling",
        "info",
        "After {layer} the mean activation is {gain} times the mean before it (interval "
        f"{{gain.interval}}): pooling here {judged}.",
        words={"layer": layer},
        gain=gain,
    )


def _judged(gain: Evidence) -> str:
    # Averaging keeps the mean but for rounding.
    even = gain.value is not None and abs(gain.value - 1) < 1e-3
    return "keeps the mean" if even else _DOES[side(gain)]
