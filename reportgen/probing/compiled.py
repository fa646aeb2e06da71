"""Graphs compiled once and kept with their model.

A graph is compiled for any batch size, so nothing is traced again for another number of images
or another target. The cache forgets a graph together with its model. Compiling takes a tenth of a
second for a small network, so the first call does without: who looks once need not wait for it.

Images run in batches that fit a stated budget of memory; where a model fixes its batch size, the
last batch is filled up, and what the filling gave is cut off.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing import graphs
from reportgen.probing.graphs import require_graph
from reportgen.probing.untouched import changed, untouched
from reportgen.probing.xla import NO_KERNEL, allowed, cannot_run, function

BUDGET = 2 * 10**9
"""Bytes that one batch may take beyond the model itself."""

MOST = 256
"""Images in one batch at most: more would only leave the processor's caches."""


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


_graphs: weakref.WeakKeyDictionary[Any, dict[Hashable, Graph]] = weakref.WeakKeyDictionary()


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
    if changed(model):
        _graphs.pop(model, None)
    kept = _graphs.setdefault(model, {})
    if key not in kept:
        alive = weakref.ref(model)
        kept[key] = Graph(
            lambda *tensors: body(alive(), *tensors), signature, at_once, needs_xla(model)
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
    """Images as a list with one array for each input of the model, in the model's types.

    Images (n, ..., c) for a model that wants its channels first are turned to (n, c, ...).

    Raises:
        UndefinedError: the model has more inputs than there are arrays.
        UserError: the images are of another shape than the model takes.
    """
    wanted = require_graph(model).inputs
    given = list(images) if isinstance(images, list | tuple) else [images]
    if len(given) != len(wanted):
        names = ", ".join(str(tensor.name) for tensor in wanted)
        raise UndefinedError(
            f"Model '{model.name}' has {len(wanted)} inputs ({names}), and there are values for "
            f"{len(given)} of them, so it cannot be run."
        )
    return [_fitted(model, array, tensor) for array, tensor in zip(given, wanted, strict=True)]


def execute(
    graph: Graph, inputs: Sequence[NDArray[Any]], model: Any, others: Sequence[Any] = ()
) -> list[Any]:
    """What a compiled graph gives for one batch, as NumPy arrays in the graph's structure.

    Args:
        graph: from `compiled`; every array that it gives has a row for each image.
        inputs: its arguments with a row for each image.
        model: that the graph belongs to.
        others: its further arguments.

    Raises:
        UndefinedError: this machine cannot compute one of the model's operations.
    """
    count, size = len(inputs[0]), fixed_batch(model) or len(inputs[0])
    filled = [_filled(array, size) for array in inputs]
    try:
        with untouched(model):
            found = graph(*(tf.convert_to_tensor(array) for array in [*filled, *others]))
    except NO_KERNEL as error:
        raise UndefinedError(cannot_run(model, error)) from error
    return [_arrays(part, count) for part in found]


def batches(
    model: Any, inputs: Sequence[NDArray[Any]], copies: float = 1, most: int | None = None
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


def fixed_batch(model: Any) -> int | None:
    """The batch size that a model demands; None where it takes any."""
    size = require_graph(model).inputs[0].shape[0]
    return None if size is None else int(size)


def reads_channels_first(model: Any) -> bool:
    """Whether a layer of the model says that its channels come first."""
    return any(
        getattr(layer, "data_format", "") == "channels_first"
        for layer in require_graph(model)._flatten_layers()
    )


def needs_xla(model: Any) -> bool:
    """Whether only a compiler can run the model here: processors have no kernels for channels that
    come first, or at best for some operations, and those round differently."""
    return reads_channels_first(model) and not tf.config.get_visible_devices("GPU")


def as_taken(model: Any, image_shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of an image (without the batch) as the model's first input takes it.

    Channels are moved to the front where the model reads them there and takes no other shape.
    """
    given, wanted = tuple(image_shape), tuple(require_graph(model).inputs[0].shape)[1:]
    turned = (*given[-1:], *given[:-1])
    fits = not _agree(given, wanted) and _agree(turned, wanted)
    return turned if fits and reads_channels_first(model) else given


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
        output = layer.compute_output_spec(*args, **kwargs)
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


def _declared(graph: Any) -> Iterator[Any]:
    """The output of every call in a graph, nested ones included, as symbolic tensors."""
    for node in (node for nodes in graph._nodes_by_depth.values() for node in nodes):
        yield from node.outputs
        if graphs.is_graph(node.operation):
            yield from _declared(require_graph(node.operation))


def _bytes(tensor: Any) -> int:
    sides = [1 if side is None else side for side in tensor.shape[1:]]
    return int(np.prod(sides)) * int(tf.as_dtype(tensor.dtype).size)


def _fitted(model: Any, array: Any, tensor: Any) -> NDArray[Any]:
    """One input as the model wants it."""
    dtype = "float32" if tensor.dtype == "bfloat16" else tensor.dtype
    values = _as_type(model, np.asarray(array), dtype, str(tensor.name))
    wanted = tuple(tensor.shape)[1:]
    turned = np.moveaxis(values, -1, 1) if values.ndim > 2 else values
    if _agree(values.shape[1:], wanted):
        return values
    if _agree(turned.shape[1:], wanted) and reads_channels_first(model):
        return np.ascontiguousarray(turned)
    expected = " x ".join("any" if side is None else str(side) for side in wanted)
    received = " x ".join(map(str, values.shape[1:]))
    raise UserError(
        Problem(
            f"input '{tensor.name}' of model '{model.name}' takes values of {expected}, "
            f"but the images are {received}",
            hint="use a dataset of that size, or a model for these images",
        )
    )


def _as_type(model: Any, given: NDArray[Any], dtype: str, name: str) -> NDArray[Any]:
    """Values in a type; fractions are rounded to whole numbers where this is a small change."""
    if np.dtype(dtype).kind not in "iu" or given.dtype.kind != "f" or not given.size:
        return given.astype(dtype, copy=False)
    low, high, ends = float(given.min()), float(given.max()), np.iinfo(dtype)
    scaled = low >= -1 and high <= 1 and bool((np.rint(given) != given).any())
    if scaled or low < ends.min or high > ends.max:
        raise UserError(
            Problem(
                f"input '{name}' of model '{model.name}' takes whole numbers ({dtype}), but the "
                f"images are fractions or others, from {low:g} to {high:g}",
                hint="give images as they are stored; in a spec, write 'scaling: 0..255'",
            )
        )
    rounded: NDArray[Any] = np.rint(given).astype(dtype)
    return rounded


def _agree(given: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    pairs = zip(given, wanted, strict=False)
    return len(given) == len(wanted) and all(w in (None, g) for g, w in pairs)


def _arrays(found: Any, count: int) -> Any:
    """Tensors, perhaps in lists, as arrays that are cut to so many rows."""
    if isinstance(found, list | tuple):
        return [_arrays(part, count) for part in found]
    return found.numpy()[:count]


def _filled(array: NDArray[Any], size: int) -> NDArray[Any]:
    """A batch with its last image repeated until it has the size that the model demands."""
    short = size - len(array)
    return np.concatenate([array, np.repeat(array[-1:], short, axis=0)]) if short > 0 else array
