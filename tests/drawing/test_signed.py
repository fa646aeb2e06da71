"""Signed maps: zero is neutral, whatever else there is."""

from __future__ import annotations

import numpy as np

from reportgen.drawing.colors import centered, colorize, signed_overlay


def test_zero_lies_in_the_middle_and_the_largest_magnitude_at_an_end() -> None:
    assert centered(np.array([[-4.0, 0, 2]])).tolist() == [[0, 0.5, 0.75]]
    assert centered(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    found = centered(np.array([[np.nan, -1.0, 1.0]]))
    assert np.isnan(found[0, 0])
    assert found[0, 1:].tolist() == [0, 1]


def test_the_center_of_the_colormap_is_neutral() -> None:
    middle = colorize(np.array([[0.5]]), "RdBu_r")[0, 0]
    assert np.ptp(middle.astype(int)) <= 2


def test_an_overlay_of_signed_values_is_red_and_blue_over_gray() -> None:
    pixels = np.full((1, 3, 3), (200, 40, 60), np.uint8)
    found = signed_overlay(pixels, np.array([[1.0, 0.0, -1.0]]), alpha=0.5).astype(int)[0]
    assert found[0, 0] > found[0, 2]
    assert np.ptp(found[1]) <= 2
    assert found[2, 2] > found[2, 0]
