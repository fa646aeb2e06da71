"""Deconvnet projections: one activation, brought back to the input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.arguments import given_images, given_layer, indices, require_model
from reportgen.network.axes import channels_first
from reportgen.network.batching import batches
from reportgen.network.dependencies import way_to
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.finite import require_finite
from reportgen.network.input_gradients import filled, handled_by, on_the_way, require_real
from reportgen.network.inputs import as_inputs
from reportgen.network.layer_selection import find, last_convolution
from reportgen.network.network import Network
from reportgen.network.outputs import channels_to_end, trace
from reportgen.network.relu_rules import Handled, runner
from reportgen.types import Array, Floats, Integers, Model


@dataclass(frozen=True)
class Peaks:
    """The strongest activation of every channel of a layer for n images.

    Attributes:
        values: shape (n, channels).
        places: where each lies, as an index into the flattened map, shape (n, channels).
        map_size: sides of the map; () for a layer without space.
    """

    values: Floats
    places: NDArray[np.int32]
    map_size: tuple[int, ...]


def peaks(network: Network, images: Any, layer: str) -> Peaks:
    """The strongest position of every channel of a layer, the first of several equal ones.

    Only these numbers leave the graph, so any number of images can be searched.

    Args:
        model: any model with a graph; is left as it was.
        images: model input, shape (n, h, w, c).
        layer: path of the layer; `conv[1]` is its second use.
    """
    path = find(network, layer)
    last = not channels_first(network, path)

    def body(network: Network, *inputs: Any) -> Any:
        maps = _maps(trace(network, list(inputs), [path]).activations[path], last)
        sides = tf.repeat(tf.shape(maps)[None, 1:-1], tf.shape(maps)[0], axis=0)
        flat = _flat(maps)
        return tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1, output_type=tf.int32), sides

    graph = compiled(network, ("peaks", path), body, input_specs(network))
    inputs = as_inputs(network, images)
    parts = [
        execute(graph, [a[part] for a in inputs], network) for part in batches(network, inputs)
    ]
    values, places, sides = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Peaks(values, places, tuple(int(side) for side in sides[0]))


def projections(
    network: Network,
    images: Any,
    layer: str,
    channels: Array,
    *,
    strongest: bool = True,
    rule: str = "deconvnet",
) -> list[Floats]:
    """The activation of one channel for each image, brought back to the input.

    Args:
        model: any model with a graph; is left as it was.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        layer: path of the layer.
        channels: for each image the channel to keep, shape (n,).
        strongest: whether to keep only its strongest position; else all positions.
        rule: at a ReLU, see `rectifiers`; the layer's own ReLU is among them.

    Returns:
        For each input of the model: signed, float32, in the model's own layout. Zero where the
        activation kept is zero, and for an input that it does not depend on. Without a ReLU on
        the way it is the activation times its gradient.

    Raises:
        UndefinedError: the layer does not depend on the input in a way that can be followed back,
            what comes back is not finite, or the rule is "guided" and no ReLU follows it.
    """
    path = find(network, layer)
    last = not channels_first(network, path)
    key = ("projections", path, strongest, rule)
    note = handled_by(network, key)

    def body(network: Network, picks: Any, *inputs: Any) -> Any:
        note.clear()
        back = _project(network, list(inputs), picks, path, last, strongest, rule, note)
        if rule == "guided":
            _require_guided(network, path, note)
        return back

    signature = [tf.TensorSpec((None,), tf.int32), *input_specs(network)]
    # ReLUs in code that is out of reach are found in the graph.
    graph = compiled(network, key, body, signature, at_once=True)
    parts = list(_each(network, graph, images, channels))
    found = [np.concatenate(several) for several in zip(*parts, strict=True)]
    if not all(np.isfinite(one).all() for one in found):
        raise UndefinedError(
            f"What comes back from layer '{path}' holds values that are not finite (NaN or "
            "infinite), so it has no meaning."
        )
    return found


def met(network: Network, layer: str, rule: str = "deconvnet", strongest: bool = True) -> Handled:
    """After `projections`: the ReLUs that its graph met."""
    return handled_by(network, ("projections", find(network, layer), strongest, rule))


def _require_guided(network: Network, path: str, note: Handled) -> None:
    """A deconvnet says where it has no rule; guided backpropagation is nothing but its rule."""
    if not on_the_way(note, way_to(network, path).layers)[0]:
        raise UndefinedError(
            f"No ReLU lies between the input and layer '{path}' of the model where its "
            "backward rule could be replaced, so guided backpropagation would be the plain "
            "backward pass under another name."
        )


def _each(network: Network, graph: Any, images: Any, channels: Array) -> Iterator[list[Floats]]:
    inputs = as_inputs(network, images)
    require_real(network, inputs)
    picks = np.asarray(channels, np.int32)
    for part in batches(network, inputs, copies=2):
        yield execute(graph, [picks[part], *(array[part] for array in inputs)], network)


def _project(
    network: Network,
    inputs: list[Any],
    picks: Any,
    path: str,
    last: bool,
    strongest: bool,
    rule: str,
    note: Handled,
) -> Sequence[Any]:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        found = trace(network, inputs, [path], run=runner(rule, note)).activations[path]
        flat = _flat(_maps(found, last))
        mine = tf.gather(flat, picks, axis=2, batch_dims=1)
    kept = mine
    if strongest:
        places = tf.argmax(mine, axis=1, output_type=tf.int32)
        kept = mine * tf.one_hot(places, tf.shape(mine)[1], dtype=mine.dtype)
    back = tape.gradient(mine, inputs, output_gradients=kept)
    if all(one is None for one in back):
        raise UndefinedError(
            f"Layer '{path}' does not depend on the input in a way that can be followed back."
        )
    return [filled(*pair) for pair in zip(back, inputs, strict=True)]


def _maps(tensor: Any, last: bool) -> Any:
    """Activations in 32-bit numbers, channels last."""
    wide = tf.cast(tensor, tf.float32)
    return wide if last or len(wide.shape) < 3 else channels_to_end(wide)


def _flat(maps: Any) -> Any:
    """Maps (n, ..., c) as (n, positions, c); a layer without space has one position."""
    shape = tf.shape(maps)
    return tf.reshape(maps, [shape[0], -1, maps.shape[-1]])


def deconvnet(
    model: Model,
    images: Any,
    layer: str | None = None,
    filters: int | Sequence[int] | None = None,
    keep: str = "strongest",
    rule: str = "deconvnet",
) -> Any:
    """What in each image excites a channel: its activation brought back to the input.

    All other activations of the layer are set to zero. The way back goes through the transposed
    filters, to where each max-pooling took its maximum, and at every ReLU, however it is written,
    by max(R, 0), R being what comes back (Zeiler and Fergus, arXiv 1311.2901). Where this paper
    has no rule (normalization, branches that meet, average pooling, other non-linearities) it is
    the plain backward pass. Without a ReLU on the way the result is the activation times its
    gradient, and guided backpropagation is refused. The model is left as it was.

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
    for name, given, allowed in choices:
        if given not in allowed:
            raise UserError(Problem(f"{name} must be one of {', '.join(allowed)}, got '{given}'"))
    images = given_images(network, images)
    several = isinstance(images, list)
    pixels = images if several else [images]
    path, n = target_layer(network, given_layer(network, layer)), len(pixels[0])
    count = channels(network, path)
    chosen = np.arange(count) if filters is None else checked(filters, count, path)
    whole = [np.empty((len(chosen), *one.shape), np.float32) for one in pixels]
    for row, channel in enumerate(chosen):
        picks, strongest = np.full(n, channel), keep == "strongest"
        found = projections(network, pixels, path, picks, strongest=strongest, rule=rule)
        for one, back in zip(whole, found, strict=True):
            one[row] = as_given(back, one.shape[1:])
    return whole if several else whole[0]


_RULES = ("deconvnet", "guided", "gradient")


def target_layer(network: Network, layer: str | None) -> str:
    """The path of the layer to show: the one named, else the last convolution.

    Raises:
        UndefinedError: none was named and the model has no convolution, or weights up to the
            layer are not finite.
    """
    without = "no last one to show; another layer can be named"
    path = last_convolution(network, without) if layer is None else find(network, layer)
    require_finite(network, [path])
    return path


def channels(network: Network, layer: str) -> int:
    """How many channels (or units) a layer's output has."""
    shape = network.shapes_at(layer)[0]
    return int(shape[1 if channels_first(network, layer) and len(shape) > 2 else -1] or 0)


def checked(filters: int | Sequence[int], count: int, layer: str) -> Integers:
    """Channels as an array. Raises UserError where the layer has no such channel."""
    return np.asarray(indices(f"filters of layer '{layer}'", filters, count), np.int64)


def as_given(found: Floats, shape: tuple[int, ...]) -> Floats:
    """Projections with their channels where the images have them."""
    return found if found.shape[1:] == shape[1:] else np.moveaxis(found, 1, -1)
