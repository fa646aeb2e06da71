"""Maximizing images: the library function, its dials, the figure."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, nested, sequential, state, two_heads

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.activation_maximization import ENTRY
from reportgen.figures.activation_maximization.compute import compute
from reportgen.figures.activation_maximization.draw import draw
from reportgen.figures.activation_maximization.notes import notes
from reportgen.maximization.maximize import activation_maximization
from reportgen.network.network import Network
from reportgen.records import Artifact, Evidence, Finding, ModelFacts, Subject

layers = keras.layers
FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})


def subject(model: Any, data: Any, **params: Any) -> Subject:
    filled = {parameter.name: parameter.default for parameter in ENTRY.parameters}
    return Subject(
        model, FACTS, data, filled | {"steps": 10} | params, seed=1, network=Network.of(model)
    )


def response(model: Any, pixels: np.ndarray) -> np.ndarray:
    maps = np.asarray(model.get_layer("conv")(pixels)).mean(axis=(1, 2))
    return np.diagonal(maps)


def test_images_raise_the_response_and_stay_in_the_range() -> None:
    model = sequential()
    start = activation_maximization(model, "conv", steps=1, learning_rate=1e-9)
    found = activation_maximization(model, "conv", steps=30)
    assert found.shape == (2, 6, 6, 1)
    assert found.min() >= 0
    assert found.max() <= 1
    assert (response(model, found) > response(model, start)).all()


def test_chosen_filters_a_nested_layer_and_another_range() -> None:
    found = activation_maximization(nested(), "backbone/conv", [1], input_range=(-1, 1), steps=10)
    assert found.shape == (1, 6, 6, 1)
    assert found.min() < 0


def test_a_filter_comes_out_the_same_alone_and_in_company() -> None:
    both = activation_maximization(sequential(), "conv", steps=10)
    alone = activation_maximization(sequential(), "conv", [1], steps=10)
    np.testing.assert_allclose(alone[0], both[1], atol=1e-5)


def test_models_of_any_size_get_one() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3, name="conv")])
    assert activation_maximization(model, "conv", steps=2, size=20).shape == (2, 20, 20, 3)
    assert activation_maximization(model, "conv", steps=2).shape == (2, 128, 128, 3)


def test_seeds_and_the_state_of_the_world() -> None:
    model = sequential()
    before, python_state = state(model), random.getstate()
    first = activation_maximization(model, "conv", steps=5, seed=1)
    assert first.tobytes() == activation_maximization(model, "conv", steps=5, seed=1).tobytes()
    assert first.tobytes() != activation_maximization(model, "conv", steps=5, seed=2).tobytes()
    assert state(model) == before
    assert random.getstate() == python_state


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UserError, match=r"filters of layer 'conv' must lie in 0\.\.1, got 2"):
        activation_maximization(sequential(), "conv", [2])
    with pytest.raises(UserError, match="'cnv'"):
        activation_maximization(sequential(), "cnv")
    parts = [layers.Reshape((3, 2, 3, 2, 1), name="parts"), layers.Flatten(), layers.Dense(2)]
    with pytest.raises(UndefinedError, match="'parts' has no feature maps of one, two or three"):
        activation_maximization(keras.Sequential([keras.Input((6, 6, 1)), *parts]), "parts")
    several = keras.Model(
        [(a := keras.Input((6, 6, 1))), (b := keras.Input((6, 6, 1)))],
        layers.Conv2D(1, 3, name="conv")(layers.Add()([a, b])),
    )
    with pytest.raises(UndefinedError, match=r"has 2 inputs .* for one of them"):
        activation_maximization(several, "conv")


def test_measures_are_those_declared_and_finite() -> None:
    data = dataset({"class": 3, "angle": 4, "width": 2}, channels=3)
    found = compute(subject(two_heads(), data)).measures
    declared = {f"{name}@conv" for name, _ in ENTRY.evidence}
    assert {m.name for m in found} == declared - {"score_ratio@conv"}
    assert all(m.value is not None and np.isfinite(m.value) and m.part == "conv" for m in found)
    gray = compute(subject(sequential(), dataset({"class": 3}))).measures
    assert not [m for m in gray if m.name.startswith(("chroma", "hue"))]


def test_the_ratio_is_against_the_largest_mean_response_in_the_data() -> None:
    model, data = sequential(), dataset({"class": 3})
    artifact = compute(subject(model, data))
    pixels = np.asarray(data.splits["test"].images, np.float32) / 255
    maps = np.asarray(model.get_layer("conv")(pixels)).mean(axis=(1, 2))
    panel = artifact.facts.panels[0]
    np.testing.assert_allclose(panel.largest, maps.max(axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        panel.reached, response(model, artifact.arrays["images@conv"]), rtol=1e-4
    )
    ratio = next(m for m in artifact.measures if m.name == "activation_ratio@conv")
    expected = np.median(np.array(panel.reached) / np.array(panel.largest))
    assert ratio.value == pytest.approx(expected)


def test_the_figure() -> None:
    given = subject(nested(), dataset({"class": 3}))
    figures = draw(compute(given), given.params)
    assert [f.part for f in figures] == ["backbone-stem-conv", "backbone-conv"]
    assert figures[0].title == "Conv2D (backbone/stem/conv)"
    assert "Both filters" in figures[0].caption
    assert "10 steps of gradient ascent" in figures[0].caption
    again = draw(compute(given), given.params)
    assert [f.picture.data for f in figures] == [f.picture.data for f in again]


def test_filters_that_stay_blank_are_drawn_and_said() -> None:
    model = sequential()
    kernel, _ = model.get_layer("conv").get_weights()
    kernel[..., 1] = 0
    model.get_layer("conv").set_weights([kernel, np.array([0.5, -1.0])])
    given = subject(model, dataset({"class": 3}))
    artifact = compute(given)
    figure = draw(artifact, given.params)[0]
    words = "Blank because the gradient is zero everywhere: filter 1."
    assert words in figure.caption
    assert words in figure.alt
    still = next(m for m in artifact.measures if m.name == "still@conv")
    assert (still.value, still.n) == (1, 2)
    evidence = tuple(
        Evidence(f"b.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "b")
        for m in artifact.measures
    )
    written = notes(Finding("b", "activation_maximization", "m", "s", evidence))
    assert [note.rule.split(".")[1] for note in written] == ["response", "still"]


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 target that scores above"), (3, "3 targets that score above")]
)
def test_the_targets_that_score_are_counted_in_grammar(count: int, words: str) -> None:
    ratio = Evidence("b.score_ratio@class", 2.5, "", count, None, 1, "how", "b")
    (note,) = notes(Finding("b", "activation_maximization", "m", "s", (ratio,)))
    assert f"median of {words} zero on some of them" in note.text


def test_without_data_there_is_no_ratio() -> None:
    artifact = compute(subject(sequential(), None))
    assert not [m for m in artifact.measures if m.name.startswith("activation_ratio")]
    assert artifact.facts.panels[0].largest is None


def test_a_count_of_filters() -> None:
    given = subject(sequential(), dataset({"class": 3}), filters=1)
    artifact = compute(given)
    assert artifact.arrays["images@conv"].shape == (1, 6, 6, 1)
    assert "The first of 2 filters of conv: for each" in draw(artifact, given.params)[0].caption


# --- the dials, one by one ---------------------------------------------------------------------


def test_a_unit_sees_its_nine_pixels_only() -> None:
    model = sequential()
    model.get_layer("conv").bias.assign([0.5, 0.5])
    found = activation_maximization(
        model,
        "conv",
        objective="unit",
        position=(0, 3),
        steps=300,
        jitter=0,
        l2=0,
        total_variation=0,
    )
    kernel, bias = model.get_layer("conv").get_weights()
    for index in range(2):
        weights = kernel[:, :, 0, index]
        # The best that nine values between 0 and 1 can give a linear unit.
        best = np.maximum(weights, 0).sum() + bias[index]
        maps = np.asarray(model.get_layer("conv")(found[index : index + 1]))
        assert maps[0, 0, 3, index] == pytest.approx(best, rel=1e-3)
    outside = np.ones((6, 6), bool)
    outside[:3, 3:] = False
    assert np.abs(found[:, outside] - 0.5).max() < 0.05


def test_units_of_a_layer_without_maps_count_as_filters() -> None:
    model = sequential()
    found = activation_maximization(model, "out", steps=40, l2=0, total_variation=0)
    same = activation_maximization(
        model, "out", objective="unit", steps=40, l2=0, total_variation=0
    )
    np.testing.assert_array_equal(found, same)
    pixels = np.random.default_rng(0).random((200, *found.shape[1:]), dtype=np.float32)
    top = np.asarray(model(pixels)).max(axis=0)
    assert (np.diagonal(np.asarray(model(found))) >= top).all()
    with pytest.raises(UserError, match="layer 'out' has no maps, so its units have no position"):
        activation_maximization(model, "out", objective="unit", position=(0, 0))


@pytest.mark.parametrize("parameterization", ["pixels", "fourier"])
def test_a_class_raises_its_logit(parameterization: str) -> None:
    model = sequential()
    gray = np.full((1, 6, 6, 1), 0.5, np.float32)
    found = activation_maximization(
        model, objective="class", parameterization=parameterization, l2=0, steps=30
    )
    from reportgen.network.outputs import observe

    before, after = (observe(Network.of(model), x).logits[0] for x in (gray, found))
    assert found.shape == (3, 6, 6, 1)
    assert (np.diagonal(after) > before[0] + 0.1).all()


def test_both_answers_of_one_sigmoid_unit() -> None:
    from reportgen.network.outputs import observe

    model = sequential("sigmoid")
    against, towards = activation_maximization(model, objective="class", steps=20, l2=0)
    logits = observe(Network.of(model), np.stack([against, towards])).logits[0][:, 0]
    assert logits[0] < logits[1]


def test_several_at_once_respond_together() -> None:
    model = sequential()
    model.get_layer("conv").bias.assign([0.5, 0.5])
    alone, both = activation_maximization(model, "conv", [[0], [0, 1]], steps=30, l2=0, jitter=0)
    maps = np.asarray(model.get_layer("conv")(np.stack([alone, both]))).mean(axis=(1, 2))
    assert maps[1].mean() > maps[0].mean()
    assert maps[0, 0] > maps[1, 0]


@pytest.mark.parametrize("parameterization", ["pixels", "fourier"])
@pytest.mark.parametrize(
    "moves", [{}, {"pad": 2}, {"rotate": 10.0, "scale": 0.1}, {"pad": 1, "rotate": 5.0}]
)
def test_every_dial_keeps_the_range_and_raises_the_response(
    parameterization: str, moves: dict[str, Any]
) -> None:
    model = two_heads()
    model.get_layer("conv").bias.assign([1.0, 1.0])
    start = activation_maximization(model, "conv", steps=1, learning_rate=1e-9)
    ends = {"input_range": (0.0, 1.0), "parameterization": parameterization}
    first = activation_maximization(model, "conv", steps=15, seed=3, **ends, **moves)
    again = activation_maximization(model, "conv", steps=15, seed=3, **ends, **moves)
    assert first.tobytes() == again.tobytes()
    assert first.min() >= 0
    assert first.max() <= 1
    assert (response(model, first) > response(model, start)).all()


def test_a_range_for_each_channel() -> None:
    low, high = (-120.0, 0.0, -1.0), (130.0, 1.0, 1.0)
    for kind in ("pixels", "fourier"):
        found = activation_maximization(
            two_heads(), "conv", input_range=(low, high), steps=10, parameterization=kind
        )
        assert (found >= np.array(low)).all()
        assert (found <= np.array(high)).all()


def test_wrong_dials_are_said() -> None:
    model = sequential()
    with pytest.raises(UserError, match="objective 'filter' needs a layer"):
        activation_maximization(model)
    with pytest.raises(UserError, match=r"no objective 'unt'.*did you mean 'unit'"):
        activation_maximization(model, "conv", objective="unt")
    with pytest.raises(UserError, match=r"no parameterization 'pixel'.*did you mean 'pixels'"):
        activation_maximization(model, "conv", parameterization="pixel")
    with pytest.raises(UserError, match=r"have 4 x 4 positions, and 4, 0 is none"):
        activation_maximization(model, "conv", objective="unit", position=(4, 0))
    with pytest.raises(UserError, match=r"classes of output 'out' must lie in 0\.\.2, got 3"):
        activation_maximization(model, objective="class", classes=[3])


@pytest.mark.parametrize(
    "given",
    [
        {"layer": "conv", "position": (0, 0)},
        {"layer": "conv", "classes": 1},
        {"layer": "conv", "objective": "class"},
        {"layer": "conv", "objective": "unit", "classes": [1]},
        {"layer": "conv", "output": 0},
    ],
)
def test_an_argument_that_would_change_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"has no effect with objective '.*; it is for "):
        activation_maximization(sequential(), **given)


def test_a_figure_of_classes() -> None:
    from reportgen.network.outputs import observe

    model, data = sequential(), dataset({"class": 3})
    given = subject(model, data, objective="class", targets=["class 2", "0 + class 1"])
    artifact = compute(given)
    (figure,) = draw(artifact, given.params)
    assert figure.title == "Classes (class)"
    assert "raise its logit" in figure.caption
    panel = artifact.facts.panels[0]
    assert panel.labels == ("class 2", "class 0 + class 1")
    pixels = np.asarray(data.splits["test"].images, np.float32) / 255
    logits = observe(Network.of(model), pixels).logits[0]
    expected = [logits[:, 2].max(), logits[:, :2].mean(axis=1).max()]
    np.testing.assert_allclose(panel.largest, expected, rtol=1e-5)
    assert {m.name for m in artifact.measures} == {"score_ratio@class", "still@class"}
    with pytest.raises(UserError, match="head 'class' has no class 'cat'"):
        compute(subject(model, data, objective="class", targets=["cat"]))


def test_a_figure_of_units_and_of_chosen_filters() -> None:
    model, data = sequential(), dataset({"class": 3})
    unit = subject(model, data, objective="unit", position="1, 2")
    artifact = compute(unit)
    assert "row 1, column 2" in draw(artifact, unit.params)[0].caption
    pixels = np.asarray(data.splits["test"].images, np.float32) / 255
    maps = np.asarray(model.get_layer("conv")(pixels))
    np.testing.assert_allclose(
        artifact.facts.panels[0].largest, maps[:, 1, 2].max(axis=0), rtol=1e-5
    )
    chosen = subject(model, data, targets=["1"])
    artifact = compute(chosen)
    caption = draw(artifact, chosen.params)[0].caption
    assert "Filter 1 of conv: for each an input" in caption
    assert "Filters are counted from 0: filter 1 is the layer's 2nd." in caption
    assert any(m.name == "activation_ratio@conv" for m in artifact.measures)
    for wrong in ({"position": "a"}, {"targets": ["x"]}):
        with pytest.raises(UserError, match=r"must be a row and a column|are numbers, got 'x'"):
            compute(subject(model, data, objective="unit", **wrong))


def test_the_channels_of_an_input_without_colors_stand_side_by_side() -> None:
    from reportgen.figures.activation_maximization.draw import _abreast

    model = keras.Sequential([keras.Input((8, 8, 5)), layers.Conv2D(3, 3, name="conv")])
    given = subject(model, None)
    artifact = compute(given)
    found = artifact.arrays["images@conv"]
    assert found.shape == (3, 8, 8, 5)
    (figure,) = draw(artifact, given.params)
    assert "Each tile holds the 5 channels, from left to right." in figure.caption
    waves = subject(model, None, parameterization="fourier", steps=2)
    (told,) = draw(compute(waves), waves.params)
    assert "in waves of each channel" in told.caption, "only three channels are colors"
    wide = _abreast(found)
    assert wide.shape == (3, 8, 5 * 9 - 1)
    np.testing.assert_array_equal(wide[:, :, 9:17], found[..., 1])
    assert (wide[:, :, 8::9] == 1).all()


def test_a_filter_that_gray_excites_most_is_said_to_be_so() -> None:
    model = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 1, name="conv")])
    given = subject(model, None)
    artifact = compute(given)
    panel = artifact.facts.panels[0]
    assert panel.unmoved == ()
    facts = replace(artifact.facts, panels=(replace(panel, unmoved=(1,)),))
    (figure,) = draw(Artifact(artifact.arrays, facts, ()), given.params)
    assert "No image was found to excite more than gray does: filter 1." in figure.caption
