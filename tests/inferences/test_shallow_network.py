"""Hand-made reports for the rule on how shallow the shallowest network is."""

from __future__ import annotations

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.shallow_network import infer
from reportgen.records import Finding, Inference


def summary(name: str, convs: int, field: int | None, size: int | None = 28) -> Finding:
    measures = {"conv_layers": value(convs, n=None, unit="layers")}
    if size is not None:
        measures["input_size"] = value(size, n=None, unit="px")
    if field is not None:
        measures["receptive_field__conv"] = value(field, n=None, unit="px")
    return block("summary", name, **measures)


@pytest.mark.parametrize(
    ("convs", "field", "size", "verdict"),
    [
        (1, 7, 28, "supported"),
        (2, 7, 28, "contradicted"),
        (1, 28, 28, "contradicted"),
        (1, None, 28, "inconclusive"),
        (1, 7, None, "inconclusive"),
        (2, None, None, "contradicted"),
    ],
)
def test_shallow_means_one_convolution_that_does_not_reach_over_the_input(
    convs: int, field: int | None, size: int | None, verdict: str
) -> None:
    findings = report([model("a")], summary("a", convs, field, size))
    assert only(infer(findings), findings).verdict == verdict


def test_all_the_shallowest_are_named_and_the_deepest_for_comparison() -> None:
    findings = report(
        [model("a"), model("b"), model("c")],
        summary("a", 1, 7),
        summary("b", 3, 18),
        summary("c", 1, 5),
    )
    note = only(infer(findings), findings)
    assert note.text == (
        "`Model a` and `Model c` have a single convolution layer, whose receptive field spans 7 of "
        "28 px."
    )
    assert note.verdict == "supported"


def test_models_without_convolutions_are_not_its_subject() -> None:
    assert infer(report([model("a")], summary("a", 0, None))) == Inference()
