"""Gradients of explained scores with respect to a layer's activations, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.batching import batches
from reportgen.network.channel_order import channels_first, channels_to_end
from reportgen.network.execution import Graph, compiled, execute, input_specs
from reportgen.network.finite import require_finite, sum_of_weights
from reportgen.network.gradient_scaling import in_half_precision, run_scaled
from reportgen.network.inputs import as_inputs
from reportgen.network.layer_selection import find
from reportgen.network.logits import require_logits
from reportgen.network.network import Network
from reportgen.network.outputs import logits_of, trace
from reportgen.network.scores import score_gradients
from reportgen.records import Head
from reportgen.types import Array, Floats, Images, Json, Targets, Tensor

_COPIES = 2
"""Activations are held for the backward pass, and their gradients beside them."""


@dataclass(frozen=True)
class LayerGradients:
    """Gradients of one batch of images.

    Attributes:
        part: the place of the batch among the images.
        activations: of the layer, shape (b, ..., channels), channels last.
        gradients: for each explained output the same shape.
        logits: for each output of the model, shape (b, units).
        targets: the classes explained, shape (explained outputs, b).
    """

    part: slice
    activations: Floats
    gradients: tuple[Floats, ...]
    logits: tuple[Floats, ...]
    targets: Targets


def layer_gradients(
    network: Network, images: Images, layer: str, outputs: Sequence[int], targets: Array
) -> Iterator[LayerGradients]:
    """How the explained scores (see `scores`) rise with each activation of a layer.

    Args:
        network: with a graph, nested to any depth.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        layer: path of a layer whose output has space and channels.
        outputs: indices of the outputs to explain.
        targets: class indices, shape (len(outputs), n); `PREDICTED` for the predicted class.

    Raises:
        UndefinedError: the model is not a graph, its weights are not finite numbers, the layer has
            no maps, or an output does not depend on it.
    """
    heads, graph = network.keep(
        ("layer gradients of", layer, *outputs), lambda: _graph(network, layer, tuple(outputs))
    )
    inputs = as_inputs(network, images)
    rows = np.ascontiguousarray(np.asarray(targets, np.int32).T)
    for part in batches(network, inputs, copies=_COPIES):
        batch = [rows[part], *(array[part] for array in inputs)]
        with_weights = [_flag(part.start == 0)]

        def run(
            *scales: Floats, batch: list[Array] = batch, flag: list[Tensor] = with_weights
        ) -> list[Json]:
            return execute(graph, [*scales, *batch], network, flag, views=True)

        activations, gradients, logits, classes, total = run_scaled(
            network, run, rows[part].shape, 1
        )
        if not np.isfinite(total).all():
            require_finite(network)
        require_logits(network, heads, [logits[head.index] for head in heads], inputs)
        yield LayerGradients(part, activations, tuple(gradients), tuple(logits), classes.T)


def _graph(
    network: Network, layer: str, outputs: tuple[int, ...]
) -> tuple[tuple[Head, ...], Graph]:
    """The heads that are explained, and the graph of `layer_gradients`."""
    path = find(network, layer, list(network.layers))
    heads = tuple(network.heads[index] for index in outputs)
    first = channels_first(network, path)

    half = in_half_precision(network)

    def body(network: Network, *tensors: Tensor) -> tuple[Tensor, ...]:
        scales, tensors = (tensors[0], tensors[1:]) if half else (None, tensors)
        targets, *inputs, with_weights = tensors
        gradients = _differentiate(network, inputs, targets, path, heads, first, scales)
        # Beside the rest this sum costs next to nothing, and one batch of all needs it.
        return *gradients, tf.cond(
            with_weights, lambda: sum_of_weights(network), lambda: tf.zeros(1)
        )

    target_spec = tf.TensorSpec((None, len(heads)), tf.int32)
    scale_specs = [tf.TensorSpec((None, len(heads)), tf.float32)] * half
    signature = [*scale_specs, target_spec, *input_specs(network), tf.TensorSpec((), tf.bool)]
    return heads, compiled(network, ("layer gradients", path, outputs), body, signature)


@cache
def _flag(value: bool) -> Tensor:
    """A truth value as a tensor, made once."""
    return tf.constant(value)


def _differentiate(
    network: Network,
    inputs: list[Tensor],
    targets: Tensor,
    path: str,
    heads: Sequence[Head],
    channels_first: bool,
    scales: Tensor | None,
) -> tuple[Tensor, list[Tensor], list[Tensor], Tensor]:
    """Activations, their gradients, logits and explained classes, all in 32 bits."""
    several = len(heads) > 1
    with tf.GradientTape(persistent=several, watch_accessed_variables=False) as tape:
        traced = trace(network, inputs, [path], watch=tape)
        wanted = [head.index for head in heads]
        logits = [tf.cast(each, tf.float32) for each in logits_of(network, traced, wanted)]
    activations = traced.activations[path]
    if len(activations.shape) < 3:
        raise UndefinedError(f"Layer '{path}' has no maps: its output has no spatial axes.")
    gradients, classes = score_gradients(tape, logits, heads, targets, activations, scales)
    for head, gradient in zip(heads, gradients, strict=True):
        if gradient is None:
            raise UndefinedError(f"Output '{head.name}' does not depend on layer '{path}'.")
    arrange = channels_to_end if channels_first else tf.identity
    arranged = [tf.cast(arrange(gradient), tf.float32) for gradient in gradients]
    maps = tf.cast(arrange(activations), tf.float32)
    return maps, arranged, logits, classes
