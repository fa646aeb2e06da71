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
    text = only(inference, findings).text
    assert "1 of 2 layers (undecided in 1)" in text
    assert "The images of 1 layer are not judged" in text
    rejected = next(item for item in inference.evidence if item.id.endswith(".rejected"))
    assert "activation_maximization-b-1.saturated@conv" in rejected.sources
    assert len(rejected.sources) == 1


def test_the_example_is_a_layer_that_counts() -> None:
    findings = report(
        [model("a"), model("b")], images("a", (0.2, 0.4)), images("b", (0.6, 0.8), n=4)
    )
    text = only(infer(findings), findings).text
    assert "Of these layers the gain is largest in `conv` of `Model a`" in text
    assert "hold 70% of an image's contrast" in text
    assert "against 40% with random weights (difference 0.300, interval 0.200 to 0.400)" in text
