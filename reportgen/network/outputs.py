"""What a model computes for images: activations of any layers, logits, probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.axes import LAST, orders
from reportgen.network.batching import batches
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.finite import require_finite
from reportgen.network.graph import Call, plain_call
from reportgen.network.inputs import as_inputs
from reportgen.network.layer_selection import find
from reportgen.network.logits import Endings, is_told, logit_of, require_logits, shapeless
from reportgen.network.network import Network
from reportgen.records import Head
from reportgen.types import Array, Floats, Integers

_COPIES = 2
"""Activations are handed out as tensors, and as arrays that are copies of them."""


@dataclass
class Trace:
    """What one walk left behind, as tensors.

    Activations and inputs are by path; of each output its value, the value before its softmax or
    sigmoid (None where that cannot be told), and whether it is made of such values alone.
    """

    activations: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: list[tuple[Any, Any, bool]] = field(default_factory=list)


@dataclass(frozen=True)
class Observed:
    """What a model made of n images, as arrays.

    Attributes:
        activations: by layer path, float32, shape (n, ..., channels): channels always last.
        inputs: the same for what a layer was given, where asked for.
        logits: for each output of the model, float32, shape (n, units); (n, 0) of one that is an
            image itself, beside others, or that has none and is not wanted.
        probabilities: likewise; softmax over the units, or the sigmoid of each.
    """

    activations: dict[str, Floats]
    inputs: dict[str, Floats]
    logits: tuple[Floats, ...]
    probabilities: tuple[Floats, ...]


def observe(
    network: Network,
    images: Any,
    layers: Sequence[str] = (),
    *,
    inputs_of: Sequence[str] = (),
    mean: bool = False,
    logits: bool = True,
    wanted: Sequence[int] = (),
) -> Observed:
    """Activations of any number of layers, and all logits, in one pass through the model.

    Args:
        model: a Sequential or Functional model, nested to any depth; is left as it was.
        images: model input, shape (n, h, w, c); a list of arrays where there are several inputs.
        layers: paths of layers to read; `conv[1]` is the second use of a layer.
        inputs_of: paths of layers whose (first) input to read.
        mean: average activations over space before they leave the graph, shape (n, channels).
        logits: whether to compute the heads too; else `logits` and `probabilities` are ().
        wanted: indices of the outputs whose logits are needed; () for all.

    Raises:
        UndefinedError: the model is not a graph, a head's logit cannot be told, or logits are
            wanted and weights or logits are not finite numbers.
    """
    if logits:
        require_finite(network)
    known = network.layers
    among = list(known)
    paths, sources = (
        tuple(find(network, name, among) for name in names) for names in (layers, inputs_of)
    )
    order = orders(network)
    first = {path: order.get(path, LAST)[1] for path in paths}
    before = {path: order.get(path, LAST)[0] for path in sources}

    def body(network: Network, *inputs: Any) -> Any:
        seen = trace(network, list(inputs), paths, sources)
        values = [_last(seen.activations[path], first[path], mean) for path in paths]
        values += [_last(seen.inputs[path], before[path], mean) for path in sources]
        return values + [tf.cast(z, tf.float32) for z in _ends(network, seen, logits, wanted)]

    key = ("observe", paths, sources, mean, logits, tuple(wanted))
    graph = compiled(network, key, body, input_specs(network))
    given = as_inputs(network, images)
    values = collect(network, graph, given)
    chosen = network.heads if logits else ()
    ends = values[len(paths) + len(sources) :]
    if not all(np.isfinite(z).all() for z in ends):
        raise UndefinedError(
            "The logits of the model are not all finite numbers (NaN or infinite), so "
            "it gives no answer."
        )
    for head, found in zip(chosen, ends, strict=True):
        if not wanted or head.index in wanted:
            require_logits(network, [head], [found], given)
    return Observed(
        dict(zip(paths, values[: len(paths)], strict=True)),
        dict(zip(sources, values[len(paths) : len(paths) + len(sources)], strict=True)),
        tuple(ends),
        tuple(probabilities(z, head) for z, head in zip(ends, chosen, strict=True)),
    )


def _ends(network: Network, seen: Trace, logits: bool, wanted: Sequence[int]) -> list[Any]:
    return logits_of(network, seen, wanted) if logits else []


def trace(
    network: Network,
    inputs: list[Any],
    paths: Sequence[str] = (),
    inputs_of: Sequence[str] = (),
    watch: Any = None,
    run: Call | None = None,
) -> Trace:
    """One symbolic or eager walk, for use inside a compiled graph.

    Args:
        model: as in `observe`.
        inputs: a tensor for each input.
        paths, inputs_of: what to keep.
        watch: a `tf.GradientTape` that is to watch the kept activations; as nothing before them
            is watched, differentiating costs only what lies between them and the logits.
        run: computes one layer; None for `graphs.run`.
    """
    seen = Trace()
    endings = Endings()

    def keep(path: str, output: Any) -> Any:
        if path in paths and path not in seen.activations:
            if watch is not None:
                watch.watch(output)
            seen.activations[path] = output
        return output

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if path in inputs_of and path not in seen.inputs:
            seen.inputs[path] = keras.tree.flatten(args)[0]
        return keep(path, endings.run(run or plain_call, path, layer, args, kwargs))

    for output in keras.tree.flatten(network.walk(inputs, call, keep)):
        seen.outputs.append((output, endings.logit(output), endings.is_derived(output)))
    return seen


def logits_of(network: Network, seen: Trace, wanted: Sequence[int] = ()) -> list[Any]:
    """The logits of each output of a traced model, as tensors (n, units).

    Beside outputs that give an answer, one that is an image itself has none: a tensor (n, 0). So
    has one of which no logit can be told, beside those that are wanted.

    Args:
        model: as in `observe`.
        seen: what a walk left behind.
        wanted: indices of outputs that must have logits; () for all that are no images.

    Raises:
        UndefinedError: a head's logit cannot be told.
    """
    every = network.heads
    some = any(head.kind != "maps" for head in every)

    def aside(head: Head, before: Any, derived: bool) -> bool:
        if head.index in wanted:
            return False
        if head.kind == "maps":
            return some
        return bool(wanted) and not is_told(head, before, derived)

    return [
        tf.zeros([tf.shape(of[0])[0], 0]) if aside(head, *of[1:]) else logit_of(head, *of)
        for head, of in zip(every, seen.outputs, strict=True)
    ]


def require_answers(network: Network, outputs: Sequence[int]) -> None:
    """Raises UndefinedError where one of these outputs is an image or a volume itself."""
    for head in network.heads:
        if head.index in outputs and head.kind == "maps":
            raise shapeless(head, network.graph.outputs[head.index].shape)


def probabilities(logits: Floats, head: Head) -> Floats:
    """Probabilities of a head from its logits, shape (n, units) both, computed without overflow.

    One unit, or a sigmoid head: the sigmoid of each (of one unit: the second class's). Else the
    softmax over the units.
    """
    if not logits.shape[-1]:
        return logits
    z = logits.astype(np.float64)
    if head.kind == "sigmoid" or head.units == 1:
        p = np.exp(-np.logaddexp(0.0, -z))
    else:
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
    return p.astype(np.float32)


def answers(logits: Floats, head: Head) -> Integers:
    """The predicted class of each image, shape (n,); of one unit the sign of its logit."""
    if head.units == 1:
        return (logits[:, 0] > 0).astype(np.int64)
    return np.asarray(logits.argmax(axis=-1), dtype=np.int64)


def confidence(probs: Floats, classes: Array, head: Head) -> Floats:
    """The probability of the given class of each image, shape (n,)."""
    if head.units == 1:
        return np.where(classes == 1, probs[:, 0], 1 - probs[:, 0]).astype(np.float32)
    return np.take_along_axis(probs, classes[:, None], axis=1)[:, 0]


def channels_to_end(tensor: Any) -> Any:
    """A tensor (n, c, ...) as (n, ..., c)."""
    return tf.transpose(tensor, [0, *range(2, len(tensor.shape)), 1])


def _last(tensor: Any, first: bool, mean: bool) -> Any:
    value = tf.cast(channels_to_end(tensor) if first else tensor, tf.float32)
    space = list(range(1, len(value.shape) - 1))
    return tf.reduce_mean(value, axis=space) if mean and space else value


def collect(network: Network, graph: Any, inputs: list[Array]) -> list[Floats]:
    """Run a graph over all images in batches, into arrays made once."""
    total = len(inputs[0])
    wholes: list[Floats] = []
    for part in batches(network, inputs, copies=_COPIES):
        flat = execute(graph, [array[part] for array in inputs], network)
        if part == slice(0, total):
            return flat
        if not wholes:
            wholes = [np.empty((total, *value.shape[1:]), np.float32) for value in flat]
        for whole, value in zip(wholes, flat, strict=True):
            whole[part] = value
        del flat, value  # before the next batch is there as well
    return wholes
