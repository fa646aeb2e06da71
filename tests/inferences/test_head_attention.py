"""Hand-made reports for the rule on heatmaps of different outputs."""

from __future__ import annotations

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.head_attention import infer
from reportgen.records import Finding


def similar(name: str, low: float, high: float, n: int = 96) -> Finding:
    return block(
        "grad_cam",
        name,
        head_similarity=value((low + high) / 2, low, high, n=n),
        head_peak_shift=value(4.5, 4, 5, n=n, unit="px"),
    )


@pytest.mark.parametrize(
    ("low", "high", "n", "verdict"),
    [
        (0.7, 0.8, 96, "supported"),
        (0.96, 0.99, 96, "contradicted"),
        (0.1, 0.3, 96, "contradicted"),
        (0.9, 0.97, 96, "inconclusive"),
        (0.4, 0.6, 96, "inconclusive"),
        (0.7, 0.8, 5, "inconclusive"),
    ],
)
def test_slightly_different_is_neither_the_same_nor_far_apart(
    low: float, high: float, n: int, verdict: str
) -> None:
    findings = report([model("a")], similar("a", low, high, n))
    assert only(infer(findings), findings).verdict == verdict


def test_the_extremes_are_quoted_with_the_distance_of_the_peaks() -> None:
    findings = report([model("a"), model("b")], similar("a", 0.7, 0.8), similar("b", 0.5, 0.7))
    text = only(infer(findings), findings).text
    assert "differ the most in `Model b`, with a mean cosine similarity of 0.600" in text
    assert "most alike in `Model a`, with a mean cosine similarity of 0.750" in text
    assert "peaks 4.50 px apart" in text
