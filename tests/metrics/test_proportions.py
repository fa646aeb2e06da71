from __future__ import annotations

import numpy as np
import pytest

from reportgen.metrics.proportions import newcombe_paired


def cases(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    ones = [True] * both + [True] * first + [False] * (second + neither)
    twos = [True] * both + [False] * first + [True] * second + [False] * neither
    return np.array(ones), np.array(twos)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # R. G. Newcombe, 1998, Statistics in Medicine 17, 2635-2650, method 10.
        ((36, 12, 2, 0), (0.0569, 0.3404)),
        ((54, 0, 0, 0), (-0.0664, 0.0664)),
    ],
)
def test_paired_intervals_against_the_paper(counts, expected) -> None:
    assert newcombe_paired(*cases(*counts)) == pytest.approx(expected, abs=1e-4)


def test_one_image_of_many_is_no_sign_of_anything() -> None:
    low, high = newcombe_paired(*cases(1151, 1, 0, 0))
    assert low < 0 < 1 / 1152 < high


def test_equal_answers_of_all_right_images_do_not_differ() -> None:
    low, high = newcombe_paired(*cases(100, 0, 0, 0))
    assert low == -high
    assert high < 0.04


def test_no_cases_have_no_interval() -> None:
    with pytest.raises(ValueError, match="needs cases"):
        newcombe_paired(np.zeros(0, bool), np.zeros(0, bool))
