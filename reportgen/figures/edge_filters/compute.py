"""Which filters follow which edges, on many test images; their maps for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.activations import activations_of, layer_statistics, one_image
from reportgen.figures.edge_filters.facts import DRAWN, Facts, FilterGroups, LayerFacts, Row
from reportgen.figures.edge_filters.measures import (
    FRESH,
    LayerStatistics,
    MeanActivations,
    class_told,
)
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.images import ShownImage
from reportgen.figures.parts import part_name
from reportgen.metrics.orientation import gratings, kernel_tuning, response_tuning
from reportgen.network.dependencies import dependencies_of
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.layer_selection import choose_seeing
from reportgen.network.layers import acting, is_conv
from reportgen.network.maps import has_maps
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.network.samples import measured, names
from reportgen.network.weight_groups import before
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array, Floats, Integers


def compute(subject: Subject) -> Artifact:
    """Judge the filters of every convolution layer.

    Returns:
        Arrays `image` (h, w, c) as stored and, for layer i, `maps_<i>` (filters drawn, h, w), row
        after row of its sheet. Facts: see `Facts`.

    Raises:
        UndefinedError: there is no dataset, or no convolution with two-dimensional maps.
        UserError: no such layer, or not exactly one image to show.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Edges are of images, and there is no dataset.")
    index = one_image(data, params["samples"])
    paths = _layers(network, params["layers"])
    require_finite(network, paths)
    indices = measured(data, params["measure_on"])
    statistics = _statistics(network, data, indices, paths, subject.seed)
    facts = Facts(
        layers=tuple(
            _layer_facts(place, path, statistics[path].groups(), params["top"])
            for place, path in enumerate(paths)
        ),
        image=ShownImage(index, names(data, [index])[0]),
        measured_images=len(indices),
    )
    shown = activations_of(network, data, np.array([index]), paths)
    arrays = {
        f"maps_{i}": np.moveaxis(shown.activations[layer.path][0], -1, 0)[
            [number for row in layer.rows for number in row.filters]
        ]
        for i, layer in enumerate(facts.layers)
    }
    labels = _labels(data, indices)

    def again(places: Integers) -> list[Measure]:
        some = indices[places]
        fresh = _statistics(network, data, some, paths, subject.seed)
        return [
            measure
            for layer in facts.layers
            for measure in fresh[layer.path].measures(
                replace(layer, groups=fresh[layer.path].groups()), None, subject.seed
            )
        ]

    own = [
        measure
        for layer in facts.layers
        for measure in statistics[layer.path].measures(layer, labels, subject.seed)
    ]
    both = fresh_measures(
        network, subject.seed, own, FRESH, again, len(indices), before(network, paths)
    )

    def told_again(places: Integers) -> list[Measure]:
        some, known = indices[places], labels
        means = layer_statistics(network, data, some, paths, MeanActivations)
        return [] if known is None else [
            measure for path in paths for measure in class_told(path, means[path].all(), known)
        ]  # fmt: skip

    # Fewer images would blur the means of the classes.
    both = fresh_measures(
        network, subject.seed, both, ("class_told",), told_again, len(indices),
        before(network, paths), whole=True,
    )  # fmt: skip
    return Artifact({"image": shown.images[0], **arrays}, facts, tuple(both))


def _statistics(
    network: Network, data: Dataset, indices: Array, paths: Sequence[str], seed: int
) -> dict[str, LayerStatistics]:
    """What each layer's filters follow on test images, and how oriented they are."""
    statistics = layer_statistics(network, data, indices, paths, LayerStatistics)
    deeper = []
    for path in paths:
        kernel = _kernel_on_images(network, path)
        if kernel is None:
            deeper.append(path)
        else:
            statistics[path].tuning = kernel_tuning(kernel, seed)
    if deeper:
        shape = np.asarray(data.splits["test"].images).shape[1:]
        waves, angles = gratings((shape[0], shape[1]), shape[2])
        pixels = prepare(waves, data.preprocessing)
        seen = observe(network, pixels, deeper, logits=False).activations
        require_finite_activations(seen)
        for path in deeper:
            statistics[path].tuning = response_tuning(seen[path], angles)
    return statistics


_BEFORE = (
    keras.layers.InputLayer,
    keras.layers.Rescaling,
    keras.layers.Normalization,
    keras.layers.BatchNormalization,
    keras.layers.ZeroPadding2D,
    keras.layers.Dropout,
    keras.layers.GaussianNoise,
)
"""Layers that leave an image as it is, but for its values' scale."""


def _kernel_on_images(network: Network, path: str) -> Floats | None:
    """The kernel (h, w, channels, filters) of a plain convolution that reads the images; or None.

    Other layers answer to waves in ways that their weights alone do not tell.
    """
    layer = acting(network.layer(path))
    if layer is None or not isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
        return None
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return None
    if any(side != 1 for side in layer.dilation_rate) or getattr(layer, "groups", 1) != 1:
        return None
    before = (network.uses[use].layer for use in dependencies_of(network, path).layers)
    if any(not isinstance(each, _BEFORE) for each in before if each is not network.layer(path)):
        return None
    kernel = np.asarray(keras.ops.convert_to_numpy(layer.kernel), np.float32)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel


def _layers(network: Network, names: str | Sequence[str]) -> list[str]:
    """Paths of the convolutions with two-dimensional maps, or of those named."""
    network.require_graph()
    paths = choose_seeing(network, names, lambda layer: is_conv(layer) and has_maps(layer))
    if not paths:
        raise UndefinedError(
            "The model has no convolution with two-dimensional maps, so it has no "
            "filters that could follow edges."
        )
    return list(dict.fromkeys(paths))


def _layer_facts(place: int, path: str, groups: FilterGroups, top: int) -> LayerFacts:
    """Facts of the layer at a place of the figure, which shows `top` filters of each group."""
    drawn = (Row(name, getattr(groups, name)[:top]) for name in DRAWN)
    # The place keeps parts apart, and is all there is where no letter of the path fits an id.
    part = f"{place}-{part_name(path, fallback='')}".rstrip("-")
    return LayerFacts(path, part, groups, tuple(row for row in drawn if row.filters))


def _labels(data: Dataset, indices: Array) -> Integers | None:
    """The primary class of test images; None where the dataset has no labels."""
    if not data.targets:
        return None
    labels = np.asarray(data.splits["test"].labels[data.targets[0].name], np.int64)
    return np.asarray(labels[indices])
