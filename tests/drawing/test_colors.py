import numpy as np
import pytest
from matplotlib import colormaps

from reportgen.drawing.colors import (
    MISSING_RGB,
    colorize,
    enlarged,
    overlay,
    relative,
    resized,
    shown,
    stretched,
    table,
)


@pytest.mark.parametrize("name", ["viridis", "inferno", "RdBu_r"])
def test_colors_are_matplotlibs(name):
    values = np.linspace(0, 1, 256).reshape(16, 16)
    expected = colormaps[name](np.arange(256), bytes=True)[:, :3].reshape(16, 16, 3)
    assert np.abs(colorize(values, name).astype(int) - expected).max() <= 1


def test_the_middle_of_an_odd_table_is_the_middle_color():
    expected = np.array(colormaps["RdBu_r"](0.5)[:3]) * 255
    assert np.abs(table("RdBu_r", 239)[119] - expected).max() <= 1


def test_values_beyond_the_ends_take_the_ends_and_nan_is_gray():
    colors = colorize(np.array([[-3.0, 0.0, 1.0, 9.0, np.nan, np.inf]]))[0]
    assert colors[0].tolist() == colors[1].tolist()
    assert colors[2].tolist() == colors[3].tolist()
    assert colors[4].tolist() == colors[5].tolist() == list(MISSING_RGB)


def test_tables_cannot_be_spoiled():
    with pytest.raises(ValueError, match="read-only"):
        table("viridis")[0] = 0


def test_unknown_colormap():
    with pytest.raises(KeyError):
        table("no_such_map")


def test_shown_by_number_of_channels():
    gray = np.array([[0, 128]], np.uint8)
    assert shown(gray).tolist() == [[[0, 0, 0], [128, 128, 128]]]
    assert shown(gray[..., None]).tolist() == shown(gray).tolist()
    assert shown(np.array([[[1, 2]]], np.uint8)).tolist() == [[[1, 2, 0]]]
    assert shown(np.array([[[1, 2, 3, 4]]], np.uint8)).tolist() == [[[1, 2, 3]]]
    assert shown(np.array([[0.0, 0.5, 1.0, 2.0]])).tolist()[0][1:] == [[128] * 3, *[[255] * 3] * 2]


def test_relative_divides_by_the_largest():
    assert relative(np.array([[-1.0, 0.0], [2.0, 4.0]])).tolist() == [[0, 0], [0.5, 1]]


def test_a_zero_map_stays_zero_and_is_drawn_as_zero_everywhere():
    zero = np.zeros((4, 4))
    assert relative(zero).tolist() == zero.tolist()
    image = np.full((8, 8, 3), 200, np.uint8)
    drawn = overlay(image, zero, alpha=0.5)
    expected = np.rint(0.5 * table("inferno")[0].astype(float) + 100)
    assert np.array_equal(drawn, np.broadcast_to(expected, (8, 8, 3)))


def test_overlay_blends_by_hand_numbers():
    image = np.array([[[100, 100, 100], [0, 0, 0]]], np.uint8)
    drawn = overlay(image, np.array([[0.0, 7.0]]), alpha=0.25, colormap="gray")
    assert drawn.tolist() == [[[75, 75, 75], [64, 64, 64]]]


def test_overlay_has_the_larger_size():
    image = np.zeros((28, 28, 1), np.uint8)
    assert overlay(image, np.ones((11, 11))).shape == (28, 28, 3)
    assert overlay(image, np.ones((56, 84))).shape == (56, 84, 3)


def test_resizing_has_half_pixel_centers():
    # Upsampling 2 -> 4 with centers at .25 and .75 of each pixel: 0, .25, .75, 1.
    found = resized(np.array([[0.0, 1.0]]), (1, 4))
    assert np.allclose(found, [[0, 0.25, 0.75, 1]])
    mirrored = resized(np.array([[1.0, 0.0]]), (1, 4))
    assert np.allclose(mirrored[:, ::-1], found)


def test_enlarging_repeats_pixels():
    picture = np.arange(4, dtype=np.uint8).reshape(2, 2, 1).repeat(3, 2)
    assert enlarged(picture, (4, 6))[..., 0].tolist() == [
        [0, 0, 0, 1, 1, 1],
        [0, 0, 0, 1, 1, 1],
        [2, 2, 2, 3, 3, 3],
        [2, 2, 2, 3, 3, 3],
    ]


def test_rounding_is_no_pattern() -> None:
    noise = np.random.default_rng(0).choice([0, 1, 2, 3], (4, 4)).astype(np.float32)
    for size in (1e-20, 0.7, -3e5):
        same = np.float32(size) * (1 + noise * np.finfo(np.float32).eps)
        assert np.ptp(same) > 0
        assert not stretched(same).any()
    # What differs by more, or lies around zero, has a scale.
    for seen in (1 + noise * 1e-5, noise * 1e-20 - 1e-20):
        assert (stretched(seen).min(), stretched(seen).max()) == (0, 1)


def test_a_map_is_stretched_and_an_even_one_has_no_scale() -> None:
    assert (stretched(np.full((2, 2), 3, np.float32)) == 0).all()
    np.testing.assert_allclose(stretched(np.array([[-1, 0, 3]], np.float32)), [[0, 0.25, 1]])
