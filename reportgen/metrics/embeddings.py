"""Angles and principal components of vectors. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.types import Array, Doubles, Floats

ROWS = 4096
"""Number of vectors whose angles are computed at once."""


# --- angles ------------------------------------------------------------------------------------


def directions(vectors: ArrayLike) -> Doubles:
    """Vectors (n, d) divided by their lengths; NaN where the length is zero."""
    values = np.asarray(vectors, np.float64)
    # Divide by the largest magnitude first, so that squares neither overflow nor underflow.
    peaks = np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    scaled = np.divide(values, peaks, out=np.full_like(values, np.nan), where=peaks > 0)
    return np.asarray(scaled / np.sqrt((scaled**2).sum(axis=-1, keepdims=True)))


def angles(first: ArrayLike, second: ArrayLike) -> Doubles:
    """Angles (n, k) in degrees between each of n and each of k vectors, (n, d) and (k, d)."""
    rows, ends = np.asarray(first), directions(second)
    degrees = np.empty((len(rows), len(ends)))
    for start in range(0, len(rows), ROWS):
        part = slice(start, start + ROWS)
        cosines = directions(rows[part]) @ ends.T
        degrees[part] = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return degrees


def paired_angles(first: ArrayLike, second: ArrayLike) -> Doubles:
    """Angles (n,) in degrees between vectors with the same index, both of shape (n, d)."""
    cosines = (directions(first) * directions(second)).sum(axis=-1)
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))


def mean_directions(vectors: ArrayLike, labels: Array, classes: int) -> Doubles:
    """The mean direction of each class, unit vectors of shape (classes, d).

    The mean direction is the direction of the sum of unit vectors (K. V. Mardia and P. E. Jupp,
    Directional Statistics, 2000), so long vectors count no more than short ones. It is NaN for a
    class without vectors or whose directions cancel out.
    """
    values = np.asarray(vectors)
    sums = np.zeros((classes, values.shape[1]))
    for start in range(0, len(values), ROWS):
        part = slice(start, start + ROWS)
        np.add.at(sums, labels[part], np.nan_to_num(directions(values[part])))
    return directions(sums)


def own_and_nearest(table: Doubles, labels: Array) -> tuple[Doubles, Doubles]:
    """The angle of each vector to its own class and to the nearest other class, each (n,).

    Args:
        table: angles (n, k) of n vectors to the centers of k classes.
        labels: the own class of each vector, shape (n,).

    Returns:
        The angle to the own class, and the angle to the nearest other class, which is NaN where the
        own angle or every other angle is undefined.
    """
    places = np.arange(len(table))
    own = table[places, labels]
    others = np.where(np.isnan(table), np.inf, table)
    others[places, labels] = np.inf
    nearest = others.min(axis=1, initial=np.inf)
    gone = np.isnan(own) | np.isinf(nearest)
    return own, np.where(gone, np.nan, nearest)


def closest_pair(vectors: ArrayLike) -> tuple[int, int, float] | None:
    """The indices of the two of k vectors with the least angle, and that angle in degrees.

    None if fewer than two vectors have a direction.
    """
    table = angles(vectors, vectors)
    table[np.tril_indices(len(table))] = np.nan
    if np.isnan(table).all():
        return None
    first, second = np.unravel_index(int(np.nanargmin(table)), table.shape)
    return int(first), int(second), float(table[first, second])


def widest_angle(count: int, dimensions: int) -> float | None:
    """An upper bound for the least angle between any two of `count` directions, in degrees.

    On a circle the bound is even spacing, 360 / count. On a sphere it is the bound of L. Fejes Toth
    (1943), which 3, 4, 6 and 12 directions reach. In any number of dimensions the angle of a
    regular simplex, arccos(-1 / (count - 1)), is a bound, which count <= dimensions + 1 directions
    reach. None for a single direction.
    """
    if count < 2 or dimensions < 1:
        return None
    bound = float(np.degrees(np.arccos(-1.0 / (count - 1))))
    if dimensions == 1:
        return bound if count == 2 else 0.0
    if dimensions == 2:
        return min(bound, 360.0 / count)
    if dimensions == 3 and count > 2:
        omega = count / (count - 2) * np.pi / 6
        cosine = (1 / np.tan(omega) ** 2 - 1) / 2
        bound = min(bound, float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))))
    return bound


def silhouettes(own: Doubles, nearest: Doubles) -> Doubles:
    """The simplified silhouette by angles, (b - a) / max(a, b), shape (n,).

    a is the angle to the own center and b the angle to the nearest other center. The silhouette is
    1 on the own center, 0 halfway and -1 on another center; it is 0 where both angles are zero.
    Source: P. J. Rousseeuw, 1987, in the form of E. R. Hruschka and others, 2006.
    """
    most = np.maximum(own, nearest)
    return np.asarray(np.divide(nearest - own, most, out=np.zeros_like(most), where=most != 0))


# --- principal components ----------------------------------------------------------------------

ROUNDS = 24
"""Rounds of subspace iteration. After r rounds the error that a smaller component causes in a
larger one has shrunk by the ratio of their variances to the power r."""

SPARE = 10
"""Components computed in addition to the requested ones, which thus converge faster."""


@dataclass(frozen=True)
class Axes:
    """A mean (d,) and `count` orthonormal directions (count, d), the largest variance first."""

    mean: Doubles
    directions: Doubles

    def project(self, vectors: Array) -> Floats:
        """Coordinates (n, count) of vectors (n, d) along the axes, from the mean."""
        centered = np.asarray(vectors, np.float32) - self.mean.astype(np.float32)
        return np.asarray(centered @ self._columns(), np.float32)

    def share(self, vectors: Array) -> float | None:
        """The share of the variance of vectors (n, d) along the axes; None if they do not vary."""
        kept = float(self.project(vectors).astype(np.float64).var(axis=0).sum())
        whole = float(np.asarray(vectors).var(axis=0, dtype=np.float64).sum())
        return min(kept / whole, 1.0) if whole > 0 else None

    def _columns(self) -> Floats:
        return np.ascontiguousarray(self.directions.T, np.float32)


def components(vectors: NDArray[np.floating], count: int, seed: int) -> Axes:
    """The first `count` principal components (K. Pearson, 1901) of vectors (n, d), count <= d.

    The method is subspace iteration from seeded random directions (N. Halko and others, 2011),
    which never stores the covariance (d, d). The sign of each axis makes its largest entry
    positive.
    """
    mean = np.asarray(vectors.mean(axis=0, dtype=np.float64))
    dimensions = vectors.shape[1]
    wide = min(dimensions, count + SPARE)
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(dimensions, wide)))[0]
    centered = vectors - mean.astype(np.float32)
    for _ in range(1 if wide == dimensions else ROUNDS):
        basis = np.linalg.qr(_spread(centered, basis))[0]
    # Within the subspace the axes are those of the small covariance.
    coordinates = (centered @ basis.astype(np.float32)).astype(np.float64)
    _, turn = np.linalg.eigh(coordinates.T @ coordinates)
    axes = (basis @ turn[:, ::-1][:, :count]).T
    places = np.abs(axes).argmax(axis=1)
    signs = np.where(axes[np.arange(count), places] < 0, -1.0, 1.0)
    return Axes(mean, axes * signs[:, None])


def _spread(centered: NDArray[np.floating], basis: Doubles) -> Doubles:
    """The covariance (times n) applied to each column of a basis (d, k)."""
    small = basis.astype(np.float32)
    return np.asarray(centered.T @ (centered @ small), np.float64)
