"""Numbers of every convolution layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.layer_metrics import measures
from reportgen.figures.layer_metrics.measures import Seen
from reportgen.metrics.statistics import bootstrap, redundant, wilson
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.graph import own_layers
from reportgen.network.keras_internals import layer_nodes
from reportgen.network.layer_selection import with_kernels
from reportgen.network.layers import acting
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.network.receptive_field import receptive_field
from reportgen.network.samples import measured
from reportgen.records import Artifact, Dataset, Measure, Subject

Row = dict[str, Any]


def compute(subject: Subject) -> Artifact:
    """Shapes, cost and statistics of the weights; of activations where there are images.

    Returns:
        Facts `layers`: a row for each layer; `images`: how many activations were measured on;
        `unmeasured`: why none were, or "".

    Raises:
        UndefinedError: the model has no convolution layer, or weights that are not finite.
        UserError: a layer that the parameters name does not exist or is no convolution.
    """
    network = subject.network
    paths = with_kernels(network, subject.params["layers"])
    if not paths:
        raise UndefinedError("There are no numbers to list, because no layer is a convolution.")
    require_finite(network, paths)
    rows = [_row(network, path) for path in paths]
    found = _totals(rows, _times(network)) + [one for row in rows for one in _of_weights(row)]
    why, count = "there is no dataset", 0
    if subject.data is not None:
        try:
            seen = _seen(network, subject.data, paths, subject.params["measure_on"])
        except UndefinedError as error:
            why = str(error)
        else:
            why, count = "", len(np.concatenate(seen[paths[0]].means))
            for row in rows:
                row.update(_statistics(seen[row["name"]]))
                found += _of_activations(row, seen[row["name"]], subject.seed)
    placed = tuple(replace(one, part=_part(one.name)) for one in found)
    return Artifact(facts={"layers": rows, "images": count, "unmeasured": why}, measures=placed)


def _part(measure: str) -> str:
    """The table that shows a measure."""
    shapes = ("conv_parameters", "multiply_adds", "cost_share")
    return "shapes" if measure.partition("@")[0] in shapes else "statistics"


def _row(network: Network, path: str) -> Row:
    outer = network.layer(path)
    given, made = _shapes(outer)
    layer = acting(outer)
    assert layer is not None, f"{path} has no kernel"
    held, rows = measures.kernels(layer), measures.filters(layer)
    values = np.concatenate([one.ravel() for one in held]).astype(np.float64)
    bias = getattr(layer, "bias", None)
    return {
        "index": _index(network, path),
        "name": path,
        "type": type(outer).__name__,
        "kernel": [list(map(int, one.shape)) for one in held],
        "bias": [] if bias is None else list(map(int, bias.shape)),
        "output": None if made is None else [None, *made[1:]],
        "stride": list(map(int, layer.strides)),
        "field": _field(network, path),
        "parameters": int(layer.count_params()),
        "multiply_adds": None if made is None else measures.multiply_adds(layer, given, made),
        "mean": float(values.mean()),
        "deviation": float(values.std()),
        "filters": len(rows),
        "dead": int(measures.dead(rows).sum()),
        "redundant": int(redundant(rows).sum()),
    }


def _index(network: Network, path: str) -> str:
    """The place of a layer among its model's layers, from 0; "1.3" is layer 3 inside layer 1."""
    places, inside = [], network
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


def _shapes(layer: Any) -> tuple[Any, Any]:
    """Input and output shape of a layer's first call, batch first; None where unknown."""
    nodes = layer_nodes(layer)
    if not nodes:
        return None, None
    return tuple(nodes[0].input_tensors[0].shape), tuple(nodes[0].outputs[0].shape)


def _field(network: Network, path: str) -> int | None:
    try:
        return receptive_field(network, path)
    except UndefinedError:
        return None


def _seen(network: Network, data: Dataset, paths: list[str], count: int) -> dict[str, Seen]:
    """What every layer shows on test images, batch by batch: maps are not kept."""
    found = {path: Seen() for path in paths}
    images = np.asarray(data.splits["test"].images)[measured(data, count)]
    for place in batches(network, [images]):
        seen = observe(network, prepare(images[place], data.preprocessing), paths, logits=False)
        require_finite_activations(seen.activations)
        for path, maps in seen.activations.items():
            found[path].add(maps)
    return found


def _statistics(seen: Seen) -> Row:
    return {
        "activation": float(np.concatenate(seen.means).mean()),
        "positive": float(np.concatenate(seen.positive).mean()),
        "silent": seen.dead(),
    }


def _times(network: Network) -> dict[str, int | None]:
    """How often each layer runs, by path; None where its uses give maps of several shapes."""
    shapes: dict[str, list[Any]] = {}
    for use in network.uses.values():
        shapes.setdefault(use.of, []).append(use.shapes)
    return {
        path: len(found) if all(one == found[0] for one in found) else None
        for path, found in shapes.items()
    }


def _totals(rows: list[Row], times: Mapping[str, int | None]) -> list[Measure]:
    total, listed = sum(row["parameters"] for row in rows), "the layer listed"
    listed = listed if len(rows) == 1 else f"the {len(rows)} layers listed"
    how = f"sum over the weights and biases of {listed}"
    found = [Measure("conv_parameters", total, "parameters", len(rows), how=how)]
    known = {row["name"]: (row["multiply_adds"], times.get(row["name"], 1)) for row in rows}
    costs = {name: cost * often for name, (cost, often) in known.items() if cost and often}
    if len(costs) < len(rows):
        return found
    listed += ", at each use of a layer" * any(times.get(name, 1) != 1 for name in costs)
    whole, most = sum(costs.values()), max(costs, key=lambda name: costs[name])
    how = f"multiplications with an addition each for one image, biases left out, over {listed}"
    found.append(Measure("multiply_adds", whole, "operations", len(rows), how=how))
    share, how = costs[most] / whole, f"share of the multiply-adds of {listed} that {most} takes"
    even = 1 / len(rows)
    how += "; baseline: all layers alike"
    return [*found, Measure(f"cost_share@{most}", share, "", len(rows), None, even, how)]


def _of_weights(row: Row) -> list[Measure]:
    name, n, twins = row["name"], row["filters"], row["redundant"]
    found = []
    if row["multiply_adds"] is not None:
        how = f"each weight of {name} once at each position of its maps, for one image"
        cost = Measure(f"multiply_adds@{name}", row["multiply_adds"], "operations", how=how)
        found.append(cost)
    how = "filters whose L2 norm is below a hundredth of the layer's median norm"
    found.append(Measure(f"dead_filters@{name}", row["dead"], "filters", n, how=how))
    how = "share of filters whose weights, less their mean, have a cosine beyond 0.9 in magnitude "
    how += "with another filter's"
    share = Measure(f"redundant_filters@{name}", twins / n, "", n, wilson(twins, n), how=how)
    return [*found, share]


def _of_activations(row: Row, seen: Seen, seed: int) -> list[Measure]:
    name, means = row["name"], np.concatenate(seen.means)
    n, positive = len(means), np.concatenate(seen.positive)
    how, spread = "over all positions and channels, mean over test images", bootstrap(means, seed)
    interval = bootstrap(positive, seed)
    dead = f"channels of {name} that are above zero nowhere on "
    dead += "the one test image" if n == 1 else f"any of {n} test images"
    return [
        Measure(f"mean_activation@{name}", row["activation"], "", n, spread, None, f"mean {how}"),
        Measure(
            f"active_share@{name}", row["positive"], "", n, interval, None,
            f"share of activations above zero {how}",
        ),
        Measure(f"dead_channels@{name}", row["silent"], "channels", row["filters"], how=dead),
    ]  # fmt: skip
