"""Measures of feature maps by hand: foreground, detail, fineness, pooling."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.figures.feature_maps import measures


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


def test_detail_of_lines_and_volumes_by_hand() -> None:
    maps = np.array([0, 0, 0, 0, 0, 5, -5, 0], np.float32)
    # Equal departures at two of eight positions: ln 2 / ln 8.
    for space in ((8,), (2, 2, 2)):
        np.testing.assert_allclose(measures.details(maps.reshape(1, *space, 1)), [1 / 3])


def test_fineness_counts_waves_across_the_image() -> None:
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


def test_gain_and_agreement_by_hand() -> None:
    before = np.array([[1.0, -1.0], [0.0, 2.0]], np.float32).reshape(1, 2, 2, 1)
    after = np.array([[2.0]], np.float32).reshape(1, 1, 1, 1)
    np.testing.assert_allclose(measures.gains(before, after), [2.0])
    assert not measures.agreements(before, after).size, "one value does not vary"
    same = np.random.default_rng(0).random((3, 4, 4, 2), dtype=np.float32)
    np.testing.assert_allclose(measures.agreements(same, same), 1)
    np.testing.assert_allclose(measures.agreements(same, -same), -1)


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_agreement_is_the_same_along_every_axis(axis: int) -> None:
    # Enlarged with half-pixel centers, 0 4 is 0 1 3 4: with 0 0 4 0 its covariance is 4, and the
    # sums of squares are 10 and 12.
    expected = [4 / np.sqrt(10 * 12)]
    before, after = np.array([0, 0, 4, 0], np.float32), np.array([0, 4], np.float32)
    shape = [1, 1, 1, 1, 1]
    shape[axis] = -1
    np.testing.assert_allclose(
        measures.agreements(before.reshape(shape), after.reshape(shape)), expected, rtol=1e-6
    )
    line = measures.agreements(before.reshape(1, 4, 1), after.reshape(1, 2, 1))
    np.testing.assert_allclose(line, expected, rtol=1e-6)


def test_agreement_of_a_volume_of_equal_planes_is_that_of_its_plane() -> None:
    rng = np.random.default_rng(1)
    before, after = rng.random((2, 7, 5, 3)), rng.random((2, 3, 2, 3))
    deep = measures.agreements(
        np.repeat(before[:, None], 4, axis=1).astype(np.float32),
        np.repeat(after[:, None], 2, axis=1).astype(np.float32),
    )
    plane = measures.agreements(before.astype(np.float32), after.astype(np.float32))
    np.testing.assert_allclose(deep, plane, rtol=1e-5)
