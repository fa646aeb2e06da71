"""A model's results for images: activations of any layers, logits, probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.batching import batches
from reportgen.network.channel_order import LAST, channel_orders, channels_to_end
from reportgen.network.execution import Graph, compiled, execute, input_specs
from reportgen.network.finite import require_finite
from reportgen.network.graph import Arguments, Call, Keywords, plain_call
from reportgen.network.inputs import as_inputs
from reportgen.network.layer_selection import find
from reportgen.network.logits import (
    LogitRecorder,
    TracedOutput,
    has_logit,
    logit_of,
    no_answer,
    require_logits,
)
from reportgen.network.network import Network
from reportgen.network.scores import probabilities
from reportgen.records import Head
from reportgen.types import Array, Floats, Images, Json, Layer, Tensor

_COPIES = 2
"""Activations leave the graph as tensors, and are copied into arrays."""


# --- arrays for images -------------------------------------------------------------------------


@dataclass(frozen=True)
class Observed:
    """A model's results for n images, as arrays.

    Attributes:
        activations: by layer path, float32, shape (n, ..., channels): channels always last.
        inputs: the same for the inputs of layers.
        logits: for each output of the model, float32, shape (n, units). The shape is (n, 0) for an
            output that is an image itself beside other outputs, and for an output without a logit
            that is not wanted.
        probabilities: the same shapes; the softmax over units, or the sigmoid of each unit.
    """

    activations: dict[str, Floats]
    inputs: dict[str, Floats]
    logits: tuple[Floats, ...]
    probabilities: tuple[Floats, ...]


def observe(
    network: Network,
    images: Images,
    layers: Sequence[str] = (),
    *,
    inputs_of: Sequence[str] = (),
    mean: bool = False,
    logits: bool = True,
    wanted: Sequence[int] = (),
) -> Observed:
    """Activations of any number of layers, and all logits, in one pass through the model.

    Args:
        network: a model with a graph, nested to any depth.
        images: model input, shape (n, h, w, c); a list of arrays for a model with several inputs.
        layers: paths of layers to read, or of other operations; `conv[1]` is the second use of a
            layer.
        inputs_of: paths of layers whose (first) input to read.
        mean: whether to average activations over space inside the graph, shape (n, channels).
        logits: whether to compute the heads as well; otherwise `logits` and `probabilities` are ().
        wanted: indices of the outputs that must have logits; () for all outputs.

    Raises:
        UndefinedError: the model is not a graph, a wanted logit is unknown, or logits are computed
            and weights or logits are not finite.
    """
    if logits:
        require_finite(network)
    every = list(network.layers)
    uses = network.uses
    paths, sources = (
        tuple(name if name in uses else find(network, name, every) for name in names)
        for names in (layers, inputs_of)
    )
    orders = channel_orders(network)

    def body(network: Network, *inputs: Tensor) -> list[Tensor]:
        traced = trace(network, list(inputs), paths, sources)
        activations = [
            _channels_last(traced.activations[path], orders.get(path, LAST)[1], mean)
            for path in paths
        ]
        entering = [
            _channels_last(traced.inputs[path], orders.get(path, LAST)[0], mean) for path in sources
        ]
        ends = logits_of(network, traced, wanted) if logits else []
        return [*activations, *entering, *(tf.cast(each, tf.float32) for each in ends)]

    key = ("observe", paths, sources, mean, logits, tuple(wanted))
    graph = compiled(network, key, body, input_specs(network))
    arrays = as_inputs(network, images)
    values = collect(network, graph, arrays)
    first, last = len(paths), len(paths) + len(sources)
    heads = network.heads if logits else ()
    _check_logits(network, heads, values[last:], arrays, wanted)
    return Observed(
        dict(zip(paths, values[:first], strict=True)),
        dict(zip(sources, values[first:last], strict=True)),
        tuple(values[last:]),
        tuple(probabilities(each, head) for each, head in zip(values[last:], heads, strict=True)),
    )


def _channels_last(tensor: Tensor, channels_first: bool, mean: bool) -> Tensor:
    value = tf.cast(channels_to_end(tensor) if channels_first else tensor, tf.float32)
    space = list(range(1, len(value.shape) - 1))
    return tf.reduce_mean(value, axis=space) if mean and space else value


def _check_logits(
    network: Network,
    heads: Sequence[Head],
    logits: Sequence[Floats],
    inputs: list[Array],
    wanted: Sequence[int],
) -> None:
    if not all(np.isfinite(each).all() for each in logits):
        raise UndefinedError(
            "The logits of the model are not all finite numbers (NaN or infinite), so "
            "it gives no answer."
        )
    for head, values in zip(heads, logits, strict=True):
        if not wanted or head.index in wanted:
            require_logits(network, [head], [values], inputs)


def collect(network: Network, graph: Graph, inputs: list[Array]) -> list[Floats]:
    """Run a graph over all images in batches, and collect the results in preallocated arrays."""
    total = len(inputs[0])
    wholes: list[Floats] = []
    for part in batches(network, inputs, copies=_COPIES):
        values = execute(graph, [array[part] for array in inputs], network)
        if part == slice(0, total):
            return values
        if not wholes:
            wholes = [np.empty((total, *value.shape[1:]), np.float32) for value in values]
        for whole, value in zip(wholes, values, strict=True):
            whole[part] = value
        del values, value  # before the next batch takes memory as well
    return wholes


def require_answers(network: Network, outputs: Sequence[int]) -> None:
    """Raises UndefinedError where one of `outputs` answers nothing, or is an image itself."""
    for head in network.heads:
        if head.index in outputs and not head.answers:
            raise no_answer(head, network.graph.outputs[head.index].shape)


# --- tensors, inside a compiled graph ----------------------------------------------------------


@dataclass
class Trace:
    """Tensors of one walk through a model: activations and inputs by path, and the outputs."""

    activations: dict[str, Tensor] = field(default_factory=dict)
    inputs: dict[str, Tensor] = field(default_factory=dict)
    outputs: list[TracedOutput] = field(default_factory=list)


def trace(
    network: Network,
    inputs: list[Tensor],
    paths: Sequence[str] = (),
    inputs_of: Sequence[str] = (),
    watch: tf.GradientTape | None = None,
    run: Call | None = None,
) -> Trace:
    """One symbolic or eager walk through a model, for use inside a compiled graph.

    Args:
        network: as in `observe`.
        inputs: a tensor for each input.
        paths: paths of layers whose outputs to keep.
        inputs_of: paths of layers whose inputs to keep.
        watch: a tape that watches the kept activations and nothing before them, so that gradients
            cost only the layers between them and the logits.
        run: a function that computes one layer; None for `graph.plain_call`.
    """
    traced = Trace()
    recorder = LogitRecorder()

    def keep(path: str, output: Json) -> Json:
        if path in paths and path not in traced.activations:
            if watch is not None:
                watch.watch(output)
            traced.activations[path] = output
        return output

    def call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        if path in inputs_of and path not in traced.inputs:
            traced.inputs[path] = keras.tree.flatten(args)[0]
        return keep(path, recorder.run(run or plain_call, path, layer, args, kwargs))

    values = keras.tree.flatten(network.walk(inputs, call, keep))
    traced.outputs = [recorder.output(value) for value in values]
    return traced


def logits_of(network: Network, traced: Trace, wanted: Sequence[int] = ()) -> list[Tensor]:
    """The logits of each output of a traced model, as tensors (n, units).

    A tensor (n, 0) represents an output that is an image itself beside other outputs, and an
    output without a logit that is not wanted.

    Args:
        network: as in `observe`.
        traced: the tensors of a walk.
        wanted: indices of outputs that must have logits; () for all that are not images.

    Raises:
        UndefinedError: a wanted logit is unknown.
    """
    heads = network.heads
    some_answer = any(head.answers for head in heads)

    def is_left_out(head: Head, output: TracedOutput) -> bool:
        if head.index in wanted:
            return False
        if not head.answers:
            return some_answer
        return bool(wanted) and not has_logit(head, output)

    return [
        tf.zeros([tf.shape(output.value)[0], 0])
        if is_left_out(head, output)
        else logit_of(head, output)
        for head, output in zip(heads, traced.outputs, strict=True)
    ]
