"""Measures of a kernel's weights: order, color, repetition. NumPy only, on arrays.

Kernels have the shape (space..., inputs, filters), with one, two or three axes of space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.drafting.wording import counted
from reportgen.metrics import statistics
from reportgen.metrics.statistics import bootstrap, mean_of_defined, moran, wilson
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats

_GRAY = np.full(3, 1 / np.sqrt(3))
DRAWN_ANEW = ("smoothness", "redundant")
"""Measures whose baseline is their mean for kernels drawn anew from the layer's initializer."""
_REDRAWN = "baseline: the same for kernels drawn anew from the layer's initializer, mean over draws"


@dataclass(frozen=True)
class LayerWeights:
    """The weights of one convolution layer.

    Attributes:
        path: of the layer.
        kernel: shape (space..., inputs, filters).
        mixed: depthwise weights (space..., inputs, multiplier) and pointwise weights
            (1..., inputs * multiplier, filters) of a separable layer; None for any other.
        is_first: whether it is the model's first convolution.
        reads_color: whether its inputs are red, green and blue.
    """

    path: str
    kernel: Floats
    mixed: tuple[Floats, Floats] | None
    is_first: bool
    reads_color: bool


def measures_of(weights: LayerWeights, seed: int) -> list[Measure]:
    """The measures of one layer, qualified by its path."""
    path, kernel = weights.path, weights.kernel
    finite = kernel[..., finite_filters(kernel)]
    measures = [Measure(f"filters@{path}", kernel.shape[-1], "filters", how=f"filters of {path}")]
    if finite.shape[-1]:
        measures += [
            _effective_inputs(weights, finite, seed),
            _smoothness(weights, finite, seed),
            *([_color_share(path, finite, seed)] if weights.reads_color else []),
            _redundant(weights, finite),
        ]
    # A separable layer takes its inputs one by one too, but then mixes them.
    if not weights.is_first and kernel.shape[-2] == 1 and weights.mixed is None:
        how = f"filters of {path}, each of which has a single input channel"
        measures.append(Measure(f"single_input@{path}", kernel.shape[-1], "filters", how=how))
    return measures


def finite_filters(kernel: NDArray[np.floating]) -> Booleans:
    """Which filters have only finite weights, shape (filters,)."""
    return np.asarray(np.isfinite(kernel.reshape(-1, kernel.shape[-1])).all(axis=0))


def _mean(
    name: str,
    values: Doubles,
    seed: int,
    how: str,
    baseline: float | None = None,
    unit: str = "",
) -> Measure:
    if not len(values):
        return Measure(name, None, unit, n=0, how=f"{how}: undefined, as all weights are zero")
    interval = bootstrap(values, seed)
    return Measure(name, float(values.mean()), unit, len(values), interval, baseline, how)


# --- effective inputs ---


def effective_inputs(kernel: NDArray[np.floating]) -> Doubles:
    """Over how many input channels the energy of each filter spreads; filters of zeros left out.

    Participation ratio (sum e)^2 / sum e^2 of the energy e in each input channel: 1 when all is
    in one channel, the number of channels when it is spread evenly.
    """
    return _participation((_by_input(kernel) ** 2).sum(axis=0))


def effective_inputs_mixed(
    depthwise: NDArray[np.floating], pointwise: NDArray[np.floating]
) -> Doubles:
    """The same for a separable layer, whose pointwise weights mix depthwise ones into filters.

    Args:
        depthwise: shape (space..., inputs, multiplier).
        pointwise: shape (1..., inputs * multiplier, filters).
    """
    parts = _by_input(depthwise)
    mixes = pointwise.reshape(*parts.shape[1:], -1).astype(np.float64)
    # The energy of a sum of parts, without the sum at each position, which may take gigabytes.
    products = np.einsum("pim,pin->imn", parts, parts)
    return _participation(np.einsum("imn,imf,inf->if", products, mixes, mixes, optimize=True))


def _participation(energy: Doubles) -> Doubles:
    """Participation ratio of each filter's energy (inputs, filters), where it has any."""
    total, squares = energy.sum(axis=0), (energy**2).sum(axis=0)
    used = np.isfinite(squares) & (squares > 0)
    return np.asarray(total[used] ** 2 / squares[used])


def _by_input(kernel: NDArray[np.floating]) -> Doubles:
    """A kernel as (positions, inputs, filters) in double precision."""
    return kernel.reshape(-1, *kernel.shape[-2:]).astype(np.float64)


def _effective_inputs(weights: LayerWeights, kernel: Floats, seed: int) -> Measure:
    """Over the filters of the layer, or over those that a separable layer mixes."""
    if weights.mixed is not None:
        values, inputs = effective_inputs_mixed(*weights.mixed), weights.mixed[0].shape[-2]
        which = " mixed by the pointwise weights"
    else:
        values, inputs, which = effective_inputs(kernel), kernel.shape[-2], ""
    return _mean(
        f"effective_inputs@{weights.path}",
        values,
        seed,
        f"input channels that a filter's energy is spread over (participation ratio), mean over "
        f"filters{which} with nonzero weights, of {counted(inputs, 'input', 'inputs')}; baseline: "
        "a single one",
        baseline=1.0,
        unit="channels",
    )


# --- smoothness ---


def smoothness(kernel: NDArray[np.floating]) -> Doubles:
    """For each filter, Moran's I of its two-dimensional slices, averaged; shape (filters,).

    Slices whose weights are all the same have none and are left out: NaN where all are like that.
    A kernel with three axes of space has a slice for each step of the first and each input.
    """
    *space, inputs, filters = kernel.shape
    height, width = space[-2:] if len(space) > 1 else (1, space[0])
    slices = np.moveaxis(kernel.reshape(-1, height, width, inputs, filters), (1, 2), (-2, -1))
    by_slice = moran(slices.reshape(-1, height, width)).reshape(-1, filters)
    return mean_of_defined(by_slice, axis=0)


def _smoothness(weights: LayerWeights, kernel: Floats, seed: int) -> Measure:
    name = f"smoothness@{weights.path}"
    how = "Moran's I between neighboring weights, mean over those of a filter's slices that vary, "
    how += "then over filters"
    if max(kernel.shape[:-2]) == 1:
        return Measure(name, None, how=f"{how}: undefined for a 1 x 1 kernel")
    values = smoothness(kernel)
    defined = _defined(values)
    if left_out := len(values) - len(defined):
        which = "filter is left out, as its", "filters are left out, as their"
        how += f"; {counted(left_out, *which)} weights do not vary within a slice"
    if not len(defined):
        return Measure(name, None, n=0, how=how)
    return _mean(name, defined, seed, f"{how}; {_REDRAWN}")


def _defined(values: Doubles) -> Doubles:
    return values[~np.isnan(values)]


# --- color ---


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


def _color_share(path: str, kernel: Floats, seed: int) -> Measure:
    return _mean(
        f"color_share@{path}",
        color_share(kernel),
        seed,
        "share of a filter's energy off the gray axis of its three input channels, mean over "
        "filters with nonzero weights; baseline: fresh weights have two thirds there",
        baseline=2 / 3,
    )


# --- repetition ---


def redundant(kernel: NDArray[np.floating]) -> Booleans:
    """Whether each filter nearly repeats another: |cosine| of their weights above 0.9.

    Each filter's mean is taken off first; a filter without variation resembles no other.
    """
    return statistics.redundant(kernel.reshape(-1, kernel.shape[-1]).T)


def _redundant(weights: LayerWeights, kernel: Floats) -> Measure:
    repeated = redundant(kernel)
    return Measure(
        f"redundant@{weights.path}",
        float(repeated.mean()),
        n=len(repeated),
        interval=wilson(int(repeated.sum()), len(repeated)),
        how="share of filters whose weights, less their mean, have a cosine beyond 0.9 in "
        f"magnitude with another filter's; {_REDRAWN}",
    )
