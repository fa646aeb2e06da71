"""Hand-made reports for the rule on heatmaps of different outputs."""

from __future__ import annotations

import pytest
from report_builder import block, fresh, model, only, report, value

from reportgen.inferences.head_attention import infer
from reportgen.records import Evidence, Finding


def similar(
    name: str, low: float, high: float, n: int = 96, beside: Evidence | None = None
) -> Finding:
    return block(
        "grad_cam",
        name,
        head_similarity=value((low + high) / 2, low, high, n=n),
        head_similarity_fresh=beside or fresh(0.9, 0.99),
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


@pytest.mark.parametrize(
    ("beside", "verdict"),
    [
        (fresh(0.5, 0.9), "inconclusive"),
        (fresh(0.2, 0.4), "supported"),
        (fresh(0.66, 0.68), "inconclusive"),  # less than 0.05 apart
    ],
)
def test_outputs_of_fresh_weights_differ_as_well(beside: Evidence, verdict: str) -> None:
    findings = report([model("a")], similar("a", 0.7, 0.8, beside=beside))
    assert only(infer(findings), findings).verdict == verdict


def test_the_extremes_are_quoted_with_the_distance_of_the_peaks() -> None:
    findings = report([model("a"), model("b")], similar("a", 0.7, 0.8), similar("b", 0.5, 0.7))
    text = only(infer(findings), findings).text
    assert "runs from 0.600 (interval 0.500 to 0.700) in `Model b` to 0.750" in text
    assert "in the former model their peaks are 4.50 px apart on average" in text


FAR, NEAR, SAME, OPEN = (0.1, 0.3), (0.6, 0.8), (0.96, 0.99), (0.4, 0.6)
START = "Of {n} models with several outputs, the heatmaps of different outputs lie "


@pytest.mark.parametrize(
    ("bounds", "lies", "conclusion"),
    [
        ([NEAR, FAR, FAR], "at slightly different places in 1 and farther apart than slightly "
         "in 2.", "So the places do differ, but by more than slightly."),
        ([SAME, SAME], "at slightly different places in none and at practically the same places "
         "in 2.", "So the places hardly differ."),
        ([SAME, FAR], "at slightly different places in none, farther apart than slightly in 1, "
         "and at practically the same places in 1.", "they differ more, or hardly at all."),
        ([NEAR, OPEN, OPEN], "at slightly different places in 1, and in 2 it is undecided how "
         "much they differ.", "Undecided means"),
    ],
)  # fmt: skip
def test_how_the_claim_fails_is_said(
    bounds: list[tuple[float, float]], lies: str, conclusion: str
) -> None:
    names = [f"m{i}" for i in range(len(bounds))]
    blocks = [similar(name, *pair) for name, pair in zip(names, bounds, strict=True)]
    findings = report([model(name) for name in names], *blocks)
    text = only(infer(findings), findings).text
    assert START.format(n=len(bounds)) + lies in text
    assert conclusion in text


@pytest.mark.parametrize(
    ("bounds", "start"),
    [
        (NEAR, "The heatmaps of different outputs lie at slightly different places in"),
        (FAR, "The heatmaps of different outputs lie farther apart than slightly in"),
        (OPEN, "How much the heatmaps of different outputs differ is undecided in"),
    ],
)
def test_a_single_model_is_spoken_of_plainly(bounds: tuple[float, float], start: str) -> None:
    findings = report([model("a")], similar("a", *bounds))
    text = only(infer(findings), findings).text
    assert text.startswith(f"{start} the only model with several outputs.")
