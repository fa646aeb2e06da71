import io

import numpy as np
import pytest
from PIL import Image

from reportgen.drawing.colors import table
from reportgen.drawing.mosaic import FEW_STEPS, SHRUNK_STEPS, limits, mosaic
from reportgen.drawing.mosaic_layout import FRAME
from reportgen.drawing.png import STEPS


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))


def tile(picture, side, row=0, column=0, step=0):
    """The pixels inside the frame of an unlabeled tile."""
    top, left = FRAME + row * step, FRAME + column * step
    return pixels(picture)[top : top + side, left : left + side]


def test_every_value_becomes_a_block_of_its_color():
    values = np.array([[[0.0, 0.5], [0.75, 1.0]]])
    found = tile(mosaic(values, scaling="none", tile=40, legend=None), 40)
    for row, column in np.ndindex(2, 2):
        block = found[row * 20 : row * 20 + 20, column * 20 : column * 20 + 20].reshape(-1, 3)
        step = round(values[0, row, column] * (STEPS - 1))
        assert (block == table("viridis", STEPS)[step]).all()


def test_of_many_tiles_every_value_lies_within_half_a_step_of_its_color():
    values = np.random.default_rng(0).random((20, 3, 5))
    values[:, 0, 0], values[:, 0, 1] = 0, 1
    found = tile(mosaic(values, tile=10, columns=4, legend=None), 10)[::2, ::2]
    colors = table("viridis", FEW_STEPS).tolist()
    steps = np.array([[colors.index(pixel.tolist()) for pixel in row] for row in found[:3]])
    assert np.abs(steps / (FEW_STEPS - 1) - values[0]).max() <= 0.5 / (FEW_STEPS - 1) + 1e-6


def test_limits_by_scaling():
    values = np.array([[[-1.0, 3.0]], [[2.0, 4.0]]], np.float32)
    expected = {
        "each": ([-1, 2], [3, 4]),
        "peak": ([0, 0], [3, 4]),
        "shared": ([-1, -1], [4, 4]),
        "symmetric": ([-4, -4], [4, 4]),
        "none": ([0, 0], [1, 1]),
    }
    for scaling, (low, high) in expected.items():
        found = limits(values, scaling)
        assert found[0].tolist() == low, scaling
        assert found[1].tolist() == high, scaling


@pytest.mark.parametrize("scaling", ["each", "peak", "shared", "none"])
def test_tiles_of_zeros_are_drawn_at_the_low_end(scaling):
    found = tile(mosaic(np.zeros((1, 2, 2)), scaling=scaling, tile=20), 20)
    assert (found == table("viridis", STEPS)[0]).all()


@pytest.mark.parametrize("scaling", ["each", "shared"])
def test_rounding_is_drawn_as_no_pattern(scaling):
    values = np.float32(0.3) + np.spacing(np.float32(0.3)) * np.arange(4, dtype=np.float32)
    assert len(set(values)) == 4
    found = tile(mosaic(values.reshape(1, 2, 2), scaling=scaling, tile=20, legend=None), 20)
    assert (found == table("viridis", STEPS)[0]).all()


def test_zero_is_the_center_of_a_symmetric_scale():
    center = table("RdBu_r", STEPS)[(STEPS - 1) // 2]
    flat = mosaic(np.zeros((1, 2, 2)), scaling="symmetric", colormap="RdBu_r", tile=20)
    assert (tile(flat, 20) == center).all()
    mixed = mosaic(
        np.array([[[0.0, -3.0]]]), scaling="symmetric", colormap="RdBu_r", tile=20, legend=None
    )
    assert (tile(mixed, 10) == center).all()


def test_what_is_not_finite_is_gray_and_does_not_move_the_scale():
    values = np.array([[[0.0, 1.0], [np.nan, np.inf]]])
    found = tile(mosaic(values, tile=20, legend=None), 20)
    assert (found[:10, 10:] == table("viridis", STEPS)[-1]).all()
    gray = found[10:].reshape(-1, 3)
    assert (gray == gray[0]).all()
    assert np.ptp(gray[0].astype(int)) < 5
    assert limits(np.full((1, 2, 2), np.nan, np.float32), "each")[1].tolist() == [0]


def test_images_keep_their_colors():
    images = np.zeros((2, 4, 4, 3), np.uint8)
    images[0, 0, 0], images[1] = (255, 0, 0), (12, 34, 56)
    picture = mosaic(images, columns=2, tile=40)
    assert tile(picture, 10)[0, 0].tolist() == [255, 0, 0]
    assert (tile(picture, 40, column=1, step=40 + 2 * FRAME + 12) == (12, 34, 56)).all()


def test_gray_images_stay_gray():
    images = np.full((1, 2, 2, 1), 0.5)
    assert (tile(mosaic(images, tile=20), 20) == 128).all()


def test_many_colors_lose_little():
    images = np.random.default_rng(0).random((8, 16, 16, 3))
    found = tile(mosaic(images, columns=1, tile=16), 16).astype(int)
    assert np.abs(found - np.rint(images[0] * 255)).mean() < 16


def test_labels_rows_and_legend_take_room_and_change_no_tile():
    values = np.random.default_rng(0).random((4, 3, 3))
    plain = mosaic(values, columns=2, tile=60, legend=None)
    labeled = mosaic(values, columns=2, tile=60, labels=["a", "b", "c", "d"], legend=None)
    titled = mosaic(values, columns=2, tile=60, labels=["a", "b"], row_labels=["x", "y"])
    assert plain.height < labeled.height
    assert titled.width > plain.width
    assert titled.height > plain.height
    assert tile(plain, 60).tobytes() in {
        pixels(labeled)[y : y + 60, FRAME : FRAME + 60].tobytes() for y in range(60)
    }


def test_a_long_label_is_cut_not_spread():
    label = "an exceedingly long label " * 8
    wide = mosaic(np.zeros((2, 4, 4)), labels=[label, "b"], tile=80, legend=None)
    assert wide.width == mosaic(np.zeros((2, 4, 4)), tile=80, legend=None).width


def test_large_tiles_are_averaged():
    values = np.zeros((40, 400, 400), np.float32)
    values[:, :, ::2] = 1
    found = tile(mosaic(values, scaling="none", legend=None), 50)
    middle = table("viridis", STEPS)[(STEPS - 1) // 2].astype(int)
    assert np.abs(found.astype(int) - middle).mean() < 12


@pytest.mark.parametrize("count", [1, 3, 4, 6, 8, 10, 32, 64, 128])
def test_pictures_are_small_and_fit_the_page(count):
    maps = np.maximum(np.random.default_rng(0).normal(size=(count, 13, 13)) - 1, 0)
    picture = mosaic(maps, labels=[str(i) for i in range(count)])
    assert picture.width <= 1440
    assert len(picture.data) < 6_000 + 450 * count


def test_the_same_input_gives_the_same_bytes():
    maps = np.random.default_rng(0).random((10, 13, 13))
    assert mosaic(maps).data == mosaic(maps.copy()).data


def test_many_tiles_that_are_shrunk_take_fewer_colors():
    tiles = np.random.default_rng(0).random((20, 300, 300)).astype(np.float32)
    picture = mosaic(tiles, scaling="none", legend=None)
    image = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))
    found = {tuple(color) for color in image.reshape(-1, 3).tolist()}
    known = {tuple(color) for color in table("viridis", SHRUNK_STEPS).tolist()}
    assert 20 < len(found & known) <= SHRUNK_STEPS
