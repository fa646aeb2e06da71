"""The key findings of a report, and the doubts that stand beside its verdicts."""

from __future__ import annotations

from dataclasses import replace

from reportgen.highlights import CAVEATS, MOST, key_findings, with_caveats
from reportgen.records import (
    Block,
    Evidence,
    ModelFacts,
    Note,
    ReportWarning,
    Section,
    Verdict,
)

FACTS = ModelFacts("a", "A", "zoo:base", "line", (), 0, 0, 0, "", {}, {}, {}, {})


def note(rule: str, verdict: Verdict = "info", id: str = "") -> Note:
    return Note(id or f"x.{rule}", rule, f"Of {rule}.", verdict, ("grad_cam-1.share",))


def section(*notes: Note) -> Section:
    return Section("s", "", "", "a", (Block("grad_cam-1", "grad_cam", "", "", "a", (), (), notes),))


def test_performance_comes_first_and_undecided_claims_not_at_all() -> None:
    inferences = [
        note("one", "supported"),
        note("two", "inconclusive"),
        note("three", "contradicted"),
    ]
    shown = section(note("samples.foreground"), note("evaluation.accuracy"))
    assert key_findings([shown], inferences) == ("x.evaluation.accuracy", "x.three", "x.one")


def test_a_judgment_of_the_answers_replaces_the_plain_accuracy() -> None:
    found = key_findings(
        [section(note("evaluation.accuracy"))], [note("useful_answers", "contradicted")]
    )
    assert found[0] == "x.useful_answers"


def test_there_are_at_most_seven() -> None:
    assert len(key_findings([], [note(f"r{i}", "supported") for i in range(12)])) == MOST


def test_a_report_without_verdicts_shows_what_it_measured_one_note_of_each_rule() -> None:
    notes = [
        note("a", id="1"),
        note("a", id="2"),
        note("b", id="3"),
        note("c", id="4"),
        note("d", id="5"),
    ]
    assert key_findings([section(*notes)], []) == ("1", "3", "4")


def test_a_verdict_names_the_doubts_about_every_model_behind_it() -> None:
    share = Evidence("grad_cam-1.share", 1, "", 1, None, None, "", "grad_cam-1")
    counted = replace(share, id="inferences.r.models", sources=("grad_cam-1.share",))
    evidence = {item.id: item for item in (share, counted)}
    doubtful = replace(FACTS, warnings=(ReportWarning("not_finite", "NaN."),))
    judged = replace(note("r", "supported"), cites=("inferences.r.models",))
    plain = note("s")
    found = with_caveats([judged, plain], evidence, {"a": doubtful}, {"grad_cam-1": "a"})
    assert [n.caveats for n in found] == [(CAVEATS["not_finite"],), ()]
    [other] = with_caveats([judged], evidence, {"a": doubtful}, {"grad_cam-1": "b"})
    assert other.caveats == ()


def test_a_claim_that_any_sound_model_meets_is_news_only_where_it_fails() -> None:
    held, failed = note("clean_labels", "supported"), note("new_images", "contradicted")
    shown = section(note("a"), note("b"), note("c"))
    assert key_findings([shown], [held, failed]) == ("x.new_images", "x.a", "x.b")
