"""Where intervals lie, and what many answers add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.drafting import (
    MINIMUM_N,
    Case,
    Sentence,
    Side,
    apart,
    beyond,
    conclude,
    derived,
    earned,
    every,
    exact,
    most,
    opposite,
    side,
    tally,
    unlearned,
)
from reportgen.records import Answers, Evidence, Measure, ModelFacts

SIDES: st.SearchStrategy[list[Side]] = st.lists(
    st.sampled_from(["above", "below", "open"]), min_size=1, max_size=9
)


def evidence(
    low: float, high: float, n: int | None = 96, baseline: float | None = None
) -> Evidence:
    return Evidence("x-1.y", (low + high) / 2, "", n, (low, high), baseline, "", "x-1")


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [(0.6, 0.7, "above"), (0.3, 0.4, "below"), (0.4, 0.6, "open"), (0.5, 0.6, "open")],
)
def test_an_interval_that_holds_the_threshold_is_open(
    low: float, high: float, answer: Side
) -> None:
    assert side(evidence(low, high), 0.5) == answer
    assert side(evidence(low, high, baseline=0.5)) == answer


@pytest.mark.parametrize("n", [None, 0, MINIMUM_N - 1])
def test_too_few_things_are_open(n: int | None) -> None:
    assert side(evidence(0.6, 0.7, n), 0.5) == "open"
    assert side(evidence(0.6, 0.7, MINIMUM_N), 0.5) == "above"


def test_what_is_missing_is_open() -> None:
    undefined = Evidence("x-1.y", None, "", 96, (0.6, 0.7), 0.5, "", "x-1")
    plain = Evidence("x-1.y", 0.65, "", 96, None, 0.5, "", "x-1")
    assert side(undefined) == side(plain) == side(evidence(0.6, 0.7)) == "open"


def test_two_intervals_must_not_touch() -> None:
    low, high = evidence(0.1, 0.2), evidence(0.3, 0.4)
    assert (apart(high, low), apart(low, high)) == ("above", "below")
    assert apart(low, evidence(0.2, 0.4)) == apart(low, low) == "open"
    assert apart(high, evidence(0.1, 0.2, n=3)) == "open"


def test_an_exact_value_on_the_threshold_does_not_pass_it() -> None:
    assert (exact(2, 1), exact(1, 1), exact(0, 1)) == ("above", "below", "below")


@given(SIDES)
def test_most_is_certain_exactly_when_the_open_cases_cannot_change_it(sides: list[Side]) -> None:
    """Fills in the open cases in every extreme way and compares the counts."""
    at_least, at_best = sides.count("above"), len(sides) - sides.count("below")
    half = len(sides) / 2
    answer = "above" if at_least > half else "below" if at_best <= half else "open"
    assert most(sides) == answer


@given(SIDES)
def test_every_is_certain_exactly_when_the_open_cases_cannot_change_it(sides: list[Side]) -> None:
    answer = "below" if "below" in sides else "open" if "open" in sides else "above"
    assert every(sides) == answer


@given(SIDES)
def test_turning_a_case_against_the_claim_never_helps_it(sides: list[Side]) -> None:
    rank = {"below": 0, "open": 1, "above": 2}
    worse: list[Side] = ["below", *sides[1:]]
    assert rank[most(worse)] <= rank[most(sides)]
    assert rank[every(worse)] <= rank[every(sides)]


def test_the_contrary_of_open_is_open() -> None:
    assert [opposite(answer) for answer in ("above", "below", "open")] == ["below", "above", "open"]


def test_nothing_is_open() -> None:
    assert most([]) == every([]) == "open"


SOURCE = Evidence("kernels-1.filters@conv", 8, "filters", None, None, None, "counted", "kernels-1")


@pytest.mark.parametrize(
    ("sides", "case", "undecided"),
    [
        (["above"], "only", None),
        (["below"], "only", None),
        (["open"], "only", 1),
        (["below", "below"], "none", None),
        (["above"] * 2, "both", None),
        (["above"] * 3, "all", None),
        (["above", "below", "below"], "some", None),
        (["above", "below", "open"], "some", 1),
        (["open", "open"], "none", 2),
    ],
)
def test_counts_are_told_in_full(sides: list[Side], case: str, undecided: int | None) -> None:
    counts = tally("rule", "models", "models", "it holds", [Case(s, (SOURCE,)) for s in sides])
    assert (counts.case, counts.open) == (case, undecided is not None)
    assert counts.evidence["models"].value == sides.count("above")
    if undecided is not None:
        assert counts.evidence["models_open"].value == undecided


def test_a_count_names_its_sources_and_its_first_figure() -> None:
    counts = tally("rule", "models", "models", "it holds", [Case("above", (SOURCE, SOURCE))])
    count = counts.evidence["models"]
    assert count.id == "inferences.rule.models"
    assert count.how == "number of models where it holds (from 1 measure: filters)"
    assert count.sources == ("kernels-1.filters@conv",)
    assert (count.value, count.n, count.unit, count.figure) == (1, 1, "models", "kernels-1")


def test_many_sources_are_told_in_few_words_and_named_each_once() -> None:
    other = Evidence("grad_cam-1.zero_maps@x", 1, "", None, None, None, "counted", "grad_cam-1")
    made = derived("rule", "mean", 2, [SOURCE, other, SOURCE], "mean of both")
    assert made.how == "mean of both (from 2 measures: filters and zero_maps)"
    assert made.sources == ("kernels-1.filters@conv", "grad_cam-1.zero_maps@x")


def test_only_cited_derived_evidence_travels_with_the_note() -> None:
    own = derived("rule", "mean", 2, [SOURCE], "mean of filters")
    why = Sentence("It is 2 for 8.", (own, SOURCE))
    inference = conclude("rule", Sentence("It is many."), "open", why)
    assert inference.evidence == (own,)
    assert inference.notes[0].cites == (own.id, SOURCE.id)
    assert inference.notes[0].verdict == "inconclusive"


def test_derived_evidence_without_sources_is_refused() -> None:
    with pytest.raises(ValueError, match="needs sources"):
        derived("rule", "mean", 2, [], "mean of nothing")


def fresh(low: float, high: float, n: int = 5) -> Evidence:
    return Evidence("x-1.y_fresh", (low + high) / 2, "", n, (low, high), None, "", "x-1")


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.75, 0.8, "above"),  # beyond 0.6, and 0.2 above the mean of 0.5
        (0.65, 0.8, "open"),  # beyond 0.6, but perhaps by less than 0.2
        (0.55, 0.9, "open"),  # one more draw may lie there
        (0.2, 0.25, "below"),
        (0.2, 0.35, "open"),
    ],
)
def test_a_claim_must_beat_fresh_weights_and_the_floor(
    low: float, high: float, answer: Side
) -> None:
    assert beyond(evidence(low, high), fresh(0.4, 0.6), floor=0.2) == answer


def test_without_a_baseline_of_three_draws_it_is_open() -> None:
    strong = evidence(0.8, 0.9)
    assert beyond(strong, None, 0.1) == "open"
    assert beyond(strong, fresh(0.4, 0.6, n=2), 0.1) == "open"
    assert beyond(strong, fresh(0.4, 0.6, n=3), 0.1) == "above"
    assert beyond(evidence(0.8, 0.9, n=2), fresh(0.4, 0.6), 0.1) == "open"


def facts(*doubtful: str, untrained: bool = False, heads: tuple[str, ...] = ("a",)) -> ModelFacts:
    metrics = {f"test.{head}.accuracy": 0.5 for head in heads}
    right = Measure("accuracy", 0.5)
    unclear = tuple(Answers(head, "chance", "x", right, right) for head in doubtful)
    return ModelFacts(
        "m", "M", "zoo:base", "line", (), 0, 0, 0, "", {}, metrics, {}, {}, (), unclear, untrained
    )


def test_random_weights_and_answers_of_chance_earn_nothing() -> None:
    assert unlearned(facts()) == ""
    assert unlearned(facts(untrained=True)) == "random"
    assert unlearned(facts("a")) == "chance"
    assert unlearned(facts("a", heads=("a", "b"))) == ""
    assert earned("above", facts()) == "above"
    assert earned("above", facts(untrained=True)) == earned("above", facts("a")) == "open"
    assert earned("below", facts(untrained=True)) == "below"
