"""Sentences come from the catalog beside their module, and every number in them from evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.drafting import Reading, Sentence, Sentences, conclude, draft, joined
from reportgen.drafting.rounding import shows
from reportgen.drafting.wording import number, rounded
from reportgen.records import Evidence, Measure, ModelFacts

FACTS = ModelFacts("base", "Base", "zoo:base", "line", (), 0, 0, 0, "", {}, {}, {}, {})


def lift(value: float | None = 15.42, id: str = "maps-1.lift@conv") -> Evidence:
    return Evidence(id, value, "", 1200, (12.0, 18.0), 3.04, "as said", "maps-1")


def catalog(folder: Path, text: str) -> Sentences:
    (folder / "notes.ftl").write_text(text, "utf-8")
    return Sentences(str(folder / "notes.py"))


def test_numbers_names_and_cases_fill_a_sentence(tmp_path: Path) -> None:
    sentences = catalog(
        tmp_path,
        "lift = { $layer } responds to the line: { ABOUT($lift) } times an even spread\n"
        "    lies there{ $judged ->\n"
        "        [above] , more than { ABOUT($lift_baseline) }\n"
        '       *[open] {""}\n'
        "    }.\n",
    )
    above = sentences("lift", {"layer": "conv2d_1"}, judged="above", lift=lift())
    assert above.text == (
        "`conv2d_1` responds to the line: 15 times an even spread lies there, more than 3.0."
    )
    assert above.cites == (lift(),)
    unclear = sentences("lift", {"layer": "conv2d_1"}, judged="open", lift=lift())
    assert unclear.text.endswith("lies there.")


@pytest.mark.parametrize(("count", "text"), [(1, "One map is zero."), (2, "2 maps are zero.")])
def test_the_count_chooses_the_plural(tmp_path: Path, count: int, text: str) -> None:
    sentences = catalog(
        tmp_path,
        "zero = { $n ->\n    [one] One map is zero.\n   *[other] { $n } maps are zero.\n }\n",
    )
    assert sentences("zero", n=count).text == text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("$x", "0.412"),
        ("PERCENT($x)", "41.2%"),
        ("SIGNED($x)", "+0.412"),
        ("SIGNED_PERCENT($x)", "+41.2%"),
        ("ABOUT($x)", "0.41"),
        ("$x_n", "12"),
        ("$x_low", "0.400"),
        ("$x_high", "0.500"),
    ],
)
def test_a_number_is_written_in_the_style_that_the_sentence_chooses(
    tmp_path: Path, style: str, text: str
) -> None:
    measured = Measure("x", 0.4121, "", 12, (0.4, 0.5))
    assert catalog(tmp_path, f"x = {{ {style} }}\n")("x", x=measured).text == text


@pytest.mark.parametrize("value", [0.0, 7, 12.0, 0.41236, -0.5, 1234.5, 0.000123, 99.95, 2e6])
def test_numbers_are_written_as_everywhere_in_a_report(tmp_path: Path, value: float) -> None:
    assert catalog(tmp_path, "x = { $x }\n")("x", x=Measure("x", value)).text == number(value)


def test_a_reading_names_its_model_and_layer(tmp_path: Path) -> None:
    sentences = catalog(tmp_path, "x = { $x_at } of { $x_model }: { $x }\n")
    assert sentences("x", x=Reading(FACTS, "conv", lift())).text == "`conv` of `Base`: 15.4"


@pytest.mark.parametrize("digits", [0.00123, 0.5, 3.04, 15.42, 99.6, -2.5])
def test_rounded_numbers_have_two_significant_digits(digits: float) -> None:
    assert float(rounded(digits)) == float(f"{digits:.1e}")


@given(st.floats(-1e6, 1e6))
def test_a_rounded_number_is_backed_by_its_value(value: float) -> None:
    assert shows(rounded(value), value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("other = text\n", "has no sentence 'x'"),
        ("x = { $missing }\n", "missing"),
        ("x = { $x_low }\n", "x_low"),
        ("x = { -nowhere }\n", "nowhere"),
        ("x = { ROUND($x) }\n", "ROUND"),
        ("x = { $x ->\n [one] a\n }\n", "notes.ftl"),
    ],
)
def test_a_sentence_that_cannot_be_filled_is_refused(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        catalog(tmp_path, text)("x", x=Measure("x", 1))


def test_an_undefined_value_fills_no_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"):
        catalog(tmp_path, "x = { $x }\n")("x", x=lift(None))


def test_a_note_cites_what_its_sentences_quote() -> None:
    first, second = lift(id="a.b"), lift(id="a.c")
    sentence = joined(Sentence("One.", (first,)), Sentence("Two.", (first, second)))
    note = draft("a.rule", "rule", "info", sentence, [lift(id="a.d")])
    assert (note.text, note.cites) == ("One. Two.", ("a.b", "a.c", "a.d"))


def test_a_conclusion_states_its_claim_and_hands_out_its_own_evidence() -> None:
    own = lift(id="inferences.rule.models")
    inferred = conclude("rule", Sentence("All respond."), "below", Sentence("None does.", (own,)))
    [note] = inferred.notes
    assert (note.id, note.claim, note.verdict) == (
        "inferences.rule", "All respond.", "contradicted",
    )  # fmt: skip
    assert inferred.evidence == (own,)
