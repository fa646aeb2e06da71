"""What is measured of images that maximize filters: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.figures.activation_maximization import measures


def waves(*frequencies: tuple[int, int], side: int = 28) -> np.ndarray:
    """An image of cosines in three channels, with whole numbers of periods down and across."""
    y, x = np.mgrid[:side, :side] / side
    total = sum(np.cos(2 * np.pi * (down * y + across * x)) for down, across in frequencies)
    gray = 0.5 + 0.5 * np.asarray(total) / len(frequencies)
    return np.repeat(gray[..., None], 3, axis=-1).astype(np.float32)


def test_a_pattern_is_what_stands_out_as_waves() -> None:
    noise = np.random.default_rng(0).random((28, 28, 3), np.float32)
    even, gray = np.full((28, 28, 3), [0.9, 0.1, 0.7], np.float32), np.full((28, 28, 3), 0.5)
    framed = even.copy()
    framed[:1] = framed[-1:] = framed[:, :1] = framed[:, -1:] = 0.5
    found = measures.patterns(np.stack([waves((3, 5)), waves((0, 12)), noise, even, framed, gray]))
    np.testing.assert_allclose(found[:3], [1, 1, 0.06], atol=0.02)
    np.testing.assert_allclose(found[3:], 0, atol=1e-3)
    assert found[5] == 0


def test_a_pattern_on_a_color_counts_by_its_share_of_the_contrast() -> None:
    # A wave of height a has the energy a^2 / 2, a color b off mid-gray b^2, under any window.
    tinted = 0.5 + 0.2 * (waves((4, 4)) * 2 - 1) + 0.2
    (share,) = measures.patterns(tinted[None].astype(np.float32))
    assert share == pytest.approx((0.2**2 / 2) / (0.2**2 / 2 + 0.2**2), abs=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 40), (128, 64)])
def test_patterns_are_shares_at_any_size(shape: tuple[int, int]) -> None:
    images = np.random.default_rng(1).random((4, *shape, 1), np.float32)
    found = measures.patterns(images)
    assert ((found >= 0) & (found <= 1 + 1e-9)).all()
    np.testing.assert_allclose(found, measures.patterns(1 - images), atol=1e-6)


def test_a_gain_is_judged_by_both_sets_of_filters() -> None:
    strong, weak = np.full(20, 0.75), np.tile([0.25, 0.75], 5)
    gain = measures.gain("g", strong, weak, "how", 0)
    assert (gain.value, gain.n, gain.baseline) == (0.25, 10, 0)
    assert gain.interval is not None
    # The first set does not vary, so the interval is the second's: 1.96 * 0.25 / sqrt(10).
    assert gain.interval == pytest.approx((0.25 - 0.155, 0.25 + 0.155), abs=0.06)
    assert measures.gain("g", strong, np.empty(0), "how", 0).value is None


def test_chroma_by_hand() -> None:
    gray, red, none = np.zeros((3, 2, 2, 3), np.float32)
    gray[:] = 0.3
    red[..., 0] = 0.2
    np.testing.assert_allclose(
        measures.chroma_shares(np.stack([gray, red, none])), [0, 2 / 3], atol=1e-6
    )
    noise = np.random.default_rng(0).normal(size=(1, 100, 100, 3)).astype(np.float32)
    assert measures.chroma_shares(noise)[0] == pytest.approx(2 / 3, abs=0.01)


def test_hue_spread_by_hand() -> None:
    colors = np.eye(3, dtype=np.float32)[:, None, None, :]
    assert measures.hue_spread(colors) == pytest.approx(1)
    assert measures.hue_spread(np.repeat(colors[:1], 4, axis=0)) == pytest.approx(0)
    # Two of three equal vectors, 120 degrees apart: their sum is as long as one of them.
    assert measures.hue_spread(colors[:2]) == pytest.approx(1 - 1 / 2)
    assert measures.hue_spread(np.ones((2, 1, 1, 3), np.float32)) is None


def test_ratios_leave_out_what_no_image_wakes() -> None:
    reached, largest = np.array([4.0, 3.0, 1.0]), np.array([2.0, 0.0, 4.0])
    np.testing.assert_allclose(measures.ratios(reached, largest), [2, 0.25])


def test_images_that_are_the_same_everywhere_have_no_structure() -> None:
    even, half = np.full((4, 4, 3), 0.5, np.float32), np.full((4, 4, 3), 0.5, np.float32)
    half[..., 0] = np.indices((4, 4)).sum(axis=0) % 2
    found = measures.structures(np.stack([even, half]))
    np.testing.assert_array_equal(np.isnan(found), [True, False])
    assert found[1] == pytest.approx(-1)
    kept = measures.mean("structure@a", found, found[:1], "Moran's I", seed=0)
    assert (kept.value, kept.n, kept.baseline) == (pytest.approx(-1), 1, None)
    assert kept.how == "Moran's I; 1 image is left out for being the same everywhere"
    none = measures.mean("structure@a", found[:1], found, "Moran's I", seed=0)
    assert (none.value, none.n) == (None, 0)
