"""Counts are evidence too: they name their sources and say what was counted."""

from __future__ import annotations

import pytest

from reportgen.drafting import Case, Paragraph, Side, derived, tally
from reportgen.records import Evidence

SOURCE = Evidence("kernels-1.filters@conv", 8, "filters", None, None, None, "counted", "kernels-1")


def counted(*sides: Side) -> str:
    """The phrase of a tally over these answers, as it stands in a sentence."""
    counts = tally(
        "rule", "models", "model|models", "it holds", [Case(s, (SOURCE,)) for s in sides]
    )
    paragraph = Paragraph("rule")
    paragraph.say(f"In {counts.phrase}.", **counts.evidence)
    return paragraph.conclude(counts.answer).notes[0].text


@pytest.mark.parametrize(
    ("sides", "text"),
    [
        (["above"], "In the only model."),
        (["below"], "In none of the models (there is 1)."),
        (["open"], "In none of the models (there is 1, undecided)."),
        (["below", "below"], "In none of 2 models."),
        (["above"] * 2, "In both models."),
        (["above"] * 3, "In all 3 models."),
        (["above", "below", "below"], "In 1 of 3 models (not in 2)."),
        (["above", "below", "open"], "In 1 of 3 models (not in 1, undecided in 1)."),
        (["open", "open"], "In none of 2 models (undecided in 2)."),
    ],
)
def test_counts_are_said_in_full(sides: list[Side], text: str) -> None:
    assert counted(*sides) == text


def test_a_count_names_its_sources_and_its_first_figure() -> None:
    counts = tally("rule", "models", "model|models", "it holds", [Case("above", (SOURCE, SOURCE))])
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
    paragraph = Paragraph("rule")
    paragraph.say("It is {own} for {source}.", own=own, source=SOURCE)
    inference = paragraph.conclude("open")
    assert inference.evidence == (own,)
    assert inference.notes[0].cites == (own.id, SOURCE.id)
    assert inference.notes[0].verdict == "inconclusive"


def test_derived_evidence_without_sources_is_refused() -> None:
    with pytest.raises(ValueError, match="needs sources"):
        derived("rule", "mean", 2, [], "mean of nothing")
