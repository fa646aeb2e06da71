"""Kernels: the arrays, any kind of layer, the figure, gray over a range."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from subjects import (
    check_house_rules,
    dataset,
    measures,
    notes_of,
    subject,
)

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.kernels import measures as by_hand
from reportgen.figures.kernels.compute import compute, kernels
from reportgen.figures.kernels.draw import scaled
from reportgen.records import Preprocessing, Target


def model_of(*stack, shape=(12, 12, 3)):
    return keras.Sequential([keras.Input(shape), *stack])


# --- any kind of layer ---


def test_effective_inputs_of_separable_layers_are_those_of_their_composed_kernel():
    model = model_of(layers.SeparableConv2D(5, 3, depth_multiplier=2, name="a"))
    depthwise, pointwise, _ = model.get_layer("a").get_weights()
    composed = np.einsum("hwim,imf->hwif", depthwise, pointwise.reshape(3, 2, 5))
    plain = by_hand.effective_inputs(composed)
    assert by_hand.effective_inputs_mixed(depthwise, pointwise) == pytest.approx(plain)
    found = measures(compute(subject("kernels", model)))["effective_inputs@a"]
    assert (found.value, found.n) == (pytest.approx(plain.mean()), 5)
    assert "mixed by the pointwise weights" in found.how
    assert "of 3 inputs" in found.how


def test_kernels_have_inputs_and_filters_last():
    model = model_of(
        layers.Conv2D(4, 3, name="plain"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
        layers.SeparableConv2D(5, 3, name="separable"),
        layers.Conv2DTranspose(6, (2, 3), name="transposed"),
    )
    found = kernels(model)
    shapes = {name: kernel.shape for name, kernel in found.items()}
    assert shapes == {
        "plain": (3, 3, 3, 4), "depthwise": (3, 3, 1, 8), "separable": (3, 3, 1, 8),
        "transposed": (2, 3, 5, 6),
    }  # fmt: skip
    assert all(kernel.dtype == np.float32 for kernel in found.values())
    weights = np.asarray(model.get_layer("depthwise").get_weights()[0])
    assert np.array_equal(found["depthwise"][:, :, 0, 3], weights[:, :, 1, 1])
    weights = np.asarray(model.get_layer("transposed").get_weights()[0])
    assert np.array_equal(found["transposed"][..., 4, 1], weights[:, :, 1, 4])


def test_what_a_separable_layer_leaves_out_is_said():
    stack = layers.SeparableConv2D(5, 3, name="a"), layers.Conv2D(4, 2, name="b")
    ready = subject("kernels", model_of(*stack))
    first, second = check_house_rules("kernels", compute(ready), ready.params)
    assert first.caption.startswith("3 filters of 3 x 3 weights")
    assert "the weights that mix their maps into 5 channels are not shown." in first.caption
    assert "depthwise" not in second.caption


def test_filters_of_a_single_input_channel_are_told_behind_the_first_layer():
    stack = (
        layers.Conv2D(4, 3, name="gray"),
        layers.DepthwiseConv2D(3, name="depthwise"),
        layers.SeparableConv2D(5, 3, name="separable"),
        layers.Conv2D(5, 1, groups=5, name="apart"),
        layers.Conv2D(6, 1, groups=1, name="mixed"),
    )
    artifact = compute(subject("kernels", model_of(*stack, shape=(9, 9, 1))))
    found = [one for one in artifact.measures if one.name.startswith("single_input@")]
    told = {one.name.partition("@")[2]: one.value for one in found}
    assert told == {"depthwise": 4, "apart": 5}
    assert found[0].how == "filters of depthwise, each of which has a single input channel"


def test_one_and_three_dimensions_are_drawn():
    for stack, shape in [
        (layers.Conv1D(4, 3, name="a"), (9, 2)),
        (layers.Conv3D(4, 3, name="a"), (5, 5, 5, 1)),
    ]:
        ready = subject("kernels", model_of(stack, shape=shape))
        assert len(check_house_rules("kernels", compute(ready), ready.params)) == 1


def test_layers_whose_names_differ_in_case_alone_get_different_parts():
    ready = subject("kernels", model_of(*(layers.Conv2D(2, 3, name=n) for n in ("conv", "Conv"))))
    artifact = compute(ready)
    drawn = check_house_rules("kernels", artifact, ready.params)
    assert [(item.part, item.layers) for item in drawn] == [
        ("conv", ("conv",)),
        ("conv-2", ("Conv",)),
    ]
    assert measures(artifact)["filters@Conv"].part == "conv-2"


def test_nested_layers_and_choice():
    inner = model_of(layers.Conv2D(2, 3, name="c"))
    inner.name = "In"
    model = model_of(inner, layers.Conv2D(3, 1, name="one"))
    assert list(kernels(model)) == ["In/c", "one"]
    assert list(kernels(model, ["one"])) == ["one"]
    with pytest.raises(UserError, match="In/c, one"):
        kernels(model, ["nine"])
    ready = subject("kernels", model)
    drawn = check_house_rules("kernels", compute(ready), ready.params)
    assert [item.part for item in drawn] == ["in-c", "one"]
    assert [item.title for item in drawn] == ["Conv2D(In/c)", "Conv2D(one)"]


# --- the figure ---


def test_first_color_layer_is_drawn_in_color():
    model = model_of(layers.Conv2D(4, 3, name="a"), layers.Conv2D(3, 3, name="b"))
    ready = subject("kernels", model)
    artifact = compute(ready)
    first, second = check_house_rules("kernels", artifact, ready.params)
    assert "red, green and blue" in first.caption
    assert "each pair of a filter and an input channel" in second.caption
    found = measures(artifact)
    assert found["color_share@a"].baseline == pytest.approx(2 / 3)
    assert "color_share@b" not in found
    assert (found["filters@a"].value, found["filters@b"].value) == (4, 3)
    assert found["effective_inputs@a"].part == "a"


def test_gray_input_has_no_color_share():
    model = model_of(layers.Conv2D(3, 3, name="a"), layers.Conv2D(2, 3, name="b"), shape=(9, 9, 1))
    artifact = compute(subject("kernels", model))
    assert not [name for name in measures(artifact) if name.startswith("color_share")]


def test_large_layers_show_the_mean_over_inputs():
    model = model_of(layers.Conv2D(24, 3, name="b"), shape=(9, 9, 32))
    ready = subject("kernels", model, max_filters=8)
    artifact = compute(ready)
    (drawing,) = check_house_rules("kernels", artifact, {**ready.params, "show": "mean"})
    assert "The first 8 of 24 filters" in drawing.caption
    assert "a filter's mean over its input channels" in drawing.caption
    assert measures(artifact)["filters@b"].value == 24
    (every,) = check_house_rules("kernels", artifact, {**ready.params, "show": "inputs"})
    assert "each pair" in every.caption


def test_scaling_each_filter_by_itself():
    model = model_of(layers.Conv2D(2, 3, name="a"), shape=(9, 9, 1))
    small = np.ones((3, 3, 1, 2), np.float32)
    small[..., 1] = 0.01
    model.set_weights([small, np.zeros(2)])
    ready = subject("kernels", model)
    artifact = compute(ready)
    (layer,) = check_house_rules("kernels", artifact, ready.params)
    (own,) = check_house_rules("kernels", artifact, {**ready.params, "scaling": "filter"})
    assert own.picture.data != layer.picture.data
    assert "of each filter by itself" in own.encoding


def test_baselines_are_those_of_random_kernels_and_notes_judge_by_them():
    model = model_of(layers.Conv2D(32, 5, name="a"), shape=(9, 9, 1))
    random = measures(compute(subject("kernels", model)))
    # For noise of N pixels Moran's I is expected at -1 / (N - 1).
    assert random["smoothness@a"].baseline == pytest.approx(-1 / 24, abs=0.02)
    assert random["redundant@a"].baseline == pytest.approx(0, abs=0.01)
    ramp = np.arange(25, dtype=np.float32).reshape(5, 5, 1, 1) - 12
    model.set_weights([np.tile(ramp, (1, 1, 1, 32)), np.zeros(32)])
    artifact = compute(subject("kernels", model))
    assert measures(artifact)["redundant@a"].value == 1
    notes, _ = notes_of("kernels", artifact)
    assert "are smoother than fresh ones" in notes[0].text


def test_zero_and_not_finite_weights_are_said():
    model = model_of(layers.Conv2D(3, 3, name="a"))
    weights = np.zeros((3, 3, 3, 3), np.float32)
    model.set_weights([weights, np.zeros(3)])
    ready = subject("kernels", model)
    artifact = compute(ready)
    (drawing,) = check_house_rules("kernels", artifact, ready.params)
    assert "All weights are zero." in drawing.caption
    assert measures(artifact)["effective_inputs@a"].value is None
    weights[0, 0, 0, 1] = np.nan
    model.set_weights([weights, np.zeros(3)])
    artifact = compute(ready)
    (drawing,) = check_house_rules("kernels", artifact, ready.params)
    assert "1 filter holds weights that are not finite" in drawing.caption


def test_filters_that_do_not_vary_have_no_smoothness():
    model = model_of(layers.Conv2D(10, 3, name="a"), shape=(9, 9, 2))
    weights = np.zeros((3, 3, 2, 10), np.float32)
    # Filter 0 varies in one of its two slices alone; of the others, two are constant.
    weights[..., 0, :8] = np.array([[-1.0], [0.0], [1.0]])[:, :, None]
    weights[..., 9] = 7
    model.set_weights([weights, np.zeros(10)])
    artifact = compute(subject("kernels", model))
    smooth = measures(artifact)["smoothness@a"]
    assert (smooth.value, smooth.n) == (pytest.approx(0.5), 8)
    assert "2 filters are left out, as their weights do not vary" in smooth.how
    model.set_weights([np.ones_like(weights), np.zeros(10)])
    artifact = compute(subject("kernels", model))
    smooth = measures(artifact)["smoothness@a"]
    assert (smooth.value, smooth.n, smooth.interval) == (None, 0, None)
    assert "10 filters are left out" in smooth.how
    assert not any("Moran" in note.text for note in notes_of("kernels", artifact)[0])


def test_pointwise_kernels_have_no_neighbors():
    model = model_of(layers.Conv2D(3, 1, name="a"))
    found = measures(compute(subject("kernels", model)))
    assert found["smoothness@a"].value is None
    assert "undefined" in found["smoothness@a"].how


def test_no_convolution_is_undefined():
    model = model_of(layers.Flatten(), layers.Dense(2))
    with pytest.raises(UndefinedError, match="no layer is a convolution"):
        compute(subject("kernels", model))


def test_the_model_is_left_as_it_was_and_the_seed_decides():
    model = model_of(layers.Conv2D(4, 3, name="a"))
    before = [np.array(weight) for weight in model.get_weights()]
    first = compute(subject("kernels", model)).measures
    assert compute(subject("kernels", model)).measures == first
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_kernels_of_networks_that_read_blue_first_are_shown_in_true_colors():
    model = model_of(layers.Conv2D(1, 1, use_bias=False, name="first"))
    model.get_layer("first").set_weights([np.float32([0.1, 0.2, 0.3]).reshape(1, 1, 3, 1)])
    target = Target("class", "Class", ("a",))
    data = dataset(np.zeros((2, 12, 12, 3), np.uint8), {"class": np.zeros(2, int)}, (target,))
    data = replace(data, preprocessing=Preprocessing(order=(2, 1, 0)))
    shown = compute(subject("kernels", model, data)).arrays["kernel_0"]
    assert shown.ravel() == pytest.approx([0.3, 0.2, 0.1]), "red, green, blue"


# --- gray, from the smallest weight of the layer to the largest ---


def test_every_channel_of_the_first_filters_in_gray_over_the_range_of_the_whole_layer():
    model = model_of(layers.Conv2D(4, 2, name="a"))
    weights = np.zeros((2, 2, 3, 4), np.float32)
    weights[0, 0, 0, 0], weights[1, 1, 2, 3], weights[0, 1, 2, 0] = 0.2, -0.2, 0.6
    model.set_weights([weights, np.zeros(4)])
    ready = subject("kernels", model, max_filters=2, show="inputs", scaling="range")
    artifact = compute(ready)
    assert [artifact.facts.layers[0].low, artifact.facts.layers[0].high] == pytest.approx(
        [-0.2, 0.6]
    )
    (drawing,) = check_house_rules("kernels", artifact, ready.params)
    assert "The first 2 of 4 filters" in drawing.caption
    assert "from -0.2 (low) to 0.6 (high)" in drawing.caption
    # The smallest weight is in a filter that is not shown: (0.2 + 0.2) / 0.8, 0.25, 1 are left.
    shown = scaled(artifact.arrays["kernel_0"], "range", (-0.2, 0.6))
    assert [shown[0, 0, 0, 0], shown[0, 0, 0, 1], shown[0, 1, 2, 0]] == pytest.approx(
        [0.5, 0.25, 1]
    )


@pytest.mark.parametrize("show", ["auto", "mean"])
def test_gray_ranges_go_with_every_way(show):
    model = model_of(layers.Conv2D(4, 3, name="a"), layers.Conv2D(3, 3, name="b"))
    ready = subject("kernels", model, show=show, scaling="range")
    assert len(check_house_rules("kernels", compute(ready), ready.params)) == 2


def test_a_range_without_width_is_said():
    model = model_of(layers.Conv2D(2, 3, name="a"), shape=(9, 9, 1))
    model.set_weights([np.full((3, 3, 1, 2), 0.5, np.float32), np.zeros(2)])
    ready = subject("kernels", model, scaling="range")
    (drawing,) = check_house_rules("kernels", compute(ready), ready.params)
    assert "All weights of the layer are 0.5." in drawing.caption


def test_of_many_inputs_the_first_are_shown():
    model = model_of(layers.Conv2D(6, 3, name="a"), shape=(9, 9, 40))
    ready = subject("kernels", model, show="inputs", max_inputs=8, scaling="range")
    (drawing,) = check_house_rules("kernels", compute(ready), ready.params)
    assert "in 40 input channels" in drawing.caption
    assert "The first 8 input channels are shown." in drawing.caption


def test_tiles_of_many_pairs_stay_large_enough_to_be_read():
    model = model_of(layers.Conv2D(64, 3, name="a"), shape=(9, 9, 64))
    ready = subject("kernels", model, show="inputs")
    (drawing,) = check_house_rules("kernels", compute(ready), ready.params)
    assert "The first 32 input channels are shown." in drawing.caption
    few = subject("kernels", model, show="inputs", max_filters=4)
    (drawing,) = check_house_rules("kernels", compute(few), few.params)
    assert "input channels are shown" not in drawing.caption
