"""Sanity checks of maps: by hand on maps whose truth is known, and in every kind of figure."""

from __future__ import annotations

import zlib
from dataclasses import replace
from importlib import import_module
from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, nested, residual, seeded, sequential, state, two_heads
from subjects import check_house_rules, measures, notes_of, subject

from reportgen.drafting import readings
from reportgen.drafting.sanity import judged, trusted
from reportgen.engine.note import as_evidence
from reportgen.errors import UndefinedError
from reportgen.figures.attribution import sanity, sanity_table
from reportgen.figures.attribution.sanity import Checked, Effort, check
from reportgen.metrics.edges import edge_strength
from reportgen.metrics.faithfulness import random_orders
from reportgen.metrics.randomization import rank_correlation
from reportgen.network.network import Network
from reportgen.network.weight_groups import label, weight_levels
from reportgen.records import Finding, Findings, Measure, ModelFacts

FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})
EFFORT = Effort(8, 2, 6, True, 4, 2)
PIXELS = np.random.default_rng(1).integers(0, 256, (8, 12, 12, 1), dtype=np.uint8)
EDGES = edge_strength(PIXELS).astype(np.float32)


def model() -> Any:
    layers = keras.layers
    return seeded(
        keras.Sequential(
            [
                keras.Input((12, 12, 1)),
                layers.Conv2D(2, 3, activation="relu", name="first"),
                layers.BatchNormalization(name="norm"),
                layers.Conv2D(2, 3, activation="relu", name="second"),
                layers.Flatten(),
                layers.Dense(3, "softmax", name="class"),
            ]
        )
    )


def of_weights(network: Network) -> np.ndarray:
    """Maps that are other maps with other weights, whatever the image."""
    crumbs = b"".join(np.asarray(w).tobytes() for w in network.model.get_weights())
    return np.random.default_rng(zlib.crc32(crumbs)).random((8, 12, 12), dtype=np.float32)


def checked(maps: Any, network: Network | None = None, **fields: Any) -> Checked:
    network = network or Network.of(model())
    targets = np.arange(8, dtype=np.int32)[:, None] % 3
    given = Checked(
        network, network.heads, (0,), PIXELS / np.float32(255), PIXELS,
        lambda targets: [maps(network)], [maps(network)], targets, False, None,
        np.zeros(1, np.float32), 3,
    )  # fmt: skip
    return replace(given, **fields)


def by_name(found: tuple[Measure, ...]) -> dict[str, Measure]:
    return {measure.name.replace("@class", ""): measure for measure in found}


def finding(found: tuple[Measure, ...], kind: str = "saliency") -> Finding:
    evidence = tuple(as_evidence(measure, "f-1") for measure in found)
    return Finding("f-1", kind, "m", "section", evidence)


# --- maps whose truth is known -------------------------------------------------------------------


def test_edges_of_the_image_are_found_to_ignore_the_weights() -> None:
    found, facts = check(checked(lambda network: EDGES), EFFORT)
    values = by_name(found)
    assert values["sanity_similarity"].value == pytest.approx(1)
    assert values["sanity_similarity"].baseline == pytest.approx(1)
    assert values["sanity_ssim"].value == pytest.approx(1)
    assert values["sanity_random_logit"].value == pytest.approx(1)
    assert [head.check for head in facts.heads] == ["hardly"]
    (table,) = sanity_table.table(facts, "Edges")
    assert table.caption.startswith("Edges maps hardly change")
    assert (0, 1) in table.marks


def test_maps_made_of_the_weights_are_found_to_follow_them() -> None:
    found, facts = check(checked(of_weights), EFFORT)
    values = by_name(found)
    assert abs(values["sanity_similarity"].value or 1) < 0.1
    assert abs(values["sanity_ssim"].value or 1) < 0.3
    assert [head.check for head in facts.heads] == ["follows"]
    (table,) = sanity_table.table(facts, "Weights")
    assert table.caption.startswith("Weights maps follow the weights")
    # Here the class has no say: the same map explains another class.
    assert values["sanity_random_logit"].value == pytest.approx(1)


@pytest.mark.parametrize("value", [0.0, 2.0])
def test_maps_without_a_pattern_pass_nothing(value: float) -> None:
    blank = np.full((8, 12, 12), value, np.float32)
    found, facts = check(checked(lambda network: blank), EFFORT)
    values = by_name(found)
    undefined = [name for name, measure in values.items() if measure.value is None]
    assert set(undefined) == set(values) - {"sanity_images"}
    assert [head.check for head in facts.heads] == [""]
    (table,) = sanity_table.table(facts, "Nothing")
    assert "could not be compared with maps of fresh weights" in table.caption


def test_maps_that_become_blank_with_fresh_weights_pass_nothing() -> None:
    network = Network.of(model())
    before = zlib.crc32(np.concatenate([w.ravel() for w in network.model.get_weights()]).tobytes())

    def maps(network: Network) -> np.ndarray:
        now = zlib.crc32(np.concatenate([w.ravel() for w in network.model.get_weights()]).tobytes())
        return EDGES if now == before else np.zeros_like(EDGES)

    found, facts = check(checked(maps, network), EFFORT)
    assert by_name(found)["sanity_similarity"].value is None
    assert by_name(found)["sanity_random_logit"].value == pytest.approx(1)
    assert [head.check for head in facts.heads] == [""]


def test_a_sign_that_turns_counts_where_the_map_has_a_sign() -> None:
    network = Network.of(model())
    centered = EDGES - EDGES.mean()

    def turned(network: Network) -> np.ndarray:
        same = np.array_equal(network.model.get_weights()[-2], last)
        return centered if same else -centered

    last = network.model.get_weights()[-2].copy()
    found, _ = check(checked(turned, network, signed=True), EFFORT)
    values = by_name(found)
    assert values["sanity_similarity"].value == pytest.approx(-1)
    assert values["sanity_magnitude"].value == pytest.approx(1)
    assert values["sanity_independent.2"].value == pytest.approx(1)
    alone, _ = check(checked(turned, network), EFFORT)
    assert by_name(alone)["sanity_similarity"].value == pytest.approx(1)
    assert "sanity_magnitude" not in by_name(alone)


def test_steps_go_from_the_output_down() -> None:
    network = Network.of(model())
    kernel = network.layer("first").kernel
    original = kernel.numpy()

    def maps(network: Network) -> np.ndarray:
        return EDGES if np.array_equal(kernel.numpy(), original) else of_weights(network)

    found, facts = check(checked(maps, network), EFFORT)
    values = by_name(found)
    assert facts.steps == ("class", "second", "first")
    cascade = [values[f"sanity_cascade.{step}"].value for step in (1, 2, 3)]
    alone = [values[f"sanity_independent.{step}"].value for step in (1, 2, 3)]
    assert cascade[:2] == alone[:2] == pytest.approx([1, 1])
    assert max(abs(cascade[2] or 1), abs(alone[2] or 1)) < 0.15
    assert values["sanity_similarity"].value == pytest.approx(np.mean(cascade))


def test_pixels_that_are_zero_whatever_the_weights_do_not_count() -> None:
    ground = np.ones((8, 12, 12), bool)
    ground[:, :6] = False

    def maps(network: Network) -> np.ndarray:
        return np.where(ground, 0, of_weights(network)).astype(np.float32)

    found = by_name(check(checked(maps), EFFORT)[0])["sanity_similarity"]
    assert abs(found.value or 1) < 0.15
    assert "zero in all of them" in found.how
    # Maps that are zero elsewhere with other weights differ there, and that counts.
    first = maps(Network.of(model()))
    other = np.roll(first, 6, axis=1)
    assert (rank_correlation(first, other) < 0).all()


def test_deletion_and_insertion_by_hand() -> None:
    """The answer is the first pixel: a map that points at it leaves random orders behind."""
    pointing = np.zeros((8, 12, 12), np.float32)
    pointing[:, 0, 0] = 1
    inputs = np.ones((8, 12, 12, 1), np.float32)

    def answers(images: np.ndarray) -> list[np.ndarray]:
        first = images[:, 0, 0, 0].astype(np.float64)
        return [np.stack([first, first, first], axis=1)]

    given = checked(lambda network: pointing, inputs=inputs, answers=answers)
    found = by_name(check(given, EFFORT)[0])
    rng = np.random.default_rng(given.seed + 2)
    random_orders(8, 144, rng)  # breaks ties of the map
    chance = [random_orders(8, 144, rng) for _ in range(2)]
    ranks = np.stack([np.argsort(order, axis=1)[:, 0] for order in chance])
    # Deleted with the first quarter: 1, 0, 0, 0, 0 by the map; later by chance. The base is black.
    kept = sum((ranks >= share * 36).astype(float) for share in (1, 2, 3))
    expected = ((0.5 + kept) / 4).mean() - 0.5 / 4
    assert found["deletion_gain"].value == pytest.approx(expected)
    # Insertion begins at the blurred image, which is as white here: nothing to gain.
    assert found["insertion_gain"].value == pytest.approx(0, abs=1e-6)
    assert found["deletion_gain"].n == 8
    worst = replace(given, original=[-pointing], signed=True)
    turned = by_name(check(worst, EFFORT)[0])["deletion_gain"].value
    assert turned is not None
    assert turned < 0


def test_another_class_is_never_the_same() -> None:
    asked: list[np.ndarray] = []

    def maps(targets: np.ndarray) -> list[np.ndarray]:
        asked.append(targets)
        return [EDGES]

    given = replace(checked(lambda network: EDGES), maps=maps)
    check(given, EFFORT)
    others = [targets for targets in asked if not np.array_equal(targets, given.targets)]
    assert len(others) == 1
    assert (others[0] != given.targets).all()
    assert set(np.unique(others[0])) <= {0, 1, 2}


def test_an_output_with_one_unit_has_no_other_class() -> None:
    network = Network.of(sequential("sigmoid"))
    pixels = PIXELS[:, :6, :6]
    maps = EDGES[:, :6, :6]
    given = replace(
        checked(lambda network: maps, network),
        inputs=pixels / np.float32(255),
        pixels=pixels,
        targets=np.ones((8, 1), np.int32),
    )
    found = check(given, EFFORT)[0]
    assert not any(measure.name.startswith("sanity_random_logit") for measure in found)


def test_weights_are_as_before_even_after_a_failure() -> None:
    built = model()
    network, before = Network.of(built), state(built)
    check(checked(of_weights, network), EFFORT)
    assert state(built) == before

    def fails(targets: np.ndarray) -> list[np.ndarray]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(replace(checked(of_weights, network), maps=fails), EFFORT)
    assert state(built) == before


def test_what_cannot_be_computed_with_fresh_weights_is_undefined() -> None:
    def fails(targets: np.ndarray) -> list[np.ndarray]:
        raise UndefinedError("values beyond all numbers")

    given = replace(checked(of_weights), maps=fails, heads=())
    found, facts = check(given, EFFORT)
    assert by_name(found)["sanity_similarity"].value is None
    assert facts.heads[0].check == ""


# --- layers in their order -----------------------------------------------------------------------


def test_levels_of_branches_nested_models_and_normalizations() -> None:
    both = Network.of(two_heads())
    assert weight_levels(both, [0, 1]) == [("width", "angle"), ("conv", "hidden")]
    assert weight_levels(both, [1]) == [("angle",), ("hidden",), ("conv",)]
    deep = Network.of(nested())
    assert weight_levels(deep, [0]) == [("out",), ("backbone/conv",), ("backbone/stem/conv",)]
    assert weight_levels(deep, ["backbone/conv"])[0] == ("backbone/conv",)
    odd = Network.of(residual())
    levels = weight_levels(odd, [0])
    assert levels[0] == ("class",)
    assert ("backbone/stem_norm", "backbone/stem") in levels
    assert label(odd, levels) == "class \N{HORIZONTAL ELLIPSIS} backbone/stem"
    assert label(odd, levels[-1:]) == "backbone/stem"


def test_effort_is_bounded_by_that_of_the_figure() -> None:
    small = sanity.effort(Network.of(sequential()), 32, 3, 33)
    assert small == sanity._EFFORTS[0]
    layers = keras.layers
    big = Network.of(
        keras.Sequential([keras.Input((512, 512, 3)), layers.Conv2D(96, 7), layers.Flatten()])
    )
    found = [sanity.effort(big, 32, 3, made) for made in (1, 100, 10_000)]
    assert found[0] == sanity._EFFORTS[-1]
    assert found[0].draws * found[0].groups < found[2].draws * found[2].groups
    assert [each.images for each in found] == sorted(each.images for each in found)


# --- verdicts, notes, and what rests on maps ------------------------------------------------------


def similar(value: float | None, low: float, high: float, n: int = 8) -> Measure:
    return Measure("sanity_similarity@class", value, "", n, (low, high), how="likeness")


def test_verdicts() -> None:
    assert judged(similar(0.7, 0.51, 0.8)) == "hardly"
    assert judged(similar(0.3, 0.1, 0.44)) == "follows"
    assert judged(similar(0.5, 0.4, 0.6)) == "open"
    assert judged(similar(0.7, 0.6, 0.8, n=3)) == "open"
    assert judged(similar(None, 0, 0)) == ""
    assert judged(None) == ""


def test_nothing_rests_on_maps_that_ignore_the_weights() -> None:
    energy = Measure("energy_in_foreground@class", 0.6, "", 32, (0.5, 0.7), 0.2, "share")
    zeros = Measure("zero_maps@class", 1, "images", 32, how="zero")
    both = Measure("head_similarity", 0.9, "", 32, (0.8, 1.0), how="cosine")
    bad = finding((energy, zeros, both, similar(0.8, 0.7, 0.9)))
    good = replace(finding((energy, zeros, both, similar(0.2, 0.1, 0.3))), block="f-1")
    unchecked = finding((energy, zeros, both))
    for block, expected in ((bad, False), (good, True), (unchecked, True)):
        assert trusted(block, "energy_in_foreground", "class") is expected
        assert trusted(block, "energy_in_foreground_fresh", "class") is expected
        assert trusted(block, "head_similarity", "") is expected
        assert trusted(block, "zero_maps", "class")
        found = Findings((FACTS,), (block,))
        assert bool(readings(found, "saliency", "energy_in_foreground")) is expected
        assert readings(found, "saliency", "zero_maps")
    # The next figure of the model that passes counts in its place.
    second = Finding("g-1", "saliency", "m", "section", tuple(
        as_evidence(measure, "g-1") for measure in (energy, similar(0.2, 0.1, 0.3))
    ))  # fmt: skip
    (used,) = readings(Findings((FACTS,), (bad, second)), "saliency", "energy_in_foreground")
    assert used.evidence.id.startswith("g-1.")


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("saliency", {"method": "gradient"}),
    ("saliency", {"method": "guided_backpropagation"}),
    ("saliency", {"method": "integrated_gradients", "steps": 2}),
    ("saliency", {"method": "smoothgrad", "copies": 2}),
    ("saliency", {"method": "input_x_gradient"}),
    ("grad_cam", {}),
    ("grad_cam", {"method": "layer_cam"}),
    ("grad_cam", {"method": "score_cam"}),
    ("occlusion", {"patch": 3}),
    ("occlusion", {"patch": 3, "score": "probability"}),
    ("deconvnet", {"filters": 2}),
    ("deconvnet", {"filters": 2, "keep": "all", "beside": "guided"}),
]


@pytest.mark.parametrize(("kind", "params"), KINDS)
def test_every_kind_checks_its_maps(kind: str, params: dict[str, Any]) -> None:
    built = sequential(filters=3)
    before = state(built)
    few = {"search": 16} if kind == "deconvnet" else {"measure_on": 8}
    given = subject(kind, built, dataset({"class": 3}), sanity=True, **few, **params)
    artifact = _computed(kind, given)
    drawn = check_house_rules(kind, artifact, given.params)
    assert drawn[-1].part == "sanity"
    at = "" if kind == "deconvnet" else "@class"
    found = measures(artifact)
    assert found[f"sanity_images{at}"].value >= 4
    assert found[f"sanity_similarity{at}"].n is not None
    assert found[f"deletion_gain{at}"].value is not None
    assert artifact.facts.sanity.steps[-1] == "conv"
    assert state(built) == before


def test_checks_have_the_same_numbers_again() -> None:
    data, few = dataset({"class": 3}), {"sanity": True, "measure_on": 8}
    first, second = (subject("saliency", sequential(), data, **few) for _ in range(2))
    assert _computed("saliency", first).measures == _computed("saliency", second).measures


@pytest.mark.parametrize("kind", ["saliency", "grad_cam", "occlusion", "deconvnet"])
def test_checks_that_are_turned_off_are_said_to_be_missing(kind: str) -> None:
    given = subject(kind, sequential(), dataset({"class": 3}), sanity=False)
    artifact = _computed(kind, given)
    check_house_rules(kind, artifact, given.params)
    assert artifact.facts.sanity is None
    assert measures(artifact)["sanity_images"].value == 0
    assert not any(name.startswith("sanity_similarity") for name in measures(artifact))
    notes, _ = notes_of(kind, artifact)
    assert "turned off" in notes[0].text


def test_several_outputs_have_a_column_each() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    given = subject("grad_cam", two_heads(), data, sanity=True)
    artifact = _computed("grad_cam", given)
    table = check_house_rules("grad_cam", artifact, given.params)[-1]
    assert table.columns[1:] == ("Width", "Angle")
    assert artifact.facts.sanity.steps == ("width, angle", "conv, hidden")
    found = measures(artifact)
    assert found["sanity_random_logit@width"].value is None
    assert found["sanity_similarity@angle"].n == 8


def _computed(kind: str, given: Any) -> Any:
    return import_module(f"reportgen.figures.{kind}.compute").compute(given)
