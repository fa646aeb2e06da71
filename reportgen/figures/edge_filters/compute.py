"""Which filters follow which edges, on many test images; their maps for one of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.edge_filters.facts import DRAWN, part
from reportgen.figures.edge_filters.measures import Collected, groups, measured
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.layer_selection import choose
from reportgen.network.layers import is_conv
from reportgen.network.maps import has_maps, region
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import measured as measured_on
from reportgen.network.preprocessing import names, pick, prepare
from reportgen.records import Artifact, Dataset, Subject
from reportgen.types import Array, Integers


def compute(subject: Subject) -> Artifact:
    """Judge the filters of every convolution layer.

    Returns:
        Arrays `image` (h, w, c) as stored and, for layer i, `maps_<i>` (filters drawn, h, w). Facts
        `sample` {"index", "label"}, `layers`: {"name", "type", "groups" (see `judging.groups`),
        "drawn" (filters by kind; the maps follow `parts.DRAWN`)}, and `images` measured.

    Raises:
        UndefinedError: there is no dataset, or no convolution with two-dimensional maps.
        UserError: no such layer, or not exactly one image to show.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Edges are of images, and there is no dataset.")
    shown = pick(data, params["samples"])
    if len(shown) != 1:
        message = f"samples must be 1 or a list of one test image, got {len(shown)} images"
        raise UserError(Problem(message, hint="give each image a figure of its own"))
    layers = _layers(network, params["layers"])
    require_finite(network, layers)
    counted = measured_on(data, params["measure_on"])
    seen = _collected(network, data, counted, layers)
    found = {path: groups(seen[path]) for path in layers}
    drawn = {path: _drawn(found[path], params["top"]) for path in layers}
    images = np.asarray(data.splits["test"].images)
    pixels = prepare(images[shown], data.preprocessing)
    maps = observe(network, pixels, layers, logits=False).activations
    require_finite_activations(maps)
    arrays = {
        f"maps_{i}": np.moveaxis(maps[path][0], -1, 0)[[k for n in DRAWN for k in drawn[path][n]]]
        for i, path in enumerate(layers)
    }
    facts = {
        "sample": {"index": int(shown[0]), "label": names(data, shown)[0]},
        "layers": [{"name": p, "groups": found[p], "drawn": drawn[p]} for p in layers],
        "images": len(counted),
    }
    labels = _labels(data, counted)
    return Artifact(
        {"image": images[shown][0], **arrays},
        facts,
        tuple(
            measure
            for i, path in enumerate(layers)
            for measure in measured(
                path, seen[path], found[path], labels, subject.seed, part(i, path)
            )
        ),
    )


def _layers(network: Network, wanted: Any) -> list[str]:
    network.require_graph()
    found = choose(network, wanted, lambda layer: is_conv(layer) and has_maps(layer))
    if not found:
        raise UndefinedError(
            "The model has no convolution with two-dimensional maps, so it has no "
            "filters that could follow edges."
        )
    return found


def _drawn(found: dict[str, list[int]], top: int) -> dict[str, list[int]]:
    return {name: found[name][:top] for name in DRAWN}


def _labels(data: Dataset, counted: Array) -> Integers | None:
    if not data.targets:
        return None
    labels = np.asarray(data.splits["test"].labels[data.targets[0].name], np.int64)
    return np.asarray(labels[counted])


def _collected(
    network: Network, data: Dataset, counted: Array, layers: list[str]
) -> dict[str, Collected]:
    """What each layer shows on every image, batch by batch: maps are not kept."""
    images = np.asarray(data.splits["test"].images)[counted]
    found = {path: Collected() for path in layers}
    places = {path: region(network, path, images.shape[1:3]) for path in layers}
    for place in batches(network, [images]):
        pixels = prepare(images[place], data.preprocessing)
        seen = observe(network, pixels, layers, logits=False).activations
        require_finite_activations(seen)
        for path in layers:
            down, across = places[path]
            found[path].add(seen[path], images[place][:, down, across])
    return found
