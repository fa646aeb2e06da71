"""Shapes, cost and statistics of every convolution layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.layer_metrics import measures
from reportgen.figures.layer_metrics.facts import Activations, Facts, Row
from reportgen.figures.layer_metrics.measures import ActivationStatistics
from reportgen.metrics.statistics import redundant
from reportgen.network.batching import batches
from reportgen.network.blocks import closings
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.graph import own_layers
from reportgen.network.keras_internals import layer_nodes
from reportgen.network.layer_selection import with_kernels
from reportgen.network.layers import acting
from reportgen.network.multiply_adds import dense_multiply_adds
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.network.receptive_field import receptive_field
from reportgen.network.samples import measured
from reportgen.records import Artifact, Dataset, Subject
from reportgen.types import Layer, Shape


def compute(subject: Subject) -> Artifact:
    """Shapes, cost and statistics of the weights; of activations where there are images.

    Returns:
        `Facts` without arrays.

    Raises:
        UndefinedError: the model has no convolution layer, or weights that are not finite.
        UserError: a layer that the parameters name does not exist or is no convolution.
    """
    network, params = subject.network, subject.params
    paths = with_kernels(network, params["layers"])
    if not paths:
        raise UndefinedError("There are no numbers to list, because no layer is a convolution.")
    require_finite(network, paths)
    rows = [_row(network, path) for path in paths]
    others = dense_multiply_adds(network) if params["layers"] == "all" else {}
    every_measure = measures.of_all_layers(rows, _calls(network), others)
    every_measure += [measure for row in rows for measure in measures.of_weights(row)]
    unmeasured, images = "there is no dataset", 0
    if subject.data is not None:
        try:
            statistics = _observed(network, subject.data, paths, params["measure_on"])
        except UndefinedError as error:
            unmeasured = str(error)
        else:
            unmeasured, images = "", len(np.concatenate(statistics[paths[0]].means))
            rows = [_with_activations(row, statistics[row.path]) for row in rows]
            for row in rows:
                every_measure += measures.of_activations(row, statistics[row.path], subject.seed)
    return Artifact(facts=Facts(tuple(rows), images, unmeasured), measures=tuple(every_measure))


def _row(network: Network, path: str) -> Row:
    layer = network.layer(path)
    inputs, outputs = _shapes(layer)
    inner = acting(layer)
    assert inner is not None, f"{path} has no kernel"
    kernels, filters = measures.kernels(inner), measures.filters(inner)
    weights = np.concatenate([kernel.ravel() for kernel in kernels]).astype(np.float64)
    bias = getattr(inner, "bias", None)
    return Row(
        path=path,
        type=type(layer).__name__,
        index=_index(network, path),
        kernels=tuple(tuple(map(int, kernel.shape)) for kernel in kernels),
        bias=() if bias is None else tuple(map(int, bias.shape)),
        output=tuple(outputs[1:]) or None,
        stride=tuple(map(int, inner.strides)),
        field=_receptive_field(network, path),
        parameters=int(inner.count_params()),
        multiply_adds=measures.multiply_adds(inner, inputs, outputs) if outputs else None,
        mean=float(weights.mean()),
        deviation=float(weights.std()),
        filters=len(filters),
        weights=int(filters.shape[1]),
        dead=int(measures.dead(filters).sum()),
        redundant=int(redundant(filters).sum()),
        activations=None,
    )


def _shapes(layer: Layer) -> tuple[Shape, Shape]:
    """Input and output shape of a layer's first call, batch first; () where it was not called."""
    nodes = layer_nodes(layer)
    if not nodes:
        return (), ()
    return tuple(nodes[0].input_tensors[0].shape), tuple(nodes[0].outputs[0].shape)


def _index(network: Network, path: str) -> str:
    """The place of a layer among its model's layers, from 0; "1.3" is layer 3 inside layer 1."""
    places: list[str] = []
    inside = network.model
    for name in path.split("/"):
        layers = own_layers(inside)
        place = next((i for i, layer in enumerate(layers) if layer.name == name), None)
        if place is None:
            return ""
        places.append(str(place))
        inside = layers[place]
        if not hasattr(inside, "layers"):
            break
    return ".".join(places)


def _receptive_field(network: Network, path: str) -> int | None:
    try:
        return receptive_field(network, path)
    except UndefinedError:
        return None


def _calls(network: Network) -> dict[str, int | None]:
    """How often each layer runs, by path; None where its uses give maps of several shapes."""
    shapes: dict[str, list[Sequence[Shape]]] = {}
    for use in network.uses.values():
        shapes.setdefault(use.of, []).append(use.shapes)
    return {
        path: len(of_uses) if all(shape == of_uses[0] for shape in of_uses) else None
        for path, of_uses in shapes.items()
    }


def _observed(
    network: Network, data: Dataset, paths: Sequence[str], count: int
) -> dict[str, ActivationStatistics]:
    """Statistics of every layer's activations on test images, by path."""
    ends = {path: closings(network, path) for path in paths}
    statistics = {
        path: ActivationStatistics(tuple((end.path, end.rectified) for end in ends[path]))
        for path in paths
    }
    looked_at = list(dict.fromkeys([*paths, *(end.path for of in ends.values() for end in of)]))
    images = np.asarray(data.splits["test"].images)[measured(data, count)]
    for part in batches(network, [images]):
        pixels = prepare(images[part], data.preprocessing)
        activations = observe(network, pixels, looked_at, logits=False).activations
        require_finite_activations(activations)
        for path in paths:
            handed_on = {end.path: activations[end.path] for end in ends[path]}
            statistics[path].add(activations[path], handed_on)
    return statistics


def _with_activations(row: Row, statistics: ActivationStatistics) -> Row:
    mean = float(np.concatenate(statistics.means).mean())
    positive = float(np.concatenate(statistics.positive).mean())
    silent, nearly = statistics.silent(), statistics.nearly_silent()
    return replace(row, activations=Activations(mean, positive, silent, nearly))
