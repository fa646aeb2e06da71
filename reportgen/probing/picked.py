"""The channels of a layer that an ascent climbs, and as few others as can be.

An image climbs one channel, or a few; the layer has hundreds. Where the layer is a plain
convolution, only the filters that some image climbs are computed, and back through them; everything
that is measured then is measured on each image's own channels alone.
"""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import tensorflow as tf

from reportgen.probing import graphs
from reportgen.probing.endings import ACTIVATED_LAST, linear
from reportgen.probing.outputs import channels_to_end

_ELEMENTWISE = {
    keras.activations.linear, keras.activations.relu, keras.activations.relu6,
    keras.activations.leaky_relu, keras.activations.elu, keras.activations.selu,
    keras.activations.gelu, keras.activations.silu, keras.activations.sigmoid,
    keras.activations.tanh, keras.activations.softplus,
}  # fmt: skip
"""Activations that can be computed for one channel without the others."""


def own_channels(model: Any, images: Any, path: str, picks: Any, last: bool) -> tuple[Any, Any]:
    """A layer's output for each image's own channels, and the same before its activation.

    Nothing that comes after the layer is computed.

    Args:
        model: with a graph and one input.
        images: as the model reads them, k of them.
        path: of the layer.
        picks: channels, shape (k, m).
        last: whether the layer's channels come last.

    Returns:
        Two tensors (k, ..., m), float32.
    """

    class Reached(Exception):
        pass

    found: list[Any] = []

    def keep(name: str, output: Any) -> Any:
        if name == path:
            found[:] = found or _both(output, output, picks, last)
            raise Reached
        return output

    def call(name: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name != path or getattr(layer, "activation", None) is None:
            return keep(name, graphs.run(layer, args, kwargs))
        if _separable(layer, last):
            some, places = tf.unique(tf.reshape(picks, [-1]))
            part = graphs.run(_some_filters(layer, some), args, kwargs)
            before = _chosen(part, tf.reshape(places, tf.shape(picks)))
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


def _both(output: Any, before: Any, picks: Any, last: bool) -> list[Any]:
    turned = [one if last else channels_to_end(one) for one in (output, before)]
    return [_chosen(one, picks) for one in turned]


def _chosen(values: Any, places: Any) -> Any:
    """Of each image (row) its own channels (k, ..., m), m of them.

    A product with ones and zeros, whose way back is one too: gathering has a long one.
    """
    depth = values.shape[-1] or tf.shape(values)[-1]
    ones = tf.one_hot(places, depth, axis=1, dtype=values.dtype)
    shape = tf.shape(values)
    flat = tf.matmul(tf.reshape(values, [shape[0], -1, depth]), ones)
    return tf.ensure_shape(
        tf.reshape(flat, tf.concat([shape[:-1], tf.shape(places)[1:]], axis=0)),
        [*values.shape[:-1], places.shape[1]],
    )


def _separable(layer: Any, last: bool) -> bool:
    """Whether single filters of a layer can be computed without the others."""
    plain = type(layer) is keras.layers.Conv2D and layer.groups == 1 and last
    return plain and layer.activation in _ELEMENTWISE


def _some_filters(layer: Any, some: Any) -> Any:
    """A linear twin of a convolution that computes some of its filters, in that order."""
    twin = linear(layer)

    def convolve(inputs: Any, kernel: Any) -> Any:
        own = tf.gather(keras.ops.convert_to_tensor(kernel), some, axis=-1)
        maps = layer.convolution_op(inputs, own)
        if not layer.use_bias:
            return maps
        return maps + tf.gather(keras.ops.convert_to_tensor(layer.bias), some)

    twin.__dict__.update(convolution_op=convolve, use_bias=False)
    return twin
