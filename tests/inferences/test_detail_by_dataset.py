"""Hand-made reports for the rule on detail by dataset."""

from __future__ import annotations

import pytest
from report_builder import block, fresh, model, only, report, value

from reportgen.inferences.detail_by_dataset import infer
from reportgen.records import Finding, Inference

Bounds = tuple[float, float]
ROWS = (("conv", "Conv2D", "(None, 22, 22, 32)"),)
LINE, DIGITS = model("a", *ROWS, dataset="line"), model("b", *ROWS, dataset="digits")


def detail(name: str, bounds: Bounds, n: int = 96) -> Finding:
    measured = value(sum(bounds) / 2, *bounds, n=n)
    return block("feature_maps", name, detail__conv=measured, detail_fresh__conv=FRESH)


FRESH = fresh(0.64, 0.66)
"""The same for both data."""


def share(name: str, covered: float) -> Finding:
    return block("samples", name, foreground_share=value(covered, covered, covered))


@pytest.mark.parametrize(
    ("line", "digits", "covered", "n", "verdict"),
    [
        ((0.5, 0.6), (0.7, 0.8), 0.2, 96, "supported"),
        ((0.7, 0.8), (0.5, 0.6), 0.2, 96, "contradicted"),
        ((0.5, 0.7), (0.6, 0.8), 0.2, 96, "inconclusive"),
        ((0.5, 0.6), (0.7, 0.8), 0.2, 5, "inconclusive"),
        ((0.5, 0.6), (0.7, 0.8), 0.05, 96, "inconclusive"),
        ((0.5, 0.6), (0.7, 0.8), 0.01, 96, "contradicted"),
    ],
)
def test_richer_shapes_should_show_more_detail(
    line: Bounds, digits: Bounds, covered: float, n: int, verdict: str
) -> None:
    findings = report(
        [LINE, DIGITS],
        detail("a", line, n),
        detail("b", digits, n),
        share("a", 0.05),
        share("b", covered),
    )
    assert only(infer(findings), findings).verdict == verdict


def test_the_sentence_tells_both_shares_and_both_entropies() -> None:
    findings = report(
        [LINE, DIGITS],
        detail("a", (0.5, 0.6)),
        detail("b", (0.7, 0.8)),
        share("a", 0.05),
        share("b", 0.2),
    )
    text = only(infer(findings), findings).text
    assert "covers 20% of the images of `digits` and 5% of those of `line`" in text
    assert "0.750 (interval 0.700 to 0.800) for `digits`" in text
    assert "0.550 (interval 0.500 to 0.600) for `line`" in text


def test_the_chance_level_of_heatmaps_tells_the_share_as_well() -> None:
    energy = {
        name: block(
            "grad_cam", name, energy_in_foreground__class=value(0.5, 0.4, 0.6, baseline=area)
        )
        for name, area in (("a", 0.05), ("b", 0.2))
    }
    findings = report(
        [LINE, DIGITS], detail("a", (0.5, 0.6)), detail("b", (0.7, 0.8)), *energy.values()
    )
    inference = infer(findings)
    assert only(inference, findings).verdict == "supported"
    assert "inferences.detail_by_dataset.foreground_share@digits" in {
        item.id for item in inference.evidence
    }


def test_without_shares_it_stays_open() -> None:
    findings = report([LINE, DIGITS], detail("a", (0.5, 0.6)), detail("b", (0.7, 0.8)))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "was not measured" in note.text


def test_models_with_other_maps_are_not_compared() -> None:
    other = model("b", ("conv", "Conv2D", "(None, 26, 26, 32)"), dataset="digits")
    findings = report([LINE, other], detail("a", (0.5, 0.6)), detail("b", (0.7, 0.8)))
    assert infer(findings) == Inference()


def test_fresh_weights_that_show_as_much_more_leave_it_open() -> None:
    found = [
        block("feature_maps", name, detail__conv=value(middle, middle - 0.05, middle + 0.05),
              detail_fresh__conv=beside)
        for name, middle, beside in (("a", 0.55, fresh(0.5, 0.6)), ("b", 0.75, fresh(0.7, 0.8)))
    ]  # fmt: skip
    findings = report([LINE, DIGITS], *found, share("a", 0.05), share("b", 0.2))
    assert only(infer(findings), findings).verdict == "inconclusive"
