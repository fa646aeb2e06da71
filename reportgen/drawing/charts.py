"""Line charts, bar charts, histograms and matrices in the house style, as small PNG pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from reportgen.drawing.axes import (
    BOXED,
    DPI,
    WIDTH,
    house_style,
    new_figure,
    panels,
    picture_of,
    pixels_of,
)
from reportgen.drawing.colors import INK, NEUTRALS, PALETTE
from reportgen.drawing.glyphs import Keys, families, shortened
from reportgen.drawing.png import MAP_LEVELS, encode_pixels
from reportgen.records import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.typing import RcKeyType

    from reportgen.types import Array, Doubles, Pixels

CHART_HEIGHT = 2.7
"""Height in inches of a bar chart, a histogram and a row of line charts."""

CELLS = 12
"""Largest number of classes with which every cell of a matrix shows its number."""

_DASHED = (0, (4, 2))
_LEGEND_COLUMNS = 6

_LAYOUTS = 3
"""Rounds of fitting the axes to their labels, since resized axes may choose longer labels."""

_SHARE_BINS = 60

_LABELED = 40
"""Largest number of classes with which a matrix names every class at its side."""

_SHARP = 200
"""Largest number of classes whose cells are drawn at twice the shown size; more make huge files."""

_POINTS = 8.0
"""Smallest text size; pages show it eleven pixels high."""

_LONGEST, _LONGEST_BAR = 18, 40

_MATRIX_STYLE: Mapping[RcKeyType, object] = {
    **BOXED,
    "font.size": 9,
    "axes.grid": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Line:
    """One line of a panel: `values` at x = 1, 2, ...; `color` is an index into `PALETTE`.

    Lines with equal names share one entry of the legend; a line named "" has none.
    """

    name: str
    values: Sequence[float]
    color: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes: a title, its lines, and the limits of y (None: from the data)."""

    title: str
    lines: Sequence[Line]
    low: float | None = None
    high: float | None = None


def curves(charts: Sequence[Panel], *, x_title: str, columns: int = 2) -> Picture:
    """Line charts side by side, 1440 pixels wide with two columns.

    Args:
        charts: at least one chart.
        x_title: the noun that x = 1, 2, ... counts, e.g. "epoch".
        columns: charts in a row.
    """
    columns = min(columns, len(charts))
    rows = -(-len(charts) // columns)
    keys = Keys()
    charts = [_drawable(chart, keys) for chart in charts]
    texts = [
        text for chart in charts for text in (chart.title, *(line.name for line in chart.lines))
    ]
    with house_style({"font.family": families(texts)}):
        figure = new_figure(WIDTH / 2 * columns + 0.6 * (columns == 1), CHART_HEIGHT * rows)
        drawn = list(figure.subplots(rows, columns, squeeze=False).ravel())
        for chart, axes in zip(charts, drawn, strict=False):
            _draw_lines(axes, chart, x_title)
        for spare in drawn[len(charts) :]:
            spare.set_visible(False)
        legend = _legend_share(figure, drawn[: len(charts)])
        for _ in range(_LAYOUTS):
            figure.tight_layout(pad=0.4, w_pad=1.4, rect=(0, 0, 1, 1 - legend / rows))
        return replace(picture_of(figure), keys=tuple(keys.words))


def _drawable(chart: Panel, keys: Keys) -> Panel:
    """A chart with texts that can be drawn; Matplotlib's legends skip names that begin with "_"."""
    lines = [
        replace(line, name=keys.drawn(line.name).replace("_", "\N{HAIR SPACE}_", 1))
        if line.name.startswith("_") else replace(line, name=keys.drawn(line.name))
        for line in chart.lines
    ]  # fmt: skip
    return replace(chart, title=keys.drawn(chart.title), lines=tuple(lines))


def _draw_lines(axes: Axes, chart: Panel, x_title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    for line in chart.lines:
        axes.plot(
            range(1, len(line.values) + 1),
            line.values,
            label=line.name or "_",
            color=PALETTE[line.color % len(PALETTE)],
            linestyle=_DASHED if line.dashed else "-",
            # A line through a single point cannot be seen.
            marker="o" if len(line.values) == 1 else "",
            markersize=4.5,
        )
    axes.set_title(chart.title)
    axes.set_xlabel(x_title)
    axes.set_ylim(bottom=chart.low, top=chart.high)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def _legend_share(figure: Figure, drawn: Sequence[Axes]) -> float:
    """Draws one legend above all charts; returns its share of a row's height."""
    handles = {
        name: handle
        for axes in drawn
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if len(handles) < 2:
        return 0.0
    columns = min(len(handles), _LEGEND_COLUMNS)
    figure.legend(
        handles.values(), handles.keys(), loc="upper left", ncols=columns, borderaxespad=0.2
    )
    return 0.1 * ceil(len(handles) / columns)


def bar_chart(
    values: Sequence[float] | Array,
    *,
    x_title: str,
    y_title: str,
    labels: Sequence[str] = (),
    mean: bool = False,
) -> Picture:
    """One bar for each of (n,) values, 1440 x 540 pixels.

    Args:
        values: heights of the bars; a value that is not finite has no bar.
        x_title: the noun for the bars, e.g. "filter"; without labels, bars count from 0.
        y_title: the noun for their heights, e.g. "norm".
        labels: a text below each bar, vertical where there are many.
        mean: whether to draw a dashed line at the mean of the finite values.

    Raises:
        ValueError: no value is finite, or the number of labels differs from that of the values.
    """
    heights = np.asarray(values, np.float64)
    if labels and len(labels) != len(heights):
        raise ValueError(f"expected a label for each of {len(heights)} bars; got {len(labels)}")
    average = _mean(heights, "bar_chart")
    keys = Keys()
    words = keys.all(shortened(label, _LONGEST_BAR) for label in labels)
    with house_style({"font.family": families(words)}):
        figure, axes = _single_chart(x_title, y_title)
        axes.grid(visible=False, axis="x")
        axes.bar(np.arange(len(heights)), np.nan_to_num(heights, posinf=0, neginf=0),
                 width=0.8 if len(heights) <= 64 else 1.0, color=PALETTE[0])  # fmt: skip
        axes.set_xlim(-0.6, len(heights) - 0.4)
        if labels:
            upright = sum(map(len, words)) > 80
            axes.set_xticks(range(len(labels)), words, rotation=90 if upright else 0)
        else:
            _count_whole(axes.xaxis)
        if mean:
            axes.axhline(average, color=PALETTE[1], linewidth=1.2, linestyle=_DASHED)
        figure.tight_layout(pad=0.4)
        return replace(picture_of(figure), keys=tuple(keys.words))


def histogram(
    values: Sequence[float] | Array,
    *,
    x_title: str,
    y_title: str,
    bins: int = 30,
    mean: bool = False,
) -> Picture:
    """Counts of values in bins of equal width, 1440 x 540 pixels.

    Args:
        values: an array of any shape; values that are not finite are left out.
        x_title: the noun for the values, e.g. "weight".
        y_title: the noun for the counts, e.g. "weights".
        bins: number of bins.
        mean: whether to draw a dashed line at the mean.

    Raises:
        ValueError: no value is finite.
    """
    numbers = np.asarray(values, np.float64).ravel()
    average = _mean(numbers, "histogram")
    counts, edges = np.histogram(numbers[np.isfinite(numbers)], bins)
    with house_style():
        figure, axes = _single_chart(x_title, y_title)
        _draw_steps(axes, counts, edges, PALETTE[0])
        axes.set(xlim=(edges[0], edges[-1]), ylim=(0, counts.max() * 1.05))
        _count_whole(axes.yaxis)
        if mean:
            axes.axvline(average, color=PALETTE[1], linewidth=1.2, linestyle=_DASHED)
        figure.tight_layout(pad=0.4)
        return picture_of(figure)


def histograms(groups: Sequence[tuple[str, Mapping[str, Array]]], *, x_title: str) -> Picture:
    """Shares of values in bins of equal width, a panel for each group, all with the same axes.

    A dashed line marks the mean of each histogram.

    Args:
        groups: for each panel its title, and the values (n,) of each named histogram; NaN is left
            out.
        x_title: the noun for the values.
    """
    top = max(float(np.nanmax(v)) for _, named in groups for v in named.values())
    edges = np.linspace(0.0, max(top, 1e-6), _SHARE_BINS + 1)
    with house_style(BOXED):
        figure, drawn = panels(len(groups), aspect=0.62, room=(0.42, 0.42))
        highest = 0.0
        for axes, (title, named) in zip(drawn, groups, strict=True):
            axes.set_title(title)
            for color, (name, values) in zip(PALETTE, named.items(), strict=False):
                numbers = np.asarray(values, np.float64)
                numbers = numbers[~np.isnan(numbers)]
                shares = np.histogram(numbers, edges)[0] / max(len(numbers), 1)
                _draw_steps(axes, shares, edges, color, name)
                axes.axvline(numbers.mean(), color=color, linewidth=1.2, linestyle=_DASHED)
                highest = max(highest, float(shares.max()))
        for axes in drawn:
            axes.set(xlim=(0, edges[-1]), ylim=(0, highest * 1.05 or 1.0), xlabel=x_title)
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        drawn[0].legend(loc="upper right")
        return picture_of(figure, 120, NEUTRALS)


def _single_chart(x_title: str, y_title: str) -> tuple[Figure, Axes]:
    figure = new_figure(WIDTH, CHART_HEIGHT)
    axes = figure.subplots()
    axes.set(xlabel=x_title, ylabel=y_title)
    return figure, axes


def _draw_steps(axes: Axes, heights: Array, edges: Doubles, color: str, name: str = "") -> None:
    axes.stairs(heights, edges, fill=True, color=color, alpha=0.35)
    axes.stairs(heights, edges, color=color, linewidth=1.4, label=name or "_")


def _mean(numbers: Doubles, chart: str) -> float:
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        raise ValueError(f"{chart} expects at least one finite value; got {len(numbers)} values")
    return float(finite.mean())


def _count_whole(axis: Axis) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def matrix(
    values: Doubles,
    classes: Sequence[str],
    *,
    row_title: str,
    column_title: str,
    percent: bool = False,
    cosines: bool = False,
) -> Picture:
    """A heatmap (k, k) with a color bar, and numbers in the cells where k <= 12.

    Args:
        values: at least 0; with `percent` between 0 and 1, with `cosines` between -1 and 1.
        classes: k names, the same for rows and columns; long names are shortened, and of more than
            40 names only some are shown.
        row_title: meaning of the rows.
        column_title: meaning of the columns.
        percent: whether values are shares.
        cosines: whether values are cosines, drawn from blue over white to red.
    """
    keys = Keys()
    names = keys.all(shortened(name, _LONGEST) for name in classes)
    with house_style({**_MATRIX_STYLE, "font.family": families(names)}):
        few = len(values) <= _SHARP
        figure = new_figure(WIDTH, WIDTH, DPI if few else 120)
        axes = figure.subplots()
        image = _draw_cells(axes, values, cosines)
        _name_classes(axes, names)
        axes.set_ylabel(row_title)
        axes.set_xlabel(column_title)
        if len(values) <= CELLS:
            _write_numbers(axes, values, percent, cosines)
        _draw_bar(figure, image, axes, percent, cosines)
        figure.tight_layout(pad=0.3)
        pixels = pixels_of(figure)
    picture = encode_pixels(_cropped(pixels), MAP_LEVELS if few else 48)
    return replace(picture, keys=tuple(keys.words))


def _draw_cells(axes: Axes, values: Doubles, cosines: bool) -> AxesImage:
    """Colors linear in the value for cosines and numbered cells, else in its square root."""
    from matplotlib.colors import PowerNorm

    if cosines:
        return axes.imshow(values, "RdBu_r", interpolation="nearest", vmin=-1.0, vmax=1.0)
    norm = PowerNorm(1.0 if len(values) <= CELLS else 0.5, vmin=0.0, vmax=_largest(values))
    return axes.imshow(values, "Blues", norm, interpolation="nearest")


def _largest(values: Doubles) -> float:
    return float(values.max(initial=0.0)) or 1.0


def _name_classes(axes: Axes, classes: Sequence[str]) -> None:
    places = range(0, len(classes), -(-len(classes) // _LABELED))
    words = [classes[place] for place in places]
    size = 9.0 if len(classes) <= CELLS else _POINTS
    upright = len(classes) > CELLS or max(map(len, words)) * len(words) > 60
    axes.set_xticks(places, words, rotation=90 if upright else 0, fontsize=size)
    axes.set_yticks(places, words, fontsize=size)


def _write_numbers(axes: Axes, values: Doubles, percent: bool, cosines: bool) -> None:
    for (row, column), value in np.ndenumerate(values):
        words = f"{value * 100:.1f}" if percent else f"{value:,.0f}"
        # Adding zero removes the sign of a negative value that rounds to zero.
        words = f"{round(float(value), 2) + 0.0:.2f}" if cosines else words
        dark = abs(value) > 0.65 if cosines else value > 0.55 * _largest(values)
        ink = "white" if dark else INK
        axes.text(column, row, words, ha="center", va="center", color=ink, fontsize=_POINTS)


def _draw_bar(figure: Figure, image: AxesImage, axes: Axes, percent: bool, cosines: bool) -> None:
    from matplotlib.ticker import FuncFormatter

    def words(value: float, place: int) -> str:
        whole = f"{value:.0%}" if percent else f"{value:,.0f}"
        return f"{value:.1f}" if cosines else whole

    bar = figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(words))
    ticks = [float(tick) for tick in bar.get_ticks()]
    if cosines:
        bar.set_ticks([-1.0, -0.5, 0.0, 0.5, 1.0])
    elif len(kept := whole_ticks(ticks, 0.01 if percent else 1.0)) < len(ticks):
        low, high = bar.mappable.get_clim()
        bar.set_ticks([tick for tick in kept if (low or 0.0) <= tick <= (high or 0.0)])
    bar.set_label("cosine" if cosines else "share of images" if percent else "images")
    bar.outline.set_visible(False)


def whole_ticks(ticks: Sequence[float], unit: float) -> list[float]:
    """The ticks at whole units; a tick between two units would show a wrong, rounded number."""
    return [tick for tick in ticks if np.isclose(tick / unit, np.rint(tick / unit))]


def _cropped(pixels: Pixels, margin: int = 8) -> Pixels:
    """Pixels (h, w, 3) with the white border cut down to `margin` pixels."""
    ink: Pixels = pixels.min(axis=-1)
    rows, columns = np.flatnonzero(ink.min(axis=1) < 255), np.flatnonzero(ink.min(axis=0) < 255)
    top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
    return pixels[top : rows[-1] + margin + 1, left : columns[-1] + margin + 1]
