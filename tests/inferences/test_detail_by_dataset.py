"""Hand-made reports for the rule on detail by dataset."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builder import block, block_of, fresh, model, only, report, value

from reportgen.inferences.detail_by_dataset import infer
from reportgen.records import Finding, Findings, Inference

Bounds = tuple[float, float]
ROWS = (("conv", "Conv2D", "(None, 22, 22, 32)"),)
LINE, DIGITS = model("a", *ROWS, dataset="line"), model("b", *ROWS, dataset="digits")


def detail(name: str, bounds: Bounds, n: int = 96) -> Finding:
    measured = value(sum(bounds) / 2, *bounds, n=n)
    return block("feature_maps", name, detail__conv=measured, detail_fresh__conv=FRESH)


FRESH = fresh(0.64, 0.66)
"""The same for both data."""


def share(name: str, covered: float) -> Finding:
    return block("samples", name, foreground_share=value(covered, covered, covered))


@pytest.mark.parametrize(
    ("line", "digits", "covered", "n", "verdict"),
    [
        ((0.5, 0.6), (0.7, 0.8), 0.2, 96, "supported"),
        ((0.7, 0.8), (0.5, 0.6), 0.2, 96, "contradicted"),
        ((0.5, 0.7), (0.6, 0.8), 0.2, 96, "inconclusive"),
        ((0.5, 0.6), (0.7, 0.8), 0.2, 5, "inconclusive"),
        ((0.5, 0.6), (0.7, 0.8), 0.05, 96, "inconclusive"),
        ((0.5, 0.6), (0.7, 0.8), 0.01, 96, "contradicted"),
    ],
)
def test_richer_shapes_should_show_more_detail(
    line: Bounds, digits: Bounds, covered: float, n: int, verdict: str
) -> None:
    findings = report(
        [LINE, DIGITS],
        detail("a", line, n),
        detail("b", digits, n),
        share("a", 0.05),
        share("b", covered),
    )
    assert only(infer(findings), findings).verdict == verdict


def test_the_sentence_tells_both_shares_and_both_entropies() -> None:
    findings = report(
        [LINE, DIGITS],
        detail("a", (0.5, 0.6)),
        detail("b", (0.7, 0.8)),
        share("a", 0.05),
        share("b", 0.2),
    )
    note = only(infer(findings), findings)
    assert note.text == (
        "In `conv`, activations spread over more of the map for `digits` (entropy 0.750), whose "
        "objects cover more of the image, than for `line` (0.550)."
    )
    assert {"samples-a-1.foreground_share", "samples-b-1.foreground_share"} < {*note.cites}
    own = {item.id.removeprefix("inferences.detail_by_dataset."): item
           for item in infer(findings).evidence}  # fmt: skip
    assert own["gain@b.conv"].value == pytest.approx(0.2)
    assert own["gain@b.conv"].interval == pytest.approx((0.1, 0.3))
    assert own["gain_fresh@b.conv"].value == 0


def two(
    line: Bounds, digits: Bounds, covered: float | None = 0.2, fresh_too: bool = True
) -> Findings:
    found = [detail("a", line), detail("b", digits)]
    if not fresh_too:
        found = [replace(one, evidence=one.evidence[:1]) for one in found]
    shares = [] if covered is None else [share("a", 0.05), share("b", covered)]
    return report([LINE, DIGITS], *found, *shares)


LESS, MORE, WIDE = (0.5, 0.6), (0.7, 0.8), (0.5, 0.8)
RICH = "for `digits` (entropy"


@pytest.mark.parametrize(
    ("findings", "text"),
    [
        (two(MORE, LESS), f"activations spread over less of the map {RICH} 0.550"),
        (two(WIDE, MORE), f"activations do not clearly spread over more of the map {RICH} 0.750"),
        (two(LESS, MORE, 0.05), "Objects cover 5% of the images of `line` and 5% of those of "
         "`digits`, too alike to call one richer."),
        (two(LESS, MORE, 0), "No object was found in the images of `digits`, so neither `line` nor "
         "`digits` counts as richer."),
        (two(LESS, MORE, fresh_too=False), "than for `line` (0.550); fresh weights were not "
         "measured."),
        (two(LESS, MORE, None), "It was not measured whether `line` or `digits` has the richer "
         "shapes."),
    ],
)  # fmt: skip
def test_every_finding_has_its_words(findings: Findings, text: str) -> None:
    assert text in only(infer(findings), findings).text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ([LESS, LESS], "In both layers, activations spread over more of the map for `digits`"),
        ([LESS] * 3, "In all 3 layers, activations spread over more of the map for `digits`"),
        ([LESS, MORE, MORE], "In 1 of 3 layers, activations spread over more of the map for"),
        ([MORE, MORE], "In none of 2 layers do activations clearly spread over more of the map"),
    ],
)
def test_several_layers_are_told_in_one_sentence_and_a_table(line: list[Bounds], text: str) -> None:
    names = [f"conv{i}" for i in range(len(line))]
    both = {"a": line, "b": [MORE] * len(line)}
    blocks = [
        block_of("feature_maps", name, {f"{measure}@{layer}": found
                 for layer, pair in zip(names, bounds, strict=True)
                 for measure, found in (("detail", value(sum(pair) / 2, *pair)),
                                        ("detail_fresh", FRESH))})
        for name, bounds in both.items()
    ]  # fmt: skip
    findings = report([LINE, DIGITS], *blocks, share("a", 0.05), share("b", 0.2))
    note = only(infer(findings), findings)
    assert note.text.startswith(text)
    assert note.table is not None
    assert note.table.columns == (
        "Layer", "Richer data", "Simpler data", "Difference", "With fresh weights",
    )  # fmt: skip
    assert note.table.rows == tuple(
        (name, 0.75, sum(pair) / 2, 0.75 - sum(pair) / 2, 0)
        for name, pair in zip(names, line, strict=True)
    )


def test_the_chance_level_of_heatmaps_tells_the_share_as_well() -> None:
    energy = {
        name: block(
            "grad_cam", name, energy_in_foreground__class=value(0.5, 0.4, 0.6, baseline=area)
        )
        for name, area in (("a", 0.05), ("b", 0.2))
    }
    findings = report(
        [LINE, DIGITS], detail("a", (0.5, 0.6)), detail("b", (0.7, 0.8)), *energy.values()
    )
    inference = infer(findings)
    assert only(inference, findings).verdict == "supported"
    assert "inferences.detail_by_dataset.foreground_share@digits" in {
        item.id for item in inference.evidence
    }


def test_without_shares_it_stays_open() -> None:
    findings = report([LINE, DIGITS], detail("a", (0.5, 0.6)), detail("b", (0.7, 0.8)))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert "was not measured" in note.text


def test_models_with_other_maps_are_not_compared() -> None:
    other = model("b", ("conv", "Conv2D", "(None, 26, 26, 32)"), dataset="digits")
    findings = report([LINE, other], detail("a", (0.5, 0.6)), detail("b", (0.7, 0.8)))
    assert infer(findings) == Inference()


def test_fresh_weights_that_show_as_much_more_leave_it_open() -> None:
    found = [
        block("feature_maps", name, detail__conv=value(middle, middle - 0.05, middle + 0.05),
              detail_fresh__conv=beside)
        for name, middle, beside in (("a", 0.55, fresh(0.5, 0.6)), ("b", 0.75, fresh(0.7, 0.8)))
    ]  # fmt: skip
    findings = report([LINE, DIGITS], *found, share("a", 0.05), share("b", 0.2))
    assert only(infer(findings), findings).verdict == "inconclusive"
