"""What can be measured on a kernel's weights alone. NumPy only.

Kernels here have the shape (..., inputs, filters), with one, two or three axes of space."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from reportgen.drafting.wording import counted
from reportgen.metrics import repetition
from reportgen.metrics.statistics import bootstrap, mean_of_defined, moran, wilson
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats

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
    return repetition.redundant(kernel.reshape(-1, kernel.shape[-1]).T)


def finite_filters(kernel: NDArray[np.floating]) -> Booleans:
    """Which filters have only finite weights, shape (filters,)."""
    return np.asarray(np.isfinite(kernel.reshape(-1, kernel.shape[-1])).all(axis=0))


def _by_input(kernel: NDArray[np.floating]) -> Doubles:
    """A kernel as (positions, inputs, filters) in double precision."""
    return kernel.reshape(-1, *kernel.shape[-2:]).astype(np.float64)


SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
"""Layers that filter each channel by itself, and mix the results."""

_REINITIALIZED = 512
"""Slices that the baselines of smoothness and redundancy are measured on, at least."""


class Place(NamedTuple):
    """Which convolution of the model a layer is: the first, and one that sees colors."""

    first: bool
    color: bool


def measured_of(name: str, layer: Any, kernel: Floats, place: Place, seed: int) -> list[Measure]:
    """What the kernels of one layer show, (space..., inputs, filters), qualified by its name."""
    good = kernel[..., finite_filters(kernel)]
    filters = Measure(f"filters@{name}", kernel.shape[-1], "filters", how=f"filters of {name}")
    alone = [_single(name, kernel)] if _has_single_inputs(layer, kernel, place) else []
    if not good.shape[-1]:
        return [filters, *alone]
    again = _reinitialized(layer, kernel.shape, seed)
    return [
        filters,
        _inputs(name, layer, good, seed),
        _smoothness(name, good, again, seed),
        *([_color(name, good, seed)] if place.color else []),
        _redundant(name, good, again),
        *alone,
    ]


def _inputs(name: str, layer: Any, kernel: Floats, seed: int) -> Measure:
    """Of a separable layer the filters are those that it mixes, or each would draw on one input."""
    if separable := isinstance(layer, SEPARABLE):
        weights = array(layer.depthwise_kernel), array(layer.pointwise_kernel)
        values, inputs = effective_inputs_mixed(*weights), weights[0].shape[-2]
    else:
        values, inputs = effective_inputs(kernel), kernel.shape[-2]
    of = " mixed by the pointwise weights" if separable else ""
    return _mean(
        f"effective_inputs@{name}", values, seed,
        f"input channels that a filter's energy is spread over (participation ratio), mean over "
        f"filters{of} with nonzero weights, of {counted(inputs, 'input', 'inputs')}; baseline: "
        "a single one",
        baseline=1.0, unit="channels",
    )  # fmt: skip


def _has_single_inputs(layer: Any, kernel: Floats, place: Place) -> bool:
    """Whether a later layer combines nothing; what a separable one takes one by one it mixes."""
    return not place.first and kernel.shape[-2] == 1 and not isinstance(layer, SEPARABLE)


def _single(name: str, kernel: Floats) -> Measure:
    """What tells a depthwise layer, say, from one whose filters use one channel of several."""
    how = f"filters of {name}, each of which has a single input channel"
    return Measure(f"single_input@{name}", kernel.shape[-1], "filters", how=how)


def _smoothness(name: str, kernel: Floats, again: list[Floats], seed: int) -> Measure:
    how = "Moran's I between neighboring weights, mean over those of a filter's slices that vary, "
    how += "then over filters"
    if max(kernel.shape[:-2]) == 1:
        return Measure(f"smoothness@{name}", None, how=f"{how}: undefined for a 1 x 1 kernel")
    values = smoothness(kernel)
    kept = _varied(values)
    if left := len(values) - len(kept):
        some = counted(left, "filter is left out, as its", "filters are left out, as their")
        how += f"; {some} weights do not vary within a slice"
    if not len(kept):
        return Measure(f"smoothness@{name}", None, n=0, how=how)
    drawn = [value for one in again for value in _varied(smoothness(one))]
    if drawn:
        how += "; baseline: the same for kernels drawn anew from the layer's initializer"
    baseline = float(np.mean(drawn)) if drawn else None
    return _mean(f"smoothness@{name}", kept, seed, how, baseline=baseline)


def _varied(values: Doubles) -> Doubles:
    """The values of filters that have one."""
    return values[~np.isnan(values)]


def _color(name: str, kernel: Floats, seed: int) -> Measure:
    return _mean(
        f"color_share@{name}", color_share(kernel), seed,
        "share of a filter's energy off the gray axis of its three input channels, mean over "
        "filters with nonzero weights; baseline: random weights have two thirds there",
        baseline=2 / 3,
    )  # fmt: skip


def _redundant(name: str, kernel: Floats, again: list[Floats]) -> Measure:
    alike = redundant(kernel)
    told = "; baseline: the same for kernels drawn anew from the layer's initializer"
    return Measure(
        f"redundant@{name}",
        float(alike.mean()),
        n=len(alike),
        interval=wilson(int(alike.sum()), len(alike)),
        baseline=float(np.mean([redundant(one).mean() for one in again])) if again else None,
        how="share of filters whose weights, less their mean, have a cosine beyond 0.9 in "
        "magnitude with another filter's" + (told if again else ""),
    )


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


def _reinitialized(layer: Any, shape: tuple[int, ...], seed: int) -> list[Floats]:
    """Kernels drawn anew from the layer's own initializer; none where it has no seed to set.

    The scale of the draws may differ for depthwise and transposed layers, whose shape is another
    one here; neither Moran's I nor a cosine depends on scale.
    """
    initializer = getattr(layer, "kernel_initializer", None)
    config = initializer.get_config() if isinstance(initializer, keras.Initializer) else {}
    if initializer is None or "seed" not in config:
        return []
    times = -(-_REINITIALIZED // (shape[-1] * shape[-2]))
    start = zlib.crc32(layer.name.encode()) ^ seed
    draws = []
    for turn in range(times):
        fresh = type(initializer).from_config({**config, "seed": (start + turn) % 2**31})
        draws.append(np.asarray(keras.ops.convert_to_numpy(fresh(shape)), np.float32))
    return draws


def array(weights: Any) -> Floats:
    """Weights as 32-bit numbers."""
    return np.asarray(keras.ops.convert_to_numpy(weights)).astype(np.float32)
