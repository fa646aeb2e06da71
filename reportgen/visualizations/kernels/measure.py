"""What can be measured on a kernel's weights alone. NumPy only.

Kernels here have the shape (..., inputs, filters), with one, two or three axes of space.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.probing import twins
from reportgen.probing.statistics import mean_of_defined, moran
from reportgen.types import Booleans, Doubles

_GRAY = np.full(3, 1 / np.sqrt(3))


def effective_inputs(kernel: NDArray[np.floating]) -> Doubles:
    """For each filter, over how many input channels its energy spreads; filters of zeros left out.

    Participation ratio (sum e)^2 / sum e^2 of the energy e in each input channel: 1 when all is
    in one channel, the number of channels when it is spread evenly.
    """
    return _spread((_by_input(kernel) ** 2).sum(axis=0))


def effective_inputs_mixed(
    depthwise: NDArray[np.floating], pointwise: NDArray[np.floating]
) -> Doubles:
    """The same for a separable layer, whose filter is what pointwise weights mix of depthwise ones.

    Args:
        depthwise: shape (space..., inputs, multiplier).
        pointwise: shape (1..., inputs * multiplier, filters).
    """
    parts = _by_input(depthwise)
    mixed = pointwise.reshape(*parts.shape[1:], -1).astype(np.float64)
    # The energy of a sum of parts, without the sum at each position, which may take gigabytes.
    alike = np.einsum("pim,pin->imn", parts, parts)
    return _spread(np.einsum("imn,imf,inf->if", alike, mixed, mixed, optimize=True))


def _spread(energy: Doubles) -> Doubles:
    """Participation ratio of each filter's energy (inputs, filters), where it has any."""
    total, squares = energy.sum(axis=0), (energy**2).sum(axis=0)
    used = np.isfinite(squares) & (squares > 0)
    return np.asarray(total[used] ** 2 / squares[used])


def smoothness(kernel: NDArray[np.floating]) -> Doubles:
    """For each filter, Moran's I of its two-dimensional slices, averaged; shape (filters,).

    Slices whose weights are all the same have none and are left out: NaN where all are like that.
    A kernel with three axes of space has a slice for each step of the first and each input.
    """
    *space, inputs, filters = kernel.shape
    height, width = (space[-2:] if len(space) > 1 else (1, space[0]))  # fmt: skip
    slices = np.moveaxis(kernel.reshape(-1, height, width, inputs, filters), (1, 2), (-2, -1))
    each = moran(slices.reshape(-1, height, width)).reshape(-1, filters)
    return mean_of_defined(each, axis=0)


def color_share(kernel: NDArray[np.floating]) -> Doubles:
    """For each filter of a three-channel kernel, the share of energy off the gray axis.

    At each position the weights of red, green and blue are split into their part along
    (1, 1, 1) / sqrt 3, which answers to brightness, and the rest, which answers to color. Random
    weights have two thirds of their energy in the rest. Filters of zeros are left out.
    """
    weights = _by_input(kernel)
    total = (weights**2).sum(axis=(0, 1))
    gray = (np.einsum("pcf,c->pf", weights, _GRAY) ** 2).sum(axis=0)
    used = total > 0
    return np.asarray(np.clip(1 - gray[used] / total[used], 0, 1))


def redundant(kernel: NDArray[np.floating]) -> Booleans:
    """Whether each filter nearly repeats another: |cosine| of their weights above 0.9.

    Each filter's mean is taken off first; a filter without variation is like no other.
    """
    return twins.redundant(kernel.reshape(-1, kernel.shape[-1]).T)


def finite_filters(kernel: NDArray[np.floating]) -> Booleans:
    """Which filters have only finite weights, shape (filters,)."""
    return np.asarray(np.isfinite(kernel.reshape(-1, kernel.shape[-1])).all(axis=0))


def _by_input(kernel: NDArray[np.floating]) -> Doubles:
    """A kernel as (positions, inputs, filters) in double precision."""
    return kernel.reshape(-1, *kernel.shape[-2:]).astype(np.float64)
