"""The largest response that any image in range can have, where the weights determine it."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from reportgen.maximization.recipes import Recipe
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.types import Array, Doubles, Floats, Layer, Tensor


@dataclass(frozen=True)
class Bound:
    """Bounds of mean responses.

    Attributes:
        values: of each filter, shape (filters,).
        exact: whether some image reaches each; where a ReLU follows, windows that overlap may
            ask for different pixels.
    """

    values: Doubles
    exact: bool


def bound_of(
    network: Network, path: str, recipe: Recipe, shape: tuple[int, int, int], seed: int
) -> Bound | None:
    """The bound of a convolution that reads images directly; None for any other layer.

    The response of a linear map to values within a box is largest where each value is at the end
    that its weight's sign asks for. That the layer computes this convolution of the images, and a
    ReLU at most, is tried on two random images.

    Args:
        network: the model.
        path: of the layer.
        recipe: holds the range of the images.
        shape: of an image, (h, w, c).
        seed: of the random images.
    """
    layer = network.layer(path)
    if not isinstance(layer, keras.layers.Conv2D) or layer.data_format != "channels_last":
        return None
    kernel = np.asarray(layer.kernel, np.float32)
    if layer.groups != 1 or kernel.shape[2] != shape[-1]:
        return None
    low, high = (np.broadcast_to(np.asarray(end, np.float32), shape) for end in
                 (recipe.low, recipe.high))  # fmt: skip
    rng = np.random.default_rng(seed)
    tried = (low + (high - low) * rng.random((2, *shape))).astype(np.float32)
    bias = np.asarray(layer.bias, np.float64) if layer.use_bias else np.zeros(kernel.shape[-1])
    computed = _convolved(layer, tried, kernel).numpy() + bias
    seen = observe(network, tried, [path], logits=False).activations[path]
    close = 1e-4 * max(1.0, float(np.abs(computed).max()))
    if seen.shape != computed.shape:
        return None
    if np.allclose(seen, computed, atol=close):
        return Bound(_of_means(layer, kernel, low, high) + bias, exact=True)
    if np.allclose(seen, np.maximum(computed, 0), atol=close):
        ends = _convolved(layer, high[None], np.maximum(kernel, 0))
        ends += _convolved(layer, low[None], np.minimum(kernel, 0))
        largest = np.maximum(ends.numpy()[0] + bias, 0)
        return Bound(largest.mean(axis=(0, 1), dtype=np.float64), exact=False)
    return None


def _convolved(layer: Layer, images: Array, kernel: Floats) -> Tensor:
    return tf.nn.convolution(
        tf.constant(images, tf.float32),
        kernel,
        strides=layer.strides,
        padding=layer.padding.upper(),
        dilations=layer.dilation_rate,
    )


def _of_means(layer: Layer, kernel: Floats, low: Floats, high: Floats) -> Doubles:
    """The largest mean over positions of a linear convolution, without its bias."""
    start = tf.zeros((1, *low.shape))
    with tf.GradientTape() as tape:
        tape.watch(start)
        means = tf.reduce_mean(_convolved(layer, start, kernel), axis=(0, 1, 2))
    weights = tape.jacobian(means, start).numpy()[:, 0].astype(np.float64)
    return np.asarray(np.maximum(weights * low, weights * high).sum(axis=(1, 2, 3)))
