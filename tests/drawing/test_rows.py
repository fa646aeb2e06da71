import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reportgen.drawing.png import encode, palette
from reportgen.drawing.rows import Rows, stacked

COLORS = palette(np.random.default_rng(0).integers(0, 256, (240, 3), dtype=np.uint8))

canvases = arrays(
    np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 9)), elements=st.integers(0, 2)
)


@settings(max_examples=60, deadline=None)
@given(canvases, st.integers(1, 4))
def test_rows_held_once_are_the_same_picture_and_the_same_bytes(canvas, times):
    whole = canvas.repeat(times, axis=0)
    rows = Rows(canvas, np.full(len(canvas), times)).distinct()
    assert np.array_equal(rows.whole(), whole)
    assert (rows.indices[1:] != rows.indices[:-1]).any(axis=1).all()
    assert encode(rows, COLORS).data == encode(whole, COLORS).data


def test_stacked_fills_narrow_parts():
    wide = Rows(np.array([[1, 2, 3]], np.uint8), np.array([2]))
    found = stacked([wide, Rows.of(np.array([[4], [5]], np.uint8))], 9).whole()
    assert found.tolist() == [[1, 2, 3], [1, 2, 3], [4, 9, 9], [5, 9, 9]]
