"""Hand-made reports for the rule on later layers that combine earlier ones."""

from __future__ import annotations

import pytest
from report_builder import block, block_of, model, only, report, value

from reportgen.inferences.layer_composition import infer
from reportgen.records import Evidence, Finding, Inference

TWO = (("first", "Conv2D"), ("pool", "MaxPooling2D"), ("second", "Conv2D"))


def inputs(low: float, high: float, n: int = 8) -> Evidence:
    return value((low + high) / 2, low, high, n=n, baseline=1, unit="channels")


def kernels(name: str, second: Evidence) -> Finding:
    measures = {"effective_inputs@second": second, "effective_inputs@first": inputs(1, 1)}
    return block_of("kernels", name, measures)


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (inputs(3, 5), "supported"),
        (inputs(1.1, 1.8), "contradicted"),
        (inputs(1.5, 2.5), "inconclusive"),
        (inputs(3, 5, n=4), "inconclusive"),
    ],
)
def test_a_later_layer_combines_if_it_draws_on_more_than_two_channels(
    second: Evidence, verdict: str
) -> None:
    findings = report([model("a", *TWO)], kernels("a", second))
    assert only(infer(findings), findings).verdict == verdict


def test_layers_are_ordered_by_the_model_and_fields_grow() -> None:
    fields = block(
        "summary",
        "a",
        receptive_field__first=value(5, n=None, unit="px"),
        receptive_field__second=value(10, n=None, unit="px"),
    )
    findings = report([model("a", *TWO)], kernels("a", inputs(3, 5)), fields)
    text = only(infer(findings), findings).text
    assert "a filter of `second` in `Model a` draws on 4 channels in effect" in text
    assert "(interval 3 to 5; a filter on a single channel has 1)" in text
    assert "receptive field is 10 px wide, and that of `first` 5 px" in text


def test_a_model_of_two_convolutions_is_the_example() -> None:
    three = (*TWO, ("third", "Conv2D"))
    deep = {f"effective_inputs@{name}": inputs(20, 30) for name in ("first", "second", "third")}
    findings = report(
        [model("deep", *three), model("a", *TWO)],
        block_of("kernels", "deep", deep),
        kernels("a", inputs(3, 5)),
    )
    text = only(infer(findings), findings).text
    assert "all 3 later convolution layers" in text
    assert "`Model a` draws on 4 channels" in text


def test_a_single_convolution_combines_nothing() -> None:
    found = block("kernels", "a", effective_inputs__first=inputs(2.5, 2.9))
    assert infer(report([model("a", *TWO)], found)) == Inference()
