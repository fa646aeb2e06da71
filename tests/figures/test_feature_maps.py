"""Feature maps: the arrays, their measures by hand, the figure."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, images, nested, sequential

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.feature_maps import ENTRY, measures
from reportgen.figures.feature_maps.compute import compute, feature_maps
from reportgen.figures.feature_maps.draw import draw
from reportgen.figures.feature_maps.notes import notes
from reportgen.network.network import Network
from reportgen.records import Evidence, Finding, ModelFacts, Subject

layers = keras.layers
FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})


def subject(model: Any, data: Any, **params: Any) -> Subject:
    filled = {parameter.name: parameter.default for parameter in ENTRY.parameters} | params
    return Subject(model, FACTS, data, filled, seed=1, network=Network.of(model))


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


def test_lift_by_hand() -> None:
    maps = np.zeros((2, 2, 2, 2), np.float32)
    maps[0, 0, 0] = [1, -2]  # departs by 3 in the foreground
    maps[0, 1, 1, 0] = 1  # and by 1 at one of the three positions outside it, whose median is 0
    maps[1] = [[[5, 0], [4, 0]], [[4, 0], [2, 0]]]  # by 1 inside, by 0, 0 and 2 outside
    masks = np.zeros((2, 4, 4), bool)
    masks[:, :2, :2] = True  # a quarter of the area
    np.testing.assert_allclose(measures.foreground_lifts(maps, masks), [3, 4 / 3])


def test_lift_counts_cells_that_are_partly_in() -> None:
    maps = np.array([1.0, 3.0, 4.0], np.float32).reshape(1, 1, 3, 1)
    masks = np.array([[[True, True, False, True, False, False, False, False, False]]])
    # 2/3 and 1/3 of the first two cells; outside are the last two, with the median 3.5: departures
    # are 2.5, .5 and .5, of which 2.5 * 2/3 + .5 * 1/3 lie inside, on a third of the area.
    inside = (2.5 * 2 / 3 + 0.5 / 3) / 3.5
    np.testing.assert_allclose(measures.foreground_lifts(maps, masks), [inside * 3], rtol=1e-6)


def test_lift_does_not_depend_on_what_channels_answer_to_the_ground() -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(4, 6, 6, 3)).astype(np.float32)
    masks = np.zeros((4, 12, 12), bool)
    masks[:, 2:7, 4:8] = True
    raised = maps + np.array([7, -30, 0.5], np.float32)
    found = measures.foreground_lifts(maps, masks)
    np.testing.assert_allclose(measures.foreground_lifts(raised, masks), found, rtol=1e-4)


def test_lift_leaves_out_even_maps_and_foregrounds_that_are_empty_or_everything() -> None:
    point = np.zeros((2, 2, 1))
    point[0, 0] = 1
    maps = np.stack([np.ones((2, 2, 1)), point, point]).astype(np.float32)
    one = np.zeros((2, 2))
    one[0, 0] = 1
    masks = np.array([one, np.zeros((2, 2)), np.ones((2, 2))]) > 0
    assert not measures.foreground_lifts(maps, masks).size


def test_detail_by_hand() -> None:
    point, even, three, both = np.zeros((4, 3, 3, 1), np.float32)
    point[0, 0] = 5
    even[:] = -3
    three[0, :, 0] = 1, 1, -1
    both[0], both[2] = 1, -1
    found = measures.details(np.stack([point, even, three, both]))
    # Equal departures at k of nine positions have the entropy ln k.
    np.testing.assert_allclose(found, np.log([1, 1, 3, 6]) / np.log(9), atol=1e-12)


def test_detail_does_not_depend_on_a_channels_background() -> None:
    rng = np.random.default_rng(0)
    maps = np.zeros((5, 6, 6, 2), np.float32)
    maps[:, 1:4, 2:4] = rng.random((5, 3, 2, 2))
    raised = maps + np.array([4, -2], np.float32)
    np.testing.assert_allclose(measures.details(raised), measures.details(maps), atol=1e-5)
    assert not measures.details(np.ones((2, 1, 1, 3), np.float32)).size


def test_gain_and_agreement_by_hand() -> None:
    before = np.array([[1.0, -1.0], [0.0, 2.0]], np.float32).reshape(1, 2, 2, 1)
    after = np.array([[2.0]], np.float32).reshape(1, 1, 1, 1)
    np.testing.assert_allclose(measures.gains(before, after), [2.0])
    assert not measures.agreements(before, after).size, "one value does not vary"
    same = np.random.default_rng(0).random((3, 4, 4, 2), dtype=np.float32)
    np.testing.assert_allclose(measures.agreements(same, same), 1)
    np.testing.assert_allclose(measures.agreements(same, -same), -1)


def test_measures_are_those_declared_and_finite() -> None:
    found = compute(subject(sequential(), dataset({"class": 3}))).measures
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
    given = subject(sequential(), dataset({"class": 3}), samples=2)
    figures = draw(compute(given), given.params)
    assert [f.part for f in figures] == ["conv-s0", "pool-s0", "conv-s1", "pool-s1"]
    assert figures[0].title == "Conv2D (conv)"
    assert figures[1].title == "MaxPooling2D (pool)"
    assert "2 channels of 4 x 4 positions" in figures[0].caption
    alone = subject(sequential(), dataset({"class": 3}), layers=["pool"])
    assert [f.part for f in draw(compute(alone), alone.params)] == ["pool"]


def test_dark_channels_are_said() -> None:
    model = sequential()
    kernel, _ = model.get_layer("conv").get_weights()
    kernel[..., 1] = 0
    model.get_layer("conv").set_weights([kernel, np.array([1.0, -1.0])])
    given = subject(model, dataset({"class": 3}))
    figure = draw(compute(given), given.params)[0]
    assert "1 of the maps shown is zero everywhere for this image." in figure.caption
    assert "1 of the maps shown is zero everywhere for this image." in figure.alt


def test_many_channels_are_cut_and_said() -> None:
    given = subject(sequential(filters=3), dataset({"class": 3}), max_channels=2)
    assert "the first 2 of 3 channels" in draw(compute(given), given.params)[0].caption


def test_channels_can_be_chosen() -> None:
    model, data = sequential(filters=3), dataset({"class": 3})
    given = subject(model, data, layers=["conv"], channels=[1])
    found = compute(given)
    whole = compute(subject(model, data, layers=["conv"])).arrays["maps@conv"]
    np.testing.assert_array_equal(found.arrays["maps@conv"], whole[:, 1:2])
    (figure,) = draw(found, given.params)
    assert figure.title == "Conv2D (conv), channel 1"
    assert "channel 1 of 3 of 4 x 4 positions, from its smallest" in figure.caption
    assert figure.alt.endswith("in channel 1.")
    two = subject(model, data, layers=["conv"], channels=[2, 0])
    assert ": 2 of 3 channels of" in draw(compute(two), two.params)[0].caption
    assert compute(subject(model, data, channels=1)).arrays["maps@pool"].shape[1] == 1
    with pytest.raises(UserError, match=r"channels must lie in 0\.\.2, got 3"):
        compute(subject(model, data, channels=[3]))


def test_layers_whose_names_differ_in_case_alone_get_different_parts() -> None:
    body = [layers.Conv2D(2, 3, name="conv"), layers.Conv2D(2, 3, name="Conv")]
    model = keras.Sequential([keras.Input((6, 6, 1)), *body, layers.Flatten(), layers.Dense(3)])
    given = subject(model, dataset({"class": 3}))
    artifact = compute(given)
    assert [f.part for f in draw(artifact, given.params)] == ["conv", "conv-2"]
    parts = {measure.name: measure.part for measure in artifact.measures}
    assert (parts["detail@conv"], parts["detail@Conv"]) == ("conv", "conv-2")
    given = subject(model, dataset({"class": 3}), samples=2)
    parts_of_two = [f.part for f in draw(compute(given), given.params)]
    assert parts_of_two == ["conv-s0", "conv-2-s0", "conv-s1", "conv-2-s1"]


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UserError, match="called 'flat'"):
        compute(subject(sequential(), dataset({"class": 3}), layers=["flat"]))
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(sequential(), None))
    flat = keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(UndefinedError, match="or pooling layer, so it has no feature maps to"):
        compute(subject(flat, dataset({"class": 3})))


def test_notes_cite_what_was_measured() -> None:
    found = compute(subject(sequential(), dataset({"class": 3}))).measures
    evidence = tuple(
        Evidence(f"b.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "b")
        for m in found
    )
    written = notes(Finding("b", "feature_maps", "m", "s", evidence))
    assert len(written) == 2
    assert {cite for note in written for cite in note.cites} <= {item.id for item in evidence}


def test_fineness_counts_waves_across_the_image():
    place = np.arange(64) / 64
    waves = {k: np.cos(2 * np.pi * k * place) for k in (4, 12)}
    maps = np.stack([np.tile(waves[4], (64, 1)), np.tile(waves[12], (64, 1)).T,
                     np.zeros((64, 64))], axis=-1)  # fmt: skip
    found = measures.fineness(maps[None].astype(np.float32))
    assert found[0, :2] == pytest.approx([4, 12], abs=0.3)
    assert np.isnan(found[0, 2])
    # The same waves sampled half as densely are as fine.
    half = measures.fineness(maps[None, ::2, ::2, :2].astype(np.float32))
    assert half[0] == pytest.approx(found[0, :2], abs=0.3)
    assert np.isnan(measures.fineness(np.ones((1, 3, 9, 2), np.float32))).all()
