"""Graphs compiled once and kept with their model.

A graph is compiled for any batch size, so nothing is traced again for another number of images
or another target. The cache forgets a graph together with its model. Compiling takes a tenth of a
second for a small network, so the first call does without: who looks once need not wait for it.

Where a model fixes its batch size, the last batch is filled up, and what the filling gave is cut
off.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.probing.feeding import filled, fixed_batch, reads_channels_first
from reportgen.probing.graphs import require_graph
from reportgen.probing.remembering import facts, remembered
from reportgen.probing.untouched import untouched
from reportgen.probing.xla import NO_KERNEL, allowed, cannot_run, function
from reportgen.types import Array


class Graph:
    """What `compiled` gives: to be called with tensors."""

    def __init__(
        self, body: Callable[..., Any], signature: Sequence[Any], at_once: bool, xla: bool = False
    ) -> None:
        self._body, self._new, self._xla = body, not (at_once or xla), xla
        self.function = function(body, signature, xla)
        self._traced: Any = None

    def __call__(self, *tensors: Any) -> Any:
        """The same numbers at every call: one operation after the other, or all as a graph."""
        if self._new:
            self._new = False
            # Some operations that a graph can rewrite cannot be run alone.
            with contextlib.suppress(*NO_KERNEL):
                return self._body(*tensors)
        with allowed(self._xla):
            if self._traced is None:
                # There is one signature only, so none has to be looked for at each call.
                self._traced = self.function.get_concrete_function()
            return self._traced(*tensors)

    @property
    def traces(self) -> int:
        """How often the graph was traced."""
        return int(self.function.experimental_get_tracing_count())


def compiled(
    model: Any,
    key: Hashable,
    body: Callable[..., Any],
    signature: Sequence[Any],
    *,
    at_once: bool = False,
) -> Graph:
    """`body(model, *tensors)` as a graph of its own, traced at the second call for this key.

    Args:
        model: is kept only weakly, so that the cache does not keep it alive.
        key: everything that changes the graph, other than the tensors.
        body: what to compute.
        signature: a `tf.TensorSpec` for each tensor.
        at_once: whether to trace at the first call: where the body runs through many steps, or
            learns something from its graph.
    """
    alive = weakref.ref(model)

    def make() -> Graph:
        own = needs_xla(model)
        return Graph(lambda *tensors: body(alive(), *tensors), signature, at_once, own)

    return remembered(model, key, make)


def graphs_of(model: Any) -> dict[Hashable, Graph]:
    """The graphs that are kept for a model, by what they were compiled for."""
    return {key: one for key, one in facts(model).items() if isinstance(one, Graph)}


def input_specs(model: Any) -> list[Any]:
    """A `tf.TensorSpec` for each input of a model, with a free batch size.

    Raises:
        UndefinedError: the model is not a graph.
    """
    return [
        tf.TensorSpec((None, *tensor.shape[1:]), tf.as_dtype(tensor.dtype))
        for tensor in require_graph(model).inputs
    ]


def execute(
    graph: Graph,
    inputs: Sequence[Array],
    model: Any,
    others: Sequence[Any] = (),
    *,
    views: bool = False,
) -> list[Any]:
    """What a compiled graph gives for one batch, as NumPy arrays in the graph's structure.

    Args:
        graph: from `compiled`; every array that it gives has a row for each image.
        inputs: its arguments with a row for each image.
        model: that the graph belongs to.
        others: its further arguments.
        views: whether the arrays may be TensorFlow's own memory, which cannot be written to, in
            place of copies: for those who only reckon with them.

    Raises:
        UndefinedError: this machine cannot compute one of the model's operations.
    """
    count, size = len(inputs[0]), fixed_batch(model) or len(inputs[0])
    whole = [filled(array, size) for array in inputs]
    try:
        with untouched(model):
            # Of what is no tensor yet, `tf.constant` makes one by a shorter way.
            found = graph(*map(tf.constant, whole), *map(tf.convert_to_tensor, others))
    except NO_KERNEL as error:
        raise UndefinedError(cannot_run(model, error)) from error
    return [_arrays(part, count, views) for part in found]


def needs_xla(model: Any) -> bool:
    """Whether only a compiler can run the model here: processors have no kernels for channels that
    come first, or at best for some operations, and those round differently."""
    return reads_channels_first(model) and not tf.config.get_visible_devices("GPU")


def _arrays(found: Any, count: int, views: bool) -> Any:
    """Tensors, perhaps in lists, as arrays that are cut to so many rows."""
    if isinstance(found, list | tuple):
        return [_arrays(part, count, views) for part in found]
    return (np.asarray(memoryview(found)) if views else found.numpy())[:count]
