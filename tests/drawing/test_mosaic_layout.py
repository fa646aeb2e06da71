import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.drawing import text
from reportgen.drawing.mosaic import arrange
from reportgen.drawing.mosaic_layout import FRAME, GAP, WIDTH, layout
from reportgen.drawing.png import INK, PAPER


@pytest.mark.parametrize(
    ("count", "rows", "columns"),
    [(1, 1, 1), (3, 1, 3), (4, 1, 4), (6, 2, 3), (8, 2, 4), (10, 2, 5), (32, 4, 8), (64, 8, 8)],
)
def test_usual_counts_fill_whole_rows(count, rows, columns):
    grid = layout(count, (28, 28))
    assert (grid.rows, grid.columns) == (rows, columns)


@given(st.integers(1, 600), st.integers(1, 300), st.integers(1, 300))
def test_every_grid_holds_its_tiles_and_fits_the_page(count, height, width):
    grid = layout(count, (height, width))
    assert grid.rows * grid.columns >= count > (grid.rows - 1) * grid.columns
    if grid.scale:
        assert (grid.height, grid.width) == (height * grid.scale, width * grid.scale)
    if grid.columns > 1:
        assert grid.columns * (grid.width + GAP + 2 * FRAME) <= WIDTH


@given(st.integers(1, 128), st.integers(3, 40))
def test_square_tiles_stay_readable(count, side):
    assert layout(count, (side, side)).width >= 56


def test_larger_tiles_shrink():
    grid = layout(64, (224, 224))
    assert grid.scale == 0
    assert 78 <= grid.width < 224


def test_columns_and_tile_can_be_given():
    assert layout(12, (5, 5), columns=4).columns == 4
    assert layout(2, (5, 5), tile=50).scale == 10


def test_no_tiles_no_grid():
    with pytest.raises(ValueError, match="needs tiles"):
        layout(0, (5, 5))


def test_labels_share_one_height_and_stand_at_the_foot():
    labels = ["one", "two words that break and break and break again"]
    mosaic = arrange(np.zeros((2, 4, 4)), labels=labels, tile=96, columns=2, legend=None)
    assert mosaic.framed[1] == 100
    line = text.height(text.SMALL)
    assert mosaic.label_height == 3 * line
    first = mosaic.pixels()[: 3 * line, :100]
    assert (first[: 2 * line] == PAPER).all()
    assert (first[2 * line :] == INK).any()


def test_tiles_without_words_are_the_tiles_of_the_picture():
    tiles = np.random.default_rng(0).random((5, 3, 4))
    layout = {"columns": 3, "tile": 60, "legend": "activation"}
    mosaic = arrange(tiles, labels=list("abcde"), row_labels=["x", "y"], **layout)
    whole, bare = mosaic.pixels(), mosaic.tile_pixels()
    assert whole.shape == mosaic.size
    left, head = mosaic.origin[1], mosaic.label_height
    shown = whole[: len(bare), left : left + bare.shape[1]]
    drawn = bare != PAPER
    assert np.array_equal(shown[drawn], bare[drawn])
    assert (bare[:head] == PAPER).all()
    assert (shown[:head] == INK).any()
