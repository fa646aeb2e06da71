"""Points of many classes in three dimensions: views from two sides, and a map of the sphere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.points import (
    INK,
    NAMED,
    Cloud,
    badges,
    color,
    dashed,
    dot_size,
    limits,
    lines,
    made_one,
    sheet,
    shuffled,
)
from reportgen.records import Picture

VIEWS = ((18.0, -65.0), (18.0, 25.0))
"""Elevation and azimuth of the views, in degrees: a quarter turn apart."""


def views(
    clouds: Sequence[Cloud],
    classes: Sequence[str],
    *,
    anchors: NDArray[Any] | None = None,
    rays: bool = False,
    arrows: NDArray[Any] | None = None,
) -> Picture:
    """Points (n, 3) around the origin, a row of two views for each cloud, all in one cube.

    Args:
        clouds: at least one.
        classes: names.
        anchors: (classes, 3), where badges stand; NaN for none.
        rays: whether lines run from the origin to the anchors.
        arrows: (classes, 3), dashed lines from the origin; NaN for none.
    """
    low, high = limits([cloud.points for cloud in clouds], np.zeros(3), even=False)
    titled = [(cloud, view) for cloud in clouds for view in VIEWS]
    with sheet(len(titled), classes, aspect=0.94, projection="3d", computed_zorder=False) as (
        _, axes, made,
    ):  # fmt: skip
        for one, (cloud, (up, around)) in zip(axes, titled, strict=True):
            _cube(one, low, high, up, around)
            turned = "the same, turned by a quarter"
            one.set_title(cloud.title if around == VIEWS[0][1] else turned, loc="left")
            _dots(one, cloud, (low, high), dot_size(clouds) * 0.7)
            if rays and anchors is not None:
                lines(one, np.zeros(3), anchors)
            if arrows is not None:
                dashed(one, np.zeros(3), arrows)
            if anchors is not None and len(classes) <= NAMED:
                _badges(one, np.asarray(anchors, np.float64))
    return made_one(made)


def globes(
    clouds: Sequence[Cloud],
    classes: Sequence[str],
    *,
    anchors: NDArray[Any] | None = None,
    marks: NDArray[Any] | None = None,
) -> Picture:
    """Directions of points (n, 3) on maps of the whole sphere, one panel a cloud.

    Mollweide's projection, in which equal areas of the sphere are equal on the map.

    Args:
        clouds: at least one; points of length zero are left out.
        classes: names.
        anchors: (classes, 3), directions at which badges stand; NaN for none.
        marks: (classes, 3), directions marked with a diamond; NaN for none.
    """
    with sheet(len(clouds), classes, aspect=0.52, projection="mollweide") as (_, axes, made):
        for one, cloud in zip(axes, clouds, strict=True):
            one.set_title(cloud.title)
            one.set_xticklabels([])
            one.set_yticklabels([])
            points, colors = shuffled(cloud)
            size = dot_size(clouds) * 0.7
            one.scatter(*_map(points).T, s=size, c=colors, linewidths=0, antialiased=False)
            for label, place in enumerate(_map(marks) if marks is not None else ()):
                one.plot(*place, marker="D", markersize=5, color=color(label), markeredgecolor=INK)
            if anchors is not None and len(classes) <= NAMED:
                _on_map(one, _map(anchors))
    return made_one(made)


def longitudes(vectors: NDArray[Any]) -> NDArray[np.float64]:
    """Longitude and latitude (n, 2) of vectors (n, 3) in radians; NaN for length zero.

    >>> longitudes(np.array([[0.0, 2.0, 0.0], [0.0, 0.0, -1.0]])) / np.pi
    array([[ 0.5,  0. ],
           [ 0. , -0.5]])
    """
    x, y, z = np.asarray(vectors, np.float64).T
    flat = np.hypot(x, y)
    found = np.stack([np.arctan2(y, x), np.arctan2(z, flat)], axis=1)
    found[(flat == 0) & (z == 0)] = np.nan
    return found


_map = longitudes


def _cube(axes: Any, low: NDArray[Any], high: NDArray[Any], up: float, around: float) -> None:
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
    axes.set(xticklabels=[], yticklabels=[], zticklabels=[])
    axes.set_box_aspect(high - low, zoom=1.22)
    axes.view_init(elev=up, azim=around)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0.975, 0.98, 0.985, 1.0))
        axis.set_tick_params(color=(0.0, 0.0, 0.0, 0.0))
    axes.plot([0.0], [0.0], [0.0], marker="+", color=INK, markersize=7, zorder=6)


def _dots(axes: Any, cloud: Cloud, box: tuple[NDArray[Any], NDArray[Any]], size: float) -> None:
    points, colors = shuffled(cloud)
    values = np.asarray(points, np.float64)
    inside = np.all((values >= box[0]) & (values <= box[1]), axis=1)
    kept = [one for one, held in zip(colors, inside, strict=True) if held]
    axes.scatter(
        *values[inside].T, s=size, c=kept, linewidths=0, depthshade=False,
        antialiased=False, zorder=2,
    )  # fmt: skip


def _badges(axes: Any, anchors: NDArray[np.float64]) -> None:
    """Badges where anchors (k, 3) are seen in this view."""
    from mpl_toolkits.mplot3d import proj3d  # type: ignore[import-untyped]

    x, y, _ = proj3d.proj_transform(*anchors.T, axes.get_proj())
    flat = axes.transData.transform(np.stack([np.asarray(x), np.asarray(y)], axis=1))
    _place(axes, flat)


def _on_map(axes: Any, places: NDArray[np.float64]) -> None:
    _place(axes, axes.transData.transform(places))


def _place(axes: Any, pixels: NDArray[np.float64]) -> None:
    badges(axes, axes.transAxes.inverted().transform(pixels))
