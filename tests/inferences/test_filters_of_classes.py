"""Rules of the Fashion-MNIST document: edges first, abstract later, patterns of classes."""

from __future__ import annotations

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
    text = only(edge_features.infer(given), given).text
    assert "in the only model" in text
    assert "Of 20 filters of `one` in `Model a`, 12 follow edges more than brightness" in text
    assert "and 13 are oriented." in text


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
    assert "in the maps of `one`" in note.text
    assert "in `two`" in note.text


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
    assert "Mean maps of `two` in `Model a` have a cosine of 0.900 within a class" in note.text
    assert "In `one` the difference is 0.0100." in note.text
