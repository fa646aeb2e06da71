"""Compiled graphs that are kept with their network, and their execution for one batch.

Where a model fixes its batch size, the last batch is filled up, and the outputs are cut to the
images that were asked for. A model stays as it was: losses and states that its layers note while
they are called are put back.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2
from tensorflow.python.eager import context
from tensorflow.python.framework import config

from reportgen.errors import UndefinedError
from reportgen.library_errors import cause
from reportgen.network.inputs import fill_batch, fixed_batch, reads_channels_first
from reportgen.network.keras_internals import NotedLosses, flat_layers
from reportgen.network.network import Network
from reportgen.types import Array, Json, Layer, Tensor

NO_KERNEL = (tf.errors.UnimplementedError, tf.errors.InvalidArgumentError)
"""What TensorFlow raises where a machine cannot compute an operation."""


def function(body: Callable[..., Json], signature: Sequence[tf.TensorSpec], xla: bool) -> Layer:
    """A `tf.function` of a body for tensors of this signature, with XLA or without.

    Without autograph, which would wrap our errors into its own, and takes long in training.
    """
    return tf.function(
        body, input_signature=list(signature), autograph=False, jit_compile=xla or None
    )


@contextmanager
def allowed(xla: bool) -> Iterator[None]:
    """Let XLA compile what it refuses where operations must be deterministic.

    It refuses the way back through max-pooling on every device, for the sake of GPUs, where sums
    may be in any order; on a processor their order is fixed.
    """
    if not (xla and config.is_op_determinism_enabled()):
        yield
        return
    config.disable_op_determinism()
    try:
        yield
    finally:
        config.enable_op_determinism()


def cannot_run(network: Network, error: Exception) -> str:
    """One sentence on one of `NO_KERNEL`."""
    return f"Model '{network.name}' cannot be run here: {cause(error)}."


@contextmanager
def as_written() -> Iterator[None]:
    """Let TensorFlow run a graph's operations as they are, each as it would run alone.

    It would else rewrite sums and products into equal ones that round differently, so that the
    first call of a `Graph` and the next would differ in their last digits.
    """
    # The options are those of a thread, so nothing changes for a caller's own functions.
    current = context.context()
    before = current.function_call_options
    current.function_call_options = _plain_options()
    try:
        yield
    finally:
        current.function_call_options = before


@cache
def _plain_options() -> context.FunctionCallOptions:
    config = config_pb2.ConfigProto()
    config.CopyFrom(context.context().config)
    rewrites = config.graph_options.rewrite_options
    off = rewriter_config_pb2.RewriterConfig.OFF
    rewrites.arithmetic_optimization = off
    rewrites.constant_folding = off
    rewrites.remapping = off
    return context.FunctionCallOptions(config_proto=config)


class Graph:
    """A compiled function of tensors, from `compiled`.

    It is compiled for any batch size, so nothing is traced again for another number of images or
    another target. Compiling takes a tenth of a second for a small network, so the first call
    computes without a graph: a caller who calls once need not wait for it.
    """

    def __init__(
        self,
        body: Callable[..., Json],
        signature: Sequence[tf.TensorSpec],
        at_once: bool,
        xla: bool = False,
    ) -> None:
        self._body, self._new, self._xla = body, not (at_once or xla), xla
        self._running = as_written if self._new else nullcontext
        self.function = function(body, signature, xla)
        self._traced: Callable[..., Json] | None = None

    def __call__(self, *tensors: Tensor) -> Json:
        """The same numbers at every call: one operation after the other, or all as a graph."""
        if self._new:
            self._new = False
            # Some operations that a graph can rewrite cannot be run alone.
            with contextlib.suppress(*NO_KERNEL):
                return self._body(*tensors)
        with allowed(self._xla), self._running():
            if self._traced is None:
                # With one signature there is no need to look for the right one at each call.
                self._traced = self.function.get_concrete_function()
            return self._traced(*tensors)

    @property
    def traces(self) -> int:
        """How often the graph was traced."""
        return int(self.function.experimental_get_tracing_count())


def compiled(
    network: Network,
    key: Hashable,
    body: Callable[..., Json],
    signature: Sequence[tf.TensorSpec],
    *,
    at_once: bool = False,
) -> Graph:
    """`body(network, *tensors)` as a graph of its own, traced at the second call for this key.

    Args:
        network: keeps the graph, which does not keep the model alive.
        key: everything that changes the graph, other than the tensors.
        body: computes the graph's outputs.
        signature: a `tf.TensorSpec` for each tensor.
        at_once: whether to trace at the first call: where the body runs through many steps, or
            learns something from its graph.
    """
    model = weakref.ref(network.model)

    def make() -> Graph:
        return Graph(
            lambda *tensors: body(Network.of(model()), *tensors),
            signature,
            at_once,
            needs_xla(network),
        )

    return network.keep(key, make)


def graphs_of(network: Network) -> dict[Hashable, Graph]:
    """The graphs that are kept for a network, by what they were compiled for."""
    return network.kept(Graph)


def input_specs(network: Network) -> list[tf.TensorSpec]:
    """A `tf.TensorSpec` for each input of a model, with a free batch size.

    Raises:
        UndefinedError: the model is not a graph.
    """
    return network.keep(
        "input specs",
        lambda: [
            tf.TensorSpec((None, *tensor.shape[1:]), tf.as_dtype(tensor.dtype))
            for tensor in network.graph.inputs
        ],
    )


def execute(
    graph: Graph,
    inputs: Sequence[Array],
    network: Network,
    others: Sequence[Json] = (),
    *,
    views: bool = False,
) -> list[Json]:
    """The outputs of a compiled graph for one batch, as NumPy arrays in the graph's structure.

    Args:
        graph: from `compiled`; every array that it returns has a row for each image.
        inputs: its arguments with a row for each image.
        network: that the graph belongs to.
        others: its further arguments.
        views: whether the arrays may be TensorFlow's own memory, which cannot be written to, in
            place of copies: for callers who only read them.

    Raises:
        UndefinedError: this machine cannot compute one of the model's operations.
    """
    count, size = len(inputs[0]), fixed_batch(network) or len(inputs[0])
    whole = [fill_batch(array, size) for array in inputs]
    try:
        with _untouched(network):
            # `tf.constant` is the shorter way to a tensor of an array.
            outputs = graph(*map(tf.constant, whole), *map(tf.convert_to_tensor, others))
    except NO_KERNEL as error:
        raise UndefinedError(cannot_run(network, error)) from error
    return [_arrays(output, count, views) for output in outputs]


def needs_xla(network: Network) -> bool:
    """Whether only a compiler can run the model here.

    Processors have no kernels for channels that come first, or at best for some operations, and
    those round differently.
    """
    return reads_channels_first(network) and not tf.config.get_visible_devices("GPU")


def _arrays(output: Json, count: int, views: bool) -> Json:
    """Tensors, perhaps in lists, as arrays that are cut to so many rows."""
    if isinstance(output, list | tuple):
        return [_arrays(part, count, views) for part in output]
    return (np.asarray(memoryview(output)) if views else output.numpy())[:count]


@contextlib.contextmanager
def _untouched(network: Network) -> Iterator[None]:
    """Puts back the losses that layers note while they are called, and states of stateful ones.

    A loss that a layer noted in a graph could not even be read outside of it. States are zero
    meanwhile, as at the start of a sequence: else an image's answer would depend on its place in
    the batch, and on the batches before it.
    """
    layers = flat_layers(network.model)
    losses = NotedLosses(layers)
    states = [(state, state.numpy()) for layer in layers for state in _states(layer)]
    for variable, value in states:
        variable.assign(np.zeros_like(value))
    try:
        yield
    finally:
        losses.restore()
        for variable, value in states:
            variable.assign(value)


def _states(layer: Layer) -> list[Layer]:
    if not getattr(layer, "stateful", False):
        return []
    held = getattr(layer, "states", None)
    several = held if isinstance(held, list | tuple) else [held]
    return [state for state in several if hasattr(state, "assign")]
