"""Which filters follow which edges, on many test images; their maps for one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.activations import activations_of, layer_statistics, one_image
from reportgen.figures.edge_filters.facts import DRAWN, Facts, FilterGroups, LayerFacts, Row
from reportgen.figures.edge_filters.measures import LayerStatistics
from reportgen.figures.images import ShownImage
from reportgen.figures.parts import part_name
from reportgen.network.finite import require_finite
from reportgen.network.layer_selection import choose_seeing
from reportgen.network.layers import is_conv
from reportgen.network.maps import has_maps
from reportgen.network.network import Network
from reportgen.network.samples import measured, names
from reportgen.records import Artifact, Dataset, Subject
from reportgen.types import Array, Integers


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
    statistics = layer_statistics(network, data, indices, paths, LayerStatistics)
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
    measures = tuple(
        measure
        for layer in facts.layers
        for measure in statistics[layer.path].measures(layer, labels, subject.seed)
    )
    return Artifact({"image": shown.images[0], **arrays}, facts, measures)


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
