"""Sentences hold numbers of their evidence, and the linter finds every other number."""

from __future__ import annotations

import pytest

from reportgen.drafting import note, unbacked_numbers
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


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{acc}", "0.961"),
        ("{acc:%}", "96.1%"),
        ("{acc:+}", "+0.961"),
        ("{acc:+%}", "+96.1%"),
        ("{acc.n}", "96"),
        ("{acc.n:image|images}", "96 images"),
        ("{acc.low:%}, {acc.high:%}", "94%, 98%"),
        ("{acc.baseline}", "0.500"),
        ("{acc.interval:%}", "94% to 98%"),
        ("{acc.measured:%}", "96.1% (interval 94% to 98%)"),
    ],
)
def test_placeholders_are_filled_from_evidence(template: str, text: str) -> None:
    assert note("a.b", "b", "info", template, acc=evidence()).text == text


@pytest.mark.parametrize(
    ("template", "many", "single"),
    [
        ("It is {acc} (interval {acc.interval}).", "It is 2 (interval 1 to 3).", "It is 2."),
        ("{acc} (interval {acc.interval:%}, {acc.n:image|images})",
         "2 (interval 100% to 300%, 4 images)", "2 (1 image)"),
        ("{acc} (interval {acc.interval}; {acc.baseline})", "2 (interval 1 to 3; 5)", "2 (5)"),
        ("{acc} (median of {acc.n}, interval {acc.interval})",
         "2 (median of 4, interval 1 to 3)", "2 (median of 1)"),
        ("{acc.measured}.", "2 (interval 1 to 3).", "2."),
    ],
)  # fmt: skip
def test_a_single_value_has_no_interval(template: str, many: str, single: str) -> None:
    four = evidence(2, n=4, interval=(1, 3), baseline=5)
    one = evidence(2, n=1, interval=(2, 2), baseline=5)
    assert note("a.b", "b", "info", template, acc=four).text == many
    assert note("a.b", "b", "info", template, acc=one).text == single
    # What several values agree on, and a share of one thing, have an interval.
    for other in (evidence(2, n=4, interval=(2, 2)), evidence(1, n=1, interval=(0.2, 1))):
        assert "interval" in note("a.b", "b", "info", template, acc=other).text


def test_symbols_of_units_follow_the_number_and_nouns_do_not() -> None:
    shift = evidence(value=2.5, unit="px", interval=(2.0, 3.25))
    count = evidence(value=3, unit="images")
    drafted = note("a.b", "b", "info", "{shift.measured}; {count}", shift=shift, count=count)
    assert drafted.text == "2.50 px (interval 2 to 3.25 px); 3"


def test_words_stand_in_backticks_and_lists_are_joined() -> None:
    drafted = note(
        "a.b", "b", "info", "{one}: {many}", words={"one": "c`1", "many": ["a", "b"]}, x=evidence()
    )
    assert drafted.text == "`c'1`: `a` and `b`"


def test_every_evidence_given_is_cited_once_in_order() -> None:
    first, second = evidence(measure="first"), evidence(measure="second")
    drafted = note("a.b", "b", "info", "{one}", also=[second, first], one=first)
    assert drafted.cites == ("evaluation-1.first", "evaluation-1.second")


def test_a_note_without_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="cites no evidence"):
        note("a.b", "b", "info", "Nothing was measured.")


def test_an_unknown_placeholder_is_refused() -> None:
    with pytest.raises(ValueError, match="neither evidence nor a word"):
        note("a.b", "b", "info", "{missing}", acc=evidence())


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
