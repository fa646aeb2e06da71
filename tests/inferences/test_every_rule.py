"""What holds for every rule, whatever a report measured."""

from __future__ import annotations

import importlib
import math
import random
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from budgets import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_builder import block_of, check, model, report, value

import reportgen.inferences
from reportgen.records import Answers, Evidence, Finding, Findings, Inference, Measure

FOLDER = Path(reportgen.inferences.__file__).parent
DOCS = FOLDER.parents[1] / "docs" / "inferences.md"
IN_ORDER = (
    "useful_answers",
    "class_answers",
    "training_course",
    "new_images",
    "clean_labels",
    "confidence_fits",
    "saturated_answers",
    "attention_on_foreground",
    "fixed_place",
    "shallow_network",
    "pooling_effect",
    "filter_patterns",
    "color_filters",
    "shape_or_color",
    "layer_composition",
    "head_attention",
    "resize_mismatch",
    "zero_gradients",
    "accuracy_and_heatmaps",
    "detail_by_dataset",
    "edge_features",
    "abstract_features",
    "class_patterns",
    "finer_to_coarser",
    "embedding_heads",
)
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
LAYERS = (
    ("conv2d_1", "Conv2D", "(None, 26, 26, 4)"),
    ("max_pooling2d_1", "MaxPooling2D", "(None, 13, 13, 4)"),
    ("conv2d_2", "Conv2D", "(None, 9, 9, 8)"),
)
CONVS, POOLS, HEADS = ("conv2d_1", "conv2d_2"), ("max_pooling2d_1",), ("length", "angle")
MAPS = (*CONVS, *POOLS)
ALTERED = tuple(
    f"{name}.{head}"
    for name in ("gray", "turned", "blocks", "pixels", "silhouette")
    for head in HEADS
)
MEASURES: dict[str, dict[str, tuple[str, ...]]] = {
    "summary": {
        "conv_layers": ("",),
        "pool_layers": ("",),
        "input_size": ("",),
        "input_channels": ("",),
        "receptive_field": CONVS,
    },
    "samples": {"foreground_share": ("",)},
    "evaluation": {
        "accuracy": ("test.length", "test.angle", "train.length"),
        "mean_accuracy": ("test",),
        "gray_accuracy": ("test.length", "test.angle"),
        "balanced_accuracy": ("test.length", "test.angle"),
        "gap_to_test": ("train.length", "train.angle"),
        "overconfidence": ("test.length", "test.angle"),
        "calibration_error": ("test.length", "test.angle"),
        "temperature": ("test.length", "test.angle"),
        "mended_calibration_error": ("test.length", "test.angle"),
        "certain_answers": ("test.length", "test.angle"),
        "logit_lead": ("test.length", "test.angle"),
        "confident_disagreement": ("train.length", "test.length"),
        "suspect_labels": ("train.length", "test.length"),
        "altered_accuracy": ALTERED,
        "altered_loss": ALTERED,
    },
    "confusion_matrix": {
        "accuracy": HEADS,
        "unanswered_classes": HEADS,
        "unanswered": ("length.7", "angle.30"),
        "swapped": ("length.7>15",),
        "renamed": ("angle.30>60",),
    },
    "training_curves": {
        "final_accuracy": ("train.length", "validation.length"),
        "loss_spikes": ("train.length", "validation.length"),
        "loss_trend": ("train.length", "validation.length"),
        "best_epoch": HEADS,
        "loss_rise": HEADS,
        "explained": HEADS,
    },
    "kernels": {"effective_inputs": CONVS, "color_share": CONVS[:1], "single_input": ("deep",)},
    "feature_maps": {
        "foreground_lift": MAPS,
        "detail": MAPS,
        "fineness": MAPS,
        "pool_gain": POOLS,
        "pool_agreement": POOLS,
        "pool_size_ratio": POOLS,
    },
    "edge_filters": {
        "edge_filters": CONVS,
        "edge_filters_fresh": CONVS,
        "oriented_filters": CONVS,
        "oriented_filters_fresh": CONVS,
        "local": CONVS,
        "class_told": CONVS,
    },
    "class_comparison": {
        "within_class": MAPS,
        "between_classes": MAPS,
        "separation": MAPS,
    },
    "embedding": {
        "dimensions": ("",),
        "within_angle": ("test", "train"),
        "separation": ("test",),
        "length_spread": ("test",),
        "margin": ("ArcFace",),
    },
    "activation_maximization": {
        "structure": CONVS,
        "pattern": CONVS,
        "pattern_gain": CONVS,
        "activation_ratio": CONVS,
        "saturated": CONVS,
        "chroma_share": CONVS,
        "hue_spread": CONVS,
    },
    "grad_cam": {
        "energy_in_foreground": HEADS,
        "energy_near_foreground": HEADS,
        "zero_maps": HEADS,
        "constant_maps": HEADS,
        "zero_gradients": HEADS,
        "spill_within_cell": HEADS,
        "imperfect_overlap": HEADS,
        "head_similarity": ("",),
        "head_peak_shift": ("",),
        "head_peak_distance": ("",),
        "same_place": HEADS,
        "foreground_there": HEADS,
    },
}


def rule(name: str) -> ModuleType:
    return importlib.import_module(f"reportgen.inferences.{name}")


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """Any number that a measure may hold: plain, tiny, huge, undefined, with or without rest."""
    numbers = st.one_of(
        st.integers(0, 3),
        st.floats(0, 1),
        st.floats(-1e6, 1e6),
        st.sampled_from([0.0, 1.0, 0.99951, 1e-7, 0.5]),
    )
    bounds = sorted((draw(numbers), draw(numbers)))
    return value(
        draw(st.one_of(st.none(), numbers)),
        *(bounds if draw(st.booleans()) else (None, None)),
        n=draw(st.sampled_from([None, 0, 1, 7, 8, 96, 2000])),
        baseline=draw(st.one_of(st.none(), numbers)),
        unit=draw(st.sampled_from(["", "px", "images"])),
    )


@st.composite
def block_for(draw: st.DrawFn, kind: str, name: str, number: int) -> Finding:
    names = [
        f"{measure}@{at}" if at else measure
        for measure, places in MEASURES[kind].items()
        for at in places
    ]
    chosen = draw(st.lists(st.sampled_from(names), unique=True))
    return block_of(kind, name, {measure: draw(evidence()) for measure in chosen}, number)


@st.composite
def anything(draw: st.DrawFn) -> Findings:
    """A report of up to three models with any evidence, some of it measured twice."""
    names = draw(st.lists(st.sampled_from(["a", "b2", "c"]), min_size=1, unique=True))
    models = [
        model(
            name, *LAYERS[: draw(st.integers(0, 3))], dataset=draw(st.sampled_from(["", "x1", "y"]))
        )
        for name in names
    ]
    places = draw(st.lists(st.tuples(st.sampled_from(sorted(MEASURES)), st.sampled_from(names))))
    blocks = [draw(block_for(*place, number)) for number, place in enumerate(places)]
    return report(models, *blocks)


def complete(seed: int) -> Findings:
    """A report in which every measure is there and defined, so that every rule has its say."""
    chance = random.Random(seed)
    models = [
        replace(model(name, *LAYERS, dataset=data), doubtful=_doubtful(chance))
        for name, data in ("ax", "bx", "cy")
    ]
    blocks = []
    for facts in models:
        for kind, measures in MEASURES.items():
            values = {}
            for measure, places in measures.items():
                # One model has no margin, for others to be compared with.
                for at in () if (measure, facts.name) == ("margin", "a") else places:
                    values[f"{measure}@{at}" if at else measure] = _any_value(measure, chance)
            blocks.append(block_of(kind, facts.name, values))
    return report(models, *blocks)


def _doubtful(chance: random.Random) -> tuple[Answers, ...]:
    """Outputs in doubt, with labels or without, with a remedy or without."""

    def share(name: str) -> Measure:
        low, mid, high = sorted(chance.random() for _ in range(3))
        return Measure(name, mid, "", chance.choice([1, 96]), (low, high), mid, "by hand")

    return tuple(
        Answers(
            head,
            chance.choice(["alike", "chance"]),
            "class 3",
            share("same_answer"),
            share("accuracy") if chance.random() < 0.8 else None,
            *(("'scaling: 0..255'", share("repaired")) if chance.random() < 0.5 else ("", None)),
        )
        for head in HEADS[: chance.randint(1, 2)]
    )


def _any_value(measure: str, chance: random.Random) -> Evidence:
    if measure in ("conv_layers", "zero_maps", "constant_maps", "zero_gradients", "input_size"):
        return value(chance.randint(1, 3), n=96)
    if measure == "certain_answers":
        return value(0.99, 0.95, 1.0, 96)
    if measure == "dimensions":
        return value(2, n=None)
    low, mid, high = sorted(chance.random() for _ in range(3))
    return value(mid, low, high, chance.choice([5, 96, 96]), 0.01 + chance.random())


def test_the_remarks_have_their_rules_in_the_order_of_the_write_ups() -> None:
    entries = [rule(name).ENTRY for name in NAMES]
    assert tuple(e.name for e in sorted(entries, key=lambda e: (e.order, e.name))) == IN_ORDER


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_describes_itself(name: str) -> None:
    entry = rule(name).ENTRY
    assert entry.name == name
    assert entry.title
    assert entry.help
    assert rule(name).infer.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_without_evidence_a_rule_is_silent(name: str) -> None:
    assert rule(name).infer(report([])) == Inference()
    assert rule(name).infer(report([model("a", *LAYERS)])) == Inference()


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=examples(150),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(findings=anything())
def test_whatever_was_measured_a_rule_states_only_backed_numbers(
    name: str, findings: Findings
) -> None:
    inference = rule(name).infer(findings)
    check(inference, findings)
    assert all(note.rule == name for note in inference.notes)
    assert all(math.isfinite(item.value or 0) for item in inference.evidence)


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=examples(40),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(seed=st.integers(0, 9999))
def test_with_everything_measured_every_rule_writes_one_note(name: str, seed: int) -> None:
    findings = complete(seed)
    inference = rule(name).infer(findings)
    check(inference, findings)
    (note,) = inference.notes
    assert note.id == f"inferences.{name}"
    assert note.verdict in ("supported", "contradicted", "inconclusive")
    assert rule(name).infer(findings) == inference


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=examples(20),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(seed=st.integers(0, 9999))
def test_no_rule_says_what_a_network_sees_in_a_human_way(name: str, seed: int) -> None:
    text = rule(name).infer(complete(seed)).notes[0].text
    assert not re.search(r"\b(looks? at|sees?|pays? attention|wants?|knows?|understands?)\b", text)


def test_every_rule_is_documented_under_its_name() -> None:
    headings = re.findall(r"^### (\w+)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(headings) == IN_ORDER


@pytest.mark.parametrize("name", IN_ORDER)
def test_the_documentation_tells_measures_decision_and_when_it_is_inconclusive(name: str) -> None:
    text = DOCS.read_text(encoding="utf-8").split(f"### {name}\n")[1].split("\n### ")[0]
    assert all(f"*{part}" in text for part in ("Remark:", "Measures:", "Decision:", "Inconclusive"))
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    quoted = {measure for of_kind in MEASURES.values() for measure in of_kind}
    used = {measure for measure in quoted if f'"{measure}"' in source}
    missing = {measure for measure in used if measure not in text}
    assert used
    assert not missing


def test_thresholds_of_the_rules_are_those_of_the_documentation() -> None:
    text = DOCS.read_text(encoding="utf-8")
    thresholds = {
        "pooling_effect": {"SAME_PATTERN": (0.5, "agreement is above 0.5")},
        "attention_on_foreground": {
            "FLOOR": (0.05, "above both by 0.05"),
            "WIDEST": (0.5, "more than half of the area"),
        },
        "filter_patterns": {
            "SATURATED": (0.2, "more than 20 %"),
            "FLOOR": (0.05, "with fresh weights by 0.05"),
        },
        "color_filters": {
            "COLORED": (0.1, "more than a tenth of the variance"),
            "VARIED": (0.5, "hue spread above 0.5"),
            "DOUBT": (0.1, "a spread within 0.1 of it"),
            "NEEDED": (0.1, "more than a tenth of accuracy"),
        },
        "layer_composition": {
            "SEVERAL": (2, "inputs are above 2"),
            "FLOOR": (0.1, "by a tenth of them"),
        },
        "head_attention": {
            "SAME": (0.95, "below 0.95"),
            "SLIGHTLY": (0.5, "above 0.5"),
            "APART": (0.15, "distance above 0.15"),
            "FLOOR": (0.05, "with fresh weights by 0.05"),
        },
        "fixed_place": {
            "MOSTLY": (0.5, "lies above one half"),
            "FLOOR": (0.05, "by 0.05 of the maps"),
        },
        "abstract_features": {"FLOOR": (0.05, "with fresh weights by 0.05")},
        "class_patterns": {"FLOOR": (0.02, "with fresh weights by 0.02")},
        "finer_to_coarser": {"FLOOR": (0.25, "more waves than with fresh weights, by 0.25")},
        "resize_mismatch": {"MAINLY": (0.5, "above one half")},
        "zero_gradients": {"ENOUGH": (300, "at least 300 heatmaps")},
        "detail_by_dataset": {
            "RICHER": (1.25, "at least 1.25 times"),
            "FLOOR": (0.02, "with fresh weights by 0.02"),
        },
    }
    thresholds |= {
        "useful_answers": {"SKILL": (0.05, "at least a twentieth of the way")},
        "training_course": {
            "STEADY": (0.02, "by more than 2 % an epoch"),
            "RISEN": (0.1, "more than a tenth above its smallest value"),
            "LEARNED": (0.02, "less than 0.02 of the entropy"),
            "REST": (0.99, "unless 0.99 of the entropy"),
            "SPIKES": (2, "spikes at two epochs or more"),
        },
        "new_images": {"OVERFIT": (0.05, "gap lies above 0.05")},
        "clean_labels": {
            "NOISE": (0.02, "disagreement lies above 0.02"),
            "FLAT": (0.5, "reaches one half of the overall disagreement"),
            "SKILL": (0.5, "half of the way from chance to one"),
        },
        "confidence_fits": {
            "MISFIT": (0.05, "overconfidence lies beyond 0.05"),
            "BENT": (1.25, "beyond a factor of 1.25"),
        },
        "saturated_answers": {"NEARLY_ALL": (0.9, "share lies above 0.9")},
        "shape_or_color": {
            "KEPT": (0.05, "color costs less than 0.05"),
            "NEEDED": (0.1, "cost more than 0.1 of the accuracy"),
            "LEFT": (0.5, "half of the way from a constant answer to one"),
        },
    }
    for name, expected in thresholds.items():
        found = {
            key: item for key, item in vars(rule(name)).items() if isinstance(item, int | float)
        }
        found = {key: item for key, item in found.items() if key.isupper() and key != "MINIMUM_N"}
        assert found == {key: limit for key, (limit, _) in expected.items()}
        for _, words in expected.values():
            assert words in " ".join(text.split())


def test_the_rule_of_the_documentation_works(tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8")
    code, sentences = (text.split(f"```{language}\n")[1].split("```")[0]
                       for language in ("python", "fluent"))  # fmt: skip
    (tmp_path / "many_layers.ftl").write_text(sentences, encoding="utf-8")
    names: dict[str, Any] = {"__file__": str(tmp_path / "many_layers.py")}
    exec(compile(code, "docs/inferences.md", "exec", dont_inherit=True), names)
    measures = {"conv_layers": value(13, n=None, unit="layers")}
    findings = report([model("a")], block_of("summary", "a", measures))
    inference = names["infer"](findings)
    check(inference, findings)
    assert inference.notes[0].text == "The deepest model, `Model a`, has 13 of them."
    assert inference.notes[0].verdict == "supported"
