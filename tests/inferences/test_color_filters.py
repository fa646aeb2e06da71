"""Hand-made reports for the rule on colored filters."""

from __future__ import annotations

import pytest
from report_builder import block, block_of, model, only, report, value

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
    note = only(infer(findings), findings)
    assert note.text == "The filters are colored, their hues vary, and some output needs the color."
    assert note.table is not None
    assert note.table.columns[-2:] == ("Accuracy without color", "With color")
    assert note.table.rows == (("40%", None, 0.8, "50%", "98%"),)
    assert "evaluation-a-1.gray_accuracy@test.h1" in note.cites


IMAGES = images((0.3, 0.5), 0.8)


@pytest.mark.parametrize(
    ("shown", "without_color", "text"),
    [
        (IMAGES, gray((0.96, 0.98)), "are colored, their hues vary, and no output needs the color"),
        (IMAGES, gray((0.85, 0.9)),
         "are colored, their hues vary, and it is undecided whether an output needs the color"),
        (images((0.01, 0.05), 0.3), gray((0.48, 0.52)),
         "are hardly colored, their hues hardly vary, and some output needs the color"),
        (images((0.05, 0.2), 0.45), gray((0.48, 0.52)),
         "may be colored, their hues may vary, and some output needs the color"),
    ],
)  # fmt: skip
def test_each_part_of_the_claim_is_told(shown: Finding, without_color: Finding, text: str) -> None:
    findings = report([model("a")], shown, without_color)
    assert only(infer(findings), findings).text == f"The filters {text}."


NEEDED, UNNEEDED, UNCLEAR = (gray((0.48, 0.52)), gray((0.96, 0.98)), gray((0.85, 0.9)))


@pytest.mark.parametrize(
    ("each", "text"),
    [
        ([NEEDED, NEEDED], "All three hold in both models with color input."),
        ([NEEDED] * 3, "All three hold in all 3 models with color input."),
        ([NEEDED, UNNEEDED], "All three hold in 1 of 2 models with color input."),
        ([NEEDED, UNCLEAR],
         "All three hold in 1 of 2 models with color input; others are undecided."),
        ([UNNEEDED, UNNEEDED], "All three clearly hold in none of 2 models with color input."),
        ([UNNEEDED, UNCLEAR],
         "All three clearly hold in none of 2 models with color input; some are undecided."),
    ],
)  # fmt: skip
def test_models_are_counted(each: list[Finding], text: str) -> None:
    names = [f"m{i}" for i in range(len(each))]
    blocks = [
        block_of(shown.kind, name, {item.id.partition(".")[2]: item for item in shown.evidence})
        for name, found in zip(names, each, strict=True)
        for shown in (IMAGES, found)
    ]
    findings = report([model(name) for name in names], *blocks)
    note = only(infer(findings), findings)
    assert note.text == text
    assert note.table is not None
    assert [row[0] for row in note.table.rows] == [f"Model {name}" for name in names]


def test_a_report_without_accuracy_on_gray_images_says_so() -> None:
    findings = report([model("a")], images((0.3, 0.5), 0.8))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert note.text.endswith("and accuracy without color was not measured.")


def test_kernels_stand_in_for_images() -> None:
    share: Evidence = value(0.5, 0.4, 0.6, n=32, baseline=2 / 3)
    findings = report([model("a")], block("kernels", "a", color_share__conv=share))
    note = only(infer(findings), findings)
    assert note.text.startswith("The filters are colored, their hues may vary, and ")
    assert note.table is not None
    assert note.table.rows == (("50%", "66.7%", None, None, None),)


def test_models_with_gray_input_are_not_its_subject() -> None:
    assert infer(report([model("a")], gray((0.48, 0.52)))) == Inference()
