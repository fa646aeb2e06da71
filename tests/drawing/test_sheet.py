import io

import numpy as np
from PIL import Image

from reportgen.drawing.mosaic_layout import FRAME, GAP
from reportgen.drawing.sheet import sheet


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))


def test_tiles_of_several_sizes_are_drawn_alike():
    image = np.full((28, 28, 3), (10, 200, 30), np.uint8)
    small = np.full((7, 7), 0.5)
    found = pixels(sheet([[image, small]], tile=56))
    assert found.shape == (56 + 2 * FRAME, 2 * (56 + 2 * FRAME) + GAP, 3)
    assert (found[FRAME : FRAME + 56, FRAME : FRAME + 56] == (10, 200, 30)).all()
    left = 56 + 3 * FRAME + GAP
    assert (found[FRAME : FRAME + 56, left : left + 56] == 128).all()


def test_titles_add_lines_above():
    image = np.zeros((28, 28, 1), np.uint8)
    plain = sheet([[image, image]], tile=112)
    columns = sheet([[image, image]], tile=112, column_titles=["Input", "Heatmap"])
    both = sheet([[image, image]], tile=112, column_titles=["Input", "Heatmap"], row_titles=["a 7"])
    assert plain.height < columns.height < both.height
    assert plain.width == columns.width == both.width
    tall = sheet([[image, image]], tile=112, column_titles=["Heatmap over the input", ""])
    assert tall.height > columns.height


def test_rows_may_differ_in_length():
    image = np.full((10, 10), 1.0)
    found = pixels(sheet([[image, image], [image]], tile=20))
    assert (found[-FRAME - 20 : -FRAME, -FRAME - 20 : -FRAME] == 255).all()
    assert found.shape[0] == 2 * (20 + 2 * FRAME) + GAP


def test_large_pictures_shrink_to_the_page():
    photo = np.random.default_rng(0).integers(0, 256, (224, 300, 3), dtype=np.uint8)
    picture = sheet([[photo] * 5])
    assert picture.width <= 1440
    assert picture.data == sheet([[photo] * 5]).data


def test_exact_colors_survive_when_few():
    image = np.random.default_rng(0).integers(0, 2, (28, 28, 3), dtype=np.uint8) * 255
    found = pixels(sheet([[image]], tile=28))
    assert np.array_equal(found[FRAME:-FRAME, FRAME:-FRAME], image)
