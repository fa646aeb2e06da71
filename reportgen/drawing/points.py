"""Points of many classes in two or three dimensions, as small palette PNG pictures.

Classes are told apart by color and by number: a badge with a class's number stands at its center,
and the legend says which number is which. Colors alone need not be told apart by every eye.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.paint import indexed
from reportgen.drawing.png import encode, palette
from reportgen.records import Picture

COLORS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
"""Ten colors that differ in lightness too (M. A. Petroff, 2021), then the same again."""

NAMED = 40
"""Classes up to which each has a badge and an entry in the legend."""

WIDTH = 7.2
"""Of a whole picture, in inches of 200 pixels, drawn at twice the size at which it is shown."""

INK, GRAY, LIGHT = "#1f2328", "#57606a", "#d0d7de"
BADGE = 0.062
"""Diameter of a badge as a share of a panel's side."""

_TITLE, _ENTRY, _GAP = 0.26, 0.2, 0.1
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": "#8b949e",
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e7eb",
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Cloud:
    """Points (n, q) with their classes (n,), or -1 for a point of none, under a title."""

    title: str
    points: NDArray[Any]
    labels: NDArray[Any]


def color(label: int) -> str:
    """The color of a class; gray for none."""
    return GRAY if label < 0 else COLORS[label % len(COLORS)]


@contextmanager
def sheet(
    panels: int,
    classes: Sequence[str],
    *,
    columns: int = 2,
    aspect: float = 1.0,
    room: tuple[float, float] = (0.0, 0.0),
    **given: Any,
) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """A figure with panels of `aspect` (height over width) and a legend of classes under them.

    Gives (figure, panels, pictures); the finished `Picture` is put into the last on leaving.

    Args:
        panels: how many there are.
        classes: names for the legend; none is drawn for more than `NAMED`.
        columns: panels in a row.
        aspect: height of a panel over its width.
        room: inches left of and under each panel, for what stands at its axes.
        given: for `Figure.add_axes`, such as a projection.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        columns = min(columns, panels)
        width = WIDTH if columns > 1 else 5.4
        beside, under = room
        side = (width - _GAP * (columns + 1)) / columns - beside
        rows = -(-panels // columns)
        entries = _entries(classes, width)
        legend = _ENTRY * -(-len(classes) // entries) + 0.08 if entries else 0.0
        height = rows * (side * aspect + _TITLE + under) + legend + 0.06
        figure = Figure(figsize=(width, height), dpi=200)
        canvas: Any = FigureCanvasAgg(figure)
        axes = []
        for place in range(panels):
            row, column = divmod(place, columns)
            left = _GAP + beside + column * (side + beside + _GAP)
            bottom = height - (row + 1) * (side * aspect + _TITLE) - row * under
            box = (left / width, bottom / height, side / width, side * aspect / height)
            axes.append(figure.add_axes(box, **given))
        if entries:
            _legend(figure, classes, entries)
        made: list[Any] = []
        yield figure, axes, made
        canvas.draw()
        pixels = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
    flat, colors = _indices(pixels)
    made.append(encode(flat, palette(colors)))


def scatter(
    clouds: Sequence[Cloud],
    classes: Sequence[str],
    *,
    origin: NDArray[Any],
    anchors: NDArray[Any] | None = None,
    rays: bool = False,
    arrows: NDArray[Any] | None = None,
) -> Picture:
    """Points in two dimensions, one panel a cloud, all with the same equal axes.

    Args:
        clouds: at least one, with points (n, 2).
        classes: names.
        origin: (2,), marked with a cross.
        anchors: (classes, 2), where badges stand; NaN for none.
        rays: whether lines run from the origin to the anchors.
        arrows: (classes, 2), dashed arrows from the origin; NaN for none.
    """
    low, high = limits([cloud.points for cloud in clouds], origin)
    with sheet(len(clouds), classes) as (_, axes, made):
        for one, cloud in zip(axes, clouds, strict=True):
            one.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[])
            one.set_title(cloud.title)
            one.axhline(origin[1], color=LIGHT, linewidth=0.8, zorder=0)
            one.axvline(origin[0], color=LIGHT, linewidth=0.8, zorder=0)
            _dots(one, cloud, dot_size(clouds))
            if rays and anchors is not None:
                lines(one, origin, anchors)
            if arrows is not None:
                dashed(one, origin, arrows)
            if anchors is not None and len(classes) <= NAMED:
                badges(one, (anchors - low) / (high - low))
    return made_one(made)


def limits(
    points: Sequence[NDArray[Any]],
    origin: NDArray[Any],
    *,
    even: bool = True,
    kept: float = 0.998,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners (q,) of a box around the origin and all but the farthest of the points.

    Args:
        points: parts (n, q).
        origin: (q,).
        even: whether all sides of the box are alike.
        kept: the share of points to hold, along each axis.
    """
    whole = np.concatenate([np.asarray(part, np.float64) for part in points])
    low, high = np.quantile(whole, [(1 - kept) / 2, (1 + kept) / 2], axis=0)
    low, high = np.minimum(low, origin), np.maximum(high, origin)
    sides = np.maximum(high - low, max(float((high - low).max()), 1e-6) * (1 if even else 0.3))
    middle, half = (low + high) / 2, sides / 2 * 1.08
    return middle - half, middle + half


def outside(clouds: Sequence[NDArray[Any]], low: NDArray[Any], high: NDArray[Any]) -> int:
    """How many points lie outside these corners."""
    return sum(int(((part < low) | (part > high)).any(axis=1).sum()) for part in clouds)


def lines(axes: Any, origin: NDArray[Any], ends: NDArray[Any]) -> None:
    """Lines from the origin to each end, in the colors of the classes, cased in white."""
    from matplotlib.patheffects import Normal, Stroke

    for label, end in enumerate(np.asarray(ends, np.float64)):
        if np.isfinite(end).all():
            axes.plot(
                *zip(origin, end, strict=True),
                color=color(label),
                linewidth=1.3,
                path_effects=[Stroke(linewidth=3.2, foreground="white"), Normal()],
                zorder=4,
            )


def dashed(axes: Any, origin: NDArray[Any], ends: NDArray[Any]) -> None:
    """Dashed dark lines from the origin, each with a diamond of its class's color at the end."""
    from matplotlib.patheffects import Normal, Stroke

    for label, end in enumerate(np.asarray(ends, np.float64)):
        if np.isfinite(end).all():
            pairs = list(zip(origin, end, strict=True))
            effects = [Stroke(linewidth=2.4, foreground="white"), Normal()]
            axes.plot(
                *pairs, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), path_effects=effects,
                zorder=5,
            )  # fmt: skip
            tip = [[pair[1]] for pair in pairs]
            axes.plot(
                *tip, marker="D", markersize=5, color=color(label), markeredgecolor=INK, zorder=6
            )


def badges(axes: Any, anchors: NDArray[np.float64]) -> None:
    """The number of each class in a circle at its anchor, moved apart where they meet.

    Anchors (k, 2) are shares of the panel's width and height; NaN for none.
    """
    from matplotlib.lines import Line2D

    # In three-dimensional axes `text` would want a point in space.
    write = getattr(axes, "text2D", axes.text)
    held = np.flatnonzero(np.isfinite(anchors).all(axis=1))
    starts = anchors[held]
    for label, start, end in zip(map(int, held), starts, apart(starts), strict=True):
        if np.hypot(*(end - start)) > BADGE / 2:
            x, y = np.stack([start, end]).T
            axes.add_artist(
                Line2D(x, y, color=INK, linewidth=0.7, transform=axes.transAxes, zorder=7)
            )
        write(
            float(end[0]), float(end[1]), str(label), ha="center", va="center_baseline",
            fontsize=8, zorder=8 + label / 99, transform=axes.transAxes, clip_on=False,
            bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "ec": color(label), "lw": 1.6},
        )  # fmt: skip


def apart(starts: NDArray[np.float64], gap: float = BADGE) -> NDArray[np.float64]:
    """Places (k, 2) in 0..1, moved so that any two are about `gap` apart and all stay inside."""
    # Equal places part in different directions.
    turns = np.arange(len(starts))
    places = starts + 1e-6 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    for _ in range(200):
        steps = places[:, None] - places[None]
        far = np.hypot(steps[..., 0], steps[..., 1])
        np.fill_diagonal(far, np.inf)
        push = np.maximum(gap - far, 0) / np.maximum(far, 1e-9)
        places = places + 0.5 * (steps * push[..., None]).sum(axis=1)
        places = np.clip(places + 0.02 * (starts - places), gap / 2, 1 - gap / 2)
    return places


def made_one(made: list[Any]) -> Picture:
    """The picture that a `sheet` left."""
    picture: Picture = made[0]
    return picture


def shuffled(cloud: Cloud) -> tuple[NDArray[Any], list[str]]:
    """Points and their colors in an order that hides no class behind another."""
    order = np.random.default_rng(0).permutation(len(cloud.points))
    return cloud.points[order], [color(int(label)) for label in np.asarray(cloud.labels)[order]]


def dot_size(clouds: Sequence[Cloud]) -> float:
    """Area of a point in square points, one for all panels: smaller where there are many."""
    most = max(len(cloud.points) for cloud in clouds)
    return float(np.clip(12000 / max(most, 1), 1.4, 14))


def _indices(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Palette indices (h, w) and colors (k, 3), in which the classes' colors stay as they are.

    Only edges that were smoothed share colors, lest a class of few points take another's.
    """
    names = dict.fromkeys((*COLORS, INK, GRAY, LIGHT, "#ffffff"))
    own = np.array([[int(name[i : i + 2], 16) for i in (1, 3, 5)] for name in names], np.uint8)
    found = np.full(pixels.shape[:2], len(own), np.uint8)
    for place, one in enumerate(own):
        found[(pixels == one).all(axis=-1)] = place
    rest = found == len(own)
    if not rest.any():
        return found, own
    (others,), colors = indexed([pixels[rest][None]], most=120)
    found[rest] = others[0] + len(own)
    return found, np.concatenate([own, colors])


def _dots(axes: Any, cloud: Cloud, size: float) -> None:
    points, colors = shuffled(cloud)
    axes.scatter(
        *np.asarray(points, np.float64).T, s=size, c=colors, linewidths=0,
        antialiased=False, zorder=2,
    )  # fmt: skip


def _entries(classes: Sequence[str], width: float) -> int:
    """Entries in a row of the legend; 0 for no legend."""
    if not classes or len(classes) > NAMED:
        return 0
    longest = max(len(name) for name in classes)
    return int(np.clip(width / (0.45 + 0.075 * longest), 1, len(classes)))


def _legend(figure: Any, classes: Sequence[str], columns: int) -> None:
    from matplotlib.lines import Line2D

    rows = -(-len(classes) // columns)
    # Matplotlib fills columns first; readers go by rows.
    order = [r * columns + c for c in range(columns) for r in range(rows)]
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=7, color=color(place),
               label=f"{place}  {classes[place]}".replace("$", r"\$"))
        for place in order if place < len(classes)
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower left", ncols=columns, borderaxespad=0.3, handletextpad=0.2,
        columnspacing=1.2, labelspacing=0.35,
    )  # fmt: skip
