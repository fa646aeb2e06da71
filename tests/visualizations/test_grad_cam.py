"""Class activation maps as a figure: what is drawn, told and undefined."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reportgen.errors import UndefinedError, UserError
from reportgen.records import Drawing, Evidence, Finding, ModelFacts, Subject
from reportgen.visualizations.grad_cam import ENTRY
from reportgen.visualizations.grad_cam.compute import compute
from reportgen.visualizations.grad_cam.draw import draw
from reportgen.visualizations.grad_cam.notes import notes

sys.path.insert(0, str(Path(__file__).parent.parent / "probing"))
from small_models import dataset, seeded, sequential, two_heads

layers = keras.layers
FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})


def subject(model: Any, data: Any, **params: Any) -> Subject:
    filled = {parameter.name: parameter.default for parameter in ENTRY.parameters} | params
    return Subject(model, FACTS, data, filled, seed=1)


def drawn(model: Any, data: Any, **params: Any) -> tuple[Drawing, ...]:
    given = subject(model, data, **params)
    return draw(compute(given), given.params)


def test_one_head_makes_a_heatmap_and_an_overlay() -> None:
    figures = drawn(sequential(), dataset({"class": 3}), samples=2)
    assert [figure.part for figure in figures] == ["heatmap", "overlay"]
    assert [figure.title for figure in figures] == ["Heatmap", "Heatmap over Input Image"]
    for figure in figures:
        assert figure.layers == ("conv",)
        assert "Test image" in figure.caption
        assert "predicted class" in figure.caption
        assert figure.alt


def test_several_heads_make_a_figure_each() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    figures = drawn(two_heads(), data, samples=[0, 3])
    assert [(figure.part, figure.title) for figure in figures] == [
        ("width", "Width"),
        ("angle", "Angle"),
    ]


def test_measures_are_those_declared_and_finite() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    found = compute(subject(two_heads(), data)).measures
    assert {m.name.split("@")[0] for m in found} == {name for name, _ in ENTRY.evidence}
    for measure in found:
        assert measure.value is None or np.isfinite(measure.value)
        assert measure.how
        assert measure.interval is None or measure.interval[0] <= measure.interval[1]


def test_a_zero_gradient_is_drawn_and_said() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.zeros((8, 3)), np.zeros(3)])
    given = subject(model, dataset({"class": 3}))
    artifact = compute(given)
    figures = draw(artifact, given.params)
    for figure in figures:
        words = "zero everywhere, because the gradient is zero everywhere"
        assert words in figure.caption
        assert words in figure.alt
    counts = {m.name: m.value for m in artifact.measures}
    assert counts["zero_gradients@class"] == counts["zero_maps@class"] == 24


def test_a_dark_layer_and_a_negative_sum_are_told_apart_from_it() -> None:
    dark = sequential()
    dark.get_layer("conv").set_weights([np.zeros((3, 3, 1, 2)), np.zeros(2)])
    caption = drawn(dark, dataset({"class": 3}))[0].caption
    assert "all activations of the layer are zero" in caption
    against = sequential()
    kernel = np.abs(against.get_layer("conv").get_weights()[0])
    against.get_layer("conv").set_weights([kernel, np.ones(2)])
    against.get_layer("out").set_weights([np.full((8, 3), -1.0), np.array([1.0, 0, 0])])
    caption = drawn(against, dataset({"class": 3}))[0].caption
    assert "the weighted sum of the feature maps is nowhere positive" in caption


def test_targets_of_a_spec() -> None:
    data, model = dataset({"class": 3}), sequential()
    named = compute(subject(model, data, target="class 2", samples=3))
    by_index = compute(subject(model, data, target="2", samples=3))
    np.testing.assert_array_equal(named.arrays["map@class"], by_index.arrays["map@class"])
    label = compute(subject(model, data, target="label", samples=3))
    told = label.facts["heads"][0]["samples"]
    assert all(one["explained"] == one["label"] for one in told)
    with pytest.raises(UserError, match="has no class 'cat'"):
        compute(subject(model, data, target="cat"))


def test_the_same_subject_twice_gives_the_same_bytes() -> None:
    first = drawn(sequential(), dataset({"class": 3}), samples=2)
    second = drawn(sequential(), dataset({"class": 3}), samples=2)
    assert [f.picture.data for f in first] == [f.picture.data for f in second]
    assert [f.caption for f in first] == [f.caption for f in second]


def test_without_data_or_convolution_it_is_undefined() -> None:
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(sequential(), None))
    flat = seeded(
        keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3, "softmax")])
    )
    with pytest.raises(UndefinedError, match="no convolution"):
        compute(subject(flat, dataset({"class": 3})))


def test_notes_cite_what_was_measured() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.eye(8, 3) - 0.4, np.zeros(3)])
    found = compute(subject(model, dataset({"class": 3}))).measures
    evidence = tuple(
        Evidence(f"b.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "b")
        for m in found
    )
    written = notes(Finding("b", "grad_cam", "m", "s", evidence))
    assert written
    assert {cite for note in written for cite in note.cites} <= {item.id for item in evidence}
    silent = tuple(dataclasses.replace(item, value=None) for item in evidence)
    assert notes(Finding("b", "grad_cam", "m", "s", silent)) == ()


def test_images_in_pieces_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    given = subject(two_heads(), data, samples=2, measure_on=9)
    whole = compute(given)
    monkeypatch.setattr("reportgen.probing.streaming.BYTES", 4 * 4 * 108)  # four images at once
    parts = compute(given)
    for name, array in whole.arrays.items():
        np.testing.assert_allclose(parts.arrays[name], array, atol=1e-6)
    for one, other in zip(whole.measures, parts.measures, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-6)
