"""Numbers of odd models, each held against values that NumPy or a person computed."""

from __future__ import annotations

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
from reportgen.figures.deconvnet import compute as deconvnet
from reportgen.figures.deconvnet.facts import NOTHING
from reportgen.figures.layer_metrics import compute as layer_metrics
from reportgen.network import gradient_scaling
from reportgen.network.multiply_adds import dense_multiply_adds
from reportgen.network.network import Network
from reportgen.network.receptive_field import centers, is_gated, receptive_field, window
from reportgen.records import Dataset, Preprocessing, Split, Target
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
    assert "in 2 layers with filters or with matrices at every position" in cost.text
    assert "The 1 convolution has 40 parameters." in cost.text


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
