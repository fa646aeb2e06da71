"""Score-CAM: channels weighted by how much the image, seen through them, raises the logit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.attribution.cam_methods import Maps, joined
from reportgen.errors import UndefinedError
from reportgen.network.batching import batches
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.gradients import score_of
from reportgen.network.inputs import as_inputs, reads_channels_first
from reportgen.network.network import Network
from reportgen.network.outputs import answers, logits_of, observe, require_answers, trace
from reportgen.network.resizing import bilinear_weights
from reportgen.records import Head
from reportgen.types import Array, Booleans, Doubles, Floats

_PAIRS = 1024
"""Masked images in one batch at most: they are made inside the graph, so a few calls are faster
than many."""


def score_cams(
    network: Network, images: Any, outputs: Sequence[int], targets: Array, layer: str
) -> list[Maps]:
    """Score-CAM maps of several outputs; one forward pass for each image and varying channel.

    Args:
        model: is left as it was.
        images: model input; a list of arrays for several inputs, one of them an image.
        outputs: indices of the outputs to explain.
        targets: class indices, shape (outputs, n); -1 for the predicted class.
        layer: path of a layer with two-dimensional maps.

    Returns:
        For each output its maps. `flat_activations` is True for an image for which no channel of
        the layer varies, and its map is zero; `flat_gradients` is False, as there are none;
        `left_out` tells which channels do not vary.

    Raises:
        UndefinedError: no channel varies for any image; or there is no image to mask.
    """
    require_answers(network, outputs)
    every = network.heads
    heads = [every[index] for index in outputs]
    inputs = as_inputs(network, images)
    place = _image_input(network, inputs)
    parts: list[list[Maps]] = [[] for _ in outputs]
    for part in batches(network, inputs):
        some = [array[part] for array in inputs]
        seen = observe(network, some if len(some) > 1 else some[0], [layer], wanted=outputs)
        maps, logits = seen.activations[layer], [seen.logits[index] for index in outputs]
        _check_flat(maps, layer)
        explained = [
            _explained(*each) for each in zip(targets[:, part], logits, heads, strict=True)
        ]
        varied = np.asarray(np.ptp(maps, axis=(1, 2)) > 0)
        rises = _rises(network, some, place, heads, np.stack(explained, axis=1), maps, varied)
        nothing = np.asarray(~varied.any(axis=1))
        for i in range(len(outputs)):
            found = _summed(maps, _softmax(rises[..., i], varied))
            none = np.zeros(len(found), dtype=bool)
            parts[i].append(Maps(found, explained[i], none, nothing, logits[i], ~varied))
    wholes = [joined(part, layer) for part in parts]
    if wholes and wholes[0].flat_activations.all():
        raise UndefinedError(
            f"No channel of layer '{layer}' varies over any of the images, so none can be scaled "
            "to a mask, and Score-CAM has no meaning."
        )
    return wholes


def _rises(
    network: Network,
    inputs: list[Array],
    place: int,
    heads: Sequence[Head],
    targets: NDArray[np.int32],
    maps: Floats,
    varied: Booleans,
) -> Doubles:
    """The explained logits of each image through each varying channel: (n, channels, outputs).

    Every pair of an image and a channel is an image of its own; batches of pairs fit the budget.
    """
    front = reads_channels_first(network)
    shape = inputs[place].shape[1:]
    size = shape[1:] if front else shape[:2]
    turned = [bilinear_weights(a, b) for a, b in zip(maps.shape[1:3], size, strict=True)]
    rows, columns = (weights.astype(np.float32) for weights in turned)

    def body(network: Network, masks: Any, wanted: Any, owner: Any, *images: Any) -> Any:
        values = [tf.gather(one, owner) for one in images]
        large = tf.einsum("Hh,nhw,Ww->nHW", rows, masks, columns)
        low = tf.reduce_min(large, axis=[1, 2], keepdims=True)
        high = tf.reduce_max(large, axis=[1, 2], keepdims=True)
        share = tf.math.divide_no_nan(large - low, high - low)
        share = share[:, None] if front else share[..., None]
        shown = [_masked(v, share) if i == place else v for i, v in enumerate(values)]
        ends = logits_of(network, trace(network, shown), [head.index for head in heads])
        logits = [tf.cast(z, tf.float32) for z in ends]
        scores = [score_of(logits[head.index], wanted[:, i]) for i, head in enumerate(heads)]
        return [tf.stack(scores, axis=1)]

    specs = [
        tf.TensorSpec((None, *maps.shape[1:3]), tf.float32),
        tf.TensorSpec((None, len(heads)), tf.int32),
        tf.TensorSpec((None,), tf.int32),
        *input_specs(network),
    ]
    key = ("score", place, maps.shape[1:3], size, tuple(head.index for head in heads))
    graph = compiled(network, key, body, specs)
    image, channel = np.nonzero(varied)
    channels = np.ascontiguousarray(maps.transpose(0, 3, 1, 2))
    rises = np.full((*varied.shape, len(heads)), -np.inf)
    pairs = np.broadcast_to(inputs[place][:1], (len(image), *shape))
    for part in batches(network, [pairs], most=_PAIRS):
        which, where = image[part], channel[part]
        given = [channels[which, where], targets[which], which.astype(np.int32)]
        rises[which, where] = execute(graph, given, network, inputs)[0]
    return rises


def _masked(images: Any, share: Any) -> Any:
    """Images seen through masks; whole numbers become fractions, as rounded masks would be none."""
    fine = images if images.dtype.is_floating else tf.cast(images, tf.float32)
    return fine * tf.cast(share, fine.dtype)


def _softmax(rises: Doubles, varied: Booleans) -> Floats:
    """Weights over the varying channels (n, k), computed without overflow; 0 for the others."""
    top = np.max(rises, axis=1, keepdims=True, where=varied, initial=-np.inf)
    shifted = np.where(varied, rises, 0) - np.where(np.isfinite(top), top, 0)
    powers = np.where(varied, np.exp(np.minimum(shifted, 0)), 0)
    totals = powers.sum(axis=1, keepdims=True)
    weights = np.divide(powers, totals, out=np.zeros_like(powers), where=totals > 0)
    return np.asarray(weights, np.float32)


def _summed(maps: Floats, weights: Floats) -> Floats:
    return np.asarray(np.maximum(np.einsum("nhwk,nk->nhw", maps, weights), 0), np.float32)


def _explained(wanted: Array, logits: Floats, head: Head) -> NDArray[np.int32]:
    return np.where(wanted >= 0, wanted, answers(logits, head)).astype(np.int32)


def _image_input(network: Network, inputs: Sequence[Array]) -> int:
    """Which input is the image."""
    images = [index for index, array in enumerate(inputs) if array.ndim == 4]
    if len(images) != 1:
        raise UndefinedError(
            f"The model has {len(images)} inputs that are images, and Score-CAM masks exactly one."
        )
    return images[0]


def _check_flat(maps: Floats, layer: str) -> None:
    if maps.ndim != 4:
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps with two dimensions, so Score-CAM cannot mask "
            "an image with them."
        )
