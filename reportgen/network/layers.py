"""The layers of a Keras model: their kinds, their paths, their uses, and the summary table.

A layer's path names the models around it: `backbone/conv`. Where a model uses a layer several
times, the first use has the layer's path and the second `path[1]`. Inside a nested model that is
used several times, each use of the model begins paths of its own: `backbone[1]/conv`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass

import keras

from reportgen.network.graph import calls, is_graph, own_layers, require_graph, unreached
from reportgen.network.keras_internals import graph_nodes, layer_nodes, origin
from reportgen.records import LayerRow
from reportgen.types import Layer, Model, Tensor

OutputShape = tuple[int | None, ...]
"""Sides of an output, the batch first."""


# --- paths and uses ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """One use of a layer or other operation.

    Attributes:
        of: the path of the layer, which is that of its first use.
        layer: the layer or operation.
        outputs: symbolic tensors, in the graph that the call stands in.
    """

    of: str
    layer: Layer
    outputs: tuple[Tensor, ...]

    @property
    def shapes(self) -> list[OutputShape]:
        """The shape of each output, with the batch."""
        return [tuple(tensor.shape) for tensor in self.outputs]


def layers_by_path(model: Model) -> dict[str, Layer]:
    """Every layer by its path, in the order of the model; nested models and all inside them."""
    return dict(_layers(model, ""))


def _layers(model: Model, prefix: str) -> Iterator[tuple[str, Layer]]:
    for layer in own_layers(model):
        path = prefix + layer.name
        yield path, layer
        if is_graph(layer):
            yield from _layers(layer, path + "/")


def uses_by_path(model: Model) -> dict[str, Use]:
    """All uses by path, those of one layer in their order; {} where the inside is out of reach."""
    return dict(_uses(model, "", "")) if is_graph(model) else {}


def _uses(model: Model, prefix: str, of: str) -> Iterator[tuple[str, Use]]:
    for name, node in calls(require_graph(model)):
        layer = node.operation
        yield prefix + name, Use(of + layer.name, layer, tuple(node.outputs))
        if is_graph(layer):
            yield from _uses(layer, f"{prefix}{name}/", f"{of}{layer.name}/")


def repeated(uses: dict[str, Use]) -> dict[str, int]:
    """How often layers are used, by path, for those that are used more than once.

    A layer inside a nested model counts once for every use of that model.
    """
    counts = Counter(use.of for use in uses.values())
    return {path: count for path, count in counts.items() if count > 1}


def numbered_uses(uses: dict[str, Use]) -> dict[str, tuple[int, int]]:
    """For each use of a layer that is used several times: its number among the uses, and how many.

    Both count from one: (2, 3) is the second of three.
    """
    counts, seen = repeated(uses), Counter[str]()
    numbers = {}
    for path, use in uses.items():
        if use.of in counts:
            seen[use.of] += 1
            numbers[path] = seen[use.of], counts[use.of]
    return numbers


def unused(model: Model) -> list[str]:
    """Paths of the layers that the model holds and no prediction uses, at any depth."""
    nested = [layer for layer in own_layers(model) if is_graph(layer)]
    deeper = [f"{layer.name}/{path}" for layer in nested for path in unused(layer)]
    return [*(layer.name for layer in unreached(model)), *deeper]


def output_shapes(layer: Layer) -> list[OutputShape]:
    """The shape of each output of a layer's first call; empty when that is not known."""
    if isinstance(layer, keras.Model):
        outputs = require_graph(layer).outputs if is_graph(layer) else []
        return [tuple(tensor.shape) for tensor in outputs]
    nodes = layer_nodes(layer)
    return [tuple(tensor.shape) for tensor in nodes[0].outputs] if nodes else []


# --- kinds of layer ----------------------------------------------------------------------------

_CONVOLUTIONS = (
    *(getattr(keras.layers, f"Conv{rank}D") for rank in "123"),
    *(getattr(keras.layers, f"Conv{rank}DTranspose") for rank in "123"),
    *(
        getattr(keras.layers, f"{kind}Conv{rank}D")
        for kind in ("Depthwise", "Separable")
        for rank in "12"
    ),
)
_RECURRENT = tuple(getattr(keras.layers, f"ConvLSTM{rank}D") for rank in "123")
_POOLS = tuple(
    getattr(keras.layers, f"{kind}Pooling{rank}D") for kind in ("Max", "Average") for rank in "123"
)


def is_conv(layer: Layer) -> bool:
    """Whether it is a convolution of any rank: plain, transposed, depthwise or separable.

    A wrapper around one counts where its maps are those of a convolution.
    """
    return convolution(layer) is not None


def is_pool(layer: Layer) -> bool:
    """Whether it is a local (max or average) pooling layer; global pooling leaves no map."""
    return isinstance(layer, _POOLS)


def convolution(layer: Layer) -> Layer | None:
    """The convolution that a layer is, or that it wraps and has the maps of; else None.

    TimeDistributed does not count: its maps have an axis of time.
    """
    if isinstance(layer, _CONVOLUTIONS):
        return layer
    inner = _wrapped(layer)
    wrapped = None if inner is None else convolution(inner)
    return wrapped if wrapped is not None and _has_rank(layer, wrapped.rank + 2) else None


def acting(layer: Layer) -> Layer | None:
    """The convolution whose weights, as they are held, compute all of a layer's output; else None.

    SpectralNormalization divides the kernel that it holds while it trains, and otherwise runs the
    layer as it is. Other wrappers may make another kernel of the weights at each call.
    """
    if isinstance(layer, _CONVOLUTIONS):
        return layer
    known = keras.layers.SpectralNormalization
    if not isinstance(layer, known) or type(layer).call is not known.call:
        return None
    return acting(layer.layer)


def over_time(layer: Layer) -> bool:
    """Whether it convolves images of a sequence: in TimeDistributed, or as a recurrent layer."""
    if isinstance(layer, keras.layers.Bidirectional):
        return over_time(layer.forward_layer)
    if isinstance(layer, keras.layers.TimeDistributed):
        return convolution(layer.layer) is not None
    return isinstance(layer, _RECURRENT)


def _wrapped(layer: Layer) -> Layer | None:
    wrapper = isinstance(layer, keras.layers.Wrapper)
    return layer.layer if wrapper and not isinstance(layer, keras.layers.TimeDistributed) else None


def _has_rank(layer: Layer, rank: int) -> bool:
    """Whether the outputs of a layer's first call have so many axes; True where it has no call."""
    nodes = layer_nodes(layer)
    return not nodes or all(len(tensor.shape) == rank for tensor in nodes[0].outputs)


# --- the summary table -------------------------------------------------------------------------


def rows(model: Model) -> tuple[LayerRow, ...]:
    """The rows of Keras' summary table: one for each layer of the model itself (`listed`).

    Nested models are one row each, as in Keras. `connected_to` ("conv2d_1[0][0]") is filled for
    models with a graph of their own, not for Sequential ones, which are a plain stack.
    """
    sequential = isinstance(model, keras.Sequential)
    graph = require_graph(model) if is_graph(model) else model
    nodes = {id(node) for node in graph_nodes(graph)}
    return tuple(
        LayerRow(
            name=layer.name,
            type=type(layer).__name__,
            output_shape=_shape_text(layer),
            params=int(layer.count_params()) if layer.built else 0,
            connected_to=() if sequential else _connections(nodes, layer),
        )
        for layer in listed(model)
    )


def listed(model: Model) -> list[Layer]:
    """The model's own layers, and last those that a graph which stands in for it leaves out."""
    own = {id(layer) for layer in model.layers}
    return [*model.layers, *(layer for layer in unreached(model) if id(layer) not in own)]


def _shape_text(layer: Layer) -> str:
    shapes = [str(shape) for shape in output_shapes(layer)]
    return shapes[0] if len(shapes) == 1 else "[" + ", ".join(shapes) + "]" if shapes else "?"


def _connections(own: Set[int], layer: Layer) -> tuple[str, ...]:
    """Where a layer's inputs come from, within the graph with these calls, which alone count."""
    connections: list[str] = []
    for node in layer_nodes(layer):
        if own and id(node) not in own:
            continue
        for tensor in node.input_tensors:
            source, call, place = origin(tensor)
            earlier = [n for n in layer_nodes(source)[:call] if not own or id(n) in own]
            connections.append(f"{source.name}[{len(earlier)}][{place}]")
    return tuple(connections)
