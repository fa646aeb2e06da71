"""Matplotlib figures in the house style, as small PNG pictures that are equal on every machine.

A chart of your own needs three calls:

    with house_style():
        figure = new_figure(7.2, 2.7)
        axes = figure.subplots()
        axes.plot(values)
        figure.tight_layout(pad=0.4)
        picture = picture_of(figure)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from reportgen.drawing.colors import EDGE, GRAY, INK
from reportgen.drawing.png import encode_pixels
from reportgen.records import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

    from reportgen.types import Pixels

WIDTH = 7.2
"""Width of a whole picture in inches of `DPI` pixels; pages show pictures at half their pixels."""

DPI = 200

TITLE_HEIGHT, PANEL_GAP = 0.26, 0.1
"""Space above each panel of `panels`, and between panels, in inches."""

_STYLE: Mapping[RcKeyType, object] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    # Names of classes and layers may hold dollar signs.
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": EDGE,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e7eb",
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.8,
}

BOXED: Mapping[RcKeyType, object] = {
    "font.size": 8.5,
    "axes.spines.top": True,
    "axes.spines.right": True,
    "legend.fontsize": 8.5,
    "legend.handlelength": 2.0,
    "lines.linewidth": 1.5,
}
"""Changes of the house style for panels with a box around them, such as scatter plots."""


@contextmanager
def house_style(changes: Mapping[RcKeyType, object] | None = None) -> Iterator[None]:
    """Draw in the house style inside the context, whatever the user's own settings are.

    Args:
        changes: settings of Matplotlib (`matplotlib.rcParams`) that differ from the house style.
    """
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, **(changes or {})})
        yield


def new_figure(width: float, height: float, dpi: int = DPI) -> Figure:
    """An empty figure of this size in inches, which pyplot does not manage."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


def pixels_of(figure: Figure) -> Pixels:
    """The finished figure as RGB pixels (h, w, 3); call it inside `house_style`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError(f"expected a figure made by new_figure; its canvas is {canvas!r}")
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels: Pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(pixels[..., :3])


def picture_of(figure: Figure, most: int = 64, exact: Sequence[str] = ()) -> Picture:
    """The finished figure as a palette PNG; call it inside `house_style`.

    Args:
        figure: made by `new_figure`.
        most: the number of colors that the picture keeps.
        exact: colors that stay exact, in addition to `most` (see `png.encode_pixels`).
    """
    return encode_pixels(pixels_of(figure), most, exact)


def panels(
    count: int,
    *,
    columns: int = 2,
    aspect: float = 1.0,
    room: tuple[float, float] = (0.0, 0.0),
    below: float = 0.0,
    projection: str | None = None,
) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels of equal size at fixed places, whatever their labels.

    Args:
        count: number of panels.
        columns: panels in a row.
        aspect: height of a panel over its width.
        room: inches left of and below each panel, for tick labels and titles of axes.
        below: inches below all panels, for a legend.
        projection: projection of the axes, such as "3d" or "mollweide".
    """
    columns = min(columns, count)
    width = figure_width(columns)
    beside, under = room
    side = (width - PANEL_GAP * (columns + 1)) / columns - beside
    rows = -(-count // columns)
    height = rows * (side * aspect + TITLE_HEIGHT + under) + below + 0.06
    figure = new_figure(width, height)
    drawn = []
    for index in range(count):
        row, column = divmod(index, columns)
        left = PANEL_GAP + beside + column * (side + beside + PANEL_GAP)
        bottom = height - (row + 1) * (side * aspect + TITLE_HEIGHT) - row * under
        box = (left / width, bottom / height, side / width, side * aspect / height)
        drawn.append(figure.add_axes(box, projection=projection))
    return figure, drawn


def figure_width(columns: int) -> float:
    """Width in inches of a figure with `columns` panels in a row."""
    return WIDTH if columns > 1 else 5.4
