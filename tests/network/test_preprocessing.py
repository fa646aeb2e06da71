"""Scaling and shifting of stored pixels, and the range of model input."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.network.preprocessing import prepare, value_range
from reportgen.records import Preprocessing


def test_prepare_scales_and_shifts() -> None:
    pixels = np.array([0, 51, 255], np.uint8).reshape(1, 1, 3, 1)
    ready = prepare(pixels, Preprocessing(scale=1 / 51, offset=-1.0))
    assert ready.dtype == np.float32
    np.testing.assert_allclose(ready.ravel(), [-1, 0, 4], atol=1e-6)


def test_range_of_input_is_ordered_even_for_a_negative_scale() -> None:
    assert value_range(Preprocessing()) == (0, 1)
    assert value_range(Preprocessing(scale=-1 / 255, offset=1)) == pytest.approx((0, 1))
