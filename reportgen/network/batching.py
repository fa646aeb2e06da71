"""How many images run, or become floats, at once: as many as stated budgets of memory hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import keras
import tensorflow as tf

from reportgen.errors import Problem, UserError
from reportgen.library_errors import cause
from reportgen.network.graph import Arguments, Keywords, is_graph, require_graph
from reportgen.network.inputs import as_input_shape, fixed_batch
from reportgen.network.keras_internals import graph_nodes
from reportgen.network.network import Network
from reportgen.types import Array, Json, Layer, Model, Tensor

BUDGET = 2 * 10**9
"""Bytes that one batch may take beyond the model itself."""

MOST = 256
"""Images in one batch at most: more would only leave the processor's caches."""

PIECE_BYTES = 200 * 10**6
"""Bytes that a piece of stored images takes as model input, float32."""


def pieces(images: Array) -> Iterator[slice]:
    """Slices of stored images (n, h, w, c), each as many as fit `PIECE_BYTES` as model input.

    Only a piece at a time becomes floats: 10,000 images of 224 x 224 x 3 would take 6 GB at once.
    """
    size = max(1, PIECE_BYTES // max(1, 4 * prod(images.shape[1:])))
    for start in range(0, len(images), size):
        yield slice(start, min(start + size, len(images)))


def batches(
    network: Network, inputs: Sequence[Array], copies: float = 1, most: int | None = None
) -> Iterator[slice]:
    """Slices of the images, as large as the memory budget allows for this model.

    Args:
        network: with a graph.
        inputs: an array for each input.
        copies: as in `batch_size`.
        most: images in one batch at most; None for `MOST`.
    """
    total = len(inputs[0])
    size = batch_size(network, inputs[0].shape[1:], copies, most or MOST)
    for start in range(0, total, size):
        yield slice(start, min(start + size, total))


def batch_size(
    network: Network, image_shape: Sequence[int], copies: float = 1, most: int = MOST
) -> int:
    """How many images of this shape (without the batch) fit the budget, at least one.

    Args:
        network: with a graph. Where the model fixes its batch size, that is the answer.
        image_shape: of one image, channels last or as the model takes it.
        copies: how often the activations of all layers are held at once: 1 for a forward pass
            that returns them all, more where a backward pass keeps them as well.
        most: images in one batch, unless the model fixes their number.
    """
    fixed = fixed_batch(network)
    if fixed is not None:
        return fixed
    room = BUDGET / (copies * image_bytes(network, as_input_shape(network, image_shape)))
    return int(min(most, max(1, room)))


def image_bytes(network: Network, image_shape: tuple[int, ...]) -> int:
    """Bytes of all activations of all layers for one image, in each layer's own precision."""
    return network.keep(
        ("image bytes", image_shape), lambda: max(1, _sum_of_layers(network, image_shape))
    )


def _sum_of_layers(network: Network, image_shape: tuple[int, ...]) -> int:
    """The bytes of all layers' outputs, from their shapes alone.

    Where the model leaves sides of the image open, every layer computes its shape for this image.
    """
    declared = list(_declared(network.graph))
    if all(side is not None for tensor in declared for side in tensor.shape[1:]):
        return sum(_bytes(tensor) for tensor in declared)
    total = 0

    def call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        nonlocal total
        try:
            output = layer.compute_output_spec(*args, **kwargs)
        except ValueError as error:
            raise _too_small(network, image_shape, path, error) from error
        total += sum(_bytes(tensor) for tensor in keras.tree.flatten(output))
        return output

    inputs = network.graph.inputs
    shapes = [image_shape, *(tensor.shape[1:] for tensor in inputs[1:])]
    largest = max(image_shape, default=1)
    symbols = [
        keras.KerasTensor((1, *(largest if d is None else d for d in shape)), tensor.dtype)
        for shape, tensor in zip(shapes, inputs, strict=True)
    ]
    network.walk(symbols, call)
    return total + sum(_bytes(symbol) for symbol in symbols)


def _too_small(
    network: Network, image_shape: tuple[int, ...], path: str, error: ValueError
) -> UserError:
    """Images of this size do not fit a model that leaves the size open."""
    size = " x ".join(map(str, image_shape))
    return UserError(
        Problem(
            f"images of {size} do not go through model '{network.name}': layer '{path}' gives "
            f"nothing for them ({cause(error)})",
            hint="use larger images, or a model for images of this size",
        )
    )


def _declared(graph: Model) -> Iterator[Tensor]:
    """The output of every call in a graph, nested ones included, as symbolic tensors."""
    for node in graph_nodes(graph):
        yield from node.outputs
        if is_graph(node.operation):
            yield from _declared(require_graph(node.operation))


def _bytes(tensor: Tensor) -> int:
    sides = [1 if side is None else side for side in tensor.shape[1:]]
    return prod(sides) * int(tf.as_dtype(tensor.dtype).size)
