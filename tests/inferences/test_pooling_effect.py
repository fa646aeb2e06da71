"""Hand-made reports for the rule on the effect of pooling."""

from __future__ import annotations

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.pooling_effect import infer
from reportgen.records import Finding, Inference

Bounds = tuple[float, float]
POOL = ("pool", "MaxPooling2D")


def pooling(name: str, gain: Bounds, agreement: Bounds, size: float) -> Finding:
    return block(
        "feature_maps",
        name,
        pool_gain__pool=value(sum(gain) / 2, *gain, baseline=1),
        pool_agreement__pool=value(sum(agreement) / 2, *agreement, baseline=0),
        pool_size_ratio__pool=value(size, n=None),
    )


@pytest.mark.parametrize(
    ("gain", "agreement", "size", "verdict"),
    [
        ((1.4, 1.6), (0.7, 0.9), 0.25, "supported"),
        ((0.8, 0.9), (0.7, 0.9), 0.25, "contradicted"),
        ((1.4, 1.6), (0.2, 0.4), 0.25, "contradicted"),
        ((1.4, 1.6), (0.7, 0.9), 1.0, "contradicted"),
        ((0.9, 1.1), (0.7, 0.9), 0.25, "inconclusive"),
        ((1.4, 1.6), (0.4, 0.6), 0.25, "inconclusive"),
    ],
)
def test_pooling_must_shrink_strengthen_and_keep(
    gain: Bounds, agreement: Bounds, size: float, verdict: str
) -> None:
    findings = report([model("a", POOL)], pooling("a", gain, agreement, size))
    assert only(infer(findings), findings).verdict == verdict


def test_the_strongest_layer_is_quoted_and_all_are_in_the_table() -> None:
    findings = report(
        [model("a", POOL), model("b", POOL)],
        pooling("a", (1.4, 1.6), (0.7, 0.9), 0.25),
        pooling("b", (2.0, 2.4), (0.6, 0.8), 0.25),
    )
    note = only(infer(findings), findings)
    assert note.text == (
        "Both pooling layers show all three; `pool` of `Model b` raises the mean the most, by a "
        "factor of 2.20."
    )
    assert note.table is not None
    assert note.table.rows == (
        ("pool", "Model a", "25%", 1.5, 0.8),
        ("pool", "Model b", "25%", 2.2, 0.7),
    )


def test_a_gain_alone_is_not_enough_to_speak() -> None:
    found = block("feature_maps", "a", pool_gain__pool=value(1.5, 1.4, 1.6, baseline=1))
    assert infer(report([model("a", POOL)], found)) == Inference()
