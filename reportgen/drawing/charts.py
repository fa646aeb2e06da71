"""Line charts by Matplotlib, drawn the same on every machine, as small palette PNG pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.paint import indexed
from reportgen.drawing.png import encode, palette
from reportgen.records import Picture

PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
    "#B8A800",
)
"""Okabe and Ito's colors (2008), which every kind of color vision tells apart, the lines' order."""

_LEGEND_COLUMNS = 6

_LAYOUTS = 3
"""How often room is made for the labels: axes of another size may choose longer ones."""

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": "#1f2328",
    "axes.edgecolor": "#8b949e",
    "axes.labelcolor": "#1f2328",
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e7eb",
    "xtick.color": "#57606a",
    "ytick.color": "#57606a",
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.8,
}


@dataclass(frozen=True)
class Line:
    """One line of a panel: `values` at x = 1, 2, ...; `color` counts through `PALETTE`.

    Equal names share one entry of the legend; "" has none.
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


def curves(panels: Sequence[Panel], *, x_title: str, columns: int = 2) -> Picture:
    """Line charts side by side as one PNG picture, 1440 px wide with two columns.

    Args:
        panels: at least one.
        x_title: what x = 1, 2, ... counts, e.g. "epoch".
        columns: panels in a row.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        columns = min(columns, len(panels))
        rows = -(-len(panels) // columns)
        figure = Figure(figsize=(3.6 * columns + 0.6 * (columns == 1), 2.7 * rows), dpi=200)
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for panel, one in zip(panels, axes, strict=False):
            _panel(one, panel, x_title)
        for spare in axes[len(panels) :]:
            spare.set_visible(False)
        room = _legend(figure, axes[: len(panels)])
        for _ in range(_LAYOUTS):
            figure.tight_layout(pad=0.4, w_pad=1.4, rect=(0, 0, 1, 1 - room / rows))
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    return picture(np.ascontiguousarray(pixels))


def picture(pixels: NDArray[np.uint8]) -> Picture:
    """RGB pixels (h, w, 3) as a PNG picture with at most 64 colors, enough for lines and text."""
    (flat,), colors = indexed([pixels], most=64)
    return encode(flat, palette(colors))


def _panel(axes: Any, panel: Panel, x_title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    for line in panel.lines:
        epochs = range(1, len(line.values) + 1)
        axes.plot(
            epochs,
            line.values,
            label=line.name or "_",
            color=PALETTE[line.color % len(PALETTE)],
            linestyle=(0, (4, 2)) if line.dashed else "-",
            # A line through a single point cannot be seen.
            marker="o" if len(line.values) == 1 else "",
            markersize=4.5,
        )
    axes.set_title(panel.title)
    axes.set_xlabel(x_title)
    axes.set_ylim(bottom=panel.low, top=panel.high)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def _legend(figure: Any, axes: Any) -> float:
    """One legend over all panels, where it hides no line; gives back its share of a row."""
    found: dict[str, Any] = {}
    for one in axes:
        handles, names = one.get_legend_handles_labels()
        found |= dict(zip(names, handles, strict=True))
    if len(found) < 2:
        return 0.0
    columns = min(len(found), _LEGEND_COLUMNS)
    figure.legend(found.values(), found.keys(), loc="upper left", ncols=columns, borderaxespad=0.2)
    return 0.1 * ceil(len(found) / columns)
