"""Numbers of odd models, each held against values that NumPy or a person computed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from subjects import check_house_rules, dataset, measures, notes_of, subject

import reportgen
from reportgen.attribution import cam
from reportgen.attribution.deconvnet import target_layer as deconvolved
from reportgen.engine.client import environment
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.deconvnet import compute as deconvnet
from reportgen.figures.deconvnet.facts import NOTHING
from reportgen.figures.layer_metrics import compute as layer_metrics
from reportgen.models import checkpoints
from reportgen.models.adapting import hold_inputs
from reportgen.models.zoo import small_resnet
from reportgen.network import gradient_scaling
from reportgen.network.maps import with_maps
from reportgen.network.multiply_adds import dense_multiply_adds
from reportgen.network.network import Network
from reportgen.network.predictions import Probabilities
from reportgen.network.receptive_field import centers, is_gated, receptive_field, window
from reportgen.network.warnings import model_warnings
from reportgen.page import _provenance
from reportgen.records import Dataset, ModelFacts, Preprocessing, Split, Target
from reportgen.training.loop import train
from tests.support.budgets import examples

layers = keras.layers
Floats = NDArray[np.float32]


# --- half precision ------------------------------------------------------------------------------


def in_precision(policy: str, scale: float = 2.0**-9, head: str | None = "float32") -> Any:
    """Two convolutions over 64 x 64 pixels, a mean over them, and two classes.

    All weights are multiples of 1/4 times `scale`, and so exact in half precision.
    """
    model = keras.Sequential(
        [
            keras.Input((64, 64, 1)),
            layers.Conv2D(2, 3, activation="relu", dtype=policy, name="first"),
            layers.Conv2D(3, 3, activation="relu", dtype=policy, name="last"),
            layers.GlobalAveragePooling2D(dtype=policy),
            layers.Dense(2, activation="softmax", dtype=head or policy, name="out"),
        ]
    )
    rng = np.random.default_rng(5)
    weights = [rng.integers(-4, 5, w.shape) / 4.0 for w in model.get_weights()]
    weights[-2] *= scale
    model.set_weights(weights)
    return model


def whole_images() -> Floats:
    return np.random.default_rng(7).integers(0, 3, (2, 64, 64, 1)).astype(np.float32)


@pytest.mark.parametrize("head", ["float32", None])
@pytest.mark.parametrize("scale", [2.0**-9, 2.0**11])
def test_gradients_in_half_precision_neither_underflow_nor_overflow(
    scale: float, head: str | None
) -> None:
    """Grad-CAM and saliency of a mixed_float16 model were zero ("zero gradients")."""
    half, full = in_precision("mixed_float16", scale, head), in_precision("float32", scale)
    images = whole_images()
    for method in ("grad_cam", "grad_cam_plus_plus", "layer_cam", "hires_cam", "xgrad_cam"):
        got, want = (reportgen.grad_cam(m, images, 1, method=method) for m in (half, full))
        np.testing.assert_allclose(got, want, atol=4e-3 * want.max(), rtol=0)
    for method in ("gradient", "input_x_gradient", "guided_backpropagation"):
        got, want = (reportgen.saliency(m, images, 1, method=method) for m in (half, full))
        assert np.abs(want).max() > 0
        np.testing.assert_allclose(got, want, atol=4e-3 * np.abs(want).max(), rtol=0)


def test_the_projection_of_a_faint_channel_survives_half_precision() -> None:
    """What came back of a faint activation was below the smallest number of float16."""
    half, full = (in_precision(policy) for policy in ("mixed_float16", "float32"))
    for model in (half, full):
        first, last = model.get_layer("first"), model.get_layer("last")
        first.set_weights([w / 2**6 for w in first.get_weights()])
        last.set_weights([last.get_weights()[0] / 2**6, np.zeros(3)])
    got, want = (reportgen.deconvnet(m, whole_images(), "last", [0, 2]) for m in (half, full))
    assert np.abs(want).max() > 0
    np.testing.assert_allclose(got, want, atol=4e-3 * np.abs(want).max(), rtol=0)


def test_an_ascent_in_half_precision_climbs_a_faint_slope() -> None:
    """Activation maximization of a mixed_float16 model kept its gray image."""
    images = [
        reportgen.activation_maximization(
            in_precision(policy, 2.0**-26),
            objective="class",
            classes=[0],
            steps=8,
            input_range=(-2.0, 2.0),
        )
        for policy in ("mixed_float16", "float32")
    ]
    assert images[1].std() > 0.1
    assert np.mean(np.abs(images[0] - images[1])) < 1e-3


def test_the_scale_of_an_image_does_not_depend_on_the_images_beside_it() -> None:
    """One image whose gradient overflows must not cost the others their last digits."""
    model = in_precision("mixed_float16", 2.0**11, None)
    images = whole_images() * np.array([1.0, 2.0**-12], np.float32)[:, None, None, None]
    together = reportgen.saliency(model, images, 0, method="input_x_gradient")
    alone = [
        reportgen.saliency(model, images[i : i + 1], 0, method="input_x_gradient") for i in (0, 1)
    ]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_the_scaled_way_back_is_for_half_precision_alone() -> None:
    """Models in 32 bits must keep their numbers to the bit, and pay nothing."""
    full = Network.of(in_precision("float32"))
    assert not gradient_scaling.in_half_precision(full)
    assert gradient_scaling.run_scaled(full, lambda: [1, 2], (1, 1)) == [1, 2]
    bfloat = keras.Sequential([keras.Input((2,)), layers.Dense(2, dtype="mixed_bfloat16")])
    assert not gradient_scaling.in_half_precision(Network.of(bfloat))


def test_training_in_half_precision_moves_weights_behind_a_large_mean() -> None:
    """Gradients of the first layers underflowed, so training left these layers as they were."""
    target = Target("class", "Class", ("dark", "bright"))
    rng = np.random.default_rng(0)
    labels = np.arange(16) % 2
    pixels = (rng.integers(0, 100, (16, 64, 64, 1)) + 100 * labels[:, None, None, None]).astype(
        np.uint8
    )
    split = Split(pixels, {"class": labels})
    splits = {"train": split, "validation": split, "test": split}
    data = Dataset("d", "D", (target,), splits, Preprocessing(), "", "")
    moved = []
    for policy in ("mixed_float16", "float32"):
        model = in_precision(policy, 2.0**-12)
        before = model.get_layer("first").get_weights()[0]
        answering = Network.of(model).heads_for(data.targets)
        settings = {"epochs": 1, "batch_size": 8, "optimizer": "sgd", "learning_rate": 100.0}
        train(model, data, answering, settings, 1, lambda done, total, text: None)
        moved.append(model.get_layer("first").get_weights()[0] - before)
    assert np.abs(moved[1]).max() > 0
    np.testing.assert_allclose(moved[0], moved[1], atol=0.05 * np.abs(moved[1]).max(), rtol=0)


# --- receptive fields ----------------------------------------------------------------------------


def seen_by_units(model: Any, length: int) -> list[tuple[int, int] | None]:
    """The first pixel and the one behind the last that each unit depends on: one pixel at a time.

    Of a model of lines without bias or negative weight, so that nothing cancels.
    """
    responses = np.asarray(model(np.eye(length, dtype=np.float32)[..., None]))
    reached = responses.any(axis=-1).T
    ends = [np.flatnonzero(row) for row in reached]
    return [(int(own[0]), int(own[-1]) + 1) if len(own) else None for own in ends]


LENGTH = 150
PLAIN = {"use_bias": False, "kernel_initializer": "ones"}


@st.composite
def lines(draw: st.DrawFn) -> Any:
    """A small graph over lines, of all layers with a known reach, with branches that meet."""
    numbers = st.integers(1, 4)

    def conv(x: Any, stride: int = 1, padding: str = "same") -> Any:
        dilation = draw(st.integers(1, 3)) if stride == 1 else 1
        kernel = draw(numbers)
        return layers.Conv1D(1, kernel, stride, padding, dilation_rate=dilation, **PLAIN)(x)

    def pool(x: Any, stride: int = 1) -> Any:
        kind = draw(st.sampled_from([layers.MaxPooling1D, layers.AveragePooling1D]))
        return kind(draw(numbers), stride, "same")(x)

    def transposed(x: Any) -> Any:
        padding, stride = draw(st.sampled_from(["same", "valid"])), draw(st.integers(1, 3))
        kernel = draw(st.integers(stride, 4))
        more = draw(st.sampled_from([None, stride - 1])) if kernel > 1 else None
        return layers.Conv1DTranspose(1, kernel, stride, padding, more, **PLAIN)(x)

    def shifted(x: Any) -> Any:
        before = draw(st.integers(0, 3))
        padded = layers.ZeroPadding1D((before, 3 - before))(x)
        return layers.Conv1D(1, 4, **PLAIN)(padded)

    def branches(x: Any) -> Any:
        stride = draw(st.integers(1, 3))
        ways = [draw(st.sampled_from([conv, pool]))(x, stride) for _ in range(2)]
        steps = [st.sampled_from([conv, pool, shifted]) for _ in range(draw(st.integers(0, 2)))]
        for step in steps:
            ways[0] = draw(step)(ways[0])
        merges = [layers.Add, layers.Average, layers.Maximum, layers.Concatenate]
        return draw(st.sampled_from(merges))()(ways)

    def upsampled(x: Any) -> Any:
        return layers.UpSampling1D(draw(st.integers(2, 3)))(x)

    def cut(x: Any) -> Any:
        return layers.Cropping1D((draw(st.integers(0, 2)), draw(st.integers(0, 2))))(x)

    def valid(x: Any) -> Any:
        return conv(x, draw(st.integers(1, 3)), "valid")

    start = x = keras.Input((LENGTH, 1))
    kinds = st.sampled_from([conv, pool, transposed, shifted, branches, upsampled, cut, valid])
    for step in draw(st.lists(kinds, min_size=1, max_size=4)):
        x = step(x)
    return keras.Model(start, layers.Identity(name="end")(x))


@settings(max_examples=examples(90))
@given(lines())
def test_fields_of_random_graphs_are_what_reaches_each_unit(model: Any) -> None:
    """Branches that see shifted regions counted with the largest, and upsampling with less."""
    network = Network.of(model)
    try:
        seen = seen_by_units(model, LENGTH)
    except tf.errors.AbortedError:
        reject()  # oneDNN cannot compute some transposed convolutions
    for place, ends in enumerate(seen):
        (found,) = window(network, "end", (place,), (LENGTH,)) or (None,)
        assert found == slice(*ends or (0, 0)), place
    field = receptive_field(network, "end")
    assert field is not None
    if field < LENGTH // 2:
        assert field == max(b - a for a, b in filter(None, seen))


def test_branches_that_see_shifted_regions_add_up() -> None:
    """The sum of a 3 x 3 and two 2 x 2 convolutions was said to see 3 pixels, and sees 4."""
    x = keras.Input((12, 12, 1))
    right = layers.Conv2D(1, 2, padding="same")(layers.Conv2D(1, 2, padding="same")(x))
    both = layers.Add(name="sum")([layers.Conv2D(1, 3, padding="same")(x), right])
    network = Network.of(keras.Model(x, both))
    assert receptive_field(network, "sum") == 4
    assert window(network, "sum", (5, 5), (12, 12)) == (slice(4, 8), slice(4, 8))
    # The middle of a unit's field lies half a pixel behind the unit itself.
    assert centers(network, "sum", (12, 12)) == ((0.5, 12.5), (0.5, 12.5))


def test_a_unit_that_sees_only_padding_has_an_empty_window() -> None:
    """Its window had a pixel at the image's border, and a picture of it could not be drawn."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.ZeroPadding2D(((0, 4), (0, 4))),
            layers.Conv2D(1, 3, 2, bias_initializer="ones", name="conv"),
        ]
    )
    assert window(Network.of(model), "conv", (4, 4), (8, 8)) == (slice(0, 0), slice(0, 0))
    assert window(Network.of(model), "conv", (3, 0), (8, 8)) == (slice(6, 8), slice(0, 3))


def squeezed(x: Any, with_operations: bool) -> Any:
    """A squeeze-and-excitation block over four channels."""
    if with_operations:
        return x * keras.ops.sigmoid(keras.ops.mean(x, axis=(1, 2), keepdims=True))
    mean = layers.Reshape((1, 1, 4))(layers.GlobalAveragePooling2D()(x))
    return layers.Multiply()([x, layers.Conv2D(4, 1, activation="sigmoid")(mean)])


@pytest.mark.parametrize("with_operations", [False, True])
def test_fields_behind_a_gate_are_those_without_it(with_operations: bool) -> None:
    """No layer behind a squeeze-and-excitation block had a receptive field."""
    x = keras.Input((16, 16, 3))
    gated = squeezed(layers.Conv2D(4, 3, name="before")(x), with_operations)
    normed = layers.LayerNormalization(name="norm")(gated)
    after = layers.Conv2D(4, 3, 2, name="after")(layers.Dense(4)(normed))
    network = Network.of(keras.Model(x, after))
    fields = {path: receptive_field(network, path) for path in ("before", "norm", "after")}
    assert fields == {"before": 3, "norm": 3, "after": 5}
    gates = [is_gated(network, path) for path in ("before", "norm", "after")]
    assert gates == [False, True, True]


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.LayerNormalization(axis=[1, 2, 3]),
        lambda: layers.GroupNormalization(2),
        lambda: layers.Softmax(axis=(1, 2)),
        lambda: layers.Flatten(),
    ],
)
def test_layers_that_mix_all_positions_leave_no_field(layer: Any) -> None:
    """A softmax over positions counted as one that leaves every position to itself."""
    model = keras.Sequential([keras.Input((8, 8, 4)), layers.Conv2D(4, 3), layer()])
    assert receptive_field(Network.of(model), model.layers[-1].name) is None


# --- multiply-adds -------------------------------------------------------------------------------


def test_matrices_that_work_at_every_position_cost_multiply_adds() -> None:
    """Pointwise Dense layers cost nothing, so ConvNeXtTiny had 0.29 of its 4.46 billion."""
    x = keras.Input((6, 6, 4))
    narrow = layers.Dense(3, name="pointwise")(layers.Dense(8, name="wide")(x))
    row = layers.Reshape((36, 3))(narrow)
    einsum = layers.EinsumDense("...x,xy->...y", 5, name="einsum")(row)
    other = layers.EinsumDense("abc,cd->abd", (36, 2), name="named")(row)
    attended = layers.MultiHeadAttention(2, 4, value_dim=3, name="attention")(einsum, other)
    classifier = layers.Dense(7, name="classifier")(layers.Flatten()(attended))
    costs = dense_multiply_adds(Network.of(keras.Model(x, classifier)))
    projections = 36 * (5 * 2 * 4 + 2 * 2 * 4 + 2 * 2 * 3 + 2 * 3 * 5)
    assert costs == {
        "wide": 36 * 4 * 8,
        "pointwise": 36 * 8 * 3,
        "einsum": 36 * 3 * 5,
        "named": 36 * 3 * 2,
        "attention": projections + 36 * 36 * 2 * (4 + 3),
    }


def test_the_cost_of_a_network_includes_its_pointwise_dense_layers() -> None:
    """The sum and the note counted convolutions alone."""
    x = keras.Input((6, 6, 1))
    dense = layers.Dense(8, name="wide")(layers.Conv2D(4, 3, name="conv")(x))
    model = keras.Model(x, dense)
    artifact = layer_metrics.compute(subject("layer_metrics", model, None))
    found = measures(artifact)
    assert found["multiply_adds"].value == 16 * (9 * 4 + 4 * 8)
    assert found["cost_share@conv"].value == pytest.approx(36 / 68)
    (cost, *_), _ = notes_of("layer_metrics", artifact)
    assert "take 1,088 multiply-adds an image; `conv` alone takes 52.9% of them" in cost.text
    assert found["conv_parameters"].value == 40


def test_a_projection_of_a_unit_that_sees_only_padding_is_drawn() -> None:
    """Such a unit crashed the figure `deconvnet`."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.ZeroPadding2D(((0, 4), (0, 4))),
            layers.Conv2D(1, 3, 2, bias_initializer="ones", activation="relu", name="conv"),
        ]
    )
    # Dark where the image is: the unit in the corner, which sees none of it, responds most.
    model.get_layer("conv").set_weights([np.full((3, 3, 1, 1), -1.0), np.ones(1)])
    images = np.full((3, 8, 8, 1), 200, np.uint8)
    made = subject("deconvnet", model, dataset(images, {}, ()), filters=[0])
    artifact = deconvnet.compute(made)
    (drawing,) = check_house_rules("deconvnet", artifact, made.params)
    assert "(the unit sees only padding)" in drawing.caption
    assert artifact.facts.channels[0].samples[0].frame == NOTHING


# --- a softmax over a single value ---------------------------------------------------------------


def ending_in(*last: Any) -> Any:
    body = [keras.Input((6, 6, 1)), layers.Conv2D(2, 3, name="conv"), layers.Flatten()]
    return keras.Sequential([*body, *last])


SINGLE = {
    "fused": lambda: [layers.Dense(1, "softmax", name="out")],
    "layer": lambda: [layers.Dense(1), layers.Softmax(name="out")],
    "activation": lambda: [layers.Dense(1), layers.Activation("softmax", name="out")],
    "log": lambda: [layers.Dense(1, "log_softmax", name="out")],
    "reshaped": lambda: [
        layers.Dense(3),
        layers.Reshape((3, 1)),
        layers.Softmax(),
        layers.Flatten(name="out"),
    ],
}
EXPLAIN = {
    "grad_cam": reportgen.grad_cam,
    "score_cam": lambda model, images: reportgen.grad_cam(model, images, method="score_cam"),
    "saliency": reportgen.saliency,
    "integrated": lambda m, images: reportgen.saliency(m, images, method="integrated_gradients"),
    "occlusion": reportgen.occlusion,
    "probability": lambda m, images: reportgen.occlusion(m, images, score="probability"),
    "ascent": lambda m, images: reportgen.activation_maximization(m, objective="class"),
}


@pytest.mark.parametrize("method", EXPLAIN)
@pytest.mark.parametrize("ending", SINGLE)
def test_an_output_that_is_always_1_is_not_explained(ending: str, method: str) -> None:
    """A softmax of one unit was explained as the sigmoid that it is not."""
    images = np.ones((2, 6, 6, 1), np.float32)
    with pytest.raises(UndefinedError, match="softmax over a single value"):
        EXPLAIN[method](ending_in(*SINGLE[ending]()), images)


def test_a_softmax_over_groups_of_units_is_not_read_as_one_over_all() -> None:
    """Four values in two groups were shown as probabilities of four classes."""
    groups = [layers.Dense(4), layers.Reshape((2, 2)), layers.Softmax(), layers.Flatten()]
    model = ending_in(*groups)
    assert [head.kind for head in Network.of(model).heads] == ["groups"]
    with pytest.raises(UndefinedError, match="softmax over some of its 4 units"):
        reportgen.grad_cam(model, np.ones((2, 6, 6, 1), np.float32))
    whole = [layers.Dense(4), layers.Reshape((2, 2)), layers.Softmax((1, 2)), layers.Flatten()]
    assert [head.kind for head in Network.of(ending_in(*whole)).heads] == ["softmax"]


def test_several_sigmoid_units_are_read_one_by_one() -> None:
    """Two units with a sigmoid are two answers, each with a probability of its own."""
    model = ending_in(layers.Dense(2, "sigmoid", name="out"))
    images = np.random.default_rng(0).random((3, 6, 6, 1)).astype(np.float32)
    network = Network.of(model)
    (values,) = Probabilities(network, network.heads, images)(images)
    np.testing.assert_allclose(values, model(images), rtol=1e-6)


def test_training_refuses_an_output_that_is_always_1() -> None:
    """It trained for all its epochs, and every gradient was zero."""
    target = Target("class", "Class", ("no", "yes"))
    network = Network.of(ending_in(layers.Dense(1, "softmax", name="out")))
    assert network.heads_for((target,))[0].target is None
    with pytest.raises(UserError, match="softmax over a single value") as told:
        network.heads_for((target,), strict=True)
    assert "sigmoid in place of the softmax, or with a unit for each class" in str(
        told.value.problems[0].hint
    )


@pytest.mark.parametrize("ending", SINGLE)
def test_an_output_that_is_always_1_is_warned_of(ending: str) -> None:
    """Nothing at the top of the page said what is wrong with such a model."""
    network = Network.of(ending_in(*SINGLE[ending]()))
    (warning,) = model_warnings(network)
    assert warning.kind == "constant_output"
    assert "'out' of the model is a softmax over a single value" in warning.text
    assert "with a sigmoid" in warning.text


def test_maps_of_a_softmax_over_a_single_channel_are_warned_of() -> None:
    """A segmentation network with one softmax channel gives 1 for every pixel."""
    maps = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(1, 3, activation="softmax", name="mask")]
    )
    (warning,) = model_warnings(Network.of(maps))
    assert (warning.kind, "'mask'" in warning.text) == ("constant_layer", True)


# --- several inputs ------------------------------------------------------------------------------


def two_branches(shared: bool = False) -> Any:
    """Two images, each through a convolution, or both through one and the same."""
    left, right = keras.Input((6, 6, 1), name="left"), keras.Input((6, 6, 1), name="right")
    first = layers.Conv2D(2, 3, activation="relu", name="first")
    second = first if shared else layers.Conv2D(2, 3, activation="relu", name="second")
    both = layers.Subtract()([first(left), second(right)])
    return keras.Model([left, right], layers.Dense(3, "softmax")(layers.Flatten()(both)))


@pytest.mark.parametrize(
    ("shared", "values", "layer"),
    [
        (False, {"left": "images", "right": 0.5}, "first"),
        (False, {"left": 0.5, "right": "images"}, "second"),
        (True, {"left": "images", "right": 0.5}, "first"),
        (True, {"left": 0.5, "right": "images"}, "first[1]"),
    ],
)
def test_default_layers_are_those_that_the_images_reach(
    shared: bool, values: dict[str, Any], layer: str
) -> None:
    """Grad-CAM explained at the branch whose input is held, and showed one map for all images."""
    model, _ = hold_inputs(two_branches(shared), values)
    network = Network.of(model)
    assert cam.target_layer(network, None) == layer
    assert deconvolved(network, None) == layer
    assert with_maps(network, "all", "") == [layer]
    images = np.random.default_rng(0).random((3, 6, 6, 1)).astype(np.float32)
    maps = reportgen.grad_cam(model, images, 0)
    np.testing.assert_array_equal(maps, reportgen.grad_cam(model, images, 0, layer=layer))


def test_the_default_layer_is_one_of_maps_over_the_image() -> None:
    """A later convolution over a text or a sound was taken for the last one over the image."""
    image, sound = keras.Input((6, 6, 1), name="image"), keras.Input((20, 2), name="sound")
    seen = layers.GlobalMaxPooling2D()(layers.Conv2D(2, 3, name="over_image")(image))
    heard = layers.GlobalMaxPooling1D()(layers.Conv1D(2, 3, name="over_sound")(sound))
    both = layers.Concatenate()([seen, heard])
    model = keras.Model([image, sound], layers.Dense(2, "softmax")(both))
    arrays = [np.ones((2, 6, 6, 1), np.float32), np.ones((2, 20, 2), np.float32)]
    assert cam.target_layer(Network.of(model), None) == "over_image"
    assert reportgen.grad_cam(model, arrays).shape == (2, 4, 4)


@pytest.mark.filterwarnings("ignore:When providing `inputs` as a dict")
def test_inputs_in_a_dictionary_are_called_by_their_keys() -> None:
    """Messages and specs had to use the names of tensors, which a user may never have seen."""
    inputs = {key: keras.Input((4, 4, 1), name=f"{key}_tensor") for key in ("photo", "depth")}
    both = layers.Add()([layers.Conv2D(2, 3)(tensor) for tensor in inputs.values()])
    model = keras.Model(inputs, layers.Dense(2, "softmax")(layers.Flatten()(both)))
    rng = np.random.default_rng(0)
    photo, depth = (rng.random((2, 4, 4, 1)).astype(np.float32) for _ in range(2))
    with pytest.raises(UserError, match=r"must have the keys .*photo.*, got photo"):
        reportgen.saliency(model, {"photo": photo})
    by_key = reportgen.saliency(model, {"photo": photo, "depth": depth}, 0)
    by_tensor = reportgen.saliency(model, {"photo_tensor": photo, "depth_tensor": depth}, 0)
    np.testing.assert_array_equal(by_key, by_tensor)
    held, sentence = hold_inputs(model, {"photo": "images", "depth": 0.5})
    assert sentence == "Input 'depth' is held at 0.5; all figures hold for that value alone."
    want = model({"photo": photo, "depth": np.full_like(photo, 0.5)})
    np.testing.assert_allclose(held(photo), want, rtol=1e-6)


def test_a_model_that_compares_an_image_with_itself_says_so() -> None:
    """A Siamese model given one image twice looked like any other."""
    model, sentence = hold_inputs(two_branches(shared=True), {"left": "images", "right": "images"})
    assert sentence == "The inputs 'left' and 'right' are given the same images."
    (warning,) = model_warnings(Network.of(model))
    assert warning.kind == "same_images"
    assert "Layer 'first' of the model runs on 2 inputs" in warning.text
    other, _ = hold_inputs(two_branches(shared=True), {"left": "images", "right": 0.5})
    assert not list(model_warnings(Network.of(other)))


# --- the same numbers at every call, and what they were made on ----------------------------------


def test_the_first_call_gives_the_numbers_of_all_later_calls() -> None:
    """Behind batch normalizations and skips the last digits of a second call differed."""
    model = small_resnet.build((28, 28, 1), (Target("c", "C", tuple("abcdefghij")),))
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            shapes = [w.shape for w in layer.get_weights()]
            draws = [rng.uniform(0.5, 1.5, s) if i in (0, 3) else rng.normal(0, 0.3, s)
                     for i, s in enumerate(shapes)]  # fmt: skip
            layer.set_weights(draws)
    images = rng.random((3, 28, 28, 1)).astype(np.float32)
    last = cam.target_layer(Network.of(model), None)
    for call in (
        lambda: reportgen.feature_maps(model, images, [last])[last],
        lambda: reportgen.embedding(model, images),
        lambda: reportgen.grad_cam(model, images),
        lambda: reportgen.saliency(model, images),
    ):
        first, second, third = call(), call(), call()
        np.testing.assert_array_equal(first, second)
        np.testing.assert_array_equal(first, third)


def test_the_worker_computes_with_a_fixed_number_of_threads() -> None:
    """The last digits of a result depended on how many cores a machine has."""
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OPENBLAS_NUM_THREADS")
    for outside, threads in (
        ({}, "2"),
        ({"REPORTGEN_THREADS": "8"}, "8"),
        ({"REPORTGEN_THREADS": "8", "TF_NUM_INTRAOP_THREADS": "3"}, "8"),
    ):
        assert {environment(outside)[name] for name in names} == {threads}
    assert environment({"TF_NUM_INTRAOP_THREADS": "3"})["TF_NUM_INTRAOP_THREADS"] == "3"
    for wrong in ("0", "two", "-1", "1e3", "9" * 40):
        with pytest.raises(UserError, match="REPORTGEN_THREADS must be a whole number"):
            environment({"REPORTGEN_THREADS": wrong})


@pytest.mark.timeout(120)
def test_a_measure_does_not_depend_on_whether_its_process_trained() -> None:
    """A loss differed in its last digits where a model was trained in an earlier build."""
    code = (
        "from tensorflow.python.framework import config; print(config.is_op_determinism_enabled())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(os.environ), capture_output=True, text=True
    )
    assert done.stdout == "True\n", done.stderr


def test_a_machine_is_recorded_and_no_part_of_a_digest(tmp_path: Any) -> None:
    """A report that is made on another machine, with equal numbers, would have been stale there."""
    told = checkpoints.machine()
    assert told.keys() == {"device", "threads", "onednn", "processor", "tensorflow"}
    model = {"machine": {**told, "device": "CPU", "threads": "1", "onednn": "off"}}
    facts = ModelFacts("net", "", "", "", (), 0, 0, 0, "d" * 20, {}, {}, {}, model)
    (sentence,) = _provenance((facts,), {})["machine"].values()
    assert sentence.startswith("CPU, 1 thread, oneDNN off, ")
