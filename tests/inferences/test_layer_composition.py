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
    assert note.text.endswith("; fresh weights were not measured.")
    random = report([replace(model("a", *TWO), untrained=True)], kernels("a", inputs(3, 5)))
    note = only(infer(random), random)
    assert note.verdict == "inconclusive"
    assert note.caveats == ("random weights",)


def test_the_only_model_is_not_named_and_layers_are_ordered_as_in_it() -> None:
    findings = report([model("a", *TWO)], kernels("a", inputs(3, 5)))
    note = only(infer(findings), findings)
    assert note.text == (
        "Filters of `second`, the only later convolution judged, draw on 4 channels in effect, "
        "against 6.5 with fresh weights."
    )
    assert {"kernels-a-1.effective_inputs@second", "kernels-a-1.effective_inputs_fresh@second"} < {
        *note.cites
    }
    assert note.table is None


def test_several_layers_are_told_in_one_sentence_and_a_table() -> None:
    three = (*TWO, ("third", "Conv2D"))
    deep = {f"effective_inputs@{name}": inputs(20, 30) for name in ("first", "second", "third")}
    deep |= {f"effective_inputs_fresh@{name}": FRESH for name in ("second", "third")}
    findings = report(
        [model("deep", *three), model("a", *TWO)],
        block_of("kernels", "deep", deep),
        kernels("a", inputs(3, 5)),
    )
    note = only(infer(findings), findings)
    assert note.text == (
        "Filters of all 3 later convolutions draw on several channels, and on more or fewer of "
        "them than with fresh weights."
    )
    assert note.table is not None
    assert note.table.columns == ("Layer", "Model", "Channels in effect", "With fresh weights")
    assert note.table.rows == (
        ("second", "Model deep", 25, 6.5),
        ("third", "Model deep", 25, 6.5),
        ("second", "Model a", 4, 6.5),
    )


def test_one_channel_is_no_plural() -> None:
    findings = report([model("a", *TWO)], kernels("a", inputs(1, 1)))
    assert "draw on one channel in effect, not on several." in only(infer(findings), findings).text


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
    assert "Filters of `second`, the only later convolution judged, draw on 4 channels" in note.text
    left = next(i for i in infer(findings).evidence if i.id.endswith(".left_out"))
    assert left.value == 1
    assert left.id in note.cites
    assert "undecided" not in note.text.lower()


def test_layers_of_a_single_input_channel_are_not_in_the_table() -> None:
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
    note = only(infer(findings), findings)
    assert note.text.startswith("In 1 of 2 later convolutions, filters draw on several channels")
    assert note.table is not None
    assert note.table.rows == (("second", "Model long", 25, None), ("second", "Model a", 4, 6.5))


def test_where_no_other_layer_follows_nothing_is_said() -> None:
    measures = {
        "effective_inputs@first": inputs(1, 1),
        "effective_inputs@second": inputs(1, 1),
        "single_input@second": single(),
    }
    findings = report([model("a", *TWO)], block_of("kernels", "a", measures))
    assert infer(findings) == Inference()


FEW, MANY, UNCLEAR = inputs(1.1, 1.8), inputs(3, 5), inputs(1.5, 2.5)
DRAW = "filters draw on several channels, and on more or fewer of them than with fresh weights"
CLEARLY = DRAW.replace("draw", "clearly draw")


@pytest.mark.parametrize(
    ("later", "text"),
    [
        ([MANY], "draw on 4 channels in effect, against 6.5 with fresh weights."),
        ([FEW], "draw on 1.5 channels in effect, not on several."),
        ([UNCLEAR], "draw on 2 channels in effect, against 6.5 with fresh weights; whether "
         "training chose several is undecided."),
        ([MANY, MANY], f"Filters of both later convolutions {DRAW.removeprefix('filters ')}."),
        ([MANY] * 3, f"Filters of all 3 later convolutions {DRAW.removeprefix('filters ')}."),
        ([FEW, FEW], f"In none of 2 later convolutions do {CLEARLY}."),
        ([FEW, UNCLEAR], f"In none of 2 later convolutions do {CLEARLY}; some are undecided."),
        ([FEW, MANY], f"In 1 of 2 later convolutions, {DRAW}."),
        ([FEW, MANY, UNCLEAR], f"In 1 of 3 later convolutions, {DRAW}; others are undecided."),
    ],
)  # fmt: skip
def test_every_finding_has_its_words(later: list[Evidence], text: str) -> None:
    names = [f"conv{i}" for i in range(len(later))]
    measures = {"effective_inputs@first": inputs(1, 1)}
    measures |= {f"effective_inputs@{name}": it for name, it in zip(names, later, strict=True)}
    measures |= {f"effective_inputs_fresh@{name}": FRESH for name in names}
    rows = [("first", "Conv2D"), *((name, "Conv2D") for name in names)]
    findings = report([model("a", *rows)], block_of("kernels", "a", measures))
    assert only(infer(findings), findings).text.endswith(text)
