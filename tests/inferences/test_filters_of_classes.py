"""Rules of the Fashion-MNIST document: edges first, abstract later, patterns of classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from report_builder import block, fresh, model, only, report, value

from reportgen.inferences import abstract_features, class_patterns, edge_features
from reportgen.records import Findings

LAYERS = (("one", "Conv2D"), ("pool", "MaxPooling2D"), ("two", "Conv2D"))


def counts(edges: int, oriented: int, n: int = 20, fresh: tuple[int, int] = (2, 3)) -> Findings:
    """Counts of a first and a later layer; `fresh` is the mean of fresh weights and its end."""
    drawn = value(fresh[0], 0, fresh[1], n=10)
    made = {
        "edge_filters__one": value(edges, n=n),
        "edge_filters_fresh__one": drawn,
        "oriented_filters__one": value(oriented, n=n),
        "oriented_filters_fresh__one": drawn,
        "edge_filters__two": value(0, n=n),
        "oriented_filters__two": value(0, n=n),
    }
    return report([model("a", *LAYERS)], block("edge_filters", "a", **made))


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (counts(12, 13), "supported"),
        (counts(10, 13), "contradicted"),  # half is not most
        (counts(12, 10), "contradicted"),
        (counts(6, 7, n=7), "inconclusive"),
        # Fresh weights have as many: a further draw may have 13, or the mean is 12.
        (counts(12, 13, fresh=(8, 13)), "inconclusive"),
        (counts(12, 13, fresh=(12, 12)), "inconclusive"),
    ],
)
def test_most_filters_of_the_first_convolution_decide(given: Findings, verdict: str) -> None:
    assert only(edge_features.infer(given), given).verdict == verdict


def test_the_first_convolution_is_quoted() -> None:
    given = counts(12, 13)
    note = only(edge_features.infer(given), given)
    assert note.text == (
        "Most filters of `one` follow edges, and most are oriented, more than with fresh weights: "
        "at least 12 of 20."
    )
    assert note.table is not None
    assert note.table.rows == (
        ("one", "Follow edges", 12, "20", 2),
        ("one", "Are oriented", 13, "20", 2),
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (counts(1, 13), "Only 1 of 20 filters of `one` follows edges."),
        (counts(12, 1), "Only 1 of 20 filters of `one` is oriented."),
        (counts(6, 7, n=7), "Only 7 filters of `one` respond, too few to judge."),
        (counts(12, 13, fresh=(12, 12)), "12 of 20 filters of `one` follow edges, not clearly more "
         "than with fresh weights (12)."),
    ],
)  # fmt: skip
def test_one_first_convolution_is_told_in_one_sentence(given: Findings, text: str) -> None:
    assert only(edge_features.infer(given), given).text == text


def abstraction(local: tuple[float, float], told: tuple[float, float]) -> Findings:
    def around(middle: float) -> Any:
        return value(middle, middle - 0.05, middle + 0.05)

    made = {
        "local__one": around(local[0]),
        "local__two": around(local[1]),
        "class_told__one": around(told[0]),
        "class_told__two": around(told[1]),
        "local_fresh__two": fresh(0.5, 0.6),
        "class_told_fresh__two": fresh(0.5, 0.6),
    }
    return report([model("a", *LAYERS)], block("edge_filters", "a", **made))


@pytest.mark.parametrize(
    ("local", "told", "verdict"),
    [
        ((0.6, 0.3), (0.5, 0.7), "supported"),
        ((0.6, 0.45), (0.5, 0.7), "inconclusive"),  # as with fresh weights
        ((0.6, 0.3), (0.5, 0.61), "inconclusive"),
        ((0.6, 0.55), (0.5, 0.7), "inconclusive"),
        ((0.3, 0.6), (0.5, 0.7), "contradicted"),
        ((0.6, 0.3), (0.7, 0.5), "contradicted"),
    ],
)
def test_abstract_is_further_from_pixels_and_nearer_to_the_class(
    local: tuple[float, float], told: tuple[float, float], verdict: str
) -> None:
    given = abstraction(local, told)
    note = only(abstract_features.infer(given), given)
    assert note.verdict == verdict
    assert note.table is not None
    assert [row[0] for row in note.table.rows] == ["one", "two"]
    assert note.table.rows[1][1:] == tuple(
        f"{100 * share:.3g}%" for share in (local[1], told[1], 0.55, 0.55)
    )
    assert note.table.rows[0][1:] == (
        f"{100 * local[0]:.3g}%", f"{100 * told[0]:.3g}%", None, None,
    )  # fmt: skip


def separation(low: float, high: float) -> Findings:
    middle = (low + high) / 2
    made = {
        "separation__one": value(0.01, 0.0, 0.02, baseline=0.0),
        "separation__pool": value(-0.5, -0.6, -0.4, baseline=0.0),
        "separation__two": value(middle, low, high, baseline=0.0),
        "separation_fresh__two": fresh(0.03, 0.07),
        "within_class__two": value(0.9),
        "between_classes__two": value(0.9 - middle),
    }
    return report([model("a", *LAYERS)], block("class_comparison", "a", **made))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.3, "supported"),
        (0.05, 0.3, "inconclusive"),
        (-0.1, 0.3, "inconclusive"),
        (-0.3, -0.1, "contradicted"),
    ],
)
def test_later_convolutions_separate_classes_or_not(low: float, high: float, verdict: str) -> None:
    given = separation(low, high)
    note = only(class_patterns.infer(given), given)
    assert note.verdict == verdict
    assert note.table is not None
    middle = (low + high) / 2
    assert note.table.rows == (
        ("one", None, None, 0.01, None),
        ("two", 0.9, 0.9 - middle, middle, pytest.approx(0.05)),
    )
    assert f"{abs(middle):.2g}" in note.text


@pytest.mark.parametrize(
    ("local", "told", "text"),
    [
        ((0.6, 0.3), (0.5, 0.7), "`two` tells the class of 70% of the images, `one` of 50%, and "
         "depends less on the pixels, beyond fresh weights."),
        ((0.6, 0.45), (0.5, 0.7), "`two` tells the class of 70% of the images, `one` of 50%; it is "
         "not clearly more abstract, beyond fresh weights."),
        ((0.3, 0.6), (0.5, 0.7), "The pixels at a position explain 60% of the maps of `two`, more "
         "than of those of `one` (30%)."),
        ((0.6, 0.3), (0.7, 0.5), "`two` tells the class of 50% of the images, fewer than `one` "
         "(70%)."),
    ],
)  # fmt: skip
def test_one_later_convolution_is_told_in_one_sentence(
    local: tuple[float, float], told: tuple[float, float], text: str
) -> None:
    given = abstraction(local, told)
    assert only(abstract_features.infer(given), given).text == text


def without_fresh(given: Findings) -> Findings:
    [found] = given.blocks
    kept = tuple(item for item in found.evidence if "_fresh" not in item.id)
    return replace(given, blocks=(replace(found, evidence=kept),))


def test_without_fresh_weights_nothing_is_credited_to_training() -> None:
    given = without_fresh(abstraction((0.6, 0.3), (0.5, 0.7)))
    note = only(abstract_features.infer(given), given)
    assert note.verdict == "inconclusive"
    assert note.text.endswith("`one` of 50%; fresh weights were not measured.")
    given = without_fresh(separation(0.1, 0.3))
    note = only(class_patterns.infer(given), given)
    assert note.verdict == "inconclusive"
    assert note.text.endswith("the cosines differ by 0.20; fresh weights were not measured.")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.1, 0.3, "Maps of `two` are more alike within a class: cosines are 0.20 higher than "
         "between the two, against 0.05 with fresh weights."),
        (0.05, 0.3, "Maps of `two` are not clearly more alike within a class: the cosines differ "
         "by 0.17, with fresh weights by 0.05."),
        (-0.3, -0.1, "Maps of `two` are less alike within a class than between the two: the "
         "cosines differ by -0.20."),
    ],
)  # fmt: skip
def test_classes_of_one_later_convolution_are_told(low: float, high: float, text: str) -> None:
    given = separation(low, high)
    assert only(class_patterns.infer(given), given).text.replace("0.050", "0.05") == text


YES, NO, OPEN = 0.3, -0.3, 0.0


def several(values: list[float]) -> tuple[Findings, Findings]:
    """Later convolutions with these differences: of the class told, and of cosines."""
    rows = [("one", "Conv2D"), *((f"conv{i}", "Conv2D") for i in range(len(values)))]
    told, apart = (
        {"local__one": value(0.6, 0.55, 0.65), "class_told__one": value(0.5, 0.45, 0.55)},
        {},
    )
    apart["separation__one"] = value(0.01, 0.0, 0.02, baseline=0.0)
    for i, gain in enumerate(values):
        told[f"local__conv{i}"] = value(0.2, 0.15, 0.25)
        told[f"local_fresh__conv{i}"] = told[f"class_told_fresh__conv{i}"] = fresh(0.5, 0.6)
        told[f"class_told__conv{i}"] = value(0.5 + gain, 0.45 + gain, 0.55 + gain)
        apart[f"separation__conv{i}"] = value(gain, gain - 0.1, gain + 0.1, baseline=0.0)
        apart[f"separation_fresh__conv{i}"] = fresh(-0.05, 0.05)
    facts = model("a", *rows)
    return (
        report([facts], block("edge_filters", "a", **told)),
        report([facts], block("class_comparison", "a", **apart)),
    )


@pytest.mark.parametrize(
    ("values", "abstract", "patterns"),
    [
        ([YES] * 2, "Both later convolutions tell", "Maps of both later convolutions are"),
        ([YES] * 3, "All 3 later convolutions tell", "Maps of all 3 later convolutions are"),
        ([NO] * 2, "None of 2 later convolutions clearly tells",
         "Maps of none of 2 later convolutions are clearly"),
        ([NO, OPEN], "None of 2 later convolutions clearly tells",
         "Maps of none of 2 later convolutions are clearly"),
        ([NO, YES], "1 of 2 later convolutions tells", "Maps of 1 of 2 later convolutions are"),
        ([YES, YES, OPEN], "2 of 3 later convolutions tell",
         "Maps of 2 of 3 later convolutions are"),
    ],
)  # fmt: skip
def test_several_later_convolutions_are_counted(
    values: list[float], abstract: str, patterns: str
) -> None:
    told, apart = several(values)
    end = "" if OPEN not in values else "; others are undecided" if YES in values else (
        "; some are undecided")  # fmt: skip
    assert only(abstract_features.infer(told), told).text == (
        f"{abstract} less of the pixels and more of the class, beyond fresh weights{end}."
    )
    assert only(class_patterns.infer(apart), apart).text == (
        f"{patterns} more alike within a class, beyond fresh weights{end}."
    )
