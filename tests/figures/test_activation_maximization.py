"""Activation maximization: the figure of filters, units and classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, nested, sequential, two_heads

from reportgen.errors import UserError
from reportgen.figures.activation_maximization import ENTRY
from reportgen.figures.activation_maximization.compute import compute
from reportgen.figures.activation_maximization.draw import draw
from reportgen.figures.activation_maximization.notes import notes
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
    assert "Made by 10 steps of gradient ascent" in figures[0].caption
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
    assert [note.rule.split(".")[1] for note in written] == ["response", "bound", "still"]


def test_a_score_on_few_targets_is_an_indication() -> None:
    ratio = Evidence("b.score_ratio@class", 2.5, "", 3, None, 1, "how", "b")
    (note,) = notes(Finding("b", "activation_maximization", "m", "s", (ratio,)))
    assert note.text.endswith("2.5 times the best of any test image; too few scores to judge.")


def test_without_data_there_is_no_ratio() -> None:
    artifact = compute(subject(sequential(), None))
    assert not [m for m in artifact.measures if m.name.startswith("activation_ratio")]
    assert artifact.facts.panels[0].largest is None


def test_a_count_of_filters() -> None:
    given = subject(sequential(), dataset({"class": 3}), filters=1)
    artifact = compute(given)
    assert artifact.arrays["images@conv"].shape == (1, 6, 6, 1)
    assert "The first of 2 filters of conv: for each" in draw(artifact, given.params)[0].caption


def test_a_figure_of_classes() -> None:
    from reportgen.network.outputs import observe

    model, data = sequential(), dataset({"class": 3})
    given = subject(model, data, objective="class", targets=["class 2", "0 + class 1"])
    artifact = compute(given)
    (figure,) = draw(artifact, given.params)
    assert figure.title == "Classes (class)"
    assert "an image that raises its logit." in figure.caption
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
    assert "Filter 1 of conv: for each, an image" in caption
    assert "Filters are counted from zero: filter 1 is the layer's 2nd." in caption
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
    assert "Each tile holds the 5 channels, from left to right." in figure.encoding
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
