"""Refuses weights and activations that are not finite, before anything is drawn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.network.dependencies import dependencies_of
from reportgen.network.graph import is_graph
from reportgen.network.network import Network
from reportgen.types import Array, Tensor


def require_finite(network: Network, layers: Sequence[str] | None = None) -> None:
    """Refuse a model whose weights are not finite numbers.

    Args:
        network: any; the model is only read.
        layers: paths of layers; only weights in them and before them (in the model's order)
            count. None for all.

    Raises:
        UndefinedError: names the layers that hold NaN or infinity.
    """
    if sentence := not_finite(network, layers):
        raise UndefinedError(sentence)


def not_finite(network: Network, layers: Sequence[str] | None = None) -> str:
    """A sentence on the layers whose weights are not finite; "" where all are.

    The arguments are those of `require_finite`.
    """
    every = network.layers
    count = len(every) if layers is None else _last(network, list(every), layers) + 1
    leaves = [(path, layer) for path, layer in list(every.items())[:count] if not is_graph(layer)]
    bad = [path for path, layer in leaves if not all(map(_is_finite, layer.weights))]
    if not bad:
        return ""
    return (
        f"The weights of {_listed(bad)} hold values that are not finite (NaN or infinite), so "
        "nothing that is computed with them has a meaning."
    )


def require_finite_activations(activations: Mapping[str, NDArray[np.floating]]) -> None:
    """Refuse activations, by layer path, that hold NaN or infinity.

    Raises:
        UndefinedError: names the layers.
    """
    bad = [path for path, values in activations.items() if not _all_finite(values)]
    if bad:
        raise UndefinedError(
            f"The activations of {_listed(bad)} hold values that are not finite (NaN or "
            "infinite), so they have no meaning."
        )


def sum_of_weights(network: Network) -> Tensor:
    """A tensor of one number that is finite only if all weights are, for use in a graph.

    Where it is not finite, `require_finite` names the layers; large numbers alone can make it so.
    """
    if tf.executing_eagerly():
        # One operation of TensorFlow's after the other takes five times as long.
        return tf.constant([0.0 if all(map(_is_finite, network.model.weights)) else np.nan])
    values = [tf.convert_to_tensor(variable.value) for variable in network.model.weights]
    sums = [tf.cast(tf.reduce_sum(v), tf.float32) for v in values if v.dtype.is_floating]
    return tf.reshape(tf.add_n(sums) if sums else 0.0, [1])


def _last(network: Network, order: list[str], layers: Sequence[str]) -> int:
    """The place of the last layer in a model's order that layers, or uses of them, depend on."""
    uses = network.uses if any(path not in order for path in layers) else {}
    # What lies before a later use may come after the layer in the model's order.
    before = [p for path in layers if path in uses for p in dependencies_of(network, path).layers]
    sources = [uses[path].of for path in before if uses[path].of in order]
    return max((order.index(path) for path in [*layers, *sources] if path in order), default=-1)


def _is_finite(variable: keras.Variable) -> bool:
    # Neither `np.asarray(variable.value)`, which would copy what may be hundreds of megabytes, nor
    # its method for reading, which takes three times as long for small ones.
    handle, dtype = variable.value.handle, variable.value.dtype
    values = np.asarray(tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype))
    if not np.issubdtype(values.dtype, np.number):
        # Such as bfloat16, or the state of a generator of random numbers.
        values = values.astype(np.float32) if values.dtype.kind == "V" else np.zeros(1)
    return _all_finite(values)


def _all_finite(values: Array) -> bool:
    if values.dtype in (np.float32, np.float64):
        # One fast pass; a product of vectors would leave BLAS' threads awake, which slows down
        # TensorFlow's. Large numbers may overflow here; below they are looked at one by one.
        with np.errstate(over="ignore", invalid="ignore"):
            total = values.sum()
        if np.isfinite(total):
            return True
    # NaN and infinity both come through one or the other, without an array of truth values.
    return bool(not values.size or (np.isfinite(values.min()) and np.isfinite(values.max())))


def _listed(paths: list[str]) -> str:
    names = ", ".join(f"'{path}'" for path in paths[:3])
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"layer{'s' * (len(paths) > 1)} {names}{more}"
