"""Heads with a margin beside heads without one: what is compared, and what is said of it."""

from __future__ import annotations

from report_builder import block_of, model, only, report, value

from reportgen.inferences.embedding_heads import infer
from reportgen.records import Finding, Inference


def heads(
    name: str,
    within: float,
    separation: float,
    margin: float | None = None,
    dimensions: int = 2,
    doubt: float = 0.01,
) -> Finding:
    """Evidence of one embedding, with intervals of so much to each side."""
    measures = {
        "dimensions": value(dimensions, n=None),
        "within_angle@test": value(within, within - doubt, within + doubt, 1000, 90, "degrees"),
        "separation@test": value(separation, separation - doubt, separation + doubt, 1000, 0),
        "length_spread@test": value(0.25, 0.24, 0.26, 1000, 0),
    }
    if margin is not None:
        measures["margin@ArcFace"] = value(margin, n=None)
    return block_of("embedding", name, measures)


PLAIN = heads("a", 12.0, 0.5)


def test_a_margin_that_gathers_every_class() -> None:
    findings = report([model("a"), model("b")], PLAIN, heads("b", 5.0, 0.8, 0.1))
    note = only(infer(findings), findings)
    assert note.verdict == "supported"
    assert note.text.startswith("The margin clearly tightened the classes")
    assert note.table is not None
    assert note.table.rows == (
        ("Model b", "0.100 (ArcFace)", 5.0, 0.8, "25%"),
        ("Model a", "none", 12.0, 0.5, "25%"),
    )


def test_a_smaller_angle_alone_may_be_a_collapse() -> None:
    findings = report([model("a"), model("b")], PLAIN, heads("b", 1.0, 0.05, 0.1))
    assert only(infer(findings), findings).verdict == "contradicted"


def test_intervals_that_touch_leave_it_open() -> None:
    findings = report([model("a"), model("b")], PLAIN, heads("b", 11.99, 0.8, 0.1))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "cannot be told" in note.text


def test_each_margin_is_told_beside_the_plain_model_that_is_hardest_to_beat() -> None:
    blocks = [PLAIN, heads("b", 5, 0.8, 0.1), heads("c", 9, 0.7), heads("d", 20, 0.1, 0.3)]
    findings = report([model(name) for name in "abcd"], *blocks)
    note = only(infer(findings), findings)
    assert note.text.startswith("2 of 4 comparisons")
    assert note.verdict == "contradicted"
    assert note.table is not None
    assert [row[0] for row in note.table.rows] == ["Model b", "Model c", "Model d"]


def test_only_what_is_alike_is_compared() -> None:
    with_margin = heads("b", 5.0, 0.8, 0.1)
    assert (
        infer(report([model("a"), model("b", dataset="other")], PLAIN, with_margin)) == Inference()
    )
    wide = heads("b", 5.0, 0.8, 0.1, dimensions=3)
    assert infer(report([model("a"), model("b")], PLAIN, wide)) == Inference()
    none = heads("b", 5.0, 0.8, 0.0)
    assert infer(report([model("a"), model("b")], PLAIN, none)) == Inference()
