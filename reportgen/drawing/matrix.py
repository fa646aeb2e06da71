"""A square table of numbers as a heatmap with its classes at the sides, by Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.paint import indexed
from reportgen.drawing.png import MAP_LEVELS, encode, palette
from reportgen.records import Picture

CELLS = 12
"""Classes up to which every cell holds its number."""

_LABELED = 40
"""Classes up to which every one is named at the side."""

_SHARP = 200
"""Classes up to which cells are drawn at twice the size shown; more would make huge files."""

_POINTS = 8.0
"""The smallest text, eleven pixels at the size at which pictures are shown."""

_LONGEST = 18
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": "#1f2328",
    "axes.labelcolor": "#1f2328",
    "axes.edgecolor": "#8b949e",
    "xtick.color": "#1f2328",
    "ytick.color": "#1f2328",
}


def matrix(
    values: NDArray[np.float64],
    classes: Sequence[str],
    *,
    row_title: str,
    column_title: str,
    percent: bool = False,
    cosines: bool = False,
) -> Picture:
    """A heatmap (k, k) as a PNG picture, with a color bar; numbers in the cells where k <= 12.

    Args:
        values: at least 0; with `percent` between 0 and 1, with `cosines` between -1 and 1.
        classes: k names, the same for rows and columns; long ones lose their end, and of more
            than 40 only some are written.
        row_title, column_title: what rows and columns mean.
        percent: whether values are shares.
        cosines: whether values are cosines, drawn from blue over white to red.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        few = len(values) <= _SHARP
        figure = Figure(figsize=(7.2, 7.2), dpi=200 if few else 120)
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.subplots()
        image = axes.imshow(values, interpolation="nearest", **_colors(values, cosines))
        _ticks(axes, classes)
        axes.set_ylabel(row_title)
        axes.set_xlabel(column_title)
        if len(values) <= CELLS:
            _numbers(axes, values, percent, cosines)
        _bar(figure, image, axes, percent, cosines)
        figure.tight_layout(pad=0.3)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    (flat,), colors = indexed([_cropped(pixels)], most=MAP_LEVELS if few else 48)
    return encode(flat, palette(colors))


def _colors(values: NDArray[np.float64], cosines: bool) -> dict[str, Any]:
    """Even steps for cosines and where numbers stand in the cells; else of the square root."""
    from matplotlib.colors import PowerNorm

    if cosines:
        return {"cmap": "RdBu_r", "vmin": -1.0, "vmax": 1.0}
    top = float(values.max(initial=0.0)) or 1.0
    norm = PowerNorm(1.0 if len(values) <= CELLS else 0.5, vmin=0.0, vmax=top)
    return {"cmap": "Blues", "norm": norm}


def _ticks(axes: Any, classes: Sequence[str]) -> None:
    step = -(-len(classes) // _LABELED)
    places = range(0, len(classes), step)
    words = [_short(classes[place]) for place in places]
    size = 9.0 if len(classes) <= CELLS else _POINTS
    upright = len(classes) > CELLS or max(map(len, words)) * len(words) > 60
    axes.set_xticks(places, words, rotation=90 if upright else 0, fontsize=size)
    axes.set_yticks(places, words, fontsize=size)


def _short(name: str) -> str:
    plain = name.replace("$", r"\$")
    return plain if len(name) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _numbers(axes: Any, values: NDArray[np.float64], percent: bool, cosines: bool) -> None:
    top = float(values.max(initial=0.0)) or 1.0
    for (row, column), value in np.ndenumerate(values):
        words = f"{value * 100:.1f}" if percent else f"{value:,.0f}"
        # Adding zero takes the sign from what is rounded to zero.
        words = f"{round(float(value), 2) + 0.0:.2f}" if cosines else words
        dark = abs(value) > 0.65 if cosines else value > 0.55 * top
        ink = "white" if dark else "#1f2328"
        axes.text(column, row, words, ha="center", va="center", color=ink, fontsize=_POINTS)


def _bar(figure: Any, image: Any, axes: Any, percent: bool, cosines: bool) -> None:
    from matplotlib.ticker import FuncFormatter

    def words(value: float, place: int) -> str:
        whole = f"{value:.0%}" if percent else f"{value:,.0f}"
        return f"{value:.1f}" if cosines else whole

    bar = figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(words))
    if cosines:
        bar.set_ticks([-1.0, -0.5, 0.0, 0.5, 1.0])
    elif len(kept := _whole(bar.get_ticks(), 0.01 if percent else 1.0)) < len(bar.get_ticks()):
        bar.set_ticks([tick for tick in kept if bar.vmin <= tick <= bar.vmax])
    bar.set_label("cosine" if cosines else "share of images" if percent else "images")
    bar.outline.set_visible(False)


def _whole(ticks: Sequence[float], unit: float) -> list[float]:
    """The ticks at whole units; those between would be written with another one's number."""
    return [float(tick) for tick in ticks if np.isclose(tick / unit, np.rint(tick / unit))]


def _cropped(pixels: NDArray[np.uint8], margin: int = 8) -> NDArray[np.uint8]:
    """Pixels (h, w, 3) without the white around them, but for a margin."""
    ink: NDArray[np.uint8] = pixels.min(axis=-1)
    rows, columns = np.flatnonzero(ink.min(axis=1) < 255), np.flatnonzero(ink.min(axis=0) < 255)
    top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
    return pixels[top : rows[-1] + margin + 1, left : columns[-1] + margin + 1]
