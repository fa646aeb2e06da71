"""Compiled graphs that are kept with their model, and batches that fit a budget of memory."""

from __future__ import annotations

import contextlib
import operator
import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework import config

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.graph import is_graph, require_graph, walk
from reportgen.network.inputs import as_taken, filled, fixed_batch, reads_channels_first
from reportgen.types import Array

_Found = TypeVar("_Found")

_known: weakref.WeakKeyDictionary[Any, tuple[list[Any], dict[Hashable, Any]]]
_known = weakref.WeakKeyDictionary()
"""By model: what it was made of when it was last looked at, and what was found out since."""


def remembered(model: Any, key: Hashable, find: Callable[[], _Found]) -> _Found:
    """What `find` gives, which is called once for each key, and again when the model was changed.

    Args:
        model: is kept only weakly.
        key: everything else that what is found depends on.
        find: must give nothing that holds the model, or it would be kept alive.
    """
    known = facts(model)
    if key not in known:
        known[key] = find()
    found: _Found = known[key]
    return found


def facts(model: Any) -> dict[Hashable, Any]:
    """All that is remembered of a model as it is.

    It is made of layers, weights, activations and names: `pop` and `add` exchange layers,
    `quantize` and `enable_lora` weights, and an activation is often replaced by hand. Other values
    of the same weights are no change.
    """
    layers = model._flatten_layers(include_self=False)
    own = [(layer, layer.name, getattr(layer, "activation", None)) for layer in layers]
    now = [*model.weights, *(part for parts in own for part in parts)]
    before, known = _known.get(model, ([], {}))
    if len(before) != len(now) or not all(map(operator.is_, before, now)):
        known = {}
        _known[model] = now, known
    return known


@contextlib.contextmanager
def untouched(model: Any) -> Iterator[None]:
    """Puts back what calls of layers leave behind: their losses, and states of stateful ones.

    A loss that a layer noted in a graph could not even be read outside of it. States are zero
    meanwhile, as at the start of a sequence: else an image's answer would depend on its place in
    the batch, and on the batches before it.
    """
    layers = list(model._flatten_layers())
    noted = {id(one): (one._losses[:], set(one._loss_ids)) for one in layers if one._losses}
    states = [(one, one.numpy()) for layer in layers for one in _states(layer)]
    for variable, value in states:
        variable.assign(np.zeros_like(value))
    try:
        yield
    finally:
        for layer in layers:
            if layer._losses or id(layer) in noted:
                values, ids = noted.get(id(layer), ((), ()))
                layer._losses[:] = values
                layer._loss_ids.clear()
                layer._loss_ids.update(ids)
        for variable, value in states:
            variable.assign(value)


def _states(layer: Any) -> list[Any]:
    if not getattr(layer, "stateful", False):
        return []
    held = getattr(layer, "states", None)
    several = held if isinstance(held, list | tuple) else [held]
    return [state for state in several if hasattr(state, "assign")]


NO_KERNEL = (tf.errors.UnimplementedError, tf.errors.InvalidArgumentError)
"""What TensorFlow raises where a machine cannot compute an operation."""


def function(body: Callable[..., Any], signature: Sequence[Any], xla: bool) -> Any:
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


def cannot_run(model: Any, error: Exception) -> str:
    """One sentence on one of `NO_KERNEL`."""
    lines = [line.strip() for line in str(getattr(error, "message", error)).splitlines()]
    cause = next(filter(None, lines), type(error).__name__).rstrip(".:")
    return f"Model '{model.name}' cannot be run here: {cause}."


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
    walk(model, symbols, call)
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
        if is_graph(node.operation):
            yield from _declared(require_graph(node.operation))


def _bytes(tensor: Any) -> int:
    sides = [1 if side is None else side for side in tensor.shape[1:]]
    return int(np.prod(sides)) * int(tf.as_dtype(tensor.dtype).size)
