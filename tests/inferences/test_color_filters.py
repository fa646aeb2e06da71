"""Hand-made reports for the rule on colored filters."""

from __future__ import annotations

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.color_filters import infer
from reportgen.records import Evidence, Finding, Inference

Bounds = tuple[float, float]


def images(chroma: Bounds, hue: float, n: int = 32) -> Finding:
    return block(
        "activation_maximization",
        "a",
        chroma_share__conv=value(sum(chroma) / 2, *chroma, n=n),
        hue_spread__conv=value(hue, n=n),
    )


def gray(*bounds: Bounds) -> Finding:
    measures = {
        f"gray_accuracy__test___h{i}": value(sum(pair) / 2, *pair, n=2000, baseline=0.98)
        for i, pair in enumerate(bounds)
    }
    return block("evaluation", "a", **measures)


@pytest.mark.parametrize(
    ("shown", "without_color", "verdict"),
    [
        (images((0.3, 0.5), 0.8), gray((0.48, 0.52)), "supported"),
        (images((0.3, 0.5), 0.8), gray((0.97, 0.99), (0.48, 0.52)), "supported"),
        (images((0.3, 0.5), 0.8), gray((0.97, 0.99), (0.96, 0.98)), "contradicted"),
        (images((0.3, 0.5), 0.8), gray((0.85, 0.9)), "inconclusive"),
        (images((0.01, 0.05), 0.8), gray((0.48, 0.52)), "contradicted"),
        (images((0.05, 0.2), 0.8), gray((0.48, 0.52)), "inconclusive"),
        (images((0.3, 0.5), 0.3), gray((0.48, 0.52)), "contradicted"),
        (images((0.3, 0.5), 0.45), gray((0.48, 0.52)), "inconclusive"),
        (images((0.3, 0.5), 0.8, n=4), gray((0.48, 0.52)), "inconclusive"),
    ],
)
def test_filters_must_be_colored_varied_and_needed(
    shown: Finding, without_color: Finding, verdict: str
) -> None:
    findings = report([model("a")], shown, without_color)
    assert only(infer(findings), findings).verdict == verdict


def test_the_largest_loss_is_quoted_against_the_accuracy_in_color() -> None:
    findings = report([model("a")], images((0.3, 0.5), 0.8), gray((0.97, 0.99), (0.48, 0.52)))
    text = only(infer(findings), findings).text
    assert "loss is that of output `h1` of `Model a`: without color its accuracy is 50%" in text
    assert "50% (interval 48% to 52%), against 98% with it" in text
    assert text.startswith(
        "In the only model with color input, the filters are colored, they vary in hue, and some "
        "output needs the color."
    )


def test_a_report_without_accuracy_on_gray_images_says_so() -> None:
    findings = report([model("a")], images((0.3, 0.5), 0.8))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "was not measured" in note.text


def test_kernels_stand_in_for_images() -> None:
    share: Evidence = value(0.5, 0.4, 0.6, n=32, baseline=2 / 3)
    findings = report([model("a")], block("kernels", "a", color_share__conv=share))
    text = only(infer(findings), findings).text
    assert "50% lies off the gray axis (interval 40% to 60%; 66.7% in random kernels)" in text


def test_models_with_gray_input_are_not_its_subject() -> None:
    assert infer(report([model("a")], gray((0.48, 0.52)))) == Inference()
