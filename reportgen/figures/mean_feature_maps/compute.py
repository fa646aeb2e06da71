"""Means over channels of the first layers' maps, and what pooling does to the mean."""

from __future__ import annotations

import math

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.activations import activation_batches, activations_of
from reportgen.figures.images import shown_images
from reportgen.figures.mean_feature_maps.facts import Facts
from reportgen.metrics.statistics import bootstrap
from reportgen.network.finite import require_finite
from reportgen.network.layers import is_pool
from reportgen.network.maps import with_maps
from reportgen.network.network import Network
from reportgen.network.samples import measured, names, pick
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array, Doubles, Floats, Integers

_ROUNDING = 1e-6
"""Share of the largest activation up to which means over channels count as equal."""


def compute(subject: Subject) -> Artifact:
    """Test images, one for each class in their order unless others are asked for, and mean maps.

    Returns:
        Arrays `images` (n, h, w, c) as stored, and `mean_<i>` (n, h, w) for layer i, the same
        number everywhere where it differs by rounding only. Facts: see `Facts`.

    Raises:
        UndefinedError: there is no dataset, or no layer with two-dimensional maps.
        UserError: no such layer or image.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Feature maps are made from images, and there is no dataset.")
    layers = with_maps(network, params["layers"], "nothing to average")[: params["first"]]
    require_finite(network, layers)
    if params["samples"] is None:
        shown, left_out = _examples(data, params["max_classes"])
    else:
        shown, left_out = pick(data, params["samples"]), 0
    batch = activations_of(network, data, shown, layers)
    facts = Facts(
        layers=tuple(layers),
        images=shown_images(shown, names(data, shown)),
        each_class=params["samples"] is None and bool(data.targets),
        classes_left_out=left_out,
    )
    arrays = {f"mean_{i}": _mean_maps(batch.activations[path]) for i, path in enumerate(layers)}
    indices = measured(data, params["measure_on"])
    measures = _measures(network, data, indices, layers, subject.seed)
    return Artifact({"images": batch.images, **arrays}, facts, tuple(measures))


def _examples(data: Dataset, most: int) -> tuple[Integers, int]:
    """The first test image of each class, and how many classes are left out.

    Without labels the first images.
    """
    if not data.targets:
        return pick(data, min(most, len(data.splits["test"].images))), 0
    labels = np.asarray(data.splits["test"].labels[data.targets[0].name])
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[:most], np.int64), max(0, len(first) - most)


def _mean_maps(maps: Floats) -> Floats:
    """Means over channels of maps (n, h, w, c), shape (n, h, w).

    Channels that cancel, as behind a normalization of each position, leave only rounding errors.
    """
    means = maps.mean(axis=-1)
    magnitudes = np.abs(maps).max(axis=(1, 2, 3))
    equal = np.ptp(means, axis=(1, 2)) <= _ROUNDING * magnitudes
    means[equal] = means[equal].mean(axis=(1, 2), keepdims=True)
    return np.asarray(means)


# --- measures ---


def _measures(
    network: Network, data: Dataset, indices: Array, layers: list[str], seed: int
) -> list[Measure]:
    """The mean activation of each layer, and the gain of each pooling layer, over test images."""
    pools = [path for path in layers if is_pool(network.layer(path))]
    outputs: dict[str, list[Doubles]] = {path: [] for path in layers}
    inputs: dict[str, list[Doubles]] = {path: [] for path in pools}
    for batch in activation_batches(network, data, indices, layers, inputs_of=pools):
        for means, maps_by_layer in ((outputs, batch.activations), (inputs, batch.inputs)):
            for path, maps in maps_by_layer.items():
                means[path].append(_means(maps))
    measures = [_mean_activation(path, np.concatenate(outputs[path]), seed) for path in layers]
    for path in pools:
        before, after = np.concatenate(inputs[path]), np.concatenate(outputs[path])
        measures.append(_gain(path, before, after, seed))
    return measures


def _means(maps: Floats) -> Doubles:
    """The mean of each image's maps (n, h, w, c), shape (n,)."""
    return np.asarray(maps.reshape(len(maps), -1).mean(axis=1, dtype=np.float64))


def _mean_activation(path: str, means: Doubles, seed: int) -> Measure:
    how = f"activation of {path} over all positions and channels, mean over test images"
    interval = bootstrap(means, seed)
    return Measure(
        f"mean_activation@{path}", float(means.mean()), "", len(means), interval, how=how
    )


def _gain(path: str, before: Doubles, after: Doubles, seed: int) -> Measure:
    """The gain over images whose mean before pooling is above zero, where a ratio has a meaning."""
    name, used = f"pool_gain@{path}", before > 0
    how = f"mean activation after {path} divided by the mean before it, mean over test images "
    how += "whose mean before it is above zero; baseline: the mean stays"
    if not used.any():
        return Measure(name, None, n=0, baseline=1.0, how=f"{how}, of which there is none")
    ratios = after[used] / before[used]
    interval = bootstrap(ratios, seed, (0.0, math.inf))
    return Measure(name, float(ratios.mean()), "", len(ratios), interval, 1.0, how)
