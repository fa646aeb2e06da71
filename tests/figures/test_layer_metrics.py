"""Numbers of convolution layers, by hand: shapes and costs, dead and twin filters."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.layer_metrics import measures as by_hand
from reportgen.figures.layer_metrics.compute import compute
from reportgen.figures.layer_metrics.measures import ActivationStatistics
from reportgen.metrics.statistics import redundant

KIND = "layer_metrics"


def model() -> Any:
    """Two convolutions over 8x8x1, the first with a dead filter and a pair of twins."""
    start = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, activation="relu", name="first")(start)
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Conv2D(2, 2, strides=2, padding="same", use_bias=False, name="second")(x)
    made = keras.Model(start, layers.Dense(2, name="out")(layers.Flatten()(x)))
    edge = np.array([[1, 0, -1]] * 3, np.float32)
    spot = np.zeros((3, 3), np.float32)
    spot[1, 1] = 2
    kernel = np.stack([edge, -2 * edge, spot, 1e-4 * spot], axis=-1)[:, :, None]
    made.get_layer("first").set_weights([kernel, np.array([0, 0, -5, 0.0])])
    made.get_layer("second").set_weights([np.ones((2, 2, 4, 2), np.float32)])
    return made


def data() -> Any:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 1), dtype=np.uint8)
    return dataset(pixels, {}, ())


def test_shapes_and_costs_by_hand() -> None:
    made = subject(KIND, model(), None)
    artifact = compute(made)
    first, second = artifact.facts.layers
    assert (first.index, second.index) == ("1", "3")
    assert (first.kernels, first.bias) == (((3, 3, 1, 4),), (4,))
    assert (second.kernels, second.bias) == (((2, 2, 4, 2),), ())
    assert (first.output, second.output) == ((6, 6, 4), (2, 2, 2))
    assert (first.field, second.field) == (3, 6)  # 3 + 1 of the pool + 1 cell of 2 px
    assert (first.parameters, second.parameters) == (40, 32)
    assert (first.multiply_adds, second.multiply_adds) == (36 * 36, 4 * 32)
    found = measures(artifact)
    assert found["multiply_adds"].value == 1424
    assert found["conv_parameters"].value == 72
    assert (found["multiply_adds@first"].part, found["dead_filters@first"].part) == (
        "shapes",
        "statistics",
    )
    assert found["cost_share@first"].value == pytest.approx(1296 / 1424)
    shapes, statistics = check_house_rules(KIND, artifact, made.params)
    assert shapes.rows[0] == ("first", 1, "3 x 3 x 1 x 4", "4", "6 x 6 x 4", "1 x 1", 3, 40, 1296)
    assert shapes.rows[1][3] is None
    assert "2 convolution layers (Conv2D)" in shapes.caption
    assert "not measured: there is no dataset." in statistics.caption
    assert len(statistics.columns) == 6


def test_weights_by_hand() -> None:
    first, second = compute(subject(KIND, model(), None)).facts.layers
    assert (first.dead, second.dead) == (1, 0)
    # The edges are twins; a scaled spot is one of the spot, however small.
    assert first.redundant == 4
    # Ones have no variation.
    assert (second.redundant, second.mean, second.deviation) == (0, 1.0, 0.0)


def test_dead_and_twin_filters() -> None:
    rows = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 0.005], [0, 0, 0]])
    np.testing.assert_array_equal(by_hand.dead(rows), [False, False, True, True])
    np.testing.assert_array_equal(by_hand.dead(np.zeros((2, 3))), [True, True])
    rows = np.array([[1.0, 2, 3], [3, 2, 1], [1, 0, 1], [5, 5, 5]])
    np.testing.assert_array_equal(redundant(rows), [True, True, False, False])


def test_activations_against_keras() -> None:
    built, images = model(), data()
    made = subject(KIND, built, images, measure_on=12)
    artifact = compute(made)
    x = np.asarray(images.splits["test"].images, np.float32) / 255
    maps = np.asarray(built.get_layer("first")(x))
    found = measures(artifact)
    assert found["mean_activation@first"].value == pytest.approx(maps.mean(), rel=1e-5)
    assert found["active_share@first"].value == pytest.approx((maps > 0).mean())
    assert (found["dead_channels@first"].value, found["dead_channels@first"].n) == (1, 4)
    _, statistics = check_house_rules(KIND, artifact, made.params)
    assert "on 12 test images." in statistics.caption
    assert "silent ones are nowhere above zero" in statistics.encoding
    assert statistics.rows[0][-1] == 1
    cost, idle = notes_of(KIND, artifact)[0]
    assert "`first` alone takes 91.0%" in cost.text
    assert (
        idle.text == "1 of 4 channels of `first` is silent: nowhere above zero on any test image "
        "measured."
    )
    assert idle.table is not None
    assert idle.table.rows[:2] == (
        ("Silent channels", "first", "1", "4"),
        ("Filters with weights next to nothing", "first", "1", "4"),
    )


def test_statistics_do_not_depend_on_batches() -> None:
    maps = np.random.default_rng(1).normal(size=(5, 3, 3, 2)).astype(np.float32)
    maps[..., 1] = -1
    whole, parts = ActivationStatistics(), ActivationStatistics()
    whole.add(maps)
    for one in maps:
        parts.add(one[None])
    np.testing.assert_allclose(np.concatenate(parts.means), whole.means[0])
    assert parts.silent() == whole.silent() == 1


@pytest.mark.parametrize(
    ("layer", "filters", "macs"),
    [
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (6, 9), 4 * 4 * 3 * 9 * 2),
        (layers.SeparableConv2D(5, 3), (5, 3), 4 * 4 * (27 + 15)),
        (layers.Conv2DTranspose(4, 2, strides=2), (4, 12), 6 * 6 * 48),
        (layers.Conv2D(6, 3, groups=3), (6, 9), 4 * 4 * 54),
    ],
)
def test_every_kind_of_convolution(layer: Any, filters: tuple[int, int], macs: int) -> None:
    made = keras.Sequential([keras.Input((6, 6, 3)), layer])
    assert by_hand.filters(layer).shape == filters
    (row,) = compute(subject(KIND, made, None)).facts.layers
    assert row.multiply_adds == macs


def test_layers_of_several_types_say_theirs() -> None:
    made = keras.Sequential(
        [keras.Input((6, 6, 3)), layers.Conv2D(2, 3), layers.DepthwiseConv2D(2)]
    )
    given = subject(KIND, made, None)
    shapes, _ = check_house_rules(KIND, compute(given), given.params)
    assert shapes.columns[:3] == ("Layer", "Type", "Index")
    assert [row[1] for row in shapes.rows] == ["Conv2D", "DepthwiseConv2D"]


def test_open_sizes_have_no_cost_and_nested_layers_have_places() -> None:
    inner = keras.Sequential(
        [keras.Input((None, None, 1)), layers.Conv2D(2, 3, name="c")], name="b"
    )
    start = keras.Input((None, None, 1))
    made = keras.Model(start, inner(start))
    artifact = compute(subject(KIND, made, None))
    (row,) = artifact.facts.layers
    assert (row.index, row.multiply_adds) == ("1.0", None)
    shapes, _ = check_house_rules(KIND, artifact, {})
    assert shapes.rows[0][1] == "1.0"
    assert shapes.rows[0][4] == "? x ? x 2"
    assert "multiply_adds" not in measures(artifact)


def test_a_layer_costs_as_often_as_it_is_used() -> None:
    inner = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 3, name="c")], name="b")
    start, shared = keras.Input((6, 6, 1)), layers.Conv2D(2, 1, name="shared")
    both = layers.Add()([inner(start), inner(layers.Rescaling(-1.0)(start))])
    artifact = compute(subject(KIND, keras.Model(start, shared(shared(both))), None))
    found, (c, d) = measures(artifact), artifact.facts.layers
    assert (c.multiply_adds, d.multiply_adds) == (16 * 18, 16 * 4)
    assert found["multiply_adds"].value == 2 * (16 * 18 + 16 * 4)
    assert "2 layers listed, at each use of a layer" in found["multiply_adds"].how
    assert found["cost_share@b/c"].value == pytest.approx(18 / 22)
    # In a second size the cost is another, so the sum is not told.
    wide = keras.Model(start, [layers.Flatten()(shared(x)) for x in (both, both[:, 1:])])
    assert "multiply_adds" not in measures(compute(subject(KIND, wide, None)))


@pytest.mark.parametrize(
    ("layer", "side", "order"),
    [
        (layers.Conv1D(2, 3), (8, 4), "length"),
        (layers.Conv3D(2, 3), (4, 8, 8, 1), "depth x height x width"),
    ],
)
def test_captions_name_the_axes_that_there_are(layer: Any, side: Any, order: str) -> None:
    artifact = compute(subject(KIND, keras.Sequential([keras.Input(side), layer]), None))
    shapes, _ = check_house_rules(KIND, artifact, {})
    assert f"A kernel is written as {order} x input channels x filters" in shapes.encoding
    assert f"an output as {order} x channels." in shapes.encoding


def test_a_wrapped_convolution_has_the_numbers_of_what_is_inside() -> None:
    inside = layers.Conv2D(4, 3, strides=2)
    wrapped = layers.SpectralNormalization(inside, name="wrapped")
    (row,) = compute(
        subject(KIND, keras.Sequential([keras.Input((9, 9, 2)), wrapped]), None)
    ).facts.layers
    assert (row.path, row.type) == ("wrapped", "SpectralNormalization")
    assert (row.kernels, row.stride, row.filters) == (((3, 3, 2, 4),), (2, 2), 4)
    # The vector that the wrapper keeps besides is no part of the convolution.
    assert row.parameters == 3 * 3 * 2 * 4 + 4
    assert row.multiply_adds == 3 * 3 * 2 * 4 * 4 * 4


def test_what_there_is_not() -> None:
    flat = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(UndefinedError, match="no layer is a convolution"):
        compute(subject(KIND, flat, None))
    with pytest.raises(UserError, match="first, second"):
        compute(subject(KIND, model(), None, layers=["third"]))


def test_one_image_is_told_as_one() -> None:
    made = subject(KIND, model(), data(), measure_on=1)
    artifact = compute(made)
    _, statistics = check_house_rules(KIND, artifact, made.params)
    assert "on one test image." in statistics.caption
    assert "silent ones are nowhere above zero" in statistics.encoding
    idle = notes_of(KIND, artifact)[0][-1].text
    assert "silent: nowhere above zero on the one test image." in idle
