"""Objectives of an ascent: the response of filters, of single units, or of classes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.maximization.canvas import as_read
from reportgen.network.axes import channels_first
from reportgen.network.gradients import score_of
from reportgen.network.graph import run
from reportgen.network.logits import ACTIVATED_LAST, linear
from reportgen.network.network import Network
from reportgen.network.outputs import channels_to_end, logits_of, trace

_ELEMENTWISE = {
    keras.activations.linear, keras.activations.relu, keras.activations.relu6,
    keras.activations.leaky_relu, keras.activations.elu, keras.activations.selu,
    keras.activations.gelu, keras.activations.silu, keras.activations.sigmoid,
    keras.activations.tanh, keras.activations.softplus,
}  # fmt: skip
"""Activations that can be computed for one channel without the others."""


Read = Callable[[Any], tuple[Any, Any]]
"""Images as the model reads them, k of them -> a layer's output for each image's own channels, and
the same before its activation: two tensors (k, ..., m), float32."""


def own_channels(network: Network, path: str, picks: Any, last: bool) -> Read:
    """How to read each image's own channels of a layer.

    What no image changes is computed here already, and nothing that comes after the layer ever.

    Args:
        model: with a graph and one input.
        path: of the layer.
        picks: channels, shape (k, m).
        last: whether the layer's channels come last.
    """
    asked = network.layer(path)
    some = _some_filters(asked, picks) if _separable(asked, last) else None

    class Reached(Exception):
        pass

    def read(images: Any) -> tuple[Any, Any]:
        found: list[Any] = []

        def keep(name: str, output: Any) -> Any:
            if name == path:
                found[:] = found or _both(output, output, picks, last)
                raise Reached
            return output

        def call(name: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if name != path or getattr(layer, "activation", None) is None:
                return keep(name, run(layer, args, kwargs))
            if some is not None:
                before = some(args, kwargs)
                found[:] = layer.activation(before), before
                raise Reached
            before = run(linear(layer), args, kwargs)
            # Where the activation is known to come last, the layer need not be computed twice.
            known = type(layer) in ACTIVATED_LAST
            output = layer.activation(before) if known else run(layer, args, kwargs)
            found[:] = _both(output, before, picks, last)
            raise Reached

        with contextlib.suppress(Reached):
            network.walk([images], call, keep)
        return tf.cast(found[0], tf.float32), tf.cast(found[1], tf.float32)

    return read


def _both(output: Any, before: Any, picks: Any, last: bool) -> list[Any]:
    turned = [one if last else channels_to_end(one) for one in (output, before)]
    return [_chosen(one, _ones(picks, one.shape[-1] or tf.shape(one)[-1])) for one in turned]


def _ones(places: Any, depth: Any) -> Any:
    """For each image a matrix (depth, m) that picks its channels."""
    return tf.one_hot(places, depth, axis=1)


def _chosen(values: Any, ones: Any) -> Any:
    """Of each image (row) its own channels (k, ..., m), m of them.

    A product with ones and zeros, whose way back is one too: gathering has a long one.
    """
    shape = tf.shape(values)
    flat = tf.reshape(values, [shape[0], -1, shape[-1]])
    found = tf.matmul(flat, tf.cast(ones, values.dtype))
    return tf.ensure_shape(
        tf.reshape(found, tf.concat([shape[:-1], tf.shape(ones)[2:]], axis=0)),
        [*values.shape[:-1], ones.shape[2]],
    )


def _separable(layer: Any, last: bool) -> bool:
    """Whether single filters of a layer can be computed without the others.

    Padding for a dilated kernel makes TensorFlow ask for the kernel's whole shape, and how many
    filters are picked is known only while the graph runs.
    """
    plain = type(layer) is keras.layers.Conv2D and layer.groups == 1 and last
    shaped = layer.padding == "same" and max(layer.dilation_rate) > 1 if plain else False
    return plain and not shaped and layer.activation in _ELEMENTWISE


def _some_filters(layer: Any, picks: Any) -> Callable[[Any, Any], Any]:
    """How to compute what enters a convolution's activation, for the picked filters alone."""
    some, places = tf.unique(tf.reshape(picks, [-1]))
    ones = _ones(tf.reshape(places, tf.shape(picks)), tf.size(some))
    kernel = tf.gather(keras.ops.convert_to_tensor(layer.kernel), some, axis=-1)
    bias = tf.gather(keras.ops.convert_to_tensor(layer.bias), some) if layer.use_bias else None
    twin = linear(layer)

    def convolve(inputs: Any, _: Any) -> Any:
        maps = layer.convolution_op(inputs, tf.cast(kernel, inputs.dtype))
        return maps if bias is None else tf.nn.bias_add(maps, tf.cast(bias, maps.dtype))

    twin.__dict__.update(convolution_op=convolve, use_bias=False)
    return lambda args, kwargs: _chosen(run(twin, args, kwargs), ones)


Response = Callable[[Any], tuple[Any, Any, Any]]
"""images (k, h, w, c) -> the response (k,), what to climb at first, and what to climb where even
that has not woken it."""

_REGIONS = 5


@dataclass(frozen=True)
class Objective:
    """What to maximize, for k images.

    Attributes:
        kind: "filter": the mean of a channel over its map; "unit": one position of it; "class":
            the logit of a class (of a single unit, with the sign of the class).
        picks: indices of channels or classes, shape (k, m): for each image m targets at once.
        layer: path of the layer, for filters and units.
        position: of a unit in its map, an index for each of the map's axes: row and column.
        output: index of the output, for classes.
    """

    kind: Literal["filter", "unit", "class"]
    picks: NDArray[np.int32]
    layer: str = ""
    position: tuple[int, ...] = (0, 0)
    output: int = 0

    def key(self) -> Hashable:
        """All that changes the graph: everything but the picks."""
        return (self.kind, self.layer, self.position, self.output, self.picks.shape[1])


def filters(layer: str, indices: Any) -> Objective:
    """The objective of the filters with these indices, shape (k,), each alone."""
    return Objective("filter", np.asarray(indices, np.int32)[:, None], layer)


def response(network: Network, objective: Objective, picks: Any) -> Response:
    """How images respond, as a function for use inside a compiled graph.

    Args:
        model: with a graph and one input.
        objective: whose kind, layer, position and output count.
        picks: in place of the objective's, a tensor (k, m). What depends on them alone is
            computed here, so that a loop need not do it in every step.
    """
    if objective.kind == "class":
        return _class_response(network, objective, picks)
    last = not channels_first(network, objective.layer)
    read = own_channels(network, objective.layer, picks, last)

    def respond(images: Any) -> tuple[Any, Any, Any]:
        maps, before = read(as_read(network, images))
        if objective.kind == "unit":
            place = (slice(None), *objective.position)
            value, entered = (tf.reduce_mean(t[place], axis=1) for t in (maps, before))
            return value, entered, entered
        space = list(range(1, len(maps.shape) - 1))
        spark = tf.reduce_mean(tf.reduce_max(before, space), axis=1)
        return tf.reduce_mean(maps, [*space, len(space) + 1]), _drive(before), spark

    return respond


def _class_response(network: Network, objective: Objective, picks: Any) -> Response:
    head = network.heads[objective.output]

    def respond(images: Any) -> tuple[Any, Any, Any]:
        seen = trace(network, [as_read(network, images)])
        logits = logits_of(network, seen, [head.index])[head.index]
        exact = tf.cast(logits, tf.float32)
        each = [score_of(exact, picks[:, place]) for place in range(objective.picks.shape[1])]
        values = tf.add_n(each) / len(each)
        return values, values, values

    return respond


def _drive(values: Any) -> Any:
    """How close channels are to responding all over their maps: the mean of regional maxima.

    About five regions along each axis, so that a pattern grows everywhere and not at one lucky
    place. A layer without maps has one value for each channel, and that is all there is.
    """
    sides = [max(2, -(-side // _REGIONS)) for side in values.shape[1:-1]]
    tops = tf.nn.max_pool(values, sides, sides, "SAME") if sides else values
    return tf.reduce_mean(tops, axis=list(range(1, len(values.shape))))
