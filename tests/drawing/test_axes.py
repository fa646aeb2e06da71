"""The house style: what a chart of one's own is made with."""

import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

from reportgen.drawing.axes import BOXED, DPI, house_style, new_figure, panels, picture_of
from reportgen.drawing.colors import INK, PALETTE


def drawn():
    with house_style():
        figure = new_figure(3.0, 2.0)
        axes = figure.subplots()
        axes.plot([1, 3, 2], color=PALETTE[0])
        axes.set_title("Loss")
        figure.tight_layout(pad=0.4)
        return picture_of(figure, exact=(INK, PALETTE[0]))


def test_a_chart_has_the_size_asked_for_and_the_same_bytes_whatever_the_settings():
    picture = drawn()
    assert (picture.width, picture.height) == (3 * DPI, 2 * DPI)
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.grid": False}):
        assert drawn() == picture
        assert matplotlib.rcParams["lines.linewidth"] == 9


def test_exact_colors_stay_and_the_others_are_few():
    image = np.asarray(Image.open(io.BytesIO(drawn().data)).convert("RGB"))
    colors = {tuple(color) for color in image.reshape(-1, 3).tolist()}
    assert {(0, 0x72, 0xB2), (0x1F, 0x23, 0x28)} <= colors
    assert len(colors) <= 66


def test_panels_are_alike_and_leave_room_below():
    with house_style(BOXED):
        figure, axes = panels(3, columns=2, aspect=0.5, below=0.4)
        boxes = [one.get_position() for one in axes]
    assert len({(round(box.width, 9), round(box.height, 9)) for box in boxes}) == 1
    width, height = figure.get_size_inches()
    assert boxes[0].height * height == pytest.approx(0.5 * boxes[0].width * width)
    assert boxes[2].y0 * height > 0.4
