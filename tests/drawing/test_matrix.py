"""A matrix of cosines: its colors by sign, and a size that stays small."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from reportgen.drawing.matrix import matrix
from reportgen.records import Picture


def cosines(count: int) -> Picture:
    rng = np.random.default_rng(0)
    unit = rng.normal(size=(count, 30))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    values = unit @ unit.T
    values[0, -1] = values[-1, 0] = -1
    names = [f"class {i}" for i in range(count)]
    return matrix(values, names, row_title="class", column_title="class", cosines=True)


def test_one_is_red_and_minus_one_is_blue() -> None:
    picture = cosines(3)
    pixels = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB")).astype(int)
    red, blue = pixels[..., 0] - pixels[..., 2] > 60, pixels[..., 2] - pixels[..., 0] > 60
    # Left of the color bar, the first row goes from red on the diagonal to blue at its end.
    part = slice(0, int(picture.width * 0.85))
    top = slice(0, int(picture.height * 0.2))
    assert np.nonzero(red[top, part])[1].max() < np.nonzero(blue[top, part])[1].min()


def test_a_large_matrix_is_no_large_file() -> None:
    assert len(cosines(400).data) < 300_000
    assert cosines(20) == cosines(20)
