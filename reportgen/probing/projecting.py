"""From one activation back to the input: what in an image a unit responded to.

A forward pass finds the activation; all others of its layer are set to zero, and what is left
goes back: through transposed filters, to where each max-pooling found its maximum (its switches,
which is what the gradient of max-pooling does), and at each ReLU by the rule chosen.
Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", arXiv 1311.2901.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.probing.axes import channels_first
from reportgen.probing.budget import batches
from reportgen.probing.compiled import compiled, execute, input_specs
from reportgen.probing.feeding import as_inputs
from reportgen.probing.layers import find
from reportgen.probing.outputs import channels_to_end, trace
from reportgen.probing.rectifiers import Handled, runner
from reportgen.probing.slopes import filled, handled_by, on_the_way, require_real
from reportgen.probing.ways import way_to
from reportgen.types import Array, Floats


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


def peaks(model: Any, images: Any, layer: str) -> Peaks:
    """The strongest position of every channel of a layer, the first of several equal ones.

    Only these numbers leave the graph, so any number of images can be searched.

    Args:
        model: any model with a graph; is left as it was.
        images: model input, shape (n, h, w, c).
        layer: path of the layer; `conv[1]` is its second use.
    """
    path = find(model, layer)
    last = not channels_first(model, path)

    def body(model: Any, *inputs: Any) -> Any:
        maps = _maps(trace(model, list(inputs), [path]).activations[path], last)
        sides = tf.repeat(tf.shape(maps)[None, 1:-1], tf.shape(maps)[0], axis=0)
        flat = _flat(maps)
        return tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1, output_type=tf.int32), sides

    graph = compiled(model, ("peaks", path), body, input_specs(model))
    inputs = as_inputs(model, images)
    parts = [execute(graph, [a[part] for a in inputs], model) for part in batches(model, inputs)]
    values, places, sides = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Peaks(values, places, tuple(int(side) for side in sides[0]))


def projections(
    model: Any,
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
    path = find(model, layer)
    last = not channels_first(model, path)
    key = ("projections", path, strongest, rule)
    note = handled_by(model, key)

    def body(model: Any, picks: Any, *inputs: Any) -> Any:
        note.clear()
        back = _project(model, list(inputs), picks, path, last, strongest, rule, note)
        if rule == "guided":
            _require_guided(model, path, note)
        return back

    signature = [tf.TensorSpec((None,), tf.int32), *input_specs(model)]
    # ReLUs in code that is out of reach are found in the graph.
    graph = compiled(model, key, body, signature, at_once=True)
    parts = list(_each(model, graph, images, channels))
    found = [np.concatenate(several) for several in zip(*parts, strict=True)]
    if not all(np.isfinite(one).all() for one in found):
        raise UndefinedError(
            f"What comes back from layer '{path}' holds values that are not finite (NaN or "
            "infinite), so it has no meaning."
        )
    return found


def met(model: Any, layer: str, rule: str = "deconvnet", strongest: bool = True) -> Handled:
    """After `projections`: the ReLUs that its graph met."""
    return handled_by(model, ("projections", find(model, layer), strongest, rule))


def _require_guided(model: Any, path: str, note: Handled) -> None:
    """A deconvnet says where it has no rule; guided backpropagation is nothing but its rule."""
    if not on_the_way(note, way_to(model, path).layers)[0]:
        raise UndefinedError(
            f"No ReLU lies between the input and layer '{path}' of the model where its "
            "backward rule could be replaced, so guided backpropagation would be the plain "
            "backward pass under another name."
        )


def _each(model: Any, graph: Any, images: Any, channels: Array) -> Iterator[list[Floats]]:
    inputs = as_inputs(model, images)
    require_real(model, inputs)
    picks = np.asarray(channels, np.int32)
    for part in batches(model, inputs, copies=2):
        yield execute(graph, [picks[part], *(array[part] for array in inputs)], model)


def _project(
    model: Any,
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
        found = trace(model, inputs, [path], run=runner(rule, note)).activations[path]
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
