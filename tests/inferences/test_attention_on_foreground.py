"""Hand-made reports for the rule on whether networks look at the foreground."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builder import block, fresh, model, only, report, value

from reportgen.inferences.attention_on_foreground import infer
from reportgen.records import Answers, Evidence, Finding, Measure, ModelFacts

ABOVE, BELOW, OPEN = (0.6, 0.8), (0.1, 0.2), (0.2, 0.4)
WEAK = (0.35, 0.45)  # above the area's share of a quarter, and not above fresh weights
FRESH = fresh(0.2, 0.4)
CONV = ("conv", "Conv2D")
Bounds = tuple[float, float]


def energy(bounds: Bounds, n: int = 96) -> Evidence:
    return value(sum(bounds) / 2, *bounds, n=n, baseline=0.25)


def heat(name: str, bounds: Bounds, n: int = 96, fresh: Evidence = FRESH) -> Finding:
    return block(
        "grad_cam",
        name,
        energy_near_foreground__class=energy(bounds, n),
        energy_near_foreground_fresh__class=fresh,
    )


def exact(kind: str, name: str, bounds: Bounds, fresh: Evidence = FRESH) -> Finding:
    return block(
        kind,
        name,
        energy_in_foreground__class=energy(bounds),
        energy_in_foreground_fresh__class=fresh,
    )


def lift(name: str, low: float, high: float) -> Finding:
    measured = value((low + high) / 2, low, high, baseline=1)
    return block("feature_maps", name, foreground_lift__conv=measured)


def verdict(*blocks: Finding, of: ModelFacts | None = None) -> str:
    findings = report([of or model("a", CONV)], *blocks)
    return only(infer(findings), findings).verdict


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ([ABOVE, ABOVE, BELOW], "supported"),
        ([ABOVE, ABOVE, OPEN], "supported"),
        ([ABOVE, ABOVE, BELOW, BELOW], "contradicted"),
        ([ABOVE, ABOVE, BELOW, OPEN], "inconclusive"),
        ([ABOVE, OPEN, OPEN], "inconclusive"),
        ([BELOW], "contradicted"),
    ],
)
def test_the_verdict_is_that_of_most_models(bounds: list[Bounds], expected: str) -> None:
    names = [f"m{i}" for i in range(len(bounds))]
    blocks = [heat(name, pair) for name, pair in zip(names, bounds, strict=True)]
    findings = report([model(name, CONV) for name in names], *blocks)
    assert only(infer(findings), findings).verdict == expected


def test_the_note_counts_models_and_quotes_the_least_share_with_what_it_must_beat() -> None:
    findings = report(
        [model("a", CONV), model("b", CONV), model("c", CONV)],
        heat("a", ABOVE),
        heat("b", BELOW),
        heat("c", (0.5, 0.6)),
    )
    inference = infer(findings)
    note = only(inference, findings)
    assert note.text == "The evidence lies on the object in 2 of 3 models."
    assert note.table is not None
    assert note.table.rows == tuple(
        (f"Model {name}", "Grad-CAM", share, "25%", "30%")
        for name, share in (("a", "70%"), ("b", "15%"), ("c", "55%"))
    )
    assert [(item.id, item.value, item.n) for item in inference.evidence] == [
        ("inferences.attention_on_foreground.attentive", 2, 3),
        ("inferences.attention_on_foreground.attentive_no", 1, 3),
    ]


def test_too_few_images_decide_nothing() -> None:
    findings = report([model("a", CONV)], heat("a", ABOVE, n=7))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert (
        note.text
        == "Too few images were measured: Grad-CAM finds 70% of the evidence on or near the object."
    )


# --- fresh weights -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "beside", "expected"),
    [
        (ABOVE, FRESH, "supported"),
        (WEAK, FRESH, "inconclusive"),  # one more draw may lie there
        (ABOVE, fresh(0.5, 0.7), "inconclusive"),
        (ABOVE, fresh(0.57, 0.59), "inconclusive"),  # beaten by less than the floor
        (ABOVE, fresh(0.2, 0.4, draws=2), "inconclusive"),
        (BELOW, fresh(0.0, 0.05), "contradicted"),  # more than fresh weights, less than the area
        ((0.26, 0.28), fresh(0.0, 0.1), "inconclusive"),  # the area is beaten by less
    ],
)
def test_area_and_fresh_weights_must_be_beaten_by_the_floor(
    bounds: Bounds, beside: Evidence, expected: str
) -> None:
    assert verdict(heat("a", bounds, fresh=beside)) == expected


def test_without_fresh_weights_it_is_open_and_so_it_says() -> None:
    found = block("grad_cam", "a", energy_near_foreground__class=energy(ABOVE))
    findings = report([model("a", CONV)], found)
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert note.text.endswith("; fresh weights were not measured.")


@pytest.mark.parametrize("fault", ["random", "chance"])
def test_a_model_that_learned_nothing_earns_nothing(fault: str) -> None:
    right = Measure("accuracy", 0.5)
    doubtful = (Answers("class", "chance", "x", right, right),) if fault == "chance" else ()
    of = replace(
        model("a", CONV),
        untrained=fault == "random",
        doubtful=doubtful,
        metrics={"test.class.accuracy": 0.5},
    )
    findings = report([of], heat("a", ABOVE))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    words = {"random": "random weights", "chance": "answers no better than by chance"}
    assert note.caveats == (words[fault],)
    assert "the model has learned nothing: Grad-CAM finds 70% on or near the object" in note.text
    assert verdict(heat("a", BELOW), of=of) == "contradicted"


# --- methods -----------------------------------------------------------------------------------


def test_methods_vote_and_exact_ones_can_rule_out() -> None:
    assert verdict(heat("a", ABOVE), exact("saliency", "a", ABOVE)) == "supported"
    assert verdict(heat("a", ABOVE), exact("saliency", "a", BELOW)) == "contradicted"
    assert verdict(heat("a", ABOVE), exact("occlusion", "a", BELOW)) == "contradicted"
    assert verdict(heat("a", BELOW), exact("saliency", "a", ABOVE)) == "inconclusive"
    assert verdict(heat("a", ABOVE), exact("saliency", "a", WEAK)) == "supported"
    assert verdict(heat("a", ABOVE), exact("saliency", "a", OPEN)) == "inconclusive"
    weak = exact("saliency", "a", WEAK), exact("occlusion", "a", WEAK)
    assert verdict(heat("a", ABOVE), *weak) == "inconclusive"
    two = exact("saliency", "a", ABOVE), exact("occlusion", "a", WEAK)
    assert verdict(heat("a", ABOVE), *two) == "supported"
    assert verdict(exact("saliency", "a", ABOVE)) == "supported"


def test_methods_that_disagree_are_named() -> None:
    findings = report(
        [model("a", CONV)], heat("a", ABOVE), exact("saliency", "a", BELOW), lift("a", 2, 3)
    )
    text = only(infer(findings), findings).text
    assert text == (
        "Methods disagree: by saliency, the evidence for the answers lies off the object, by "
        "Grad-CAM on it."
    )


@pytest.mark.parametrize(
    ("blocks", "text"),
    [
        ([heat("a", ABOVE)], "The evidence for the answers lies on the object: Grad-CAM finds 70% "
         "on or near it, against 30% with fresh weights."),
        ([heat("a", BELOW)], "The evidence for the answers lies off the object: Grad-CAM finds 15% "
         "on or near it, where an even spread would put 25%."),
        ([exact("saliency", "a", WEAK)], "It is undecided whether training put the evidence on the "
         "object: saliency finds 40% on it, against 30% with fresh weights."),
        ([lift("a", 0.2, 0.3)], "Activations of half of the layers or more avoid the object, so "
         "that the answers can hardly rest on it."),
    ],
)  # fmt: skip
def test_one_model_is_told_in_one_sentence(blocks: list[Finding], text: str) -> None:
    findings = report([model("a", CONV)], *blocks)
    assert only(infer(findings), findings).text == text


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ([ABOVE, ABOVE], "The evidence lies on the object in both models."),
        ([ABOVE] * 3, "The evidence lies on the object in all 3 models."),
        ([BELOW, BELOW], "The evidence clearly lies on the object in none of 2 models."),
        ([BELOW, OPEN],
         "The evidence clearly lies on the object in none of 2 models; some are undecided."),
        ([ABOVE, OPEN], "The evidence lies on the object in 1 of 2 models; others are undecided."),
    ],
)  # fmt: skip
def test_models_are_counted(bounds: list[Bounds], text: str) -> None:
    names = [f"m{i}" for i in range(len(bounds))]
    blocks = [heat(name, pair) for name, pair in zip(names, bounds, strict=True)]
    findings = report([model(name, CONV) for name in names], *blocks)
    assert only(infer(findings), findings).text == text


def test_grad_cam_that_averages_over_positions_is_checked_by_a_map_that_does_not() -> None:
    measures = {
        "energy_near_foreground__class": energy(ABOVE),
        "energy_near_foreground_fresh__class": FRESH,
    }
    for bounds, expected in ((ABOVE, "supported"), (OPEN, "inconclusive"), (BELOW, "contradicted")):
        found = block("grad_cam", "a", **measures, evidence_near_foreground__class=energy(bounds))
        assert verdict(found) == expected


def test_activations_alone_decide_nothing_but_may_speak_against() -> None:
    findings = report([model("a", CONV)], lift("a", 2, 3))
    note = only(infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert note.text.startswith("Only activations were measured: they show where a layer responds")
    assert verdict(heat("a", ABOVE), lift("a", 2, 3)) == "supported"
    assert verdict(heat("a", ABOVE), lift("a", 0.6, 0.9)) == "inconclusive"
    assert verdict(heat("a", OPEN), lift("a", 0.6, 0.9)) == "contradicted"


def test_pooling_layers_have_no_say() -> None:
    lifts = {
        "foreground_lift__conv": value(1.3, 1.2, 1.4, baseline=1),
        "foreground_lift__pool": value(0.7, 0.6, 0.8, baseline=1),
    }
    of = model("a", CONV, ("pool", "MaxPooling2D"))
    assert verdict(heat("a", ABOVE), block("feature_maps", "a", **lifts), of=of) == "supported"


def test_a_second_figure_of_a_model_does_not_count_it_twice() -> None:
    again = block("grad_cam", "a", 2, energy_near_foreground__class=energy(BELOW))
    findings = report([model("a", CONV)], heat("a", ABOVE), again)
    inference = infer(findings)
    assert only(inference, findings).verdict == "supported"
    assert inference.evidence[0].n == 1


def test_without_the_wider_measure_the_foreground_itself_is_used() -> None:
    found = exact("grad_cam", "a", ABOVE)
    findings = report([model("a", CONV)], found)
    note = only(infer(findings), findings)
    assert "Grad-CAM finds 70% on it, against 30% with fresh weights" in note.text
    assert note.verdict == "supported"


def test_most_outputs_of_a_model_must_agree() -> None:
    heads = {f"energy_near_foreground__{name}": energy(ABOVE) for name in ("a", "b")}
    heads |= {f"energy_near_foreground_fresh__{name}": FRESH for name in ("a", "b", "c")}
    assert verdict(block("grad_cam", "a", **heads)) == "supported"
    below = block("grad_cam", "a", **heads, energy_near_foreground__c=energy(BELOW))
    assert verdict(below) == "supported"
    findings = report([model("a", CONV)], below)
    table = only(infer(findings), findings).table
    assert table is not None
    assert table.rows[-1] == ("Grad-CAM", "c", "15%", "25%", "30%")
