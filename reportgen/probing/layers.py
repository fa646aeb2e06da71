"""The layers of any Keras model: their table, their paths, what can be drawn of them.

A layer of a nested model is addressed by its path: `backbone/block1/conv`; a later use of a layer
that is used several times as `conv[1]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras

from reportgen.errors import Problem, UserError
from reportgen.layer_names import matches, unclear
from reportgen.probing.convolutions import convolution
from reportgen.probing.fields import receptive_field
from reportgen.probing.graphs import inner_layers, is_graph, require_graph, unreached
from reportgen.probing.uses import find_use, uses
from reportgen.records import LayerRow

__all__ = [
    "choose",
    "find",
    "is_conv",
    "is_pool",
    "left_out",
    "listed",
    "named",
    "output_shapes",
    "receptive_field",
    "rows",
    "shapes_at",
]

_POOLS = tuple(
    getattr(keras.layers, f"{kind}Pooling{rank}D") for kind in ("Max", "Average") for rank in "123"
)


def is_conv(layer: Any) -> bool:
    """Whether it is a convolution of any rank: plain, transposed, depthwise or separable.

    A wrapper around one counts where its maps are those of a convolution.
    """
    return convolution(layer) is not None


def is_pool(layer: Any) -> bool:
    """Whether it is a local (max or average) pooling layer; global pooling leaves no map."""
    return isinstance(layer, _POOLS)


def rows(model: Any) -> tuple[LayerRow, ...]:
    """The rows of Keras' summary table: one for each layer of the model itself (`listed`).

    Nested models are one row each, as in Keras. `connected_to` ("conv2d_1[0][0]") is filled for
    models with a graph of their own, not for Sequential ones, which are a plain stack.
    """
    sequential = isinstance(model, keras.Sequential)
    graph = require_graph(model) if is_graph(model) else model
    return tuple(
        LayerRow(
            name=layer.name,
            type=type(layer).__name__,
            output_shape=_shape_text(layer),
            params=int(layer.count_params()) if layer.built else 0,
            connected_to=() if sequential else _connections(graph, layer),
        )
        for layer in listed(model)
    )


def listed(model: Any) -> list[Any]:
    """The model's own layers, and last those that a graph which stands in for it leaves out."""
    own = {id(layer) for layer in model.layers}
    return [*model.layers, *(layer for layer in unreached(model) if id(layer) not in own)]


def left_out(model: Any) -> list[str]:
    """Paths of the layers that the model holds and no prediction comes by, at any depth."""
    inner = [one for one in inner_layers(model) if is_graph(one)]
    deeper = [f"{one.name}/{path}" for one in inner for path in left_out(one)]
    return [*(layer.name for layer in unreached(model)), *deeper]


class Layers(dict[str, Any]):
    """Layers by their paths; the path of a later use gives its layer too, and is not listed."""

    def __init__(self, model: Any) -> None:
        super().__init__(_named(model, ""))
        self.model = model

    def __missing__(self, path: str) -> Any:
        return uses(self.model)[path].layer


def named(model: Any) -> Layers:
    """Every layer by its path, in the order of the model; nested models and all inside them."""
    return Layers(model)


def choose(model: Any, wanted: str | Sequence[str], kinds: Callable[[Any], bool]) -> list[str]:
    """Layer paths that a `layers` parameter means: "all" of these kinds, or the ones listed.

    Args:
        model: any Keras model.
        wanted: "all" or a list of paths; the last part of a path will do where it is unique.
        kinds: what "all" takes, e.g. `is_conv`. A listed layer must be of these kinds too.

    Raises:
        UserError: there is no such layer, or it is of another kind; names those there are.
    """
    fitting = [path for path, layer in named(model).items() if kinds(layer)]
    if wanted == "all":
        return fitting
    return [
        find(model, name, fitting) for name in ([wanted] if isinstance(wanted, str) else wanted)
    ]


def find(model: Any, name: str, among: Sequence[str] | None = None) -> str:
    """The path of the layer called `name`: its path, or its last part where that is unique.

    "conv[1]" is the second use of a layer `conv` that the model uses several times.

    Raises:
        UserError: no such layer among those allowed, several, or no such use; the message names
            those there are. One that no prediction comes by is told as what it is.
    """
    allowed = list(named(model)) if among is None else list(among)
    meant = matches(name, allowed)
    if len(meant) == 1:
        return meant[0]
    use = None if meant else find_use(model, name, allowed)
    if use is not None:
        return use
    aside = [] if meant else matches(name, left_out(model))
    if aside:
        message = f"no prediction passes through layer '{aside[0]}', which may take part in "
        message += "training only, so there is nothing of it to show"
        listed = ", ".join(allowed) or "none"
        raise UserError(Problem(message, hint=f"the layers to choose from are {listed}"))
    raise UserError(unclear(name, allowed))


def output_shapes(layer: Any) -> list[tuple[int | None, ...]]:
    """The shape of each output of a layer's first call; empty when that is not known."""
    if isinstance(layer, keras.Model):
        outputs = require_graph(layer).outputs if is_graph(layer) else []
        return [tuple(tensor.shape) for tensor in outputs]
    nodes = getattr(layer, "_inbound_nodes", [])
    return [tuple(tensor.shape) for tensor in nodes[0].outputs] if nodes else []


def shapes_at(model: Any, path: str) -> list[tuple[int | None, ...]]:
    """The shape of each output of a layer, or of that use of it which the path names."""
    every = named(model)
    return output_shapes(every[path]) if path in every else uses(model)[path].shapes


def _named(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for layer in inner_layers(model):
        path = prefix + layer.name
        yield path, layer
        if is_graph(layer):
            yield from _named(layer, path + "/")


def _shape_text(layer: Any) -> str:
    shapes = [str(shape) for shape in output_shapes(layer)]
    return shapes[0] if len(shapes) == 1 else "[" + ", ".join(shapes) + "]" if shapes else "?"


def _connections(model: Any, layer: Any) -> tuple[str, ...]:
    """Where a layer's inputs come from, within this model's own graph, whose calls alone count."""
    levels = getattr(model, "_nodes_by_depth", {}).values()
    own = {id(node) for level in levels for node in level}
    found: list[str] = []
    for node in layer._inbound_nodes:
        if own and id(node) not in own:
            continue
        for tensor in node.input_tensors:
            source, turn, place = tensor._keras_history
            before = [one for one in source._inbound_nodes[:turn] if not own or id(one) in own]
            found.append(f"{source.name}[{len(before)}][{place}]")
    return tuple(found)
