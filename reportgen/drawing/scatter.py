"""Points of many classes in two dimensions, and vectors from one origin.

Color and number distinguish the classes: a badge with the class's number marks its center, and the
legend lists the numbers. The figure is thus readable without distinguishing the colors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.drawing.axes import (
    BOXED,
    figure_width,
    house_style,
    panels,
    picture_of,
)
from reportgen.drawing.colors import GRAY, INK, LIGHT, NEUTRALS
from reportgen.drawing.glyphs import Keys, families, shortened
from reportgen.records import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reportgen.types import Array, Doubles

COLORS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
"""Ten colors that also differ in lightness (M. A. Petroff, 2021), repeated."""

NAMED = 40
"""Largest number of classes with which each class has a badge and a legend entry."""

BADGE = 0.062
"""Diameter of a badge as a share of a panel's side."""

_LONGEST = 48
"""Characters of a name in a legend."""

_ENTRY = 0.2
"""Height of a row of the legend in inches."""


@dataclass(frozen=True)
class Cloud:
    """Points (n, q) and their classes (n,), -1 for a point without class, under a title."""

    title: str
    points: Array
    labels: Array


def color(label: int) -> str:
    """The color of a class; gray for -1."""
    return GRAY if label < 0 else COLORS[label % len(COLORS)]


def scatter(
    clouds: Sequence[Cloud],
    classes: Sequence[str],
    *,
    origin: Array,
    anchors: Array | None = None,
    rays: bool = False,
    arrows: Array | None = None,
) -> Picture:
    """Points in two dimensions, a panel for each cloud, all with the same equal axes.

    Args:
        clouds: at least one cloud, with points (n, 2).
        classes: names of the classes.
        origin: (2,), marked with a cross.
        anchors: (classes, 2), places of the badges; NaN for no badge.
        rays: whether to draw lines from the origin to the anchors.
        arrows: (classes, 2), ends of dashed arrows from the origin; NaN for no arrow.
    """
    low, high = limits([cloud.points for cloud in clouds], origin)
    with house_style(BOXED):
        figure, drawn = class_panels(len(clouds), classes)
        for axes, cloud in zip(drawn, clouds, strict=True):
            axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[])
            axes.set_title(cloud.title)
            axes.axhline(origin[1], color=LIGHT, linewidth=0.8, zorder=0)
            axes.axvline(origin[0], color=LIGHT, linewidth=0.8, zorder=0)
            _draw_points(axes, cloud, dot_size(clouds))
            if rays and anchors is not None:
                draw_rays(axes, origin, anchors)
            if arrows is not None:
                draw_dashed(axes, origin, arrows)
            if anchors is not None and len(classes) <= NAMED:
                draw_badges(axes, (anchors - low) / (high - low))
        return class_picture(figure, classes)


def _draw_points(axes: Axes, cloud: Cloud, size: float) -> None:
    points, colors = shuffled(cloud)
    x, y = np.asarray(points, np.float64).T
    axes.scatter(x, y, s=size, c=colors, linewidths=0, antialiased=False, zorder=2)


def limits(
    points: Sequence[Array],
    origin: Array,
    *,
    even: bool = True,
    kept: float = 0.998,
) -> tuple[Doubles, Doubles]:
    """The low and high corner, each (q,), of a box around the origin and most points.

    Args:
        points: arrays of points, each (n, q).
        origin: (q,).
        even: whether all sides of the box are equal.
        kept: the share of points inside the box along each axis.
    """
    whole = np.concatenate([np.asarray(part, np.float64) for part in points])
    low, high = np.quantile(whole, [(1 - kept) / 2, (1 + kept) / 2], axis=0)
    low, high = np.minimum(low, origin), np.maximum(high, origin)
    sides = np.maximum(high - low, max(float((high - low).max()), 1e-6) * (1 if even else 0.3))
    middle, half = (low + high) / 2, sides / 2 * 1.08
    return middle - half, middle + half


def outside(clouds: Sequence[Array], low: Array, high: Array) -> int:
    """The number of points outside the box with these corners."""
    return sum(int(((part < low) | (part > high)).any(axis=1).sum()) for part in clouds)


def arrows(
    vectors: Array,
    classes: Sequence[str],
    *,
    titles: tuple[str, str],
    centers: Array | None = None,
) -> Picture:
    """Vectors in a plane, and beside them their directions on a circle.

    Args:
        vectors: (classes, 2).
        classes: names, shown at the ends of the directions.
        titles: titles of the two panels.
        centers: (classes, 2) unit vectors, drawn as dots outside the circle; NaN for no dot.
    """
    values = np.asarray(vectors, np.float64)
    with house_style(BOXED):
        figure, (plain, circle) = class_panels(2, classes)
        reach = max(float(np.abs(values).max()), 1e-9) * 1.2
        lengths = np.hypot(*values.T)[:, None]
        # A badge lies a little beyond the head of its arrow.
        beyond = np.where(lengths > 0, 0.1 * reach / np.where(lengths > 0, lengths, 1), 0)
        _prepare_plane(plain, reach, titles[0])
        _draw_arrows(plain, values)
        if len(classes) <= NAMED:
            draw_badges(plain, (values * (1 + beyond) / reach + 1) / 2)
        _prepare_plane(circle, 1.42, titles[1])
        _draw_directions(circle, values, centers)
        return class_picture(figure, classes)


def _prepare_plane(axes: Axes, reach: float, title: str) -> None:
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[])
    axes.set_title(title)
    axes.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
    axes.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)


def _draw_arrows(axes: Axes, values: Doubles) -> None:
    for label, (x, y) in enumerate(values):
        axes.annotate(
            "", (x, y), (0, 0), zorder=3,
            arrowprops={"arrowstyle": "-|>", "color": color(label), "lw": 1.8, "shrinkA": 0,
                        "shrinkB": 0, "mutation_scale": 11},
        )  # fmt: skip


def _draw_directions(axes: Axes, values: Doubles, centers: Array | None) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor=GRAY, linewidth=0.9))
    lengths = np.hypot(*values.T)
    ends = values / np.where(lengths > 0, lengths, np.nan)[:, None]
    draw_rays(axes, np.zeros(2), ends)
    if centers is not None:
        for label, (x, y) in enumerate(np.asarray(centers, np.float64) * 1.09):
            axes.plot(
                [x], [y], marker="o", markersize=7, color=color(label), markeredgecolor=INK,
                markeredgewidth=0.8, zorder=5,
            )  # fmt: skip
    if len(values) <= NAMED:
        draw_badges(axes, (ends * 1.27 / 1.42 + 1) / 2)


def class_panels(
    count: int,
    classes: Sequence[str],
    *,
    columns: int = 2,
    aspect: float = 1.0,
    projection: str | None = None,
) -> tuple[Figure, list[Axes]]:
    """A figure with panels of equal size above a legend of classes, if there are at most `NAMED`.

    All arguments except `classes`, the names, are those of `axes.panels`.
    """
    columns = min(columns, count)
    entries = _legend_columns(classes, figure_width(columns))
    below = _ENTRY * -(-len(classes) // entries) + 0.08 if entries else 0.0
    figure, drawn = panels(
        count, columns=columns, aspect=aspect, below=below, projection=projection
    )
    if entries:
        _draw_legend(figure, classes, entries)
    return figure, drawn


def class_picture(figure: Figure, classes: Sequence[str]) -> Picture:
    """The finished figure of `class_panels` as a picture whose colors of classes stay exact.

    Only antialiased edges share colors; otherwise a class of few points could take the color of
    another.
    """
    picture = picture_of(figure, 120, (*COLORS, *NEUTRALS))
    keys = Keys()
    if figure.legends:
        keys.all(classes)
    return replace(picture, keys=tuple(keys.words))


def draw_rays(axes: Axes, origin: Array, ends: Array) -> None:
    """Lines from the origin to each end, in the colors of the classes with a white outline."""
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


def draw_dashed(axes: Axes, origin: Array, ends: Array) -> None:
    """Dashed dark lines from the origin, each ending in a diamond in the color of its class."""
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


def draw_badges(axes: Axes, anchors: Doubles) -> None:
    """Badges, circles with the numbers of classes, at their anchors, moved apart where they meet.

    Anchors (k, 2) are shares of the panel's width and height; NaN for no badge.
    """
    from matplotlib.lines import Line2D

    # The `text` of three-dimensional axes takes a point in space.
    write = getattr(axes, "text2D", axes.text)
    labels = np.flatnonzero(np.isfinite(anchors).all(axis=1)).tolist()
    starts = anchors[labels]
    for label, start, end in zip(labels, starts, apart(starts), strict=True):
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


def apart(starts: Doubles, gap: float = BADGE) -> Doubles:
    """Places (k, 2) in 0..1, moved at least about `gap` apart and kept inside."""
    # Equal places move in different directions.
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


def shuffled(cloud: Cloud) -> tuple[Array, list[str]]:
    """Points and their colors, shuffled so that no class hides behind another."""
    order = np.random.default_rng(0).permutation(len(cloud.points))
    return cloud.points[order], [color(int(label)) for label in np.asarray(cloud.labels)[order]]


def dot_size(clouds: Sequence[Cloud]) -> float:
    """Area of a dot in square points, equal in all panels; more data points make smaller dots."""
    most = max(len(cloud.points) for cloud in clouds)
    return float(np.clip(12000 / max(most, 1), 1.4, 14))


def _legend_columns(classes: Sequence[str], width: float) -> int:
    """Entries in a row of the legend; 0 for no legend."""
    if not classes or len(classes) > NAMED:
        return 0
    longest = min(max(len(name) for name in classes), _LONGEST)
    return int(np.clip(width / (0.45 + 0.075 * longest), 1, len(classes)))


def _draw_legend(figure: Figure, classes: Sequence[str], columns: int) -> None:
    from matplotlib.lines import Line2D

    rows = -(-len(classes) // columns)
    names = [shortened(name, _LONGEST) for name in Keys().all(classes)]
    # Matplotlib fills a legend by columns; readers read it by rows.
    order = [r * columns + c for c in range(columns) for r in range(rows)]
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=7, color=color(label),
               label=_entry(label, names[label]))
        for label in order if label < len(classes)
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower left", ncols=columns, borderaxespad=0.3, handletextpad=0.2,
        columnspacing=1.2, labelspacing=0.35, prop={"family": families(names), "size": 8.5},
    )  # fmt: skip


def _entry(label: int, name: str) -> str:
    # Without the mark, the number would stand behind a name that runs from right to left.
    return f"{label}  {name}" if name.isascii() else f"\N{LEFT-TO-RIGHT MARK}{label}  {name}"
