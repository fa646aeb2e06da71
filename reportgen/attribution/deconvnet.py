"""Deconvnet projections: the activation of one channel, brought back to the input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.arguments import (
    ImageArguments,
    LayerName,
    check_images,
    check_layer,
    indices,
    require_model,
)
from reportgen.network.batching import batches
from reportgen.network.channel_order import (
    channel_count,
    channels_as_in,
    channels_first,
    channels_to_end,
)
from reportgen.network.dependencies import dependencies_of
from reportgen.network.execution import Graph, compiled, execute, input_specs
from reportgen.network.finite import require_finite
from reportgen.network.gradient_scaling import in_half_precision, run_scaled
from reportgen.network.input_gradients import (
    gradient_or_zeros,
    relu_record,
    relus_within,
    require_real,
)
from reportgen.network.inputs import as_inputs
from reportgen.network.layer_selection import find, last_convolution
from reportgen.network.network import Network
from reportgen.network.outputs import trace
from reportgen.network.relu_rules import ReluRecord, ruled_call
from reportgen.types import Array, Floats, Images, Integers, Json, Model, Tensor

# --- the library's function --------------------------------------------------------------------


def deconvnet(
    model: Model,
    images: ImageArguments,
    layer: LayerName | None = None,
    filters: int | Sequence[int] | None = None,
    keep: str = "strongest",
    rule: str = "deconvnet",
) -> Floats | list[Floats]:
    """What in each image excites a channel: its activation brought back to the input.

    All other activations of the layer are set to zero. The way back goes through the transposed
    filters, to where each max-pooling took its maximum, and at every ReLU, however it is written,
    by max(R, 0), where R comes back (Zeiler and Fergus, arXiv 1311.2901). Where this paper
    has no rule (normalization, branches that meet, average pooling, other non-linearities) it is
    the plain backward pass. Without a ReLU on the way the result is the activation times its
    gradient, and guided backpropagation is refused. The model stays as it is.

    Args:
        model: any Keras model with a graph, nested to any depth.
        images: model input, already preprocessed, shape (n, h, w, c); a list of arrays for a
            model with several inputs.
        layer: path of the layer, e.g. "backbone/block5_conv3"; None for the last convolution whose
            maps have several positions.
        filters: channels, one or several; None for all.
        keep: "strongest" for the channel's strongest position only, "all" for all positions.
        rule: at a ReLU: "deconvnet", "guided" (arXiv 1412.6806) or "gradient".

    Returns:
        Signed values, float32, shape (filters, n, h, w, c); zero where the activation is zero. A
        list of such arrays, one for each input, where `images` is a list.

    Raises:
        UserError: no such layer or filter, or another `keep` or `rule`.
        UndefinedError: the model has no convolution (and no layer is named), more inputs than
            are given, its inside cannot be reached, or no ReLU on the way can be guided.
    """
    network = require_model(model)
    network.require_graph()
    choices = (("keep", keep, ("strongest", "all")), ("rule", rule, _RULES))
    for name, value, allowed in choices:
        if value not in allowed:
            raise UserError(Problem(f"{name} must be one of {', '.join(allowed)}, got '{value}'"))
    checked = check_images(network, images)
    arrays = checked if isinstance(checked, list) else [checked]
    path, n = target_layer(network, check_layer(network, layer)), len(arrays[0])
    count = channel_count(network, path)
    channels = np.arange(count) if filters is None else filter_indices(filters, count, path)
    results = [np.empty((len(channels), *array.shape), np.float32) for array in arrays]
    for row, channel in enumerate(channels):
        picks, strongest = np.full(n, channel), keep == "strongest"
        back = projections(network, arrays, path, picks, strongest=strongest, rule=rule)
        for result, values in zip(results, back, strict=True):
            result[row] = channels_as_in(values, result.shape[1:])
    return results if isinstance(checked, list) else results[0]


_RULES = ("deconvnet", "guided", "gradient")


def target_layer(network: Network, layer: str | None) -> str:
    """The path of the layer to show: the one named, else the last convolution.

    Raises:
        UndefinedError: none is named and the model has no convolution, or weights up to the
            layer are not finite.
    """
    without = "no last one to show; another layer can be named"
    path = last_convolution(network, without) if layer is None else find(network, layer)
    require_finite(network, [path])
    return path


def filter_indices(filters: int | Sequence[int], count: int, layer: str) -> Integers:
    """Channels as an array. Raises UserError where the layer has no such channel."""
    return np.asarray(indices(f"filters of layer '{layer}'", filters, count), np.int64)


# --- the strongest activations -----------------------------------------------------------------


@dataclass(frozen=True)
class Peaks:
    """The strongest activation of every channel of a layer for n images.

    Attributes:
        values: shape (n, channels).
        places: of each, as an index into the flattened map, shape (n, channels).
        map_size: sides of the map; () for a layer without space.
    """

    values: Floats
    places: NDArray[np.int32]
    map_size: tuple[int, ...]


def peaks(network: Network, images: Images, layer: str) -> Peaks:
    """The strongest position of every channel of a layer, the first of several equal ones.

    Only these numbers leave the graph, so any number of images can be searched.

    Args:
        network: with a graph.
        images: model input, shape (n, h, w, c).
        layer: path of the layer; `conv[1]` is its second use.
    """
    path = find(network, layer)
    first = channels_first(network, path)

    def body(network: Network, *inputs: Tensor) -> tuple[Tensor, ...]:
        maps = _maps(trace(network, list(inputs), [path]).activations[path], first)
        sides = tf.repeat(tf.shape(maps)[None, 1:-1], tf.shape(maps)[0], axis=0)
        flat = _flat(maps)
        return tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1, output_type=tf.int32), sides

    graph = compiled(network, ("peaks", path), body, input_specs(network))
    inputs = as_inputs(network, images)
    parts = [
        execute(graph, [array[part] for array in inputs], network)
        for part in batches(network, inputs)
    ]
    values, places, sides = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Peaks(values, places, tuple(int(side) for side in sides[0]))


# --- projections -------------------------------------------------------------------------------


def projections(
    network: Network,
    images: Images,
    layer: str,
    channels: Array,
    *,
    strongest: bool = True,
    rule: str = "deconvnet",
) -> list[Floats]:
    """The activation of one channel for each image, brought back to the input.

    Args:
        network: with a graph.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        layer: path of the layer.
        channels: for each image the channel to keep, shape (n,).
        strongest: whether to keep only its strongest position; else all positions.
        rule: at a ReLU, one of `relu_rules.RULES`; the layer's own ReLU is among them.

    Returns:
        For each input of the model: signed, float32, in the model's own layout. Zero where the
        activation kept is zero, and for an input that it does not depend on. Without a ReLU on
        the way it is the activation times its gradient.

    Raises:
        UndefinedError: the layer does not depend on the input in a way that can be followed back,
            the values that come back are not finite, or the rule is "guided" and no ReLU follows
            it.
    """
    path = find(network, layer)
    first = channels_first(network, path)
    key = _key(path, strongest, rule)
    record = relu_record(network, key)

    half = in_half_precision(network)

    def body(network: Network, *tensors: Tensor) -> list[Tensor]:
        scales, tensors = (tensors[0], tensors[1:]) if half else (None, tensors)
        picks, *inputs = tensors
        record.clear()
        back = _project(network, inputs, picks, path, first, strongest, rule, record, scales)
        if rule == "guided":
            _require_guided(network, path, record)
        return back

    scale_specs = [tf.TensorSpec((None, 1), tf.float32)] * half
    signature = [*scale_specs, tf.TensorSpec((None,), tf.int32), *input_specs(network)]
    # ReLUs inside a layer's own Python code are found in the graph.
    graph = compiled(network, key, body, signature, at_once=True)
    parts = list(_batches(network, graph, images, channels))
    back = [np.concatenate(several) for several in zip(*parts, strict=True)]
    if not all(np.isfinite(values).all() for values in back):
        raise UndefinedError(
            f"What comes back from layer '{path}' holds values that are not finite (NaN or "
            "infinite), so it has no meaning."
        )
    return back


def recorded_relus(
    network: Network, layer: str, rule: str = "deconvnet", strongest: bool = True
) -> ReluRecord:
    """After `projections`: the ReLUs that its graph met."""
    return relu_record(network, _key(find(network, layer), strongest, rule))


def _key(path: str, strongest: bool, rule: str) -> tuple[str, str, bool, str]:
    return "projections", path, strongest, rule


def _batches(
    network: Network, graph: Graph, images: Images, channels: Array
) -> Iterator[list[Floats]]:
    inputs = as_inputs(network, images)
    require_real(network, inputs)
    picks = np.asarray(channels, np.int32)
    for part in batches(network, inputs, copies=2):
        batch = [picks[part], *(array[part] for array in inputs)]

        def run(*scales: Floats, batch: list[Array] = batch) -> list[Json]:
            return [[execute(graph, [*scales, *batch], network)]]

        yield run_scaled(network, run, (len(batch[0]), 1))[0][0]


def _project(
    network: Network,
    inputs: list[Tensor],
    picks: Tensor,
    path: str,
    channels_first: bool,
    strongest: bool,
    rule: str,
    record: ReluRecord,
    scales: Tensor | None,
) -> list[Tensor]:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        activations = trace(network, inputs, [path], run=ruled_call(rule, record)).activations
        flat = _flat(_maps(activations[path], channels_first))
        channel = tf.gather(flat, picks, axis=2, batch_dims=1)
    kept = channel
    if strongest:
        places = tf.argmax(channel, axis=1, output_type=tf.int32)
        kept = channel * tf.one_hot(places, tf.shape(channel)[1], dtype=channel.dtype)
    if scales is not None:
        kept *= scales
    back = tape.gradient(channel, inputs, output_gradients=kept)
    if all(each is None for each in back):
        raise UndefinedError(
            f"Layer '{path}' does not depend on the input in a way that can be followed back."
        )
    return [gradient_or_zeros(*pair) for pair in zip(back, inputs, strict=True)]


def _require_guided(network: Network, path: str, record: ReluRecord) -> None:
    """A deconvnet reports where it has no rule; guided backpropagation is nothing but its rule."""
    if not relus_within(record, dependencies_of(network, path).layers)[0]:
        raise UndefinedError(
            f"No ReLU lies between the input and layer '{path}' of the model where its "
            "backward rule could be replaced, so guided backpropagation would be the plain "
            "backward pass under another name."
        )


def _maps(tensor: Tensor, channels_first: bool) -> Tensor:
    """Activations in 32-bit numbers, channels last."""
    wide = tf.cast(tensor, tf.float32)
    return channels_to_end(wide) if channels_first and len(wide.shape) > 2 else wide


def _flat(maps: Tensor) -> Tensor:
    """Maps (n, ..., c) as (n, positions, c); a layer without space has one position."""
    shape = tf.shape(maps)
    return tf.reshape(maps, [shape[0], -1, maps.shape[-1]])
