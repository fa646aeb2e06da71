"""How heatmaps lie on foregrounds, by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from reportgen.metrics.localization import dilated, overlap, same_place, tops_inside


def test_overlap_by_hand() -> None:
    maps = np.array([[[1, 1, 0, 2], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]], np.float32)
    masks = np.zeros((1, 4, 4), bool)
    masks[0, 0, 0] = True
    found = overlap(maps, masks)
    assert found.inside[0] == pytest.approx(1 / 4)
    assert found.near[0] == pytest.approx(2 / 4)
    assert found.area[0] == pytest.approx(1 / 16)
    assert found.near_area[0] == pytest.approx(4 / 16)
    assert found.imperfect[0] == 1


def test_dilation_by_hand() -> None:
    mask = np.zeros((1, 5, 5), bool)
    mask[0, 2, 2] = True
    assert dilated(mask, (1, 2))[0].astype(int).tolist() == [
        [0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0],
    ]
    assert dilated(mask, (9, 9)).all()


def test_tops_and_ties() -> None:
    mask = np.array([[[True, True, False]]] * 4)
    maps = np.array([[[3, 2, 1]], [[3, 1, 2]], [[3, 1, 1]], [[1, 1, 1]]], float)
    # Of two that tie for one place one lies inside; of three for two places, one pair in three.
    np.testing.assert_allclose(tops_inside(maps, mask), [1, 0, 1 / 2, 1 / 3])


def test_ties_outside_of_the_hottest_places_do_not_count() -> None:
    mask = np.array([[[True, True, False, False]]])
    assert tops_inside(np.array([[[3.0, 2, 0, 0]]]), mask).tolist() == [1]
    assert tops_inside(np.array([[[2.0, 2, 0, 0]]]), mask).tolist() == [1]
    assert tops_inside(np.array([[[1.0, 0, 2, 0]]]), mask).tolist() == [0]


def test_of_pixels_that_tie_for_the_hottest_the_share_inside_counts() -> None:
    coarse, masks = np.zeros((1, 2, 2), np.float32), np.zeros((1, 8, 8), bool)
    coarse[0, 0, 0], masks[0, 1, 1] = 5, True
    # Enlarged by four, edges repeated: the upper left 2 x 2 pixels hold the cell's whole value.
    assert overlap(coarse, masks).imperfect.tolist() == [3 / 4]


def test_a_heatmap_that_is_zero_over_much_of_the_foreground_is_hardly_perfect() -> None:
    maps, masks = np.zeros((1, 4, 4), np.float32), np.zeros((1, 4, 4), bool)
    maps[0, 0, 0], masks[0, 0] = 1, True
    # Fifteen zeros tie for three places, three of them inside: one way of 15 * 14 * 13 / 6.
    assert overlap(maps, masks).imperfect[0] == pytest.approx(1 - 1 / 455)


@given(hnp.arrays(np.int64, (1, 3, 3), elements=st.integers(0, 3)), st.integers(1, 9))
def test_the_chance_is_the_share_of_orders(values: np.ndarray, count: int) -> None:
    """Against every choice of pixels that is a set of the largest ones."""
    inside = np.arange(9) < count
    sets = [
        chosen
        for chosen in combinations(range(9), count)
        if min(values.flat[list(chosen)])
        >= max((values.flat[i] for i in range(9) if i not in chosen), default=0)
    ]
    share = sum(inside[list(chosen)].all() for chosen in sets) / len(sets)
    found = tops_inside(values.astype(np.float64), inside.reshape(1, 3, 3))
    assert found[0] == pytest.approx(share)


@pytest.mark.parametrize(
    ("grid", "pixels", "hot", "foreground", "there", "everywhere"),
    [
        # Seven cells of row 1, the first four of which lie on the object's upper left quarter.
        ((8, 8), (2, 2), np.s_[1, :7], np.s_[0, 0], 4 / 7, 1 / 4),
        # The upper left cell of four, a quarter of whose 4 x 4 pixels show the object.
        ((2, 2), (8, 8), np.s_[0, 0], np.s_[:2, :2], 1 / 4, 1 / 16),
    ],
)
def test_the_place_of_maps_finer_or_coarser_than_their_images(
    grid: tuple[int, int],
    pixels: tuple[int, int],
    hot: tuple[int | slice, ...],
    foreground: tuple[int | slice, ...],
    there: float,
    everywhere: float,
) -> None:
    """Maps finer than the images had a place without a pixel, and a share that was no number."""
    maps, masks = np.zeros((4, *grid), np.float32), np.zeros((4, *pixels), bool)
    maps[(slice(None), *hot)], masks[(slice(None), *foreground)] = 1, True
    same, ground = same_place("x", maps, masks, "", 0)
    assert same.value == pytest.approx(1)
    assert ground.value == pytest.approx(there)
    assert ground.baseline == pytest.approx(everywhere)
