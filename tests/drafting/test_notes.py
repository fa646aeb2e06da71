"""Sentences hold numbers of their evidence, and the linter finds every other number."""

from __future__ import annotations

import pytest

from reportgen.drafting import Sentence, draft, unbacked_numbers
from reportgen.records import Evidence, Note


def evidence(
    value: float | None = 0.9612,
    unit: str = "",
    n: int | None = 96,
    interval: tuple[float, float] | None = (0.94, 0.98),
    baseline: float | None = 0.5,
    measure: str = "accuracy@test.length",
) -> Evidence:
    return Evidence(
        f"evaluation-1.{measure}", value, unit, n, interval, baseline, "as said", "evaluation-1"
    )


def test_every_evidence_given_is_cited_once_in_order() -> None:
    first, second = evidence(measure="first"), evidence(measure="second")
    drafted = draft("a.b", "b", "info", Sentence("It is 0.961.", (first,)), also=[second, first])
    assert drafted.cites == ("evaluation-1.first", "evaluation-1.second")


def test_a_note_without_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="cites no evidence"):
        draft("a.b", "b", "info", Sentence("Nothing was measured."))


@pytest.mark.parametrize(
    ("text", "unbacked"),
    [
        ("It reached 96.1% on 96 images.", []),
        ("It reached 0.96, from 0.94 to 0.98, and chance is 50%.", []),
        ("It reached 96.2%.", ["96.2%"]),
        ("It reached 97.", ["97"]),
        ("In `conv2d_7` it is 0.961.", []),
        ("In conv2d_7 it is 0.961.", ["2", "7"]),
        ("It reached -0.961.", ["-0.961"]),
        ("It reached 0.9612 in 1,234 steps, 5, or so.", ["1,234", "5"]),
    ],
)
def test_the_linter_finds_numbers_that_no_cited_evidence_holds(
    text: str, unbacked: list[str]
) -> None:
    drafted = Note("a.b", "b", text, "info", (evidence().id,))
    assert unbacked_numbers(drafted, [evidence()]) == unbacked


def test_evidence_that_is_not_cited_backs_nothing() -> None:
    drafted = Note("a.b", "b", "It is 0.25.", "info", (evidence().id,))
    other = evidence(value=0.25, measure="other")
    assert unbacked_numbers(drafted, [evidence(), other]) == ["0.25"]
