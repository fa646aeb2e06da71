"""Hand-made reports for the rule on gradients that are zero everywhere."""

from __future__ import annotations

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
    text = only(inference, findings).text
    assert "For 6 of 192 heatmaps the gradient is zero everywhere" in text
    assert "the most are 5 of 96 (`Model b`)" in text
    assert "In all, 9 of 192 heatmaps are empty" in text
    assert [item.value for item in inference.evidence] == [6, 9]


@pytest.mark.parametrize(
    ("maps", "words"), [(1, "Yet 1 of 16 heatmaps is"), (2, "Yet 2 of 16 heatmaps are")]
)
def test_one_empty_map_is_spoken_of_as_one(maps: int, words: str) -> None:
    findings = report([model("a")], counts("a", 0, maps, 16))
    assert f"{words} empty, since" in only(infer(findings), findings).text


def test_one_zero_gradient_too() -> None:
    findings = report([model("a")], counts("a", 1, 1, 16))
    text = only(infer(findings), findings).text
    assert "the most is 1 of 16 (`Model a`). There is 1 empty map of 16; with" in text


def test_outputs_of_the_same_images_do_not_add_up() -> None:
    """Fifteen outputs for 96 images are 1,440 heatmaps, of no more than 96 images."""
    outputs = {f"zero_gradients__h{i}": value(0, n=96, unit="images") for i in range(15)}
    findings = report([model("a")], block("grad_cam", "a", **outputs))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "For none of 1,440 heatmaps" in note.text
