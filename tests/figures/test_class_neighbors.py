"""Nearest classes by angle, and the classes that a table lists."""

from __future__ import annotations

import numpy as np

from reportgen.figures.class_neighbors import ROWS, listed_classes, nearest_classes


def test_a_class_without_a_direction_has_no_neighbor_and_is_none() -> None:
    nan = np.nan
    angles = np.array([[0, 30, nan, 50], [30, 0, nan, 20], [nan] * 4, [50, 20, nan, 0]])
    nearest, least = nearest_classes(angles)
    np.testing.assert_array_equal(least, [30, 20, nan, 20])
    np.testing.assert_array_equal(nearest[[0, 1, 3]], [1, 3, 1])


def test_of_many_classes_those_with_the_closest_neighbors_are_listed_in_their_order() -> None:
    least = np.arange(ROWS + 2, dtype=np.float64)[::-1].copy()
    least[5] = np.nan
    assert listed_classes(least) == [i for i in range(ROWS + 2) if i not in (0, 5)]
    assert listed_classes(np.array([np.nan, 3.0])) == [0, 1]
