"""Gradients of logits with respect to a layer's activations, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.network.axes import channels_first
from reportgen.network.batching import batches
from reportgen.network.execution import Graph, compiled, execute, input_specs
from reportgen.network.finite import require_finite, sum_of_weights
from reportgen.network.inputs import as_inputs
from reportgen.network.layer_selection import find
from reportgen.network.logits import require_logits
from reportgen.network.network import Network
from reportgen.network.outputs import channels_to_end, logits_of, trace
from reportgen.records import Head
from reportgen.types import Array, Floats

PREDICTED = -1
"""As a target: whatever class the head predicts for the image."""

_COPIES = 2
"""Activations are held for the backward pass, and their gradients beside them."""


@dataclass(frozen=True)
class Slope:
    """One batch: where it lies among the images, and what was measured there.

    Attributes:
        part: its place among the images.
        activations: of the layer, shape (b, ..., channels), channels last.
        gradients: for each head asked for, in that order, the same shape.
        logits: for each output of the model, shape (b, units).
        targets: the classes explained, shape (heads asked for, b).
    """

    part: slice
    activations: Floats
    gradients: tuple[Floats, ...]
    logits: tuple[Floats, ...]
    targets: NDArray[np.int32]


def slopes(
    network: Network, images: Any, layer: str, outputs: Sequence[int], targets: Array
) -> Iterator[Slope]:
    """How the explained logits rise with each activation of a layer.

    The score of a head with several units is the target's logit. A head with one unit answers
    between two classes: its score is the logit for class 1 and minus the logit for class 0.

    Args:
        model: a Sequential or Functional model, nested to any depth; is left as it was.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        layer: path of a layer whose output has space and channels.
        outputs: indices of the outputs to explain.
        targets: class indices, shape (len(outputs), n); -1 for the predicted class.

    Raises:
        UndefinedError: the model is not a graph, its weights are not finite numbers, the layer has
            no maps, or an output does not depend on it.
    """
    chosen, graph = network.keep(
        ("slopes of", layer, *outputs), lambda: _graph(network, layer, tuple(outputs))
    )
    inputs = as_inputs(network, images)
    each = np.ascontiguousarray(np.asarray(targets, np.int32).T)
    for part in batches(network, inputs, copies=_COPIES):
        batch = [each[part], *(array[part] for array in inputs)]
        check = _flag(part.start == 0)
        acts, grads, logits, explained, total = execute(graph, batch, network, [check], views=True)
        if not np.isfinite(total).all():
            require_finite(network)
        require_logits(network, chosen, [logits[head.index] for head in chosen], inputs)
        yield Slope(part, acts, tuple(grads), tuple(logits), explained.T)


def _graph(
    network: Network, layer: str, outputs: tuple[int, ...]
) -> tuple[tuple[Head, ...], Graph]:
    """The heads that are explained, and the graph of `slopes`."""
    heads = network.heads
    path = find(network, layer, list(network.layers))
    chosen = tuple(heads[index] for index in outputs)
    first = channels_first(network, path)

    def body(network: Network, wanted: Any, *given: Any) -> Any:
        *inputs, check = given
        found = _differentiate(network, inputs, wanted, path, chosen, first)
        # Beside the rest this costs next to nothing, and it is wanted once.
        return *found, tf.cond(check, lambda: sum_of_weights(network), lambda: tf.zeros(1))

    wanted_spec = tf.TensorSpec((None, len(chosen)), tf.int32)
    signature = [wanted_spec, *input_specs(network), tf.TensorSpec((), tf.bool)]
    return chosen, compiled(network, ("slopes", path, outputs), body, signature)


@cache
def _flag(value: bool) -> Any:
    """A truth value as a tensor, made once."""
    return tf.constant(value)


def _differentiate(
    network: Network, inputs: list[Any], wanted: Any, path: str, chosen: Sequence[Head], first: bool
) -> Any:
    several = len(chosen) > 1
    with tf.GradientTape(persistent=several, watch_accessed_variables=False) as tape:
        seen = trace(network, inputs, [path], watch=tape)
        asked = [head.index for head in chosen]
        logits = [tf.cast(value, tf.float32) for value in logits_of(network, seen, asked)]
    maps = seen.activations[path]
    if len(maps.shape) < 3:
        raise UndefinedError(f"Layer '{path}' has no maps: its output has no spatial axes.")
    explained = [target_of(logits[h.index], wanted[:, i]) for i, h in enumerate(chosen)]
    grads = [
        climbed(tape, logits[h.index], t, maps) for h, t in zip(chosen, explained, strict=True)
    ]
    for head, grad in zip(chosen, grads, strict=True):
        if grad is None:
            raise UndefinedError(f"Output '{head.name}' does not depend on layer '{path}'.")
    arrange = channels_to_end if first else tf.identity
    arranged = [tf.cast(arrange(grad), tf.float32) for grad in grads]
    return tf.cast(arrange(maps), tf.float32), arranged, logits, tf.stack(explained, axis=1)


def target_of(logits: Any, wanted: Any) -> Any:
    """The wanted class of each image, or the predicted one where none is wanted."""
    if logits.shape[-1] == 1:
        predicted = tf.cast(logits[:, 0] > 0, tf.int32)
    else:
        predicted = tf.argmax(logits, axis=-1, output_type=tf.int32)
    return tf.where(wanted >= 0, wanted, predicted)


def climbed(tape: Any, logits: Any, target: Any, sources: Any) -> Any:
    """The gradient of the explained score (`score_of`) with respect to what the tape watched.

    The score is one logit of each image, so the way back starts with a one at that logit.
    """
    if logits.shape[-1] == 1:
        start = tf.where(target[:, None] == 1, 1.0, -1.0)
    else:
        start = tf.one_hot(target, logits.shape[-1])
    return tape.gradient(logits, sources, output_gradients=start)


def score_of(logits: Any, target: Any) -> Any:
    """The explained score of each image: its target's logit, of one unit with the class's sign."""
    if logits.shape[-1] == 1:
        return tf.where(target == 1, logits[:, 0], -logits[:, 0])
    return tf.gather(logits, target, axis=1, batch_dims=1)
