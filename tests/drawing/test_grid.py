import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.drawing.grid import FRAME, GAP, WIDTH, layout


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
