"""How heatmaps lie on foregrounds, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.probing.overlap import dilated, overlap, tops_inside


def test_overlap_by_hand() -> None:
    maps = np.array([[[1, 1, 0, 2], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]], np.float32)
    masks = np.zeros((1, 4, 4), bool)
    masks[0, 0, 0] = True
    found = overlap(maps, masks)
    assert found.inside[0] == pytest.approx(1 / 4)
    assert found.near[0] == pytest.approx(2 / 4)
    assert found.area[0] == pytest.approx(1 / 16)
    assert found.near_area[0] == pytest.approx(4 / 16)
    assert found.imperfect[0]


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
    assert tops_inside(maps, mask).tolist() == [True, False, True, True]
