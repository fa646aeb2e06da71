import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from reportgen.drawing.png import INK, MISSING, PAPER, encode, palette

COLORS = palette(np.random.default_rng(0).integers(0, 256, (240, 3), dtype=np.uint8))


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 30))),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_an_independent_reader_sees_every_pixel(indices, scale, level):
    large = indices.repeat(scale, 0).repeat(scale, 1)
    picture = encode(large, COLORS, level=level)
    assert np.array_equal(decoded(picture.data), COLORS[large])
    assert (picture.height, picture.width) == large.shape


def test_text_beside_enlarged_rows_survives():
    rng = np.random.default_rng(1)
    tiles = rng.integers(0, 200, (10, 60), dtype=np.uint8).repeat(20, 0)
    words = rng.integers(240, 256, (30, 60), dtype=np.uint8)
    whole = np.concatenate([words, tiles, words, tiles, words])
    assert np.array_equal(decoded(encode(whole, COLORS).data), COLORS[whole])


def test_the_file_holds_no_text_no_date_and_is_the_same_twice():
    indices = np.arange(256, dtype=np.uint8).reshape(16, 16)
    data = encode(indices, COLORS).data
    kinds = [kind for kind in (b"tEXt", b"iTXt", b"tIME", b"zTXt") if kind in data]
    assert kinds == []
    assert data == encode(indices.copy(), COLORS.copy()).data


def test_checksums_are_those_of_the_standard():
    data = encode(np.zeros((3, 5), np.uint8), COLORS).data
    at, seen = 8, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        body = data[at + 4 : at + 8 + size]
        assert zlib.crc32(body) == int.from_bytes(data[at + 8 + size : at + 12 + size])
        seen.append(body[:4])
        at += size + 12
    assert seen == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def test_palette_runs_from_paper_to_ink():
    assert COLORS[PAPER].tolist() == [255, 255, 255]
    assert COLORS[INK].max() < 50
    assert (np.diff(COLORS[PAPER:].astype(int), axis=0) < 0).all()
    assert 150 < COLORS[MISSING].mean() < 220


def test_too_many_colors_are_refused():
    with pytest.raises(ValueError, match="broadcast"):
        palette(np.zeros((257, 3), np.uint8))
