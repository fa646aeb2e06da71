"""Feature maps of a model for test images, and what they measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.activations import activation_batches, activations_of
from reportgen.figures.feature_maps.facts import Facts, LayerFacts
from reportgen.figures.feature_maps.fresh import FRESH
from reportgen.figures.feature_maps.measures import LayerStatistics
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.images import shown_images
from reportgen.figures.parts import part_names
from reportgen.network.arguments import check_images, check_layers, require_model
from reportgen.network.finite import require_finite
from reportgen.network.layer_selection import choose, choose_seeing
from reportgen.network.layers import is_conv, is_pool
from reportgen.network.maps import map_axes
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.samples import foreground, measured, names, pick
from reportgen.network.weight_groups import before
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.suggestions import listed
from reportgen.types import Array, Floats, Integers, Layer, Model


def feature_maps(
    model: Model,
    images: ArrayLike | Sequence[ArrayLike] | Mapping[str, ArrayLike],
    layers: str | Sequence[str] | None = None,
) -> dict[str, Floats]:
    """Feature maps of any number of layers from one pass through the model.

    Args:
        model: any Sequential or Functional Keras model, nested to any depth; it is not changed.
        images: model input, already preprocessed, shape (n, h, w, c) or whatever the model takes;
            a list with an array for each input, or a dictionary by the inputs' names.
        layers: paths such as "backbone/block1_conv1"; None or "all" for every convolution and
            pooling layer. "conv[1]" is the second use of a layer that is used several times.

    Returns:
        For each layer path its activations, float32, shape (n, h, w, channels), channels last, or
        (n, length, channels) and (n, depth, h, w, channels) of layers of one and three dimensions.
        They are what the model computes, NaN and infinity included (figures refuse them).

    Raises:
        UserError: no such layer; the message names those there are.
        UndefinedError: the model's inside cannot be reached.
    """
    network = require_model(model)
    names = check_layers(network, layers)
    paths = choose(network, names, _has_maps if names == "all" else lambda layer: True)
    return observe(network, check_images(network, images), paths, logits=False).activations


def compute(subject: Subject) -> Artifact:
    """Maps of the shown images for each layer, and measures on more test images.

    Returns:
        Arrays: for each layer `maps@<layer>`, shape (images, channels shown, space...): h, w of
        layers of two dimensions, length of one, depth, h, w of three. Facts: see `Facts`.

    Raises:
        UndefinedError: there is no dataset, or no convolution or pooling layer.
        UserError: no such layer, channel or image.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Feature maps are made from images, and there is no dataset.")
    layers = _layers(network, params["layers"])
    require_finite(network, layers)
    shown = pick(data, params["samples"])
    maps = activations_of(network, data, shown, layers).activations
    facts = Facts(
        tuple(
            LayerFacts(
                path=path,
                part=part,
                type=type(network.layer(path)).__name__,
                size=tuple(int(side) for side in maps[path].shape[1:-1]),
                channels=int(maps[path].shape[-1]),
                shown=_channels(
                    params["channels"], params["max_channels"], path, maps[path].shape[-1]
                ),
            )
            for path, part in zip(layers, part_names(layers), strict=True)
        ),
        shown_images(shown, names(data, shown)),
    )
    arrays = {
        f"maps@{layer.path}": np.ascontiguousarray(
            np.moveaxis(maps[layer.path][..., list(layer.shown)], -1, 1)
        )
        for layer in facts.layers
    }
    indices = measured(data, params["measure_on"])

    def measures(places: Integers) -> list[Measure]:
        statistics = _statistics(network, data, indices[places], layers)
        return [
            replace(measure, part=facts.part(layer, 0))
            for layer in facts.layers
            for measure in statistics[layer.path].measures(layer.path, subject.seed)
        ]

    own, n = measures(np.arange(len(indices))), len(indices)
    both = fresh_measures(network, subject.seed, own, FRESH, measures, n, before(network, layers))
    return Artifact(arrays, facts, tuple(both))


def _has_maps(layer: Layer) -> bool:
    return is_conv(layer) or is_pool(layer)


def _layers(network: Network, names: str | Sequence[str]) -> list[str]:
    """Paths of the convolution and pooling layers with maps, or of those named."""
    chosen = dict.fromkeys(choose_seeing(network, names, _has_maps))
    paths = [path for path in chosen if map_axes(network, path)]
    if not paths:
        raise UndefinedError(
            "The model has no convolution or pooling layer, so it has no feature maps to show."
        )
    return paths


def _channels(
    channels: int | Sequence[int] | None, most: int, path: str, count: int
) -> tuple[int, ...]:
    """Numbers of the channels of a layer that are shown.

    Args:
        channels: how many, or their numbers; None for the first ones.
        most: how many of the first ones are shown at most.
        path: of the layer.
        count: of its channels.

    Raises:
        UserError: the layer has no such channel, or none was named.
    """
    if channels is None or isinstance(channels, int):
        return tuple(range(min(count, channels or most)))
    wrong = [channel for channel in channels if not 0 <= channel < count]
    if wrong or not channels:
        got = listed(wrong) or "an empty list"
        message = f"channels must lie in 0..{count - 1}, got {got}"
        raise UserError(Problem(message, hint=f"layer '{path}' has {count} channels"))
    return tuple(channels)


def _statistics(
    network: Network, data: Dataset, indices: Array, layers: list[str]
) -> dict[str, LayerStatistics]:
    """Measurements of each layer's maps for test images; the maps themselves are not kept."""
    pools = [path for path in layers if is_pool(network.layer(path))]
    statistics = {path: LayerStatistics() for path in layers}
    for batch in activation_batches(network, data, indices, layers, inputs_of=pools):
        masks = foreground(data, "test", batch.indices)
        for path in layers:
            statistics[path].add(batch.activations[path], masks, batch.inputs.get(path))
    return statistics
