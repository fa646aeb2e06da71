"""Hand-made reports for the rule on later layers that combine earlier ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builder import block, block_of, fresh, model, only, report, value

from reportgen.inferences.layer_composition import infer
from reportgen.records import Evidence, Finding, Inference

TWO = (("first", "Conv2D"), ("pool", "MaxPooling2D"), ("second", "Conv2D"))


def inputs(low: float, high: float, n: int = 8) -> Evidence:
    return value((low + high) / 2, low, high, n=n, baseline=1, unit="channels")


def kernels(name: str, second: Evidence) -> Finding:
    measures = {
        "effective_inputs@second": second,
        "effective_inputs@first": inputs(1, 1),
        "effective_inputs_fresh@second": FRESH,
    }
    return block_of("kernels", name, measures)


FRESH = fresh(6, 7)
"""More channels than any layer here draws on: fresh weights are spread over all."""


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (inputs(3, 5), "supported"),
        (inputs(1.1, 1.8), "contradicted"),
        (inputs(1.5, 2.5), "inconclusive"),
        (inputs(3, 5, n=4), "inconclusive"),
        (inputs(6.1, 6.9), "inconclusive"),  # as with fresh weights
        (inputs(5.8, 5.95), "inconclusive"),  # fewer by less than a tenth of 6.5
        (inputs(5.5, 5.8), "supported"),
        (inputs(7.2, 7.9), "supported"),
    ],
)
def test_a_later_layer_combines_if_it_draws_on_more_than_two_channels(
    second: Evidence, verdict: str
) -> None:
    findings = report([model("a", *TWO)], kernels("a", second))
    assert only(infer(findings), findings).verdict == verdict


def test_what_cannot_be_compared_or_was_never_trained_supports_nothing() -> None:
    measures = {"effective_inputs@second": inputs(3, 5), "effective_inputs@first": inputs(1, 1)}
    alone = report([model("a", *TWO)], block_of("kernels", "a", measures))
    note = only(infer(alone), alone)
    assert note.verdict == "inconclusive"
    assert "Fresh weights were not measured" in note.text
    random = report([replace(model("a", *TWO), untrained=True)], kernels("a", inputs(3, 5)))
    note = only(infer(random), random)
    assert note.verdict == "inconclusive"
    assert "The weights of `Model a` are random" in note.text


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
    deep |= {f"effective_inputs_fresh@{name}": FRESH for name in ("second", "third")}
    findings = report(
        [model("deep", *three), model("a", *TWO)],
        block_of("kernels", "deep", deep),
        kernels("a", inputs(3, 5)),
    )
    text = only(infer(findings), findings).text
    assert "all 3 later convolution layers" in text
    assert "`Model a` draws on 4 channels" in text


def test_one_channel_is_no_plural() -> None:
    findings = report([model("a", *TWO)], kernels("a", inputs(1, 1)))
    assert "draws on 1 channel in effect" in only(infer(findings), findings).text


def test_a_single_convolution_combines_nothing() -> None:
    found = block("kernels", "a", effective_inputs__first=inputs(2.5, 2.9))
    assert infer(report([model("a", *TWO)], found)) == Inference()


def single(n: int = 3) -> Evidence:
    return value(n, n=None, unit="filters")


def test_filters_of_a_single_input_channel_are_left_out_and_counted() -> None:
    # Three filters would leave it undecided whether the layer combines, and open the whole.
    measures = {
        "effective_inputs@first": inputs(1, 1),
        "effective_inputs@deep": inputs(1, 1, n=3),
        "single_input@deep": single(),
        "effective_inputs@second": inputs(3, 5),
        "effective_inputs_fresh@second": FRESH,
    }
    layers = (TWO[0], ("deep", "DepthwiseConv2D"), TWO[2])
    findings = report([model("a", *layers)], block_of("kernels", "a", measures))
    note = only(infer(findings), findings)
    assert note.verdict == "supported"
    assert (
        "in the only later convolution layer with several input channels. 1 layer is" in note.text
    )
    assert "undecided" not in note.text.lower()


def test_a_model_of_three_convolutions_is_no_example_of_two() -> None:
    measures = {
        "effective_inputs@first": inputs(1, 1),
        "effective_inputs@deep": inputs(1, 1),
        "single_input@deep": single(),
        "effective_inputs@second": inputs(20, 30),
    }
    layers = (TWO[0], ("deep", "DepthwiseConv2D"), TWO[2])
    findings = report(
        [model("long", *layers), model("a", *TWO)],
        block_of("kernels", "long", measures),
        kernels("a", inputs(3, 5)),
    )
    assert "in `Model a` draws on 4 channels" in only(infer(findings), findings).text


def test_where_no_other_layer_follows_nothing_is_said() -> None:
    measures = {
        "effective_inputs@first": inputs(1, 1),
        "effective_inputs@second": inputs(1, 1),
        "single_input@second": single(),
    }
    findings = report([model("a", *TWO)], block_of("kernels", "a", measures))
    assert infer(findings) == Inference()
