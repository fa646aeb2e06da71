"""Points of many classes in three dimensions: two views each, and maps of the sphere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reportgen.drawing.axes import BOXED, house_style
from reportgen.drawing.colors import INK
from reportgen.drawing.scatter import (
    NAMED,
    Cloud,
    class_panels,
    class_picture,
    color,
    dot_size,
    draw_badges,
    draw_dashed,
    draw_rays,
    limits,
    shuffled,
)
from reportgen.records import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from mpl_toolkits.mplot3d import Axes3D  # type: ignore[import-untyped]

    from reportgen.types import Array, Doubles

VIEWS = ((18.0, -65.0), (18.0, 25.0))
"""Elevation and azimuth of the views, in degrees: a quarter turn apart."""


def views(
    clouds: Sequence[Cloud],
    classes: Sequence[str],
    *,
    anchors: Array | None = None,
    rays: bool = False,
    arrows: Array | None = None,
) -> Picture:
    """Points (n, 3) around the origin: a row of two views for each cloud, in cubes of equal size.

    Args:
        clouds: at least one cloud.
        classes: names of the classes.
        anchors: (classes, 3), places of the badges; NaN for no badge.
        rays: whether to draw lines from the origin to the anchors.
        arrows: (classes, 3), ends of dashed lines from the origin; NaN for no line.
    """
    low, high = limits([cloud.points for cloud in clouds], np.zeros(3), even=False)
    titled = [(cloud, view) for cloud in clouds for view in VIEWS]
    with house_style(BOXED):
        figure, drawn = class_panels(len(titled), classes, aspect=0.94, projection="3d")
        for axes, (cloud, (elevation, azimuth)) in zip(drawn, titled, strict=True):
            _prepare_cube(axes, low, high, elevation, azimuth)
            turned = "the same, turned by a quarter"
            axes.set_title(cloud.title if azimuth == VIEWS[0][1] else turned, loc="left")
            _draw_points(axes, cloud, (low, high), dot_size(clouds) * 0.7)
            if rays and anchors is not None:
                draw_rays(axes, np.zeros(3), anchors)
            if arrows is not None:
                draw_dashed(axes, np.zeros(3), arrows)
            if anchors is not None and len(classes) <= NAMED:
                _draw_badges_in_view(axes, np.asarray(anchors, np.float64))
        return class_picture(figure, classes)


def globes(
    clouds: Sequence[Cloud],
    classes: Sequence[str],
    *,
    anchors: Array | None = None,
    marks: Array | None = None,
) -> Picture:
    """Directions of points (n, 3) on maps of the whole sphere, a panel for each cloud.

    The maps use Mollweide's projection, which preserves the ratios of areas.

    Args:
        clouds: at least one cloud; points of length zero are left out.
        classes: names of the classes.
        anchors: (classes, 3), directions of the badges; NaN for no badge.
        marks: (classes, 3), directions marked with a diamond; NaN for no mark.
    """
    with house_style(BOXED):
        figure, drawn = class_panels(len(clouds), classes, aspect=0.52, projection="mollweide")
        for axes, cloud in zip(drawn, clouds, strict=True):
            axes.set_title(cloud.title)
            axes.set_xticklabels([])
            axes.set_yticklabels([])
            points, colors = shuffled(cloud)
            size = dot_size(clouds) * 0.7
            x, y = longitudes(points).T
            axes.scatter(x, y, s=size, c=colors, linewidths=0, antialiased=False)
            for label, place in enumerate(longitudes(marks) if marks is not None else ()):
                axes.plot(*place, marker="D", markersize=5, color=color(label), markeredgecolor=INK)
            if anchors is not None and len(classes) <= NAMED:
                _draw_badges_at(axes, axes.transData.transform(longitudes(anchors)))
        return class_picture(figure, classes)


def longitudes(vectors: Array) -> Doubles:
    """Longitude and latitude (n, 2) of vectors (n, 3) in radians; NaN for length zero.

    >>> longitudes(np.array([[0.0, 2.0, 0.0], [0.0, 0.0, -1.0]])) / np.pi
    array([[ 0.5,  0. ],
           [ 0. , -0.5]])
    """
    x, y, z = np.asarray(vectors, np.float64).T
    flat = np.hypot(x, y)
    angles = np.stack([np.arctan2(y, x), np.arctan2(z, flat)], axis=1)
    angles[(flat == 0) & (z == 0)] = np.nan
    return angles


def _prepare_cube(axes: Axes3D, low: Array, high: Array, elevation: float, azimuth: float) -> None:
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
    axes.set(xticklabels=[], yticklabels=[], zticklabels=[])
    axes.computed_zorder = False
    axes.set_box_aspect(high - low, zoom=1.22)
    axes.view_init(elev=elevation, azim=azimuth)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0.975, 0.98, 0.985, 1.0))
        axis.set_tick_params(color=(0.0, 0.0, 0.0, 0.0))
    axes.plot([0.0], [0.0], [0.0], marker="+", color=INK, markersize=7, zorder=6)


def _draw_points(axes: Axes3D, cloud: Cloud, box: tuple[Array, Array], size: float) -> None:
    points, colors = shuffled(cloud)
    values = np.asarray(points, np.float64)
    inside = np.all((values >= box[0]) & (values <= box[1]), axis=1)
    kept = [color for color, held in zip(colors, inside, strict=True) if held]
    axes.scatter(
        *values[inside].T, s=size, c=kept, linewidths=0, depthshade=False,
        antialiased=False, zorder=2,
    )  # fmt: skip


def _draw_badges_in_view(axes: Axes3D, anchors: Doubles) -> None:
    """Badges at the projections of anchors (k, 3) in this view."""
    from mpl_toolkits.mplot3d import proj3d

    x, y, _ = proj3d.proj_transform(*anchors.T, axes.get_proj())
    places = np.stack([np.asarray(x), np.asarray(y)], axis=1)
    _draw_badges_at(axes, axes.transData.transform(places))


def _draw_badges_at(axes: Axes, pixels: Doubles) -> None:
    draw_badges(axes, axes.transAxes.inverted().transform(pixels))
