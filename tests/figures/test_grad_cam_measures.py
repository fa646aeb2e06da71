"""What class activation maps are measured by, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.attribution.cam_methods import Maps, pointless
from reportgen.figures.grad_cam.measures import between_heads, head_measures
from reportgen.metrics.statistics import wilson


def maps_of(values: np.ndarray, flat: list[bool] | None = None) -> Maps:
    n = len(values)
    none = np.zeros(n, bool)
    return Maps(
        values.astype(np.float32),
        np.zeros(n, np.int32),
        none if flat is None else np.array(flat),
        none,
        np.zeros((n, 2), np.float32),
        np.zeros((n, 0), bool),
    )


def test_measures_of_a_head_leave_out_what_is_zero() -> None:
    values = np.zeros((3, 2, 2))
    values[0, 0, 0] = values[1] = 5
    masks = np.zeros((3, 2, 2), bool)
    masks[:, 0, 0] = True
    found = {
        m.name: m for m in head_measures("h", maps_of(values, [0, 0, 1]), masks, "part", seed=0)
    }
    inside = found["energy_in_foreground@h"]
    assert inside.value == pytest.approx((1 + 1 / 4) / 2)
    assert (inside.n, inside.baseline, inside.part) == (2, 0.25, "part")
    assert (found["zero_maps@h"].value, found["zero_maps@h"].n) == (1, 3)
    assert found["zero_gradients@h"].value == 1
    assert found["imperfect_overlap@h"].value == 0
    # All that lies outside is within a cell of the foreground, as is all of the outside.
    assert found["spill_within_cell@h"].value == pytest.approx(1)
    assert found["spill_within_cell@h"].baseline == pytest.approx(1)


def test_measures_of_zero_maps_alone_are_undefined_and_say_why() -> None:
    found = {
        m.name: m
        for m in head_measures(
            "h", maps_of(np.zeros((2, 2, 2))), np.ones((2, 4, 4), bool), "", seed=0
        )
    }
    assert found["energy_in_foreground@h"].value is None
    assert "no image" in found["energy_in_foreground@h"].how
    assert found["zero_maps@h"].value == 2


def test_heads_compared_by_hand() -> None:
    left, right, none = (np.zeros((1, 2, 2)) for _ in range(3))
    left[0, 0, 0] = right[0, 0, 1] = 1
    heads = {"a": maps_of(left), "b": maps_of(right), "c": maps_of(none)}
    similarity, shift, distance = between_heads(heads, (2, 2), seed=0)
    assert (similarity.value, similarity.n) == (0, 1)
    assert (shift.value, shift.unit) == (1, "px")
    assert (distance.value, distance.unit) == (0.5, "")
    same = between_heads({"a": maps_of(left), "b": maps_of(left * 7)}, (2, 2), seed=0)
    assert same[0].value == pytest.approx(1)
    assert same[1].value == 0
    assert between_heads({"a": heads["c"], "b": heads["c"]}, (2, 2), seed=0)[0].value is None


def test_a_map_that_is_the_same_everywhere_points_nowhere() -> None:
    noise = 1 + 1e-7 * np.arange(4).reshape(2, 2)
    slope = 1 + 1e-3 * np.arange(4).reshape(2, 2)
    maps = np.stack([np.zeros((2, 2)), np.full((2, 2), 1e-6), noise, slope]).astype(np.float32)
    assert pointless(maps).tolist() == [False, True, True, False]


def test_a_constant_map_is_no_hit() -> None:
    values = np.stack([np.full((2, 2), 3.0), np.full((2, 2), 3.0)])
    masks = np.zeros((2, 2, 2), bool)
    masks[:, 1, 1] = True
    even = {m.name: m for m in head_measures("h", maps_of(values), masks, "", seed=0)}
    hottest = even["imperfect_overlap@h"]
    assert (hottest.value, hottest.n) == (None, 0)
    assert "no other heatmap" in hottest.how
    assert (even["constant_maps@h"].value, even["constant_maps@h"].n) == (2, 2)
    assert (even["zero_maps@h"].value, even["energy_in_foreground@h"].value) == (0, 0.25)
    values[1, 0, 0] = 9
    mixed = {m.name: m for m in head_measures("h", maps_of(values), masks, "", seed=0)}
    assert (mixed["imperfect_overlap@h"].value, mixed["imperfect_overlap@h"].n) == (1, 1)
    assert mixed["constant_maps@h"].value == 1


def test_pixels_that_tie_count_by_their_chance() -> None:
    values, masks = np.zeros((2, 1, 4)), np.zeros((2, 1, 4), bool)
    values[0, 0, :2] = values[1, 0, 0] = 1
    masks[:, 0, 0] = True
    named = {m.name: m for m in head_measures("h", maps_of(values), masks, "", seed=0)}
    found = named["imperfect_overlap@h"]
    assert (found.value, found.n) == (1 / 4, 2)
    assert found.interval == wilson(0.5, 2)
    assert found.interval[0] < found.value < found.interval[1]
    assert "random order" in found.how


def test_a_constant_map_has_no_place_beside_another_heads() -> None:
    even, corner = np.ones((2, 2, 2)), np.zeros((2, 2, 2))
    corner[:, 1, 1] = 1
    even[1] = corner[1]
    for heads in ((even, corner), (corner, even)):
        named = {str(i): maps_of(one) for i, one in enumerate(heads)}
        similarity, shift, _ = between_heads(named, (4, 4), seed=0)
        assert (similarity.value, similarity.n) == (pytest.approx(1), 1)
        assert (shift.value, shift.n) == (0, 1)
    alike = {"a": maps_of(np.ones((1, 2, 2))), "b": maps_of(np.ones((1, 2, 2)))}
    assert [m.value for m in between_heads(alike, (4, 4), seed=0)] == [None] * 3


def test_pixels_that_tie_for_the_hottest_count_by_their_center() -> None:
    top, both = np.zeros((1, 1, 5)), np.zeros((1, 1, 5))
    top[0, 0, 2] = both[0, 0, 0] = both[0, 0, 4] = 1
    shift = between_heads({"a": maps_of(top), "b": maps_of(both)}, (1, 5), seed=0)[1]
    assert shift.value == 0
