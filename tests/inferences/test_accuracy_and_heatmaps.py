"""Hand-made reports for the rule on accuracy and heatmaps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builder import block, model, only, report, value

from reportgen.drafting.paired import packed
from reportgen.inferences.accuracy_and_heatmaps import infer
from reportgen.records import Finding, Inference

Bounds = tuple[float, float]


def both(name: str, accuracy: Bounds, *energies: Bounds) -> list[Finding]:
    measures = {
        f"energy_in_foreground__h{i}": value(sum(pair) / 2, *pair, baseline=0.1)
        for i, pair in enumerate(energies)
    }
    mean = value(sum(accuracy) / 2, *accuracy, n=2000)
    return [
        block("evaluation", name, mean_accuracy__test=mean),
        block("grad_cam", name, **measures),
    ]


@pytest.mark.parametrize(
    ("accuracy", "energy", "verdict"),
    [
        ((0.96, 0.98), (0.5, 0.6), "supported"),
        ((0.96, 0.98), (0.1, 0.2), "contradicted"),
        ((0.96, 0.98), (0.35, 0.45), "inconclusive"),
        ((0.88, 0.94), (0.5, 0.6), "inconclusive"),
        ((0.7, 0.8), (0.5, 0.6), "contradicted"),
        ((0.7, 0.8), (0.1, 0.2), "supported"),
    ],
)
def test_the_best_in_accuracy_should_be_the_best_in_lift(
    accuracy: Bounds, energy: Bounds, verdict: str
) -> None:
    findings = report(
        [model("a"), model("b")],
        *both("a", (0.88, 0.92), (0.3, 0.4), (0.3, 0.4)),
        *both("b", accuracy, energy, energy),
    )
    assert only(infer(findings), findings).verdict == verdict


def test_the_lift_is_the_mean_over_outputs_with_the_mean_of_the_bounds() -> None:
    findings = report(
        [model("a"), model("b")],
        *both("a", (0.96, 0.98), (0.5, 0.7), (0.3, 0.5)),
        *both("b", (0.8, 0.9), (0.1, 0.2), (0.1, 0.2)),
    )
    inference = infer(findings)
    lift = next(item for item in inference.evidence if item.id.endswith("lift@a"))
    assert lift.value == pytest.approx(5)
    assert lift.interval == pytest.approx((4, 6))
    assert (lift.baseline, lift.n) == (1, 96)
    note = only(inference, findings)
    assert note.claim == (
        "The most accurate model has the heatmaps most concentrated on the foreground."
    )
    assert note.text == (
        "`Model a` is the most accurate, with the most concentrated heatmaps: the foreground's "
        "share of their energy is 5 times that of the area, against 1.5 in `Model b`."
    )
    assert note.table is not None
    (first, share, of_a), (second, _, of_b) = note.table.rows
    assert (first, share, second) == ("Model a", "97%", "Model b")
    assert (of_a, of_b) == (pytest.approx(5), pytest.approx(1.5))


def test_it_is_said_which_heatmaps_are_more_concentrated() -> None:
    findings = report(
        [model("a"), model("b")],
        *both("a", (0.96, 0.98), (0.1, 0.2)),
        *both("b", (0.8, 0.9), (0.5, 0.7)),
    )
    note = only(infer(findings), findings)
    assert note.verdict == "contradicted"
    assert note.text.startswith("`Model a` is the most accurate, but `Model b` has more conc")
    assert note.text.endswith("is 6.0 times that of the area, against 1.5.")


def test_a_model_that_learned_nothing_shows_no_order() -> None:
    findings = report(
        [replace(model("a"), untrained=True), model("b")],
        *both("a", (0.96, 0.98), (0.5, 0.7)),
        *both("b", (0.8, 0.9), (0.1, 0.2)),
    )
    note = only(infer(findings), findings)
    assert (note.verdict, note.caveats) == ("inconclusive", ("random weights",))
    assert note.text.endswith("no sign of learning: its weights were never trained.")


@pytest.mark.parametrize(
    ("accuracy", "lift", "said"),
    [
        ((0.96, 0.98), (0.15, 0.25), "with heatmaps not clearly more concentrated"),
        ((0.85, 0.95), (0.5, 0.7), "`Model a` is not clearly the most accurate: it reaches 90% and "
         "`Model b` 85%, with intervals that overlap or are missing."),
    ],
)  # fmt: skip
def test_it_is_said_what_is_not_settled(
    accuracy: tuple[float, float], lift: tuple[float, float], said: str
) -> None:
    findings = report(
        [model("a"), model("b")],
        *both("a", accuracy, lift),
        *both("b", (0.8, 0.9), (0.1, 0.2)),
    )
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert said in note.text


def test_only_models_of_the_same_data_and_outputs_compete() -> None:
    findings = report(
        [model("a", dataset="line"), model("b", dataset="mnist"), model("c", dataset="line")],
        *both("a", (0.8, 0.9), (0.3, 0.4)),
        *both("b", (0.8, 0.9), (0.3, 0.4)),
        *both("c", (0.8, 0.9), (0.3, 0.4), (0.3, 0.4)),
    )
    assert infer(findings) == Inference()


def test_models_with_more_outputs_are_compared_first() -> None:
    findings = report(
        [model(name) for name in "abcd"],
        *both("a", (0.8, 0.9), (0.3, 0.4)),
        *both("b", (0.8, 0.9), (0.3, 0.4)),
        *both("c", (0.96, 0.98), (0.5, 0.6), (0.5, 0.6)),
        *both("d", (0.8, 0.9), (0.3, 0.4), (0.3, 0.4)),
    )
    note = only(infer(findings), findings)
    assert "`Model c`" in note.text
    assert "`Model a`" not in note.text
    assert note.verdict == "supported"


def test_accuracies_of_outputs_stand_in_for_a_mean_without_interval() -> None:
    blocks = []
    for name, level in (("a", 0.95), ("b", 0.8)):
        blocks += both(name, (level, level), (0.3, 0.4))[1:]
        accuracy = value(level, level - 0.01, level + 0.01, n=2000)
        blocks.append(block("evaluation", name, accuracy__test___h0=accuracy))
    findings = report([model("a"), model("b")], *blocks)
    inference = infer(findings)
    only(inference, findings)
    assert "inferences.accuracy_and_heatmaps.accuracy@a" in {i.id for i in inference.evidence}


def answering(name: str, right: list[bool], energy: Bounds) -> list[Finding]:
    share = sum(right) / len(right)
    of_output = replace(value(share, share, share, n=len(right)), outcomes=packed(right))
    evaluated = block(
        "evaluation", name, mean_accuracy__test=of_output, accuracy__test___h0=of_output
    )
    return [evaluated, *both(name, (share, share), energy)[1:]]


@pytest.mark.parametrize(
    ("only_first", "only_second", "verdict"),
    [(1, 0, "inconclusive"), (5, 0, "inconclusive"), (6, 0, "supported"), (40, 25, "inconclusive"),
     (40, 15, "supported")],
)  # fmt: skip
def test_accuracies_are_compared_image_by_image(
    only_first: int, only_second: int, verdict: str
) -> None:
    """One image in 1,152 says nothing, however narrow the intervals."""
    alike = [True] * (1152 - only_first - only_second)
    findings = report(
        [model("a"), model("b")],
        *answering("a", [True] * only_first + [False] * only_second + alike, (0.5, 0.6)),
        *answering("b", [False] * only_first + [True] * only_second + alike, (0.2, 0.3)),
    )
    inference = infer(findings)
    note = only(inference, findings)
    assert note.verdict == verdict
    told = {item.id.partition("@")[0].rpartition(".")[2]: item for item in inference.evidence}
    assert told["answered_better"].value == only_first
    assert told["answered_worse"].value == only_second
    assert (told["paired_p"].value < 0.05) == (verdict == "supported")
    if verdict == "inconclusive":
        images = "1 image" if only_first == 1 else f"{only_first} images"
        assert note.text == (
            f"`Model a` is not clearly the most accurate: it is better on {images} than "
            f"`Model b`, and worse on {only_second}."
        )


def test_the_model_named_is_the_one_that_is_not_beaten() -> None:
    """The second in accuracy is beaten 30 : 10; the third differs on more images, 60 : 39."""
    names = ("a", "b", "c")
    right = {
        "a": [True] * 90 + [False] * 49 + [True] * 900,
        "b": [True] * 60 + [False] * 30 + [True] * 10 + [False] * 39 + [True] * 900,
        "c": [True] * 30 + [False] * 60 + [False] * 10 + [True] * 39 + [True] * 900,
    }
    blocks = [each for name in names for each in answering(name, right[name], (0.5, 0.6))]
    note = only(infer(findings := report([model(n) for n in names], *blocks)), findings)
    assert note.verdict == "inconclusive"
    assert note.text.endswith("it is better on 60 images than `Model c`, and worse on 39.")
