"""Multiplications with an addition each, of layers whose matrices work at every position."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod

import keras

from reportgen.network.keras_internals import flat_layers, node_of
from reportgen.network.network import Network
from reportgen.types import Layer, Shape


def dense_multiply_adds(network: Network) -> dict[str, int | None]:
    """The multiply-adds that one image costs in dense and attention layers, biases left out.

    Such a layer works at every position as a convolution of 1 x 1 does. A dense layer behind all
    positions, as in a classifier, does not count.

    Args:
        network: a model with or without a graph.

    Returns:
        By path the count over all uses of a layer; None where a side is not known.
    """
    costs: dict[str, int | None] = {}
    for use in network.uses.values():
        inputs = [tuple(tensor.shape) for tensor in node_of(use.outputs[0]).input_tensors]
        cost = _cost(use.layer, inputs, use.shapes[0])
        if cost != 0:
            before = costs.get(use.of, 0)
            costs[use.of] = None if cost is None or before is None else before + cost
    return costs


def _cost(layer: Layer, inputs: Sequence[Shape], outputs: Shape) -> int | None:
    """Of one use; 0 for any other layer. Shapes begin with the batch."""
    if len(outputs) < 3:
        return 0
    if isinstance(layer, keras.layers.Dense):
        return _product([*outputs[1:-1], *layer.kernel.shape])
    if isinstance(layer, keras.layers.EinsumDense):
        return _einsum(layer, inputs[0], outputs)
    if isinstance(layer, keras.layers.MultiHeadAttention | keras.layers.GroupQueryAttention):
        return _attention(layer, [*inputs, inputs[-1]][:3])
    if isinstance(layer, keras.layers.Attention):
        query, value = inputs[:2]
        return _product([*query[1:], value[1], 2])
    return 0


def _einsum(layer: Layer, inputs: Shape, outputs: Shape) -> int | None:
    """Each combination of all indices takes one multiplication."""
    left, right, result = re.split(r",|->", layer.equation.replace(" ", ""))
    sides: dict[str, int | None] = dict(zip(right, layer.kernel.shape, strict=True))
    for letters, shape in ((left, inputs), (result, outputs)):
        before, dots, after = letters.partition("...")
        places = [*enumerate(before), *((i - len(after), x) for i, x in enumerate(after))]
        sides |= {letter: shape[place] for place, letter in places}
        if dots:
            middle = shape[len(before) : len(shape) - len(after)]
            sides["..."] = _product(middle if before else middle[1:])
    if not left.startswith("..."):
        sides[left[0]] = 1  # the batch
    return _product(list(sides.values()))


def _attention(layer: Layer, inputs: Sequence[Shape]) -> int | None:
    """The projections, each at its own positions, and the products of queries and keys."""
    query, value, key = (_product(shape[1:-1]) for shape in inputs)
    if query is None or value is None or key is None:
        return None
    config = layer.get_config()
    heads = config.get("num_heads") or config["num_query_heads"]
    key_size = config.get("key_dim") or config["head_dim"]
    value_size = config.get("value_dim") or key_size
    projections = sum(
        {"key": key, "value": value}.get(part.name, query) * int(prod(part.kernel.shape))
        for part in flat_layers(layer)
        if isinstance(part, keras.layers.EinsumDense)
    )
    return int(projections + query * value * heads * (key_size + value_size))


def _product(sides: Sequence[int | None]) -> int | None:
    known = [int(side) for side in sides if side is not None]
    return prod(known) if len(known) == len(sides) else None
