"""Graphs compiled once and kept with their model; the only place that calls `tf.function`.

A graph is compiled for any batch size, so nothing is traced again for another number of images
or another target. The cache forgets a graph together with its model.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.probing.graphs import require_graph

BUDGET = 1 << 30
"""Bytes that the activations of one batch may take."""

MOST = 256
"""Images in one batch at most: more would only leave the processor's caches."""

_graphs: weakref.WeakKeyDictionary[Any, dict[Hashable, Any]] = weakref.WeakKeyDictionary()


def compiled(model: Any, key: Hashable, body: Callable[..., Any], signature: Sequence[Any]) -> Any:
    """`body(model, *tensors)` as a graph of its own, traced at the first call for this key.

    Args:
        model: is kept only weakly, so that the cache does not keep it alive.
        key: everything that changes the graph, other than the tensors.
        body: what to compute.
        signature: a `tf.TensorSpec` for each tensor.
    """
    kept = _graphs.setdefault(model, {})
    if key not in kept:
        alive = weakref.ref(model)
        kept[key] = tf.function(
            lambda *tensors: body(alive(), *tensors),
            input_signature=list(signature),
            autograph=False,  # it would wrap our errors into its own
        )
    return kept[key]


def input_specs(model: Any) -> list[Any]:
    """A `tf.TensorSpec` for each input of a model, with a free batch size.

    Raises:
        UndefinedError: the model is not a graph.
    """
    return [
        tf.TensorSpec((None, *tensor.shape[1:]), tf.as_dtype(tensor.dtype))
        for tensor in require_graph(model).inputs
    ]


def as_inputs(model: Any, images: Any) -> list[NDArray[Any]]:
    """Images as a list with one array for each input of the model, in the model's types."""
    given = [images] if len(model.inputs) == 1 and not isinstance(images, list | tuple) else images
    return [
        np.asarray(array, dtype=tensor.dtype if tensor.dtype != "bfloat16" else "float32")
        for array, tensor in zip(given, model.inputs, strict=True)
    ]


def batches(model: Any, inputs: Sequence[NDArray[Any]]) -> Iterator[slice]:
    """Slices of the images, as large as the memory budget allows for this model."""
    total = len(inputs[0])
    size = batch_size(model, inputs[0].shape[1:])
    for start in range(0, total, size):
        yield slice(start, min(start + size, total))


def batch_size(model: Any, image_shape: Sequence[int]) -> int:
    """How many images fit the budget: activations of every layer, held in 32-bit numbers."""
    fixed = model.inputs[0].shape[0]
    if fixed is not None:
        return int(fixed)
    return int(min(MOST, max(1, BUDGET // (4 * _numbers(model, image_shape)))))


def _numbers(model: Any, image_shape: Sequence[int]) -> int:
    """Numbers that one image becomes on its way through a model; a free side counts as its own."""
    from reportgen.probing.layers import named, output_shapes

    side = max(image_shape, default=1)
    shapes = [shape for layer in named(model).values() for shape in output_shapes(layer)]
    return sum(int(np.prod([side if d is None else d for d in shape[1:]])) for shape in shapes) or 1
