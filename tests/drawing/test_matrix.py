"""A matrix of cosines: its colors by sign, and a size that stays small."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from reportgen.drawing.charts import matrix, whole_ticks
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


def written(monkeypatch: pytest.MonkeyPatch, values: list[list[float]], **kind: bool) -> list[str]:
    """All texts of a drawing, in the cells, at the sides and at the color bar."""
    texts: list[str] = []
    draw = Text.draw

    def noted(self: Text, *args: object) -> None:
        texts.append(self.get_text())
        draw(self, *args)

    monkeypatch.setattr(Text, "draw", noted)
    names = [f"kind {place}" for place in range(len(values))]
    matrix(np.array(values), names, row_title="r", column_title="c", **kind)
    return texts


def test_no_number_stands_twice_at_the_bar_of_few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = written(monkeypatch, [[1.0] + [0.0] * 12] + [[0.0] * 13] * 12)
    numbers = [text for text in texts if text.isdigit()]
    assert sorted(set(numbers)) == ["0", "1"]
    assert numbers.count("1") == numbers.count("0")
    assert whole_ticks([0, 0.5, 1, 1.5, 2], 1.0) == [0, 1, 2]
    assert whole_ticks([0, 0.005, 0.01, 0.29], 0.01) == [0, 0.01, 0.29]


def test_a_cosine_that_is_rounded_to_zero_has_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = written(monkeypatch, [[1.0, -0.001], [-0.006, 1.0]], cosines=True)
    assert {"0.00", "-0.01"} <= set(texts)
    assert "-0.00" not in texts
