"""Nearest classes by angle, for the tables of `embedding` and `class_weights`. NumPy only."""

from __future__ import annotations

import numpy as np

from reportgen.types import Array, Doubles, Integers

ROWS = 40
"""Classes listed in a table; of more, those whose nearest neighbor is closest."""


def nearest_classes(angles: Array) -> tuple[Integers, Doubles]:
    """The nearest other class of each class, and its angle.

    Args:
        angles: between classes, (classes, classes); NaN where a class has no direction.

    Returns:
        Indices (classes,), and angles (classes,), NaN where there is no class to compare with.
    """
    table = np.array(angles, np.float64)
    np.fill_diagonal(table, np.inf)
    table[np.isnan(table)] = np.inf
    least = table.min(axis=1)
    return table.argmin(axis=1), np.where(np.isinf(least), np.nan, least)


def listed_classes(least: Doubles) -> list[int]:
    """The classes that a table lists, in their order, by the angle to the nearest (NaN: last)."""
    order = np.argsort(np.where(np.isnan(least), np.inf, least), kind="stable")
    return [int(place) for place in np.sort(order[:ROWS])]
