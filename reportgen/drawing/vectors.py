"""Vectors of classes from one origin, in two or three dimensions, as small palette PNG pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.points import (
    GRAY,
    INK,
    LIGHT,
    NAMED,
    badges,
    color,
    lines,
    made_one,
    sheet,
)
from reportgen.records import Picture


def arrows(
    vectors: NDArray[Any],
    classes: Sequence[str],
    *,
    titles: tuple[str, str],
    centers: NDArray[Any] | None = None,
) -> Picture:
    """Vectors in a plane as they are, and beside them their directions on a circle.

    Args:
        vectors: (classes, 2).
        classes: names, which stand at the ends in the second panel.
        titles: of the two panels.
        centers: (classes, 2) unit vectors, dots outside the circle; NaN for none.
    """
    values = np.asarray(vectors, np.float64)
    with sheet(2, classes) as (_, (plain, circle), made):
        reach = max(float(np.abs(values).max()), 1e-9) * 1.2
        lengths = np.hypot(*values.T)[:, None]
        # A badge stands a little beyond the head of its arrow.
        beyond = np.where(lengths > 0, 0.1 * reach / np.where(lengths > 0, lengths, 1), 0)
        _plane(plain, reach, titles[0])
        _arrows(plain, values)
        if len(classes) <= NAMED:
            badges(plain, (values * (1 + beyond) / reach + 1) / 2)
        _plane(circle, 1.42, titles[1])
        _circle(circle, values, centers)
    return made_one(made)


def _plane(axes: Any, reach: float, title: str) -> None:
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[])
    axes.set_title(title)
    axes.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
    axes.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)


def _arrows(axes: Any, values: NDArray[np.float64]) -> None:
    for label, (x, y) in enumerate(values):
        axes.annotate(
            "", (x, y), (0, 0), zorder=3,
            arrowprops={"arrowstyle": "-|>", "color": color(label), "lw": 1.8, "shrinkA": 0,
                        "shrinkB": 0, "mutation_scale": 11},
        )  # fmt: skip


def _circle(axes: Any, values: NDArray[np.float64], centers: NDArray[Any] | None) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor=GRAY, linewidth=0.9))
    lengths = np.hypot(*values.T)
    held = np.where(lengths > 0, lengths, np.nan)
    ends = values / held[:, None]
    lines(axes, np.zeros(2), ends)
    if centers is not None:
        for label, (x, y) in enumerate(np.asarray(centers, np.float64) * 1.09):
            axes.plot(
                [x], [y], marker="o", markersize=7, color=color(label), markeredgecolor=INK,
                markeredgewidth=0.8, zorder=5,
            )  # fmt: skip
    if len(values) <= NAMED:
        badges(axes, (ends * 1.27 / 1.42 + 1) / 2)
