"""Feature maps of a model for test images, and what they measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.feature_maps import measures
from reportgen.figures.feature_maps.facts import part
from reportgen.network.arguments import given_images, given_layers, require_model
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.layer_selection import choose
from reportgen.network.layers import is_conv, is_pool
from reportgen.network.maps import axes_at
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import foreground, measured, names, pick, prepare
from reportgen.records import Artifact, Dataset, Subject
from reportgen.types import Array, Floats, Model


def feature_maps(
    model: Model, images: Any, layers: str | Sequence[str] | None = None
) -> dict[str, Floats]:
    """Feature maps of any number of layers from one pass through the model.

    Args:
        model: any Sequential or Functional Keras model, nested to any depth; left as it was.
        images: model input, already preprocessed, shape (n, h, w, c) or whatever the model takes.
        layers: paths such as "backbone/block1_conv1"; None or "all" for every convolution and
            pooling layer. "conv[1]" is the second use of a layer that is used several times.

    Returns:
        For each layer path its activations, float32, shape (n, h, w, channels), channels last, or
        (n, length, channels) and (n, depth, h, w, channels) of layers of one and three dimensions:
        what the model computes, NaN and infinity included (figures refuse them).

    Raises:
        UserError: no such layer; the message names those there are.
        UndefinedError: the model's inside cannot be reached.
    """
    network = require_model(model)
    asked = given_layers(network, layers)
    chosen = choose(network, asked, _wanted(asked))
    return observe(network, given_images(network, images), chosen, logits=False).activations


def compute(subject: Subject) -> Artifact:
    """Maps of the samples for each layer, and measures on more test images.

    Arrays: for each layer `maps@<layer>`, shape (samples, channels shown, space...): h, w of
    layers of two dimensions, length of one, depth, h, w of three.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Feature maps are made from images, and there is no dataset.")
    layers = _layers(network, params["layers"])
    pools = [path for path in layers if is_pool(network.layer(path))]
    require_finite(network, layers)
    shown, counted = pick(data, params["samples"]), measured(data, params["measure_on"])
    images = np.asarray(data.splits["test"].images)
    samples = observe(network, prepare(images[shown], data.preprocessing), layers, logits=False)
    require_finite_activations(samples.activations)
    channels = {path: _channels(params, path, samples.activations[path]) for path in layers}
    found = [
        replace(measure, part=part(path, 0, len(shown)))
        for path, table in _tables(network, data, images, counted, layers, pools).items()
        for measure in measures.of_layer(path, table, subject.seed)
    ]
    labels = names(data, shown)
    facts = {
        "layers": [
            _told(path, network.layer(path), samples.activations[path], channels[path])
            for path in layers
        ],
        "samples": [
            {"index": int(i), "label": label} for i, label in zip(shown, labels, strict=True)
        ],
    }
    arrays = {
        f"maps@{path}": np.ascontiguousarray(
            np.moveaxis(samples.activations[path][..., channels[path]], -1, 1)
        )
        for path in layers
    }
    return Artifact(arrays, facts, tuple(found))


def _tables(
    network: Network,
    data: Dataset,
    images: Array,
    counted: Array,
    layers: list[str],
    pools: list[str],
) -> dict[str, measures.Table]:
    """What each layer shows on each test image, batch by batch: maps are not kept."""
    tables: dict[str, measures.Table] = {path: {} for path in layers}
    chosen = images[counted]
    for place in batches(network, [chosen]):
        pixels = prepare(chosen[place], data.preprocessing)
        seen = observe(network, pixels, layers, inputs_of=pools, logits=False)
        require_finite_activations(seen.activations)
        masks = foreground(data, "test", counted[place])
        for path in layers:
            after = seen.activations[path]
            measures.add(tables[path], after, masks, seen.inputs.get(path))
    return tables


def _wanted(layers: str | Sequence[str] | None) -> Any:
    everything = layers is None or layers == "all"
    return _mappable if everything else lambda layer: True


def _mappable(layer: Any) -> bool:
    return is_conv(layer) or is_pool(layer)


def _layers(network: Network, wanted: str | Sequence[str]) -> list[str]:
    found = [path for path in choose(network, wanted, _mappable) if axes_at(network, path)]
    if not found:
        raise UndefinedError(
            "The model has no convolution or pooling layer, so it has no feature maps to show."
        )
    return found


def _channels(params: Mapping[str, Any], path: str, maps: Floats) -> list[int]:
    """Numbers of the channels of a layer that are shown."""
    count, wanted = maps.shape[-1], params["channels"]
    if wanted is None or isinstance(wanted, int):
        return list(range(min(count, wanted or params["max_channels"])))
    wrong = [channel for channel in wanted if not 0 <= channel < count]
    if wrong or not wanted:
        got = ", ".join(map(str, wrong)) or "an empty list"
        message = f"channels must lie in 0..{count - 1}, got {got}"
        raise UserError(Problem(message, hint=f"layer '{path}' has {count} channels"))
    return list(wanted)


def _told(path: str, layer: Any, maps: Floats, shown: list[int]) -> dict[str, Any]:
    return {
        "name": path,
        "type": type(layer).__name__,
        "size": [int(side) for side in maps.shape[1:-1]],
        "channels": int(maps.shape[-1]),
        "shown": shown,
        "pool": is_pool(layer),
    }
