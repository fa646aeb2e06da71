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
    note = only(infer(findings), findings)
    assert note.table is not None
    assert note.table.rows == (
        ("Model a", 0.75, pytest.approx(0.945), "4.5 px"),
        ("Model b", 0.6, pytest.approx(0.945), "4.5 px"),
    )


FAR, NEAR, SAME, OPEN = (0.1, 0.3), (0.6, 0.8), (0.96, 0.99), (0.4, 0.6)
LIE = "heatmaps of different outputs lie at slightly different places"


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ([NEAR, NEAR], f"In 2 of 2 models, {LIE}."),
        ([NEAR, FAR, FAR], f"In 1 of 3 models, {LIE}; elsewhere they differ more."),
        ([SAME, SAME], f"In none of 2 models do {LIE}; they hardly differ."),
        ([SAME, FAR], f"In none of 2 models do {LIE}; they differ more, or hardly."),
        ([NEAR, OPEN, OPEN], f"In 1 of 3 models, {LIE}; elsewhere it is undecided."),
    ],
)
def test_how_the_claim_fails_is_said(bounds: list[tuple[float, float]], text: str) -> None:
    names = [f"m{i}" for i in range(len(bounds))]
    blocks = [similar(name, *pair) for name, pair in zip(names, bounds, strict=True)]
    findings = report([model(name) for name in names], *blocks)
    note = only(infer(findings), findings)
    assert note.text == text
    counts = {item.id.rpartition(".")[2]: item.value for item in infer(findings).evidence}
    expected = {"models": bounds.count(NEAR)}
    for name, which in (("models_far", FAR), ("models_same", SAME), ("models_open", OPEN)):
        expected |= {name: bounds.count(which)} if which in bounds else {}
    assert counts == expected


def test_models_that_differ_as_with_fresh_weights_are_told() -> None:
    blocks = [similar(name, *NEAR, beside=fresh(0.5, 0.9)) for name in "ab"]
    findings = report([model("a"), model("b")], *blocks)
    text = only(infer(findings), findings).text
    assert text == f"In 2 of 2 models, {LIE}, though not clearly unlike fresh weights."


ONLY = "Heatmaps of different outputs "


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (similar("a", *NEAR), ONLY + "lie at slightly different places: their cosine is 0.700, "
         "against 0.945 with fresh weights."),
        (similar("a", *NEAR, beside=fresh(0.5, 0.9)), ONLY + "lie at slightly different places: "
         "their cosine is 0.700, not clearly different from that with fresh weights (0.700)."),
        (similar("a", *FAR), ONLY + "lie farther apart than slightly: their cosine is 0.200, and "
         "their peaks lie 4.5 px apart."),
        (similar("a", *SAME), ONLY + "hardly differ: their cosine is 0.975, and their peaks lie "
         "4.5 px apart."),
        (similar("a", *OPEN), "It is undecided how much heatmaps of different outputs differ: "
         "their cosine is 0.500, and their peaks lie 4.5 px apart."),
        (block("grad_cam", "a", head_similarity=value(0.7, *NEAR)), ONLY + "lie at slightly "
         "different places: their cosine is 0.700; fresh weights were not measured."),
        (block("grad_cam", "a", head_similarity=value(0.2, *FAR)), ONLY + "lie farther apart than "
         "slightly: their cosine is 0.200."),
        (block("grad_cam", "a", head_similarity=value(0.7, *NEAR),
               head_peak_distance=value(0.22, 0.2, 0.25)), ONLY + "lie farther apart than "
         "slightly: their cosine is 0.700, and their peaks lie 22% of the width apart."),
    ],
)  # fmt: skip
def test_a_single_model_is_spoken_of_plainly(shown: Finding, text: str) -> None:
    findings = report([model("a")], shown)
    assert only(infer(findings), findings).text == text
