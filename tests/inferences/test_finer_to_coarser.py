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
    assert note.text == (
        "Maps of `second` hold 8 waves across the image, those of `first` 15: no clear loss beyond "
        "that of fresh weights."
    )
    own = {item.id.removeprefix("inferences.finer_to_coarser."): item.value
           for item in infer(same).evidence}  # fmt: skip
    assert (own["loss@a.second"], own["loss_fresh@a.second"]) == (7, 6)
    measures["fineness_fresh@second"] = fresh(12, 13)
    more = report([model("a", *TWO)], block_of("feature_maps", "a", measures))
    assert only(infer(more), more).verdict == "supported"
    assert only(infer(more), more).text == (
        "Maps of `second` hold 7 fewer waves across the image than those of `first`, against 2.5 "
        "fewer with fresh weights."
    )
    alone = {key: one for key, one in measures.items() if "fresh" not in key}
    without = report([model("a", *TWO)], block_of("feature_maps", "a", alone))
    assert only(infer(without), without).verdict == "inconclusive"
    assert only(infer(without), without).text.endswith(": fresh weights were not measured.")


def test_pooling_layers_have_no_say_and_order_is_that_of_the_model() -> None:
    shown = maps("a", second=waves(3, 5), pool=waves(30, 40), first=waves(10, 20))
    findings = report([model("a", *TWO)], shown)
    note = only(infer(findings), findings)
    assert note.text.startswith("Maps of `second` hold 11 fewer waves across the image than those ")
    assert note.table is not None
    assert note.table.rows == (("first", 15, 12), ("second", 4, 12))


def test_one_layer_alone_says_nothing() -> None:
    findings = report([model("a", *TWO)], maps("a", first=waves(3, 5)))
    assert infer(findings) == Inference()


def test_layers_whose_maps_do_not_lie_over_the_image_are_not_spoken_for() -> None:
    shown = maps("a", first=waves(10, 20), second=waves(3, 5))
    flat = report([model("a", *TWO)], shown)
    assert only(infer(flat), flat).claim.startswith("Maps of later convolutions hold coarser")
    assert "two-dimensional" not in _counted(infer(flat))
    line = block_of("feature_maps", "a", {"active_share@line": value(0.5)}, 2)
    mixed = report([model("a", *TWO)], shown, line)
    claim = only(infer(mixed), mixed).claim
    assert claim.startswith("Maps of later convolutions with two-dimensional maps hold coarser")
    assert "among layers with two-dimensional maps" in _counted(infer(mixed))


def _counted(inference: Inference) -> str:
    """What the number of layers says of itself."""
    return next(item.how for item in inference.evidence if item.id.endswith(".layers"))


COARSE, FINE, UNCLEAR = waves(3, 5), waves(30, 40), waves(9, 12)
BEYOND = "coarser than those of the first, beyond fresh weights"


@pytest.mark.parametrize(
    ("later", "text"),
    [
        ([FINE],
         "Maps of `conv0` hold 35 waves across the image, more than those of `first` (15)."),
        ([COARSE, COARSE], f"Maps of both later convolutions are {BEYOND}."),
        ([COARSE] * 3, f"Maps of all 3 later convolutions are {BEYOND}."),
        ([FINE, FINE], f"Maps of none of 2 later convolutions are clearly {BEYOND}."),
        ([FINE, UNCLEAR],
         f"Maps of none of 2 later convolutions are clearly {BEYOND}; some are undecided."),
        ([FINE, COARSE], f"Maps of 1 of 2 later convolutions are {BEYOND}."),
        ([FINE, COARSE, UNCLEAR],
         f"Maps of 1 of 3 later convolutions are {BEYOND}; others are undecided."),
    ],
)  # fmt: skip
def test_every_finding_has_its_words(later: list[Evidence], text: str) -> None:
    names = [f"conv{i}" for i in range(len(later))]
    shown = maps("a", first=waves(10, 20), **dict(zip(names, later, strict=True)))
    rows = [("first", "Conv2D"), *((name, "Conv2D") for name in names)]
    findings = report([model("a", *rows)], shown)
    assert only(infer(findings), findings).text == text
