"""Hand-made reports for the rule on gradients that are zero everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.zero_gradients import infer
from reportgen.records import Finding


def counts(name: str, gradients: int, maps: int, n: int) -> Finding:
    return block(
        "grad_cam",
        name,
        zero_gradients__class=value(gradients, n=n, unit="images"),
        zero_maps__class=value(maps, n=n, unit="images"),
    )


@pytest.mark.parametrize(
    ("gradients", "maps", "n", "verdict"),
    [
        (1, 1, 20, "supported"),
        (0, 0, 300, "contradicted"),
        (0, 40, 300, "contradicted"),
        (0, 0, 299, "inconclusive"),
    ],
)
def test_one_zero_gradient_proves_and_many_maps_without_one_refute(
    gradients: int, maps: int, n: int, verdict: str
) -> None:
    findings = report([model("a")], counts("a", gradients, maps, n))
    assert only(infer(findings), findings).verdict == verdict


def test_models_add_up_and_the_worst_is_named() -> None:
    findings = report([model("a"), model("b")], counts("a", 1, 3, 96), counts("b", 5, 6, 96))
    inference = infer(findings)
    note = only(inference, findings)
    assert note.claim == "For some images the gradient of the class score is zero everywhere."
    assert note.text == (
        "The gradient is zero everywhere for 6 of 192 heatmaps, most often for `Model b`."
    )
    assert note.table is not None
    assert note.table.rows == (("Model a", "96", 1, 3), ("Model b", "96", 5, 6))
    assert [item.value for item in inference.evidence] == [6, 9]


@pytest.mark.parametrize(("maps", "words"), [(1, "1 map is empty"), (2, "2 maps are empty")])
def test_empty_maps_are_told_where_no_gradient_is_zero(maps: int, words: str) -> None:
    findings = report([model("a")], counts("a", 0, maps, 16))
    assert only(infer(findings), findings).text == (
        f"The gradient of none of 16 heatmaps is zero everywhere, though {words}; too little was "
        "measured to rule such gradients out."
    )


def test_enough_heatmaps_need_no_apology() -> None:
    findings = report([model("a")], counts("a", 0, 0, 300))
    text = only(infer(findings), findings).text
    assert text == "The gradient of none of 300 heatmaps is zero everywhere."


def test_one_output_is_neither_named_nor_tabled() -> None:
    findings = report([model("a")], counts("a", 1, 1, 16))
    note = only(infer(findings), findings)
    assert note.text == "The gradient is zero everywhere for 1 of 16 heatmaps."
    assert note.table is None


def test_the_worst_output_of_the_only_model_is_named_without_it() -> None:
    outputs = {
        f"zero_gradients__{name}": value(n, n=9, unit="images") for name, n in (("h", 1), ("g", 2))
    }
    findings = report([model("a")], block("grad_cam", "a", **outputs))
    note = only(infer(findings), findings)
    assert note.text.endswith("for 3 of 18 heatmaps, most often for output `g`.")
    assert note.table is not None
    assert note.table.rows == (("h", "9", 1, None), ("g", "9", 2, None))


def test_fresh_weights_decide_nothing() -> None:
    fresh = replace(model("a"), untrained=True)
    for gradients, n in ((1, 20), (0, 300)):
        findings = report([fresh], counts("a", gradients, gradients, n))
        note = only(infer(findings), findings)
        assert (note.verdict, note.caveats) == ("inconclusive", ("random weights",))
        assert "too little" not in note.text


def test_outputs_of_the_same_images_do_not_add_up() -> None:
    """Fifteen outputs for 96 images are 1,440 heatmaps, of no more than 96 images."""
    outputs = {f"zero_gradients__h{i}": value(0, n=96, unit="images") for i in range(15)}
    findings = report([model("a")], block("grad_cam", "a", **outputs))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "The gradient of none of 1,440 heatmaps is zero everywhere" in note.text
