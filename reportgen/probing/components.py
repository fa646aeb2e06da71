"""Principal components: the few directions along which vectors differ most. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.types import Array, Doubles, Floats

ROUNDS = 24
"""Rounds of subspace iteration: after r of them, what a lesser component leaves in a greater one
has shrunk by the ratio of their variances to the power r."""

SPARE = 10
"""Components computed beyond those wanted, which makes the wanted ones exact sooner."""


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
        """Of the variance of vectors (n, d), the share along the axes; None if there is none."""
        kept = float(self.project(vectors).astype(np.float64).var(axis=0).sum())
        whole = float(np.asarray(vectors).var(axis=0, dtype=np.float64).sum())
        return min(kept / whole, 1.0) if whole > 0 else None

    def _columns(self) -> Floats:
        return np.ascontiguousarray(self.directions.T, np.float32)


def components(vectors: NDArray[np.floating], count: int, seed: int) -> Axes:
    """The first `count` principal components (K. Pearson, 1901) of vectors (n, d), count <= d.

    By subspace iteration from seeded random directions (N. Halko and others, 2011), which never
    holds the covariance (d, d). Each axis points where its largest entry is positive.
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
