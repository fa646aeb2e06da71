import io
import zlib

import numpy as np
import pytest
from budgets import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from reportgen.drawing.png import (
    INK,
    MISSING,
    PAPER,
    encode,
    encode_pixels,
    encode_small,
    palette,
)

COLORS = palette(np.random.default_rng(0).integers(0, 256, (240, 3), dtype=np.uint8))


OWN = COLORS[:240]


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@settings(max_examples=examples(40), deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 30))),
    st.integers(1, 9),
    st.booleans(),
)
def test_an_independent_reader_sees_every_pixel(indices, scale, enlarged):
    large = indices.repeat(scale, 0).repeat(scale, 1)
    picture = encode(large, OWN, enlarged=enlarged)
    assert np.array_equal(decoded(picture.data), COLORS[large])
    assert (picture.height, picture.width) == large.shape


def test_text_beside_enlarged_rows_survives():
    rng = np.random.default_rng(1)
    tiles = rng.integers(0, 200, (10, 60), dtype=np.uint8).repeat(20, 0)
    words = rng.integers(240, 256, (30, 60), dtype=np.uint8)
    whole = np.concatenate([words, tiles, words, tiles, words])
    assert np.array_equal(decoded(encode(whole, OWN).data), COLORS[whole])


def test_the_file_holds_no_text_no_date_and_is_the_same_twice():
    indices = np.arange(256, dtype=np.uint8).reshape(16, 16)
    data = encode(indices, OWN).data
    kinds = [kind for kind in (b"tEXt", b"iTXt", b"tIME", b"zTXt") if kind in data]
    assert kinds == []
    assert data == encode(indices.copy(), OWN.copy()).data


def test_checksums_are_those_of_the_standard():
    data = encode(np.zeros((3, 5), np.uint8), OWN).data
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


def test_fine_pictures_are_read_as_they_were_and_are_smaller():
    y, x = np.mgrid[:160, :200]
    noise = np.random.default_rng(5).integers(0, 3, (160, 200))
    fine = (60 + 40 * np.sin(y / 9) * np.cos(x / 7) + noise).astype(np.uint8)
    data = encode(fine, OWN).data
    assert np.array_equal(decoded(data), COLORS[fine])
    plain = np.pad(fine, ((0, 0), (1, 0)))
    assert len(data) < 0.9 * len(zlib.compress(plain.tobytes(), 9))


@settings(max_examples=examples(60), deadline=None)
@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 40), st.integers(1, 30)),
        elements=st.sampled_from([0, 1, 7, 8, 100, 239, PAPER, MISSING, INK]),
    ),
    st.integers(1, 255),
)
def test_compact_files_are_read_as_they_were(indices, most):
    shown = indices % most
    assert np.array_equal(decoded(encode_small(shown, OWN)), COLORS[shown])


@pytest.mark.parametrize(("colors", "depth"), [(1, 1), (2, 1), (4, 2), (5, 4), (16, 4), (17, 8)])
def test_few_colors_take_few_bits(colors, depth):
    shown = (np.arange(35 * 9) % colors * 3).astype(np.uint8).reshape(9, 35)
    data = encode_small(shown, OWN)
    assert data[24] == depth
    assert np.array_equal(decoded(data), COLORS[shown])


def test_compact_files_are_small_for_noise_for_slopes_and_for_patterns():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 16, (200, 20), dtype=np.uint8)
    slopes = np.add.outer(np.arange(200), np.arange(20)).astype(np.uint8)
    pattern = np.tile(rng.integers(0, 200, (10, 20), dtype=np.uint8), (20, 1))
    sizes = [len(encode_small(one, OWN)) for one in (noise, slopes, pattern)]
    assert sizes[0] < noise.size / 2 + len(noise) + 200
    assert sizes[1] < 0.2 * slopes.size + 3 * 220
    assert sizes[2] < 0.2 * pattern.size + 3 * 200


def test_the_smaller_of_two_encodings_is_kept():
    rng = np.random.default_rng(2)
    words = np.tile(rng.choice([PAPER, INK], (12, 40)), (10, 10)).astype(np.uint8)
    y, x = np.mgrid[:160, :200]
    fine = 60 + 40 * np.sin(y / 9) * np.cos(x / 7) + rng.integers(0, 3, y.shape)
    for indices, filtered in ((words, False), (fine.astype(np.uint8), True)):
        fast = encode(indices, OWN, enlarged=True).data
        best = encode(indices, OWN).data
        assert (best == fast) == filtered
        assert len(best) <= len(fast)
        assert np.array_equal(decoded(fast), COLORS[indices])
        # Color type 3: the values are indices into the palette.
        assert (fast[25], best[25]) == (3, 3)
        Image.open(io.BytesIO(fast)).verify()


def test_exact_colors_stay_where_the_others_are_reduced():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    pixels[:10] = (0x12, 0x34, 0x56)
    pixels[0, 0] = (0x12, 0x34, 0x57)
    found = decoded(encode_pixels(pixels, 8, ("#123456", "#123456", "#ffffff")).data)
    assert (found[:10].reshape(-1, 3)[1:] == (0x12, 0x34, 0x56)).all()
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= 9
    plain = np.full((2, 3, 3), 255, np.uint8)
    assert np.array_equal(decoded(encode_pixels(plain, exact=("#ffffff",)).data), plain)
