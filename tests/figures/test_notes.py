"""What figures' notes say of values that cannot be judged: a tie and a small number differ."""

from __future__ import annotations

from importlib import import_module

import pytest

from reportgen.drafting import unbacked_numbers
from reportgen.records import Evidence, Finding


def said(kind: str, *items: Evidence) -> list[str]:
    """Texts of the notes on some evidence, all numbers backed."""
    finding = Finding("b-1", kind, "m", "s", items)
    found = import_module(f"reportgen.figures.{kind}.notes").notes(finding)
    assert all(unbacked_numbers(note, items) == [] for note in found)
    return [note.text for note in found]


def item(
    name: str, value: float, low: float, high: float, n: int = 96, baseline: float = 1
) -> Evidence:
    return Evidence(f"b-1.{name}", value, "", n, (low, high), baseline, "by hand", "b-1")


def count(name: str, value: int, n: int) -> Evidence:
    return Evidence(f"b-1.{name}", value, "images", n, None, None, "by hand", "b-1")


CASES = [
    ("activation_maximization", (item("activation_ratio@c", 15.7, 12.9, 24.5, 4),), "few filters"),
    ("activation_maximization", (item("score_ratio@h", 2.1, 1.5, 2.6, 4),), "few scores"),
    ("deconvnet", (item("energy_in_foreground", 0.717, 0.674, 0.752, 4, 0.43),),
     "too few were measured"),
    ("feature_maps", (item("foreground_lift@c", 3, 2, 4, 4), item("detail@c", 0.5, 0.4, 0.6)),
     "too few images"),
    ("grad_cam", (item("energy_in_foreground@h", 0.5, 0.4, 0.6, 4, 0.1),), "too few were measured"),
    ("kernels", (item("smoothness@c", 0.2, 0.1, 0.3, 4, -0.04),), "too few filters"),
    ("kernels", (item("color_share@c", 0.5, 0.4, 0.6, 4, 2 / 3),), "too few filters"),
    ("training_curves", (item("final_accuracy@train.h", 1, 1, 1, 4),
     item("final_accuracy@validation.h", 0.5, 0.2, 0.8, 4), item("gap@h", 0.5, 0.1, 0.8, 4, 0)),
     "too few validation images"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "items", "words"), CASES)
def test_too_few_is_not_called_equal(kind: str, items: tuple[Evidence, ...], words: str) -> None:
    (text,) = said(kind, *items)
    assert words in text
    assert not any(tie in text for tie in ("alike", "no more", "cannot be told", "too close"))


@pytest.mark.parametrize(("kind", "items", "words"), CASES)
def test_enough_are_judged(kind: str, items: tuple[Evidence, ...], words: str) -> None:
    enough = [Evidence(**{**vars(one), "n": 96}) for one in items]
    (text,) = said(kind, *enough)
    assert "few" not in text


def test_a_share_from_one_image_has_no_interval() -> None:
    (text,) = said("deconvnet", item("energy_in_foreground", 0.855, 0.855, 0.855, 1, 0.091))
    assert text.startswith("Projections put 85.5% of their energy on the object; too few")
    drop = item("largest_drop@h", 0.108, 0.108, 0.108, 1, 0.01)
    text = said("occlusion", drop, item("flipped@h", 0, 0, 0.79, 1))[0]
    assert "by 0.108 on average, a random position by 0.0100." in text


def test_a_lift_is_told_of_all_channels() -> None:
    """A figure of one channel that is dark on the foreground does not contradict it."""
    lift = item("foreground_lift@c", 1.71, 1.5, 1.9)
    (text,) = said("feature_maps", lift, item("detail@c", 0.5, 0.4, 0.6))
    assert text == (
        "`c` responds to the object: 1.7 times an even spread of its activations lies there."
    )
    fresh = item("foreground_lift_fresh@c", 1.2, 1.1, 1.3, 8)
    (text,) = said("feature_maps", lift, fresh, item("detail@c", 0.5, 0.4, 0.6))
    assert text.endswith("lies there (1.2 times with fresh weights).")


def test_what_is_zero_by_construction_is_no_finding() -> None:
    """Untrained networks put nothing on an empty ground either, where the input is a factor."""
    share = item("energy_in_foreground@h", 0.992, 0.99, 0.994, baseline=0.2)
    edges = item("edge_agreement@h", 0.3, 0.2, 0.4, baseline=0)
    still = item("pixels_at_baseline@h", 0.8, 0.8, 0.8)
    (plain,) = said("saliency", share, edges)
    assert plain.startswith("Maps gather on the object: 99.2% of their energy")
    alike = item("gradient_agreement@h", 0.8, 0.7, 0.9, baseline=0)
    (times,) = said("saliency", share, still, alike)
    assert "so 80% of the pixels of maps are zero whatever the network" in times
    gap = item("completeness_gap@h", 0.01, 0.01, 0.01, baseline=0)
    assert "whatever the network" in said("saliency", share, still, gap)[0]


def test_layers_without_a_rule_are_told_in_whole_sentences() -> None:
    one = count("plain_passages", 1, 0)
    (text,) = said("deconvnet", one, item("relus_replaced", 1, 1, 1, 1))
    assert text.startswith("One layer on the way to the input has no rule in a deconvnet;")


def test_a_ratio_whose_interval_holds_one_is_left_open() -> None:
    (text,) = said("activation_maximization", item("activation_ratio@c", 0.968, 0.7, 1.33, 32))
    assert "about equally" in text
    (text,) = said("activation_maximization", item("activation_ratio@c", 0.5, 0.4, 0.6, 32))
    assert text.startswith("Some test image excites most filters")


def test_scores_of_classes_are_told_as_scores() -> None:
    (text,) = said("activation_maximization", item("score_ratio@digit", 2.1, 1.5, 2.6, 10))
    assert text.startswith("Images found for `digit` raise scores to 2.1 times")
    below = item("score_ratio@digit", 0.5, 0.4, 0.6, 10)
    texts = said("activation_maximization", below, count("still@digit", 2, 10))
    assert texts[0].startswith("Some test image raises most scores of `digit` more")
    assert texts[1].startswith("2 of 10 targets of `digit` had no gradient anywhere")


@pytest.mark.parametrize(
    ("flat", "cause"),
    [
        (0, "everywhere: the weighted sum of the feature maps is nowhere positive."),
        (3, "everywhere: the gradient is zero everywhere."),
        (1, "everywhere: the gradient is zero for some, for others the weighted sum"),
    ],
)
def test_why_heatmaps_are_zero(flat: int, cause: str) -> None:
    items = count("zero_maps@h", 3, 96), count("zero_gradients@h", flat, 96)
    (text,) = said("grad_cam", *items)
    assert "3 of 96 heatmaps are zero everywhere" in text
    assert cause in text


@pytest.mark.parametrize(
    ("constant", "words"),
    [
        (1, "One of 96 heatmaps is the same at every position and points nowhere."),
        (3, "3 of 96 heatmaps are the same at every position and point nowhere."),
    ],
)
def test_heatmaps_that_point_nowhere_are_counted(constant: int, words: str) -> None:
    (text,) = said("grad_cam", count("constant_maps@h", constant, 96))
    assert text.startswith(words)
    assert said("grad_cam", count("constant_maps@h", 0, 96)) == []


def test_the_only_output_is_not_named_and_several_are() -> None:
    one = item("energy_in_foreground@class", 0.5, 0.4, 0.6, baseline=0.1)
    other = item("energy_in_foreground@angle", 0.5, 0.4, 0.6, baseline=0.1)
    assert said("grad_cam", one)[0].startswith("Heatmaps gather on the object: 50%")
    assert said("grad_cam", one, other)[0].startswith("Heatmaps for `class` gather on the object")
    right = item("accuracy@test.class", 0.5, 0.4, 0.6, baseline=0.1)
    assert said("evaluation", right)[0].startswith(
        "50% of the test images are classified correctly"
    )


def test_outputs_that_ended_alike_share_a_note() -> None:
    items = []
    for head, gap in (("a", (-0.1, 0.1)), ("b", (0.1, 0.3)), ("c", (-0.1, 0.1))):
        items += [item(f"final_accuracy@{split}.{head}", 0.9, 0.8, 1)
                  for split in ("train", "validation")]  # fmt: skip
        items.append(item(f"gap@{head}", sum(gap) / 2, *gap, baseline=0))
    open_, above = said("training_curves", *items)
    assert open_ == (
        "For `a` and `c`, training and validation accuracy end too close to tell apart "
        "(90% against 90%, where they differ most)."
    )
    assert above.startswith("For `b`, training accuracy ends above validation accuracy, up to 90%")
