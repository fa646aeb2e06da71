"""Hand-made reports for the rule on heatmaps and activations in the foreground."""

from __future__ import annotations

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.attention_on_foreground import infer
from reportgen.records import Evidence, Finding

ABOVE, BELOW, OPEN = (0.6, 0.8), (0.1, 0.2), (0.2, 0.4)
CONV = ("conv", "Conv2D")


def energy(bounds: tuple[float, float], n: int = 96) -> Evidence:
    return value(sum(bounds) / 2, *bounds, n=n, baseline=0.25)


def heat(name: str, bounds: tuple[float, float], n: int = 96) -> Finding:
    return block("grad_cam", name, energy_near_foreground__class=energy(bounds, n))


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ([ABOVE, ABOVE, BELOW], "supported"),
        ([ABOVE, ABOVE, OPEN], "supported"),
        ([ABOVE, ABOVE, BELOW, BELOW], "contradicted"),
        ([ABOVE, ABOVE, BELOW, OPEN], "inconclusive"),
        ([ABOVE, OPEN, OPEN], "inconclusive"),
        ([BELOW], "contradicted"),
    ],
)
def test_the_verdict_is_that_of_most_models(
    bounds: list[tuple[float, float]], verdict: str
) -> None:
    names = [f"m{i}" for i in range(len(bounds))]
    blocks = [heat(name, pair) for name, pair in zip(names, bounds, strict=True)]
    findings = report([model(name, CONV) for name in names], *blocks)
    assert only(infer(findings), findings).verdict == verdict


def test_the_sentence_holds_the_count_and_both_extremes_with_their_chance_levels() -> None:
    findings = report(
        [model("a", CONV), model("b", CONV), model("c", CONV)],
        heat("a", ABOVE),
        heat("b", BELOW),
        heat("c", (0.5, 0.6)),
    )
    inference = infer(findings)
    text = only(inference, findings).text
    assert "In 2 of 3 models (not in 1)" in text
    assert "from 15% of the energy on 25% of the area (`Model b`)" in text
    assert "to 70% on 25% (`Model a`)" in text
    assert [(item.id, item.value, item.n) for item in inference.evidence] == [
        ("inferences.attention_on_foreground.heatmaps", 2, 3),
        ("inferences.attention_on_foreground.heatmaps_no", 1, 3),
    ]


def test_too_few_images_decide_nothing() -> None:
    findings = report([model("a", CONV)], heat("a", ABOVE, n=7))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "too little was measured" in note.text


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1.2, 1.4, "supported"), (0.6, 0.9, "contradicted"), (0.9, 1.1, "inconclusive")],
)
def test_activations_count_as_well_as_heatmaps(low: float, high: float, verdict: str) -> None:
    lift = value((low + high) / 2, low, high, baseline=1)
    findings = report(
        [model("a", CONV)], heat("a", ABOVE), block("feature_maps", "a", foreground_lift__conv=lift)
    )
    assert only(infer(findings), findings).verdict == verdict


def test_pooling_layers_have_no_say() -> None:
    lifts = {
        "foreground_lift__conv": value(1.3, 1.2, 1.4, baseline=1),
        "foreground_lift__pool": value(0.7, 0.6, 0.8, baseline=1),
    }
    findings = report(
        [model("a", CONV, ("pool", "MaxPooling2D"))], block("feature_maps", "a", **lifts)
    )
    note = only(infer(findings), findings)
    assert note.verdict == "supported"
    assert "pool" not in note.text


def test_layers_whose_maps_do_not_lie_over_the_image_are_not_spoken_for() -> None:
    measured = {f"foreground_lift__{name}": value(1.3, 1.2, 1.4, baseline=1) for name in "ab"}
    measured |= {f"active_share__{name}": value(0.5) for name in "ab"}
    measured |= {f"fineness__{name}": value(None) for name in "ab"}
    flat = report([model("m")], block("feature_maps", "m", **measured))
    assert "activations of most convolution layers depart" in only(infer(flat), flat).text
    line = block("feature_maps", "m", **measured, active_share__line=value(0.5))
    mixed = report([model("m")], line)
    words = "most convolution layers with two-dimensional maps"
    assert f"activations of {words} depart" in only(infer(mixed), mixed).text
    assert f"{words} have a lift" in infer(mixed).evidence[0].how


def test_a_second_figure_of_a_model_does_not_count_it_twice() -> None:
    findings = report(
        [model("a", CONV)],
        heat("a", ABOVE),
        block("grad_cam", "a", 2, energy_near_foreground__class=energy(BELOW)),
    )
    inference = infer(findings)
    assert only(inference, findings).verdict == "supported"
    assert inference.evidence[0].n == 1


def test_without_the_wider_measure_the_foreground_itself_is_used() -> None:
    found = block("grad_cam", "a", energy_in_foreground__class=energy(ABOVE))
    findings = report([model("a", CONV)], found)
    assert "energy inside the foreground" in only(infer(findings), findings).text


@pytest.mark.parametrize(
    ("bounds", "start"),
    [
        (ABOVE, "In the only model, heatmaps hold more of their energy in and around the "
         "foreground than an even spread would: 70% of the energy on 25% of the area."),
        (BELOW, "In the only model, heatmaps do not hold more of their energy in and around "
         "the foreground than an even spread would: 15% of the energy on 25% of the area."),
        (OPEN, "In the only model it is undecided whether heatmaps hold more of their energy "
         "in and around the foreground than an even spread would: 30% of the energy on 25%"),
    ],
)  # fmt: skip
def test_the_only_map_of_the_only_model_is_spoken_of_plainly(
    bounds: tuple[float, float], start: str
) -> None:
    findings = report([model("a", CONV)], heat("a", bounds))
    assert only(infer(findings), findings).text.startswith(start)


def test_several_outputs_of_the_only_model_keep_their_extremes() -> None:
    heads = {f"energy_near_foreground__{name}": energy(BELOW) for name in ("a", "b")}
    text = only(infer(found := report([model("a", CONV)], block("grad_cam", "a", **heads))), found)
    assert text.text.startswith("In the only model, heatmaps of most outputs do not hold more")
    assert "(output `a` of `Model a`) to 15% on 25%" in text.text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1.2, 1.4, "In the only model, activations of layer `conv` depart from"),
        (0.6, 0.8, "In the only model, activations of layer `conv` do not depart from"),
        (0.9, 1.1, "In the only model it is undecided whether activations of layer `conv`"),
    ],
)
def test_the_only_layer_of_the_only_model_too(low: float, high: float, words: str) -> None:
    lift = value((low + high) / 2, low, high, baseline=1)
    findings = report([model("a", CONV)], block("feature_maps", "a", foreground_lift__conv=lift))
    text = only(infer(findings), findings).text
    assert text.startswith(words)
    assert " times what an even spread would put there." in text
    assert "from 1" not in text
