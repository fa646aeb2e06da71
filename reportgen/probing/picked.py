"""The channels of a layer that an ascent climbs, and as few others as can be.

An image climbs one channel, or a few; the layer has hundreds. Where the layer is a plain
convolution, only the filters that some image climbs are computed, and back through them; everything
that is measured then is measured on each image's own channels alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from reportgen.probing import graphs
from reportgen.probing.endings import ACTIVATED_LAST, linear
from reportgen.probing.layers import named
from reportgen.probing.outputs import channels_to_end

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


def own_channels(model: Any, path: str, picks: Any, last: bool) -> Read:
    """How to read each image's own channels of a layer.

    What no image changes is computed here already, and nothing that comes after the layer ever.

    Args:
        model: with a graph and one input.
        path: of the layer.
        picks: channels, shape (k, m).
        last: whether the layer's channels come last.
    """
    asked = named(model)[path]
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
                return keep(name, graphs.run(layer, args, kwargs))
            if some is not None:
                before = some(args, kwargs)
                found[:] = layer.activation(before), before
                raise Reached
            before = graphs.run(linear(layer), args, kwargs)
            # Where the activation is known to come last, the layer need not be computed twice.
            known = type(layer) in ACTIVATED_LAST
            output = layer.activation(before) if known else graphs.run(layer, args, kwargs)
            found[:] = _both(output, before, picks, last)
            raise Reached

        with contextlib.suppress(Reached):
            graphs.walk(model, [images], call, keep)
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
    return lambda args, kwargs: _chosen(graphs.run(twin, args, kwargs), ones)
