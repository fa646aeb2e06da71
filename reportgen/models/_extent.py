"""How much a model's layers give for one image, from shapes alone: nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from reportgen.inspection.limits import OUTPUT
from reportgen.inspection.outputs import too_much

Given = tuple[str, tuple[int | None, ...]]
"""A layer's path, and the shape of an output, with the axis of the images."""


def refusal(model: Any) -> str:
    """Why a model that has been read is refused for what its layers give; "" where it is not.

    Args:
        model: is only read. Of a model without a graph nothing is known.
    """
    from reportgen.network.graph import is_graph, require_graph

    if not is_graph(model):
        return ""
    inputs = require_graph(model).inputs
    images = next((tensor.shape[0] for tensor in inputs), None) or 1
    found = max(_given(model), key=lambda given: _values(given[1]), default=("", ()))
    if _values(found[1]) // images <= OUTPUT:
        return ""
    shape = found[1][1:] if found[1][0] in (None, images) else found[1]
    return too_much(f"its layer '{found[0]}'", shape)


def _values(shape: Sequence[int | None]) -> int:
    """Values of a tensor; sides that are left open count as 1."""
    return prod(side for side in shape if side is not None)


def _given(model: Any, prefix: str = "") -> Iterator[Given]:
    """What each layer of a model gives, nested ones included, each as large as it is used."""
    from reportgen.network.graph import calls, is_graph, require_graph

    graph = require_graph(model)
    for name, node in calls(graph):
        path = prefix + name
        yield from ((path, tuple(tensor.shape)) for tensor in node.outputs)
        if not is_graph(node.operation):
            yield from _wrapped(node, path + "/")
            continue
        own = require_graph(node.operation).inputs
        if [tensor.shape for tensor in own] == [tensor.shape for tensor in node.input_tensors]:
            yield from _given(node.operation, path + "/")
        else:
            yield from _anew(node, path + "/")


def _wrapped(node: Any, prefix: str) -> Iterator[Given]:
    """What is given inside a layer that holds others: a pipeline, or a wrapper around a model."""
    import keras

    from reportgen.network.graph import is_graph

    holder = node.operation
    if isinstance(holder, keras.layers.Pipeline):
        value = node.input_tensors[0]
        for layer in holder.layers:
            value = layer.compute_output_spec(value)
            yield from (
                (prefix + layer.name, tuple(one.shape)) for one in keras.tree.flatten(value)
            )
    if isinstance(holder, keras.Layer):
        for layer in holder._flatten_layers(include_self=False):
            if is_graph(layer):
                yield from _given(layer, f"{prefix}{layer.name}/")


def _anew(node: Any, prefix: str) -> list[Given]:
    """What the layers of a nested model give for other shapes than it was made with."""
    import keras

    from reportgen.network.graph import walk

    found: list[Given] = []

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        output = layer.compute_output_spec(*args, **kwargs)
        found.extend((prefix + path, tuple(one.shape)) for one in keras.tree.flatten(output))
        return output

    values = node.arguments.args[0] if node.arguments.args else node.arguments.kwargs["inputs"]
    walk(node.operation, values, call)
    return found
