"""Hand-made reports for the rule on heatmaps that spill over the foreground."""

from __future__ import annotations

import pytest
from report_builder import block, model, only, report, value

from reportgen.inferences.resize_mismatch import infer
from reportgen.records import Finding


def spill(name: str, low: float, high: float, chance: float = 0.2, missed: float = 0.6) -> Finding:
    return block(
        "grad_cam",
        name,
        spill_within_cell__class=value((low + high) / 2, low, high, baseline=chance),
        imperfect_overlap__class=value(missed, missed, missed),
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (spill("a", 0.7, 0.8), "supported"),
        (spill("a", 0.3, 0.4), "contradicted"),
        (spill("a", 0.05, 0.1), "contradicted"),
        (spill("a", 0.7, 0.8, chance=0.9), "contradicted"),
        (spill("a", 0.7, 0.8, missed=0.0), "contradicted"),
        (spill("a", 0.4, 0.6), "inconclusive"),
        (spill("a", 0.7, 0.8, chance=0.75), "inconclusive"),
    ],
)
def test_resizing_explains_a_spill_that_stays_within_a_cell(found: Finding, verdict: str) -> None:
    findings = report([model("a")], found)
    assert only(infer(findings), findings).verdict == verdict


def test_every_output_is_in_the_table_with_chance() -> None:
    findings = report([model("a"), model("b")], spill("a", 0.7, 0.8), spill("b", 0.3, 0.4))
    note = only(infer(findings), findings)
    assert note.text.startswith("In 1 of 2 models, most of the energy outside the object lies")
    assert note.table is not None
    assert note.table.rows == (
        ("Model a", "60%", "75%", "20%"),
        ("Model b", "60%", "35%", "20%"),
    )


def test_a_perfect_overlap_is_said_in_words() -> None:
    findings = report([model("a")], spill("a", 0.7, 0.8, missed=0.0))
    assert "In every heatmap" in only(infer(findings), findings).text


def constant(name: str, maps: int, missed: float | None = 0.0, n: int = 96) -> Finding:
    """A spill, and the overlap of the heatmaps that are not the same at every position."""
    return block(
        "grad_cam",
        name,
        spill_within_cell__class=value(0.75, 0.7, 0.8, baseline=0.2),
        imperfect_overlap__class=value(missed, missed, missed, n=n),
        constant_maps__class=value(maps, n=96, unit="images"),
    )


def test_maps_that_are_the_same_everywhere_are_no_hits() -> None:
    findings = report([model("a")], constant("a", 96, missed=None, n=0))
    assert infer(findings).notes == ()


def test_maps_that_are_left_out_are_cited() -> None:
    findings = report([model("a")], constant("a", 3, n=93))
    assert "grad_cam-a-1.constant_maps@class" in only(infer(findings), findings).cites
