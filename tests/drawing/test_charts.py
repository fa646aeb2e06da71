import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

from reportgen.drawing.charts import Line, Panel, bar_chart, curves, histogram
from reportgen.drawing.colors import PALETTE

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


def bar_tops(found):
    """For each column of pixels that holds a bar, the row of the bar's top."""
    blue = (np.abs(found - [0, 114, 178]).max(axis=-1) < 12)[: int(0.8 * len(found))]
    columns = np.flatnonzero(blue.any(axis=0))
    return columns, blue[:, columns].argmax(axis=0)


def test_bars_are_as_high_as_their_values():
    picture = bar_chart([1.0, 2.0, float("nan"), 4.0], x_title="filter", y_title="norm")
    assert (picture.width, picture.height) == (1440, 540)
    columns, tops = bar_tops(pixels(picture))
    bars = np.split(np.arange(len(columns)), np.flatnonzero(np.diff(columns) > 1) + 1)
    assert len(bars) == 3
    first, second, last = (int(np.median(tops[bar])) for bar in bars)
    assert (first - second) * 2 == pytest.approx(second - last, abs=3)


def test_a_mean_adds_a_dashed_line_and_labels_stand_under_the_bars():
    values = np.arange(1.0, 9.0)
    plain = bar_chart(values, x_title="filter", y_title="norm")
    mean = bar_chart(values, x_title="filter", y_title="norm", mean=True)
    labeled = bar_chart(values, x_title="class", y_title="images", labels=["a long name"] * 8)
    assert near(pixels(plain), PALETTE[1]) == 0
    assert near(pixels(mean), PALETTE[1]) > 500
    # Upright labels take room from the bars.
    assert bar_tops(pixels(labeled))[1].max() < bar_tops(pixels(plain))[1].max()


@pytest.mark.parametrize("count", [1, 64, 512])
def test_charts_are_small_and_the_same_twice(count):
    values = np.random.default_rng(0).random((count, 3))
    for chart in (
        lambda: bar_chart(values[:, 0], x_title="filter", y_title="norm", mean=True),
        lambda: histogram(values, x_title="weight", y_title="weights", mean=True),
    ):
        with matplotlib.rc_context({"font.size": 22}):
            first = chart()
        assert first == chart()
        assert len(first.data) < 20_000


def test_histograms_count_what_is_finite():
    values = [0.0, 0.0, 0.0, 1.0, float("nan"), float("inf")]
    picture = histogram(values, x_title="weight", y_title="weights", bins=2)
    assert picture == histogram(values[:4], x_title="weight", y_title="weights", bins=2)
    with pytest.raises(ValueError, match="at least one finite value; got 2 values"):
        histogram(values[4:], x_title="weight", y_title="weights")
    with pytest.raises(ValueError, match="at least one finite value"):
        bar_chart([], x_title="filter", y_title="norm")
    with pytest.raises(ValueError, match="a label for each of 2 bars; got 1"):
        bar_chart([1.0, 2.0], x_title="filter", y_title="norm", labels=["a"])
