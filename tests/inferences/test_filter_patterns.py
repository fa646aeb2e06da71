"""Hand-made reports for the rule on patterns in images that maximize filters."""

from __future__ import annotations

import pytest
from report_builder import block, fresh, model, only, report, value

from reportgen.inferences.filter_patterns import infer
from reportgen.records import Evidence, Finding

Bounds = tuple[float, float]


def images(
    name: str,
    bounds: Bounds,
    ratio: float = 2.0,
    clipped: float = 0.1,
    n: int = 32,
    beside: Evidence | None = None,
) -> Finding:
    share = [0.4 + part for part in (sum(bounds) / 2, *bounds)]
    return block(
        "activation_maximization",
        name,
        pattern__conv=value(*share, n=n, baseline=0.4),
        pattern_fresh__conv=beside or fresh(0.35, 0.45),
        pattern_gain__conv=value(sum(bounds) / 2, *bounds, n=n, baseline=0),
        activation_ratio__conv=value(ratio, ratio - 0.05, ratio + 0.05, n=n),
        saturated__conv=value(clipped, n=n),
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (images("a", (0.2, 0.4)), "supported"),
        (images("a", (-0.3, -0.1)), "contradicted"),
        (images("a", (-0.1, 0.1)), "inconclusive"),
        (images("a", (0.2, 0.4), n=4), "inconclusive"),
        (images("a", (0.2, 0.4), ratio=0.9), "inconclusive"),
        (images("a", (0.2, 0.4), ratio=0.98), "supported"),
        (images("a", (-0.3, -0.1), clipped=0.3), "inconclusive"),
        (images("a", (0.2, 0.4), beside=fresh(0.2, 0.65)), "inconclusive"),
        (images("a", (0.03, 0.04), beside=fresh(0.39, 0.41)), "inconclusive"),
    ],
)
def test_patterns_beyond_the_untrained_copy_counts_if_the_images_are_sound(
    found: Finding, verdict: str
) -> None:
    findings = report([model("a")], found)
    assert only(infer(findings), findings).verdict == verdict


def test_images_that_fail_their_check_are_counted_in_the_open() -> None:
    findings = report(
        [model("a"), model("b")], images("a", (0.2, 0.4)), images("b", (0.2, 0.4), clipped=0.5)
    )
    inference = infer(findings)
    note = only(inference, findings)
    assert note.text == (
        "1 of 2 layers shows more of a pattern than with fresh weights; other images have too many "
        "clipped values."
    )
    counts = {item.id.rpartition(".")[2]: item for item in inference.evidence}
    assert (counts["layers"].value, counts["layers_open"].value) == (1, 1)
    assert note.table is not None
    assert note.table.rows == (
        ("conv", "Model a", "70%", "40%", None),
        ("conv", "Model b", "70%", "40%", "clipped"),
    )
    assert "activation_maximization-b-1.saturated@conv" in note.cites
    assert "activation_maximization-a-1.saturated@conv" not in note.cites


MORE, LESS, EQUAL = (0.2, 0.4), (-0.3, -0.1), (-0.1, 0.1)
SHOWN = "In images of `conv`, the strongest waves hold "
REJECTED = "Images of `conv` are not judged: "


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (images("a", MORE), SHOWN + "70% of the contrast, more than with fresh weights (40%)."),
        (images("a", LESS), SHOWN + "20% of the contrast, less than with fresh weights (40%)."),
        (images("a", EQUAL),
         SHOWN + "40% of the contrast, not clearly more than with fresh weights (40%)."),
        (images("a", MORE, ratio=0.9),
         REJECTED + "they excite its filters less than the best test images do."),
        (images("a", MORE, clipped=0.5),
         REJECTED + "50% of their values are clipped, which makes patterns of its own."),
        (images("a", MORE, ratio=0.9, clipped=0.5), REJECTED + "they excite its filters less than "
         "the best test images do, and 50% of their values are clipped."),
    ],
)  # fmt: skip
def test_a_single_layer_is_told_in_one_sentence(found: Finding, text: str) -> None:
    findings = report([model("a")], found)
    note = only(infer(findings), findings)
    assert note.text == text
    assert note.table is None


PATTERN = "more of a pattern than with fresh weights"
WEAK, CLIPPED = {"ratio": 0.9}, {"clipped": 0.5}


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ([(MORE, {}), (MORE, {})], f"Both layers show {PATTERN}."),
        ([(MORE, {})] * 3, f"All 3 layers show {PATTERN}."),
        ([(LESS, {})] * 2, f"None of 2 layers clearly shows {PATTERN}."),
        ([(LESS, {}), (MORE, WEAK)], f"None of 2 layers clearly shows {PATTERN}; some images "
         "excite filters less than the best test images do."),
        ([(LESS, {}), (MORE, CLIPPED)],
         f"None of 2 layers clearly shows {PATTERN}; some images have too many clipped values."),
        ([(MORE, WEAK), (MORE, CLIPPED)], f"None of 2 layers clearly shows {PATTERN}; some images "
         "excite filters too little or have too many clipped values."),
        ([(MORE, {}), (MORE, {}), (LESS, {})], f"2 of 3 layers show {PATTERN}."),
        ([(MORE, {}), (MORE, WEAK)], f"1 of 2 layers shows {PATTERN}; other images excite filters "
         "less than the best test images do."),
        ([(MORE, {}), (MORE, WEAK), (MORE, CLIPPED)], f"1 of 3 layers shows {PATTERN}; other "
         "images excite filters too little or have too many clipped values."),
    ],
)  # fmt: skip
def test_several_layers_are_counted(
    layers: list[tuple[Bounds, dict[str, float]]], text: str
) -> None:
    names = [f"m{i}" for i in range(len(layers))]
    blocks = [images(name, gain, **how) for name, (gain, how) in zip(names, layers, strict=True)]  # type: ignore[arg-type]
    findings = report([model(name) for name in names], *blocks)
    assert only(infer(findings), findings).text == text


def test_layers_stand_in_the_table_with_both_shares() -> None:
    findings = report(
        [model("a"), model("b")], images("a", (0.2, 0.4)), images("b", (0.6, 0.8), n=4)
    )
    note = only(infer(findings), findings)
    assert note.table is not None
    assert note.table.columns == ("Layer", "Model", "Pattern", "With fresh weights", "Not judged")
    assert note.table.rows == (
        ("conv", "Model a", "70%", "40%", None),
        ("conv", "Model b", "110%", "40%", None),
    )
    assert "activation_maximization-a-1.pattern_gain@conv" in note.cites
