import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

from reportgen.drawing.charts import PALETTE, Line, Panel, curves

PANELS = [
    Panel(
        "Loss", [Line("training", [2.0, 1.0, 0.5]), Line("validation", [1.9, 1.2, 1.0], 1, True)]
    ),
    Panel("Accuracy", [Line("training", [0.2, 0.6, 0.9])]),
]


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB")).astype(int)


def near(found, color):
    wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return (np.abs(found - wanted).max(axis=-1) < 12).sum()


def test_both_lines_are_there_in_their_colors():
    found = pixels(curves(PANELS, x_title="epoch"))
    assert near(found, PALETTE[0]) > 500
    assert near(found, PALETTE[1]) > 200
    assert near(found, PALETTE[2]) == 0


def test_size_is_small_and_fits():
    picture = curves(PANELS, x_title="epoch")
    assert (picture.width, picture.media_type) == (1440, "image/png")
    assert len(picture.data) < 40_000


def test_bytes_do_not_depend_on_settings_or_turn():
    first = curves(PANELS, x_title="epoch").data
    with matplotlib.rc_context({"font.size": 22, "lines.linewidth": 9}):
        assert curves(PANELS, x_title="epoch").data == first
        assert matplotlib.rcParams["font.size"] == 22


def test_one_epoch_and_one_panel():
    picture = curves([Panel("Loss", [Line("training", [1.0])])], x_title="epoch")
    assert near(pixels(picture), PALETTE[0]) > 20


@pytest.mark.parametrize("top", [1.1, 1.18, 1.26, 123456.0, -0.00012345])
def test_no_label_is_cut_at_an_edge(top):
    # At the first three the ticks get a second decimal once the axes have their final height.
    loss = Panel("Loss", [Line("training", [top, 0.03, 0.005]), Line("validation", [0.2], 1)])
    found = pixels(curves([loss, PANELS[1]], x_title="epoch"))
    for edge in (found[:, 0], found[:, -1], found[-1]):
        assert edge.min() > 240
