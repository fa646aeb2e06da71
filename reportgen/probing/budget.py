"""How many images run at once: as many as a stated budget of memory holds."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import Problem, UserError
from reportgen.probing import graphs
from reportgen.probing.feeding import as_taken, fixed_batch
from reportgen.probing.graphs import require_graph
from reportgen.types import Array

BUDGET = 2 * 10**9
"""Bytes that one batch may take beyond the model itself."""

MOST = 256
"""Images in one batch at most: more would only leave the processor's caches."""


def batches(
    model: Any, inputs: Sequence[Array], copies: float = 1, most: int | None = None
) -> Iterator[slice]:
    """Slices of the images, as large as the memory budget allows for this model.

    Args:
        model: is only read.
        inputs: an array for each input.
        copies: as in `batch_size`.
        most: images in one batch at most; None for `MOST`.
    """
    total = len(inputs[0])
    size = batch_size(model, inputs[0].shape[1:], copies, most or MOST)
    for start in range(0, total, size):
        yield slice(start, min(start + size, total))


def batch_size(model: Any, image_shape: Sequence[int], copies: float = 1, most: int = MOST) -> int:
    """How many images of this shape (without the batch) fit the budget, at least one.

    Args:
        model: is only read. Where it fixes its batch size, that is the answer.
        image_shape: of one image, channels last or as the model takes it.
        copies: how often the activations of all layers are held at once: 1 for a forward pass
            that hands them all out, more for what keeps them for a backward pass as well.
        most: images in one batch, unless the model fixes their number.
    """
    fixed = fixed_batch(model)
    if fixed is not None:
        return fixed
    room = BUDGET / (copies * image_bytes(model, as_taken(model, image_shape)))
    return int(min(most, max(1, room)))


def image_bytes(model: Any, image_shape: tuple[int, ...]) -> int:
    """Bytes of all activations of all layers for one image, in each layer's own precision."""
    kept = _sizes.setdefault(model, {})
    if image_shape not in kept:
        kept[image_shape] = max(1, _measured(model, image_shape))
    return kept[image_shape]


_sizes: weakref.WeakKeyDictionary[Any, dict[tuple[int, ...], int]] = weakref.WeakKeyDictionary()


def _measured(model: Any, image_shape: tuple[int, ...]) -> int:
    """The sum over layers, from shapes alone; where the model leaves sides of the image open,
    every layer is told the shape that it would get."""
    declared = list(_declared(require_graph(model)))
    if all(side is not None for tensor in declared for side in tensor.shape[1:]):
        return sum(_bytes(tensor) for tensor in declared)
    total = 0

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        nonlocal total
        try:
            output = layer.compute_output_spec(*args, **kwargs)
        except ValueError as error:
            raise _unfit(model, image_shape, path, error) from error
        total += sum(_bytes(tensor) for tensor in keras.tree.flatten(output))
        return output

    given = require_graph(model).inputs
    shapes = [image_shape, *(tensor.shape[1:] for tensor in given[1:])]
    largest = max(image_shape, default=1)
    symbols = [
        keras.KerasTensor((1, *(largest if d is None else d for d in shape)), tensor.dtype)
        for shape, tensor in zip(shapes, given, strict=True)
    ]
    graphs.walk(model, symbols, call)
    return total + sum(_bytes(symbol) for symbol in symbols)


def _unfit(model: Any, image_shape: tuple[int, ...], path: str, error: ValueError) -> UserError:
    """That images of a size cannot go through a model which leaves the size open."""
    why = " ".join(str(error).split()).partition(". ")[0].rstrip(".")
    size = " x ".join(map(str, image_shape))
    return UserError(
        Problem(
            f"images of {size} do not go through model '{model.name}': layer '{path}' gives "
            f"nothing for them ({why})",
            hint="use larger images, or a model for images of this size",
        )
    )


def _declared(graph: Any) -> Iterator[Any]:
    """The output of every call in a graph, nested ones included, as symbolic tensors."""
    for node in (node for nodes in graph._nodes_by_depth.values() for node in nodes):
        yield from node.outputs
        if graphs.is_graph(node.operation):
            yield from _declared(require_graph(node.operation))


def _bytes(tensor: Any) -> int:
    sides = [1 if side is None else side for side in tensor.shape[1:]]
    return int(np.prod(sides)) * int(tf.as_dtype(tensor.dtype).size)
