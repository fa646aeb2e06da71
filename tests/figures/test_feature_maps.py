"""Feature maps: the arrays, their measures, the figure, layers of one to three dimensions."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset as random_dataset
from small_models import images, nested, sequential
from subjects import check_house_rules, dataset, measures, notes_of, subject, values

from reportgen.drawing.mosaic import arrange
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.feature_maps import ENTRY
from reportgen.figures.feature_maps.compute import compute, feature_maps
from reportgen.figures.feature_maps.draw import as_tiles, draw, planes_per_row
from reportgen.figures.feature_maps.notes import notes
from reportgen.network.maps import map_axes
from reportgen.network.network import Network
from reportgen.records import Artifact, Evidence, Finding, Target

KIND = "feature_maps"
layers = keras.layers


def test_all_convolutions_and_pools_of_one_pass() -> None:
    model, x = sequential(), images()
    found = feature_maps(model, x)
    assert list(found) == ["conv", "pool"]
    conv = model.get_layer("conv")(x)
    np.testing.assert_allclose(found["conv"], conv, atol=1e-6)
    np.testing.assert_allclose(found["pool"], model.get_layer("pool")(conv), atol=1e-6)


def test_any_layer_may_be_asked_for_by_name() -> None:
    found = feature_maps(nested(), images(), ["backbone/stem/conv", "flat"])
    assert found["backbone/stem/conv"].shape == (5, 6, 6, 2)
    assert found["flat"].shape == (5, 32)


def test_measures_are_those_declared_and_finite() -> None:
    found = compute(subject(KIND, sequential(), random_dataset({"class": 3}))).measures
    assert {m.name.split("@")[0] for m in found} == {name for name, _ in ENTRY.evidence}
    values = {m.name: m for m in found}
    assert values["pool_size_ratio@pool"].value == 0.25
    assert values["pool_gain@pool"].value >= 1
    assert values["active_share@conv"].n == 24
    assert values["foreground_lift@conv"].part == "conv"
    assert values["fineness@pool"].value is None, "three positions hold no waves"
    assert all(np.isfinite(m.value) for m in found if m.name != "fineness@pool")
    assert not [name for name in values if name.startswith("pool_") and name.endswith("@conv")]


def test_one_mosaic_for_each_layer_and_sample() -> None:
    given = subject(KIND, sequential(), random_dataset({"class": 3}), samples=2)
    figures = draw(compute(given), given.params)
    assert [f.part for f in figures] == ["conv-s0", "pool-s0", "conv-s1", "pool-s1"]
    assert figures[0].title == "Conv2D (conv)"
    assert figures[1].title == "MaxPooling2D (pool)"
    assert "2 feature maps of conv (4 x 4 positions)" in figures[0].caption
    alone = subject(KIND, sequential(), random_dataset({"class": 3}), layers=["pool"])
    assert [f.part for f in draw(compute(alone), alone.params)] == ["pool"]


def test_dark_channels_are_said() -> None:
    model = sequential()
    kernel, _ = model.get_layer("conv").get_weights()
    kernel[..., 1] = 0
    model.get_layer("conv").set_weights([kernel, np.array([1.0, -1.0])])
    given = subject(KIND, model, random_dataset({"class": 3}))
    figure = draw(compute(given), given.params)[0]
    assert figure.caption.endswith("; 1 is zero everywhere.")
    assert "1 of the maps is zero everywhere." in figure.alt


def test_many_channels_are_cut_and_said() -> None:
    given = subject(KIND, sequential(filters=3), random_dataset({"class": 3}), max_channels=2)
    assert "The first 2 of 3 feature maps" in draw(compute(given), given.params)[0].caption


def test_channels_can_be_chosen() -> None:
    model, data = sequential(filters=3), random_dataset({"class": 3})
    given = subject(KIND, model, data, layers=["conv"], channels=[1])
    found = compute(given)
    whole = compute(subject(KIND, model, data, layers=["conv"])).arrays["maps@conv"]
    np.testing.assert_array_equal(found.arrays["maps@conv"], whole[:, 1:2])
    (figure,) = draw(found, given.params)
    assert figure.title == "Conv2D (conv), channel 1"
    assert figure.caption.startswith("Feature map 1 of the 3 of conv (4 x 4 positions) for")
    assert figure.alt.endswith("in channel 1.")
    two = subject(KIND, model, data, layers=["conv"], channels=[2, 0])
    assert "2 of 3 feature maps of conv" in draw(compute(two), two.params)[0].caption
    assert compute(subject(KIND, model, data, channels=1)).arrays["maps@pool"].shape[1] == 1
    with pytest.raises(UserError, match=r"channels must lie in 0\.\.2, got 3"):
        compute(subject(KIND, model, data, channels=[3]))


def test_layers_whose_names_differ_in_case_alone_get_different_parts() -> None:
    body = [layers.Conv2D(2, 3, name="conv"), layers.Conv2D(2, 3, name="Conv")]
    model = keras.Sequential([keras.Input((6, 6, 1)), *body, layers.Flatten(), layers.Dense(3)])
    given = subject(KIND, model, random_dataset({"class": 3}))
    artifact = compute(given)
    assert [f.part for f in draw(artifact, given.params)] == ["conv", "conv-2"]
    parts = {measure.name: measure.part for measure in artifact.measures}
    assert (parts["detail@conv"], parts["detail@Conv"]) == ("conv", "conv-2")
    given = subject(KIND, model, random_dataset({"class": 3}), samples=2)
    parts_of_two = [f.part for f in draw(compute(given), given.params)]
    assert parts_of_two == ["conv-s0", "conv-2-s0", "conv-s1", "conv-2-s1"]


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UserError, match="called 'flat'"):
        compute(subject(KIND, sequential(), random_dataset({"class": 3}), layers=["flat"]))
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(KIND, sequential(), None))
    flat = keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(UndefinedError, match="or pooling layer, so it has no feature maps to"):
        compute(subject(KIND, flat, random_dataset({"class": 3})))


def test_notes_cite_what_was_measured() -> None:
    found = compute(subject(KIND, sequential(), random_dataset({"class": 3}))).measures
    evidence = tuple(
        Evidence(f"b.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "b")
        for m in found
    )
    written = notes(Finding("b", "feature_maps", "m", "s", evidence))
    assert len(written) == 1
    assert written[0].table is not None
    assert len(written[0].table.rows) == 2
    assert {cite for note in written for cite in note.cites} <= {item.id for item in evidence}


# --- layers of one and three dimensions ---

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
    given = subject(KIND, model, data(), **params)
    found = compute(given)
    return found, check_house_rules(KIND, found, given.params)


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
    assert "2 feature maps of conv (8 positions)" in figures[0].caption
    assert "a color scale of its own" in figures[0].encoding
    strip = "a strip from its first position (left) to its last."
    assert figures[0].alt.startswith("A grid of 2 feature maps of Conv1D conv for test image 1")
    assert f"The strongest activation is 0.0235, in channel 0. Each is {strip}" in figures[0].alt


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
    assert "2 feature maps of conv (2 x 2 x 2 positions)" in figures[0].caption
    assert "as 2 planes of 2 x 2 from left to right, with gray between." in figures[0].alt
    assert figures[0].caption.endswith("; 1 is zero everywhere.")
    assert "as 2 planes of 1 x 2 from the top down, with gray" in figures[1].alt
    assert figures[0].encoding == figures[1].encoding  # so that a page says it once


def test_one_channel_is_told_without_each() -> None:
    _, figures = made(line(), layers=["conv"], channels=[1])
    assert figures[0].title == "Conv1D (conv), channel 1"
    assert figures[0].caption.startswith("Feature map 1 of the 2 of conv (8 positions) for test")
    assert "from its smallest value (dark)" in figures[0].encoding
    assert figures[0].alt.startswith("A feature map of Conv1D conv for test image 1")
    assert figures[0].alt.endswith("It is a strip from its first position (left) to its last.")


def test_a_map_of_a_single_position_or_plane_is_told_plainly() -> None:
    body = [layers.Reshape((8, 1)), layers.Conv1D(2, 8, name="all")]
    _, (one,) = made(ended(*body))
    assert "2 feature maps of all (1 position) for" in one.caption
    assert "strip" not in one.encoding
    body = [layers.Reshape((1, 2, 4, 1)), layers.Conv3D(2, 1, name="plane")]
    _, (plane,) = made(ended(*body))
    assert "2 feature maps of plane (1 x 2 x 4 positions) for" in plane.caption


def test_layers_of_all_dimensions_are_shown_and_only_flat_ones_measured_over_the_image() -> None:
    model = mixed()
    assert [map_axes(Network.of(model), layer.name) for layer in model.layers] == [
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
    assert notes_of(KIND, found)[0] == ()
    dense = model.layers[-1].name
    with pytest.raises(UserError, match=f"called '{dense}': .*flat, line, deep"):
        compute(subject(KIND, model, data(), layers=[dense]))


def test_notes_speak_of_flat_maps_alone() -> None:
    given = data()
    bright = np.asarray(given.splits["test"].images) * 40
    target = Target("class", "Class", ("a", "b"))
    images = dataset(bright, {"class": [0, 1] * 2}, (target,))
    found = compute(subject(KIND, mixed(), images))
    (note,) = notes_of(KIND, found)[0]
    assert "`flat`" in note.text


def test_a_function_gives_maps_of_sequences_as_keras_does() -> None:
    conv = layers.Conv1D(3, 3, name="conv")
    model = keras.Sequential([keras.Input((8, 2)), conv, layers.GlobalAveragePooling1D()])
    x = np.random.default_rng(0).random((2, 8, 2), dtype=np.float32)
    np.testing.assert_allclose(feature_maps(model, x)["conv"], conv(x), atol=1e-6)


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
    assert "The only feature map of up (5 x 2 x 2 positions)" in figure.caption
    assert "It is drawn as 5 planes of 2 x 2 in rows of 3, with gray" in figure.alt
    assert figure.alt.endswith("in rows of 3, with gray between and after the last.")


def test_maps_of_two_dimensions_stay_as_they_are() -> None:
    maps = np.ones((3, 4, 5), np.float32)
    tiles, side = as_tiles(maps)
    assert tiles is maps
    assert side is None
