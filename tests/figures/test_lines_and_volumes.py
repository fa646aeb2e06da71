"""Feature maps of layers of one and three dimensions: arrays, measures and words by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, notes_of, subject, values

from reportgen.drawing.mosaic import arrange
from reportgen.errors import UserError
from reportgen.figures.feature_maps import measures as by_hand
from reportgen.figures.feature_maps import measures as measured
from reportgen.figures.feature_maps.compute import compute, feature_maps
from reportgen.figures.feature_maps.draw import as_tiles, planes_per_row
from reportgen.network.maps import axes_at
from reportgen.network.network import Network
from reportgen.records import Artifact, Target

layers = keras.layers
LINE = np.array([0, 0, 4, 0, 2, 6, 1, 1], np.uint8)


def fixed(model: Any, *kernels: Any) -> Any:
    """The model with these kernels in its convolutions, and no biases."""
    found = [layer for layer in model.layers if "Conv" in type(layer).__name__]
    for layer, kernel in zip(found, kernels, strict=True):
        shape = layer.kernel.shape
        layer.set_weights([np.reshape(kernel, shape), np.zeros(shape[-1])])
    return model


def ended(*body: Any) -> Any:
    end = [layers.Flatten(), layers.Dense(2, "softmax")]
    return keras.Sequential([keras.Input((2, 4, 1)), *body, *end])


def line() -> Any:
    """Its first channel is the image in one row, its second what lies below 3 / 255."""
    body = [
        layers.Reshape((8, 1)),
        layers.Conv1D(2, 1, activation="relu", name="conv"),
        layers.MaxPooling1D(2, name="pool"),
    ]
    model = fixed(ended(*body), [1, -1])
    model.get_layer("conv").bias.assign([0, 3 / 255])
    return model


def volume() -> Any:
    body = [
        layers.Reshape((2, 2, 2, 1)),
        layers.Conv3D(2, 1, activation="relu", name="conv"),
        layers.AveragePooling3D((1, 2, 1), name="pool"),
    ]
    return fixed(ended(*body), [1, -1])


def mixed() -> Any:
    body = [
        layers.Conv2D(2, 1, name="flat"),
        layers.Reshape((8, 2)),
        layers.Conv1D(3, 1, name="line"),
        layers.Reshape((2, 2, 2, 3)),
        layers.Conv3D(1, 1, name="deep"),
    ]
    return fixed(ended(*body), [1, -1], np.ones(6), np.ones(3))


def data() -> Any:
    images = np.repeat(LINE.reshape(1, 2, 4, 1), 4, axis=0)
    return dataset(images, {"class": [0, 1, 0, 1]}, (Target("class", "Class", ("a", "b")),))


def made(model: Any, **params: Any) -> tuple[Artifact, Any]:
    given = subject("feature_maps", model, data(), **params)
    found = compute(given)
    return found, check_house_rules("feature_maps", found, given.params)


def test_a_line_by_hand() -> None:
    found, figures = made(line())
    conv = np.stack([LINE, np.maximum(3.0 - LINE, 0)]) / 255
    np.testing.assert_allclose(found.arrays["maps@conv"], conv[None], atol=1e-6)
    pool = np.array([[[0, 4, 6, 1], [3, 3, 1, 2]]]) / 255
    np.testing.assert_allclose(found.arrays["maps@pool"], pool, atol=1e-6)
    assert [layer.size for layer in found.facts.layers] == [(8,), (4,)]
    measured = values(found)
    # Five of eight positions are above zero in one channel, six in the other.
    assert measured["active_share@conv"] == pytest.approx(11 / 16)
    assert measured["pool_size_ratio@pool"] == 0.5
    # The sums are 14 and 14 before, of 16 values, and 11 and 9 after, of 8.
    assert measured["pool_gain@pool"] == pytest.approx((20 / 8) / (28 / 16))
    assert [figure.title for figure in figures] == ["Conv1D (conv)", "MaxPooling1D (pool)"]
    assert (
        "2 channels of 8 positions, each a strip from its first position (left) to its last, on "
        "a color scale of its own; its number" in figures[0].caption
    )
    assert figures[0].alt.startswith(
        "Grid of 2 feature maps, each a strip from its first position (left) to its last, of Conv1D"
    )
    assert figures[0].alt.endswith("the strongest activation is 0.0235, in channel 0.")


def test_a_volume_by_hand() -> None:
    found, figures = made(volume())
    conv = found.arrays["maps@conv"]
    assert conv.shape == (1, 2, 2, 2, 2)
    np.testing.assert_allclose(conv[0, 0], LINE.reshape(2, 2, 2) / 255, atol=1e-6)
    pool = np.array([[[2, 0]], [[1.5, 3.5]]]) / 255
    np.testing.assert_allclose(found.arrays["maps@pool"][0, 0], pool, atol=1e-6)
    measured = values(found)
    assert measured["active_share@conv"] == pytest.approx(5 / 16)
    assert measured["pool_size_ratio@pool"] == 0.5
    assert measured["pool_gain@pool"] == pytest.approx(1)
    assert (
        "2 channels of 2 x 2 x 2 positions, each as 2 planes of 2 x 2 from left to right, with "
        "gray between, on a color scale" in figures[0].caption
    )
    assert figures[0].caption.endswith("1 of the maps shown is zero everywhere for this image.")
    assert "each as 2 planes of 1 x 2 from the top down, with gray" in figures[1].caption


def test_one_channel_is_told_without_each() -> None:
    _, figures = made(line(), layers=["conv"], channels=[1])
    assert figures[0].title == "Conv1D (conv), channel 1"
    assert "channel 1 of 2 of 8 positions, a strip from its first position" in figures[0].caption
    assert "to its last, from its smallest value (dark)" in figures[0].caption
    assert figures[0].alt.startswith("A feature map, a strip from its first position (left) to")


def test_a_map_of_a_single_position_or_plane_is_told_plainly() -> None:
    body = [layers.Reshape((8, 1)), layers.Conv1D(2, 8, name="all")]
    _, (one,) = made(ended(*body))
    assert "2 channels of 1 position, each on a color scale" in one.caption
    body = [layers.Reshape((1, 2, 4, 1)), layers.Conv3D(2, 1, name="plane")]
    _, (plane,) = made(ended(*body))
    assert "2 channels of 1 x 2 x 4 positions, each on a color scale" in plane.caption


def test_layers_of_all_dimensions_are_shown_and_only_flat_ones_measured_over_the_image() -> None:
    model = mixed()
    assert [axes_at(Network.of(model), layer.name) for layer in model.layers] == [
        2,
        1,
        1,
        3,
        3,
        0,
        0,
    ]
    found, figures = made(model)
    assert [figure.layers for figure in figures] == [("flat",), ("line",), ("deep",)]
    over = {name for name in values(found) if name.startswith(("foreground_lift", "fineness"))}
    assert over == {"foreground_lift@flat", "fineness@flat"}
    assert {f"detail@{name}" for name in ("flat", "line", "deep")} <= set(values(found))
    # Without bright pixels there is no foreground, so nothing is told of it.
    assert notes_of("feature_maps", found)[0] == ()
    dense = model.layers[-1].name
    with pytest.raises(UserError, match=f"called '{dense}' .*flat, line, deep"):
        compute(subject("feature_maps", model, data(), layers=[dense]))


def test_notes_speak_of_flat_maps_alone() -> None:
    given = data()
    bright = np.asarray(given.splits["test"].images) * 40
    target = Target("class", "Class", ("a", "b"))
    images = dataset(bright, {"class": [0, 1] * 2}, (target,))
    found = compute(subject("feature_maps", mixed(), images))
    (note,) = notes_of("feature_maps", found)[0]
    assert "`flat`" in note.text


def test_a_function_gives_maps_of_sequences_as_keras_does() -> None:
    conv = layers.Conv1D(3, 3, name="conv")
    model = keras.Sequential([keras.Input((8, 2)), conv, layers.GlobalAveragePooling1D()])
    x = np.random.default_rng(0).random((2, 8, 2), dtype=np.float32)
    np.testing.assert_allclose(feature_maps(model, x)["conv"], conv(x), atol=1e-6)


def test_detail_of_lines_and_volumes_by_hand() -> None:
    maps = np.array([0, 0, 0, 0, 0, 5, -5, 0], np.float32)
    # Equal departures at two of eight positions: ln 2 / ln 8.
    for space in ((8,), (2, 2, 2)):
        np.testing.assert_allclose(measured.details(maps.reshape(1, *space, 1)), [1 / 3])


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_agreement_is_the_same_along_every_axis(axis: int) -> None:
    # Enlarged with half-pixel centers, 0 4 is 0 1 3 4: with 0 0 4 0 its covariance is 4, and the
    # sums of squares are 10 and 12.
    expected = [4 / np.sqrt(10 * 12)]
    before, after = np.array([0, 0, 4, 0], np.float32), np.array([0, 4], np.float32)
    shape = [1, 1, 1, 1, 1]
    shape[axis] = -1
    np.testing.assert_allclose(
        by_hand.agreements(before.reshape(shape), after.reshape(shape)), expected, rtol=1e-6
    )
    line = by_hand.agreements(before.reshape(1, 4, 1), after.reshape(1, 2, 1))
    np.testing.assert_allclose(line, expected, rtol=1e-6)


def test_agreement_of_a_volume_of_equal_planes_is_that_of_its_plane() -> None:
    rng = np.random.default_rng(1)
    before, after = rng.random((2, 7, 5, 3)), rng.random((2, 3, 2, 3))
    deep = by_hand.agreements(
        np.repeat(before[:, None], 4, axis=1).astype(np.float32),
        np.repeat(after[:, None], 2, axis=1).astype(np.float32),
    )
    plane = by_hand.agreements(before.astype(np.float32), after.astype(np.float32))
    np.testing.assert_allclose(deep, plane, rtol=1e-5)


def test_how_maps_were_resized_is_told() -> None:
    line_says = measures(made(line())[0])["pool_agreement@pool"].how
    assert "resized linearly along each axis, with the map" in line_says
    pooled = ended(layers.MaxPooling2D(2, name="pool"))
    assert "resized bilinearly, with" in measures(made(pooled)[0])["pool_agreement@pool"].how


def test_a_strip_is_high_enough_to_see() -> None:
    maps = np.arange(16 * 26, dtype=np.float32).reshape(16, 26)
    tiles, side = as_tiles(maps)
    np.testing.assert_array_equal(tiles, np.repeat(maps[:, None], 5, axis=1))
    grid = arrange(tiles, tile=side).grid
    assert (grid.height, grid.width) == (60, 312)


def test_a_long_strip_is_averaged() -> None:
    maps = np.tile(np.repeat([1.0, 3.0], 3300), (5, 1)).astype(np.float32)
    tiles, side = as_tiles(maps)
    assert (tiles.shape, side) == ((5, 55, 330), 330)
    np.testing.assert_allclose(tiles[:, :, :165], 1)
    np.testing.assert_allclose(tiles[:, :, 165:], 3)
    pairs = np.tile(np.array([0, 2], np.float32), (5, 330))
    np.testing.assert_allclose(as_tiles(pairs)[0], 1)


def test_planes_stand_in_rows_with_a_line_between() -> None:
    maps = np.arange(3 * 4, dtype=np.float32).reshape(1, 3, 2, 2)
    tiles, _ = as_tiles(maps)
    gap = np.nan
    expected = [
        [0, 1, gap, 4, 5],
        [2, 3, gap, 6, 7],
        [gap] * 5,
        [8, 9, gap, gap, gap],
        [10, 11, gap, gap, gap],
    ]
    np.testing.assert_array_equal(tiles[0], np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("space", "columns"),
    [((4, 7, 28), 1), ((3, 6, 3), 3), ((2, 2, 2), 2), ((28, 28, 28), 6), ((1, 9, 9), 1)],
)
def test_planes_fill_the_squarest_tile(space: tuple[int, ...], columns: int) -> None:
    assert planes_per_row(space) == columns


def test_planes_in_rows_are_told() -> None:
    body = [layers.Reshape((2, 2, 2, 1)), layers.Conv3DTranspose(1, (4, 1, 1), name="up")]
    _, (figure,) = made(ended(*body))
    assert "its channel of 5 x 2 x 2 positions, as 5 planes of 2 x 2 in rows of 3" in figure.caption
    assert "in rows of 3, with gray between and after the last, from its smallest" in figure.caption


def test_maps_of_two_dimensions_stay_as_they_are() -> None:
    maps = np.ones((3, 4, 5), np.float32)
    tiles, side = as_tiles(maps)
    assert tiles is maps
    assert side is None
