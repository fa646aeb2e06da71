"""Score-CAM: channels weighted by how much the image, seen through them, raises the logit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from reportgen.attribution.cam_methods import Maps, joined
from reportgen.errors import UndefinedError
from reportgen.network.batching import batches
from reportgen.network.execution import Graph, compiled, execute, input_specs
from reportgen.network.inputs import as_inputs, reads_channels_first
from reportgen.network.network import Network
from reportgen.network.outputs import logits_of, observe, require_answers, trace
from reportgen.network.resizing import bilinear_weights
from reportgen.network.scores import explained_classes, predicted_class, score_tensor
from reportgen.records import Head
from reportgen.types import Array, Booleans, Doubles, Floats, Images, Targets, Tensor

_PAIRS = 1024
"""Masked images in one batch at most. They are made inside the graph, so a few calls are faster
than many."""


def score_cams(
    network: Network, images: Images, outputs: Sequence[int], targets: Array, layer: str
) -> list[Maps]:
    """Score-CAM maps of several outputs; one forward pass for each image and varying channel.

    Args:
        network: with a graph.
        images: model input; a list of arrays for several inputs, one of them an image.
        outputs: indices of the outputs to explain.
        targets: class indices, shape (outputs, n); `PREDICTED` for the predicted class.
        layer: path of a layer with two-dimensional maps.

    Returns:
        For each output its maps. `flat_activations` is True for an image for which no channel of
        the layer varies, and its map is zero; `flat_gradients` is False, as there are none;
        `left_out` marks the channels that do not vary.

    Raises:
        UndefinedError: no channel varies for any image; or there is no image to mask.
    """
    require_answers(network, outputs)
    heads = [network.heads[index] for index in outputs]
    inputs = as_inputs(network, images)
    image_input = _image_input(inputs)
    parts: list[list[Maps]] = [[] for _ in outputs]
    for part in batches(network, inputs):
        batch = [array[part] for array in inputs]
        observed = observe(network, batch if len(batch) > 1 else batch[0], [layer], wanted=outputs)
        activations = observed.activations[layer]
        logits = [observed.logits[index] for index in outputs]
        _require_flat_maps(activations, layer)
        classes = [
            explained_classes(own, predicted_class(values, head))
            for own, values, head in zip(targets[:, part], logits, heads, strict=True)
        ]
        varied = np.asarray(np.ptp(activations, axis=(1, 2)) > 0)
        scores = _masked_scores(
            network, batch, image_input, heads, np.stack(classes, axis=1), activations, varied
        )
        uniform = np.asarray(~varied.any(axis=1))
        for i in range(len(outputs)):
            maps = _weighted_sum(activations, _softmax(scores[..., i], varied))
            none = np.zeros(len(maps), dtype=bool)
            parts[i].append(Maps(maps, classes[i], none, uniform, logits[i], ~varied))
    wholes = [joined(part, layer) for part in parts]
    if wholes and wholes[0].flat_activations.all():
        raise UndefinedError(
            f"No channel of layer '{layer}' varies over any of the images, so none can be scaled "
            "to a mask, and Score-CAM has no meaning."
        )
    return wholes


def _image_input(inputs: Sequence[Array]) -> int:
    """The index of the input that is an image."""
    images = [index for index, array in enumerate(inputs) if array.ndim == 4]
    if len(images) != 1:
        raise UndefinedError(
            f"The model has {len(images)} inputs that are images, and Score-CAM masks exactly one."
        )
    return images[0]


def _require_flat_maps(activations: Floats, layer: str) -> None:
    if activations.ndim != 4:
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps with two dimensions, so Score-CAM cannot mask "
            "an image with them."
        )


def _masked_scores(
    network: Network,
    inputs: list[Array],
    image_input: int,
    heads: Sequence[Head],
    classes: Targets,
    activations: Floats,
    varied: Booleans,
) -> Doubles:
    """The explained scores of each image through each varying channel: (n, channels, outputs).

    Every pair of an image and a channel is an image of its own; batches of pairs fit the budget.
    """
    shape = inputs[image_input].shape[1:]
    graph = _masking_graph(network, image_input, heads, activations.shape[1:3], shape)
    images, channels = np.nonzero(varied)
    masks = np.ascontiguousarray(activations.transpose(0, 3, 1, 2))
    scores = np.full((*varied.shape, len(heads)), -np.inf)
    pairs = np.broadcast_to(inputs[image_input][:1], (len(images), *shape))
    for part in batches(network, [pairs], most=_PAIRS):
        image, channel = images[part], channels[part]
        batch = [masks[image, channel], classes[image], image.astype(np.int32)]
        scores[image, channel] = execute(graph, batch, network, inputs)[0]
    return scores


def _masking_graph(
    network: Network,
    image_input: int,
    heads: Sequence[Head],
    map_size: tuple[int, ...],
    image_shape: tuple[int, ...],
) -> Graph:
    """A graph of masks (b, h, w), classes (b, heads), indices of images (b,) and all inputs."""
    channels_first = reads_channels_first(network)
    size = image_shape[1:] if channels_first else image_shape[:2]
    rows, columns = (
        bilinear_weights(old, new).astype(np.float32)
        for old, new in zip(map_size, size, strict=True)
    )

    def body(
        network: Network, masks: Tensor, classes: Tensor, owner: Tensor, *inputs: Tensor
    ) -> list[Tensor]:
        values = [tf.gather(each, owner) for each in inputs]
        large = tf.einsum("Hh,nhw,Ww->nHW", rows, masks, columns)
        low = tf.reduce_min(large, axis=[1, 2], keepdims=True)
        high = tf.reduce_max(large, axis=[1, 2], keepdims=True)
        share = tf.math.divide_no_nan(large - low, high - low)
        share = share[:, None] if channels_first else share[..., None]
        shown = [_masked(v, share) if i == image_input else v for i, v in enumerate(values)]
        ends = logits_of(network, trace(network, shown), [head.index for head in heads])
        logits = [tf.cast(each, tf.float32) for each in ends]
        scores = [score_tensor(logits[head.index], classes[:, i]) for i, head in enumerate(heads)]
        return [tf.stack(scores, axis=1)]

    signature = [
        tf.TensorSpec((None, *map_size), tf.float32),
        tf.TensorSpec((None, len(heads)), tf.int32),
        tf.TensorSpec((None,), tf.int32),
        *input_specs(network),
    ]
    key = ("score", image_input, map_size, size, tuple(head.index for head in heads))
    return compiled(network, key, body, signature)


def _masked(images: Tensor, share: Tensor) -> Tensor:
    """Images seen through masks; whole numbers become fractions, as rounding would undo a mask."""
    fine = images if images.dtype.is_floating else tf.cast(images, tf.float32)
    return fine * tf.cast(share, fine.dtype)


def _softmax(scores: Doubles, varied: Booleans) -> Floats:
    """Weights over the varying channels (n, k), computed without overflow; 0 for the others."""
    top = np.max(scores, axis=1, keepdims=True, where=varied, initial=-np.inf)
    shifted = np.where(varied, scores, 0) - np.where(np.isfinite(top), top, 0)
    powers = np.where(varied, np.exp(np.minimum(shifted, 0)), 0)
    totals = powers.sum(axis=1, keepdims=True)
    weights = np.divide(powers, totals, out=np.zeros_like(powers), where=totals > 0)
    return np.asarray(weights, np.float32)


def _weighted_sum(activations: Floats, weights: Floats) -> Floats:
    maps = np.einsum("nhwk,nk->nhw", activations, weights)
    return np.asarray(np.maximum(maps, 0), np.float32)
