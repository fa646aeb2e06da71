"""The weights of convolution layers, and what they look like in numbers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reportgen.drafting.wording import counted
from reportgen.errors import UndefinedError
from reportgen.probing.asking import given_layers, require_model
from reportgen.probing.choosing import with_kernels
from reportgen.probing.convolutions import acting
from reportgen.probing.feeding import reads_channels_first
from reportgen.probing.graphs import is_graph
from reportgen.probing.layers import choose, is_conv, named
from reportgen.probing.statistics import bootstrap, wilson
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.visualizations.kernels import measure

Floats = NDArray[np.float32]

_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)

_REINITIALIZED = 512
"""Slices that the baselines of smoothness and redundancy are measured on, at least."""


def kernels(model: Any, layers: str | Sequence[str] | None = None) -> dict[str, Floats]:
    """The kernels of a model's convolution layers, by layer path.

    Args:
        model: any built Keras model, nested ones included; is only read.
        layers: paths of layers; None for all convolution layers, of wrapped ones those whose kernel
            is known.

    Returns:
        float32 arrays of shape (space..., inputs, filters): a filter is `kernel[..., f]`. Of a
        depthwise layer (and of a separable one, whose pointwise part is left out) every filter
        has one input; a transposed layer's last two axes are brought into the same order. They are
        what the model holds, NaN and infinity included, as nothing is computed.

    Raises:
        UserError: there is no such convolution layer; the message names those there are.
        UndefinedError: the model has not been built, or a wrapper may make a kernel of its own.
    """
    require_model(model)
    every = named(model)
    paths = with_kernels(model, given_layers(model, layers))
    if not all(every[path].built for path in paths):
        raise UndefinedError(
            "The model has no kernels yet, because it has not been built: call it once on an image."
        )
    return {path: _ordered(acting(every[path])) for path in paths}


def compute(subject: Subject) -> Artifact:
    """Kernels and their measures.

    Returns:
        Arrays "kernel_<i>" (space..., inputs, filters) of the filters shown, those that read
        colors with red, green and blue in this order; facts `layers`: for each
        {"part", "name", "type", "filters", "inputs", "size", "color", "bad", "range", "mixed"}.

    Raises:
        UndefinedError: the model has no convolution layer.
        UserError: a layer that the parameters name does not exist or is no convolution.
    """
    found = kernels(subject.model, subject.params["layers"])
    if not found:
        raise UndefinedError("There are no kernels to show, because no layer is a convolution.")
    every, most = named(subject.model), subject.params["max_filters"]
    color, first = _reads_color(subject.model), _first(subject.model)
    if color in found:
        found[color] = _as_stored(found[color], subject.data)
    parts = dict(zip(found, part_names(list(found)), strict=True))
    measures: list[Measure] = []
    for name, kernel in found.items():
        measured = _measures(name, acting(every[name]), kernel, name == color, subject.seed)
        if name != first and _has_single_inputs(acting(every[name]), kernel):
            measured.append(_single(name, kernel))
        measures += [replace(item, part=parts[name]) for item in measured]
    return Artifact(
        arrays={f"kernel_{i}": kernel[..., :most] for i, kernel in enumerate(found.values())},
        facts={
            "layers": [
                {"part": parts[name], **_facts(name, every[name], kernel, name == color)}
                for name, kernel in found.items()
            ]
        },
        measures=tuple(measures),
    )


def _as_stored(kernel: Floats, data: Dataset | None) -> Floats:
    """A kernel with its inputs in the order of the dataset's channels, where the model has another.

    Some networks read blue, green, red; drawn as they are, their kernels would show false colors.
    """
    order = data.preprocessing.order if data is not None else ()
    return kernel[..., np.argsort(order), :] if order else kernel


def part_names(paths: Sequence[str]) -> list[str]:
    """A part of a figure's id for each layer path, all different: lower case, [a-z0-9_-]."""
    plain = [re.sub(r"[^a-z0-9_-]+", "-", path.lower()).strip("-") or "layer" for path in paths]
    taken: set[str] = set()
    names = []
    for name in plain:
        numbered = (f"{name}-{i}" for i in count(2))
        free = next(n for n in chain([name], numbered) if n not in taken)
        taken.add(free)
        names.append(free)
    return names


def _ordered(layer: Any) -> Floats:
    """A layer's weights as (space..., inputs, filters)."""
    kind = type(layer).__name__
    separable = isinstance(layer, _SEPARABLE)
    kernel = _array(layer.depthwise_kernel if separable else layer.kernel)
    if separable or "Depthwise" in kind:
        return kernel.reshape(*kernel.shape[:-2], 1, -1)
    return np.swapaxes(kernel, -1, -2) if "Transpose" in kind else kernel


def _array(weights: Any) -> Floats:
    return np.asarray(keras.ops.convert_to_numpy(weights)).astype(np.float32)


def _reads_color(model: Any) -> str:
    """The path of the first convolution, if the model's input has three channels; else ""."""
    inputs = getattr(model, "inputs", None) or []
    first = _first(model)
    front = is_graph(model) and reads_channels_first(model)
    if not inputs or not first or inputs[0].shape[1 if front else -1] != 3:
        return ""
    layer = acting(named(model)[first])
    return first if layer is not None and _ordered(layer).shape[-2] == 3 else ""


def _first(model: Any) -> str:
    """The path of the first convolution, or ""."""
    paths = choose(model, "all", is_conv)
    return paths[0] if paths and getattr(model, "layers", None) else ""


def _facts(name: str, layer: Any, kernel: Floats, color: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": type(layer).__name__,
        "filters": kernel.shape[-1],
        "inputs": kernel.shape[-2],
        "size": [int(side) for side in kernel.shape[:-2]],
        "color": color,
        "bad": int((~measure.finite_filters(kernel)).sum()),
        "range": _range(kernel),
        "mixed": _mixed(acting(layer)),
    }


def _mixed(layer: Any) -> int:
    """Channels that a separable layer mixes its maps into, by weights that are left out."""
    return int(layer.filters) if isinstance(layer, _SEPARABLE) else 0


def _range(kernel: Floats) -> list[float]:
    """The smallest and the largest weight of the whole layer, those not finite left out."""
    known = kernel[np.isfinite(kernel)]
    return [float(known.min()), float(known.max())] if known.size else [0.0, 0.0]


def _measures(name: str, layer: Any, kernel: Floats, color: bool, seed: int) -> list[Measure]:
    good = kernel[..., measure.finite_filters(kernel)]
    filters = Measure(f"filters@{name}", kernel.shape[-1], "filters", how=f"filters of {name}")
    if not good.shape[-1]:
        return [filters]
    again = _reinitialized(layer, kernel.shape, seed)
    return [
        filters,
        _inputs(name, layer, good, seed),
        _smoothness(name, good, again, seed),
        *([_color(name, good, seed)] if color else []),
        _redundant(name, good, again),
    ]


def _inputs(name: str, layer: Any, kernel: Floats, seed: int) -> Measure:
    """Of a separable layer the filters are those that it mixes, or each would draw on one input."""
    if separable := isinstance(layer, _SEPARABLE):
        weights = _array(layer.depthwise_kernel), _array(layer.pointwise_kernel)
        values, inputs = measure.effective_inputs_mixed(*weights), weights[0].shape[-2]
    else:
        values, inputs = measure.effective_inputs(kernel), kernel.shape[-2]
    of = " mixed by the pointwise weights" if separable else ""
    return _mean(
        f"effective_inputs@{name}", values, seed,
        f"input channels that a filter's energy is spread over (participation ratio), mean over "
        f"filters{of} with nonzero weights, of {counted(inputs, 'input', 'inputs')}; baseline: "
        "a single one",
        baseline=1.0, unit="channels",
    )  # fmt: skip


def _has_single_inputs(layer: Any, kernel: Floats) -> bool:
    """Whether nothing is combined: what a separable layer takes one by one it mixes afterwards."""
    return kernel.shape[-2] == 1 and not isinstance(layer, _SEPARABLE)


def _single(name: str, kernel: Floats) -> Measure:
    """What tells a depthwise layer, say, from one whose filters use one channel of several."""
    how = f"filters of {name}, each of which has a single input channel"
    return Measure(f"single_input@{name}", kernel.shape[-1], "filters", how=how)


def _smoothness(name: str, kernel: Floats, again: list[Floats], seed: int) -> Measure:
    how = "Moran's I between neighboring weights, mean over those of a filter's slices that vary, "
    how += "then over filters"
    if max(kernel.shape[:-2]) == 1:
        return Measure(f"smoothness@{name}", None, how=f"{how}: undefined for a 1 x 1 kernel")
    values = measure.smoothness(kernel)
    kept = _varied(values)
    if left := len(values) - len(kept):
        some = counted(left, "filter is left out, as its", "filters are left out, as their")
        how += f"; {some} weights do not vary within a slice"
    if not len(kept):
        return Measure(f"smoothness@{name}", None, n=0, how=how)
    drawn = [value for one in again for value in _varied(measure.smoothness(one))]
    if drawn:
        how += "; baseline: the same for kernels drawn anew from the layer's initializer"
    baseline = float(np.mean(drawn)) if drawn else None
    return _mean(f"smoothness@{name}", kept, seed, how, baseline=baseline)


def _varied(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values of filters that have one."""
    return values[~np.isnan(values)]


def _color(name: str, kernel: Floats, seed: int) -> Measure:
    return _mean(
        f"color_share@{name}", measure.color_share(kernel), seed,
        "share of a filter's energy off the gray axis of its three input channels, mean over "
        "filters with nonzero weights; baseline: random weights have two thirds there",
        baseline=2 / 3,
    )  # fmt: skip


def _redundant(name: str, kernel: Floats, again: list[Floats]) -> Measure:
    alike = measure.redundant(kernel)
    told = "; baseline: the same for kernels drawn anew from the layer's initializer"
    return Measure(
        f"redundant@{name}",
        float(alike.mean()),
        n=len(alike),
        interval=wilson(int(alike.sum()), len(alike)),
        baseline=float(np.mean([measure.redundant(one).mean() for one in again]))
        if again
        else None,
        how="share of filters whose weights, less their mean, have a cosine beyond 0.9 in "
        "magnitude with another filter's" + (told if again else ""),
    )


def _mean(
    name: str,
    values: NDArray[np.float64],
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
