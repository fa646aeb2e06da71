"""Hand-made reports for the rule on maps that become coarser."""

from __future__ import annotations

import pytest
from report_builder import block_of, fresh, model, only, report, value

from reportgen.inferences.finer_to_coarser import infer
from reportgen.records import Evidence, Finding, Inference

TWO = (("first", "Conv2D"), ("pool", "MaxPooling2D"), ("second", "Conv2D"))


def waves(low: float, high: float, n: int = 8) -> Evidence:
    return value((low + high) / 2, low, high, n=n, unit="waves")


def maps(name: str, **found: Evidence) -> Finding:
    measures = {f"fineness@{key}": one for key, one in found.items()}
    measures |= {f"fineness_fresh@{key}": FRESH for key in found}
    return block_of("feature_maps", name, measures)


FRESH = fresh(11.5, 12.5)
"""The same for both layers: with fresh weights no maps are coarser than others."""


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (waves(3, 5), "supported"),
        (waves(30, 40), "contradicted"),
        (waves(9, 12), "inconclusive"),
        (waves(3, 5, n=4), "inconclusive"),
    ],
)
def test_a_later_layer_counts_if_its_maps_hold_fewer_waves(second: Evidence, verdict: str) -> None:
    findings = report([model("a", *TWO)], maps("a", first=waves(10, 20), second=second))
    assert only(infer(findings), findings).verdict == verdict


def test_pooling_alone_is_no_merit_of_training() -> None:
    measures = {
        "fineness@first": waves(14, 16),
        "fineness@second": waves(7, 9),
        "fineness_fresh@first": fresh(14, 16),
        "fineness_fresh@second": fresh(8, 10),
    }
    # A loss of 7 waves, at least 5, where fresh weights lose 6, at most 8.
    same = report([model("a", *TWO)], block_of("feature_maps", "a", measures))
    note = only(infer(same), same)
    assert note.verdict == "inconclusive"
    assert "a loss of 7 waves, against 6 with fresh weights" in note.text
    measures["fineness_fresh@second"] = fresh(12, 13)
    more = report([model("a", *TWO)], block_of("feature_maps", "a", measures))
    assert only(infer(more), more).verdict == "supported"
    alone = {key: one for key, one in measures.items() if "fresh" not in key}
    without = report([model("a", *TWO)], block_of("feature_maps", "a", alone))
    assert only(infer(without), without).verdict == "inconclusive"
    assert "Fresh weights were not measured" in only(infer(without), without).text


def test_pooling_layers_have_no_say_and_order_is_that_of_the_model() -> None:
    shown = maps("a", second=waves(3, 5), pool=waves(30, 40), first=waves(10, 20))
    findings = report([model("a", *TWO)], shown)
    text = only(infer(findings), findings).text
    assert "in the only later convolution layer" in text
    assert "a map of `first` holds 15 waves across the image" in text
    assert "one of `second` 4 waves" in text


def test_one_layer_alone_says_nothing() -> None:
    findings = report([model("a", *TWO)], maps("a", first=waves(3, 5)))
    assert infer(findings) == Inference()


def test_layers_whose_maps_do_not_lie_over_the_image_are_not_spoken_for() -> None:
    shown = maps("a", first=waves(10, 20), second=waves(3, 5))
    flat = report([model("a", *TWO)], shown)
    assert only(infer(flat), flat).text.startswith("Maps hold coarser structure than those of")
    assert "two-dimensional" not in infer(flat).evidence[0].how
    line = block_of("feature_maps", "a", {"active_share@line": value(0.5)}, 2)
    mixed = report([model("a", *TWO)], shown, line)
    text = only(infer(mixed), mixed).text
    assert text.startswith("Among layers with two-dimensional maps, maps hold coarser structure")
    assert "among layers with two-dimensional maps" in infer(mixed).evidence[0].how
