"""Class activation maps as a figure: what is drawn, told and undefined."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, seeded, sequential, two_heads

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.grad_cam import ENTRY
from reportgen.figures.grad_cam.compute import compute
from reportgen.figures.grad_cam.draw import draw
from reportgen.figures.grad_cam.notes import notes
from reportgen.network.network import Network
from reportgen.records import Drawing, Evidence, Finding, ModelFacts, Subject

layers = keras.layers
FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})


def subject(model: Any, data: Any, **params: Any) -> Subject:
    filled = {parameter.name: parameter.default for parameter in ENTRY.parameters}
    filled.pop("sanity")  # made where a test asks for it
    return Subject(model, FACTS, data, filled | params, seed=1, network=Network.of(model))


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
    found = compute(subject(two_heads(), data, sanity=True)).measures
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


def even(model: Any) -> Any:
    """The model with a convolution that is 1 everywhere, and evidence for every class."""
    model.get_layer("conv").kernel.assign(np.zeros(model.get_layer("conv").kernel.shape))
    model.get_layer("conv").bias.assign(np.ones(2))
    for name in {"out", "hidden", "angle", "width"} & {layer.name for layer in model.layers}:
        model.get_layer(name).kernel.assign(np.abs(model.get_layer(name).kernel))
    return model


def test_a_constant_map_is_drawn_empty_and_said_to_point_nowhere() -> None:
    given = subject(even(sequential()), dataset({"class": 3}))
    artifact = compute(given)
    assert np.ptp(artifact.arrays["map@class"]) == 0 < artifact.arrays["map@class"].max()
    figures = draw(artifact, given.params)
    for figure in figures:
        assert "the same at every position, so it points nowhere" in figure.caption
        assert "the same at every position, so it points nowhere" in figure.alt
        assert "hottest" not in figure.alt
    empty = dict.fromkeys(artifact.arrays, np.zeros((1, 6, 6), np.float32))
    arrays = empty | {"images": artifact.arrays["images"]}
    arrays["map@class"] = np.zeros_like(artifact.arrays["map@class"])
    drawn_empty = draw(dataclasses.replace(artifact, arrays=arrays), given.params)
    assert [f.picture.data for f in drawn_empty] == [f.picture.data for f in figures]
    counts = {m.name: m.value for m in artifact.measures}
    assert (counts["constant_maps@class"], counts["imperfect_overlap@class"]) == (24, None)


def test_constant_maps_of_several_heads_compare_to_nothing() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    given = subject(even(two_heads()), data, target="1")
    artifact = compute(given)
    values = {m.name: m.value for m in artifact.measures}
    assert values["constant_maps@angle"] == values["constant_maps@width"] == 24
    assert values["head_similarity"] is values["head_peak_shift"] is None
    assert all("points nowhere and is drawn empty" in f.caption for f in draw(artifact, {}))


def test_the_scale_is_told_where_there_is_no_bar() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    for figure in drawn(two_heads(), data):
        assert "from dark (zero) to bright (its largest value)" in figure.encoding


def test_channels_that_score_cam_leaves_out_are_counted() -> None:
    model, data = sequential(filters=4), dataset({"class": 3})
    kernel, _ = model.get_layer("conv").get_weights()
    model.get_layer("conv").bias.assign(np.full(4, 3.0))
    assert "left out" not in drawn(model, data, method="score_cam")[0].caption
    kernel[..., 0] = 0
    model.get_layer("conv").set_weights([kernel, np.full(4, 3.0)])
    words = "1 of 4 channels is the same at every position of some image and was left out there."
    assert words in drawn(model, data, method="score_cam")[0].caption
    kernel[..., 1] = 0
    model.get_layer("conv").set_weights([kernel, np.full(4, 3.0)])
    words = "2 of 4 channels are the same at every position of some image and were left out there."
    assert words in drawn(model, data, method="score_cam")[0].caption
    assert "left out" not in drawn(model, data)[0].caption


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
    samples = label.facts.heads[0].samples
    assert all(sample.image.explained == sample.image.label for sample in samples)
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
    with pytest.raises(UndefinedError, match="no last one to take, and no other layer has maps"):
        compute(subject(flat, dataset({"class": 3})))
    flat.layers[-1].name = "h"
    with pytest.raises(UndefinedError, match="has maps, so there is none to explain at"):
        compute(subject(flat, dataset({"class": 3}), layer="h"))
    pooled = [layers.MaxPooling2D(), layers.Flatten(), layers.Dense(3, "softmax")]
    with pytest.raises(UndefinedError, match="another layer with maps can be named"):
        compute(subject(keras.Sequential([keras.Input((6, 6, 1)), *pooled]), dataset({"class": 3})))


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
    monkeypatch.setattr(
        "reportgen.network.batching.PIECE_BYTES", 4 * 4 * 108
    )  # four images at once
    parts = compute(given)
    for name, array in whole.arrays.items():
        np.testing.assert_allclose(parts.arrays[name], array, atol=1e-6)
    for one, other in zip(whole.measures, parts.measures, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-6)


@pytest.mark.parametrize("method", ["grad_cam", "score_cam"])
def test_an_output_that_branches_off_before_the_layer_has_no_heatmap(method: str) -> None:
    x = keras.Input((6, 6, 3))
    low = layers.Conv2D(2, 3, activation="relu", name="low")(x)
    top = layers.Conv2D(2, 3, activation="relu", name="top")(low)
    outputs = [
        layers.Dense(3, name=name)(layers.Flatten()(maps))
        for name, maps in (("class", top), ("aux", low))
    ]
    model, data = seeded(keras.Model(x, outputs)), dataset({"class": 3}, channels=3)
    alone = seeded(keras.Model(x, outputs))
    artifact = compute(subject(model, data, method=method))
    assert [head.name for head in artifact.facts.heads] == ["class"]
    heatmap, _ = draw(artifact, subject(model, data, method=method).params)
    assert "Output aux does not depend on this layer and has no heatmap." in heatmap.caption
    both = compute(subject(alone, data, method=method, layer="low"))
    assert [head.name for head in both.facts.heads] == ["class", "aux"]
    assert both.facts.independent == ()
    # Output aux has no label, so its values are no scores of classes.
    assert artifact.heading == ""
    assert both.heading == "Activation Heatmap"


def test_behind_a_reshape_nothing_is_said_of_what_lies_where() -> None:
    model = seeded(
        keras.Sequential(
            [
                keras.Input((6, 6, 1)),
                layers.Reshape((4, 9, 1), name="mixed"),
                layers.Conv2D(2, 3, name="conv"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3),
            ]
        )
    )
    given = subject(model, dataset({"class": 3}))
    artifact = compute(given)
    heatmap, _ = draw(artifact, given.params)
    assert "Layer mixed before it puts values into other places, so the heatmap" in heatmap.caption
    assert not [m for m in artifact.measures if "foreground" in m.name and m.value is not None]
