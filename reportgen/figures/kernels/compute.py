"""The weights of convolution layers, and what they look like in numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.kernels import measures
from reportgen.figures.kernels.measures import SEPARABLE, Place, array, measured_of
from reportgen.network.arguments import given_layers, require_model
from reportgen.network.inputs import reads_channels_first
from reportgen.network.layer_selection import choose, with_kernels
from reportgen.network.layers import acting, is_conv
from reportgen.network.network import Network
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Floats


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
    network = require_model(model)
    paths = with_kernels(network, given_layers(network, layers))
    if not all(network.layer(path).built for path in paths):
        raise UndefinedError(
            "The model has no kernels yet, because it has not been built: call it once on an image."
        )
    return {path: _ordered(acting(network.layer(path))) for path in paths}


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
    found = kernels(subject.network, subject.params["layers"])
    if not found:
        raise UndefinedError("There are no kernels to show, because no layer is a convolution.")
    network, most = subject.network, subject.params["max_filters"]
    color, first = _reads_color(subject.network), _first(subject.network)
    if color in found:
        found[color] = _as_stored(found[color], subject.data)
    parts = dict(zip(found, part_names(list(found)), strict=True))
    measures: list[Measure] = []
    for name, kernel in found.items():
        layer, place = acting(network.layer(name)), Place(first=name == first, color=name == color)
        measured = measured_of(name, layer, kernel, place, subject.seed)
        measures += [replace(item, part=parts[name]) for item in measured]
    return Artifact(
        arrays={f"kernel_{i}": kernel[..., :most] for i, kernel in enumerate(found.values())},
        facts={
            "layers": [
                {"part": parts[name], **_facts(name, network.layer(name), kernel, name == color)}
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
    separable = isinstance(layer, SEPARABLE)
    kernel = array(layer.depthwise_kernel if separable else layer.kernel)
    if separable or "Depthwise" in kind:
        return kernel.reshape(*kernel.shape[:-2], 1, -1)
    return np.swapaxes(kernel, -1, -2) if "Transpose" in kind else kernel


def _reads_color(network: Network) -> str:
    """The path of the first convolution, if the model's input has three channels; else ""."""
    inputs = getattr(network.model, "inputs", None) or []
    first = _first(network)
    front = network.has_graph and reads_channels_first(network)
    if not inputs or not first or inputs[0].shape[1 if front else -1] != 3:
        return ""
    layer = acting(network.layer(first))
    return first if layer is not None and _ordered(layer).shape[-2] == 3 else ""


def _first(network: Network) -> str:
    """The path of the first convolution, or ""."""
    paths = choose(network, "all", is_conv)
    return paths[0] if paths and getattr(network.model, "layers", None) else ""


def _facts(name: str, layer: Any, kernel: Floats, color: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": type(layer).__name__,
        "filters": kernel.shape[-1],
        "inputs": kernel.shape[-2],
        "size": [int(side) for side in kernel.shape[:-2]],
        "color": color,
        "bad": int((~measures.finite_filters(kernel)).sum()),
        "range": _range(kernel),
        "mixed": _mixed(acting(layer)),
    }


def _mixed(layer: Any) -> int:
    """Channels that a separable layer mixes its maps into, by weights that are left out."""
    return int(layer.filters) if isinstance(layer, SEPARABLE) else 0


def _range(kernel: Floats) -> list[float]:
    """The smallest and the largest weight of the whole layer, those not finite left out."""
    known = kernel[np.isfinite(kernel)]
    return [float(known.min()), float(known.max())] if known.size else [0.0, 0.0]
