"""Embeddings and class vectors: both sides of a model's last weighted layer."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.batching import batches
from reportgen.network.dependencies import dependencies_of
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.graph import is_graph, run
from reportgen.network.heads import output_index, sides
from reportgen.network.keras_internals import kept_logits
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.records import Dataset, Head, Preprocessing
from reportgen.types import Doubles, Floats, Images, Integers, Layer, Tensor

BUDGET = 200 * 10**6
"""Bytes that the embeddings of one split may take; fewer images are taken of longer vectors."""

CHUNK = 1024
"""Images that become floats at once."""


# --- the two sides of the last weighted layer --------------------------------------------------


@dataclass(frozen=True)
class Classifier:
    """The layer that compares an embedding with a vector for each class.

    Attributes:
        path: of the layer.
        kind: its type, such as "Dense".
        weights: float64, shape (classes, d), a vector for each class.
        bias: float64, shape (classes,), or None where it has none.
        settings: its `margin` and `scale`, where it has such numbers.
    """

    path: str
    kind: str
    weights: Doubles
    bias: Doubles | None
    settings: dict[str, float]


@dataclass(frozen=True)
class Place:
    """Where vectors are read: at the output of a layer, or with `before` at its input."""

    path: str
    before: bool = False

    @property
    def text(self) -> str:
        """The place in words, e.g. "input of layer 'class'"."""
        return f"{'input' if self.before else 'output'} of layer '{self.path}'"


def head_at(network: Network, data: Dataset | None, output: str | None) -> Head:
    """The head of the output named, or the first one, with its labels if any.

    Raises:
        UndefinedError: the model is not a graph.
        UserError: no output has that name, or heads and labels do not fit.
    """
    heads = network.heads_for(data.targets if data is not None else ())
    by_name = [head for head in heads if head.name == output]
    if by_name:
        return by_name[0]
    # A single output has the name of its target, but its layer's name means it as well.
    index = 0 if output is None else output_index(network.heads, output)
    return heads[index]


def classifier(network: Network, head: Head) -> Classifier:
    """The last layer before an output that holds a weight of shape (d, classes).

    Raises:
        UndefinedError: there is none, or classes have no vectors of their own.
    """
    if head.kind == "maps":
        size = sides(network.graph.outputs[head.index].shape)
        raise UndefinedError(
            f"Output '{head.name}' of the model gives {size} values for an image, so no layer "
            "before it compares an embedding with classes; one can be read at a layer that is "
            "named."
        )
    uses = network.uses
    for path in reversed(dependencies_of(network, head.index).layers):
        layer = uses[path].layer
        inside = is_graph(layer) or not isinstance(layer, keras.layers.Layer)
        kernel = None if inside else _kernel(layer, head.units)
        if kernel is None:
            continue
        require_finite(network, [path])
        bias = getattr(layer, "bias", None)
        return Classifier(
            path,
            type(layer).__name__,
            _values(kernel).T,
            None if bias is None else _values(bias).ravel(),
            _settings(layer),
        )
    raise UndefinedError(
        f"Classes have no weight vectors, because no layer before output '{head.name}' holds a "
        f"matrix with {head.units} columns; an embedding can be read at a layer that is named."
    )


def embedding_place(network: Network, layer: str | None, head: Head) -> Place:
    """The place of the embedding: after the layer named, or before the classifier.

    Raises:
        UndefinedError: no layer is named and there is no classifier.
        UserError: there is no such layer.
    """
    if layer is not None:
        return Place(find(network, layer))
    return Place(classifier(network, head).path, before=True)


# --- embeddings of images ----------------------------------------------------------------------


def vectors(
    network: Network, images: Images, place: Place, preprocessing: Preprocessing | None = None
) -> Floats:
    """Embeddings (n, d) of images (n, h, w, c), batch by batch; maps are averaged over space.

    Args:
        network: with a graph.
        images: model input, or with `preprocessing` images as stored; a list for several inputs.
        place: where to read.
        preprocessing: how stored images become model input.

    Raises:
        UndefinedError: the model's inside cannot be reached, or values are not finite.
    """
    if isinstance(images, list):
        return _read(network, images, place)
    parts: list[Floats] = []
    for start in range(0, len(images), CHUNK):
        chunk = images[start : start + CHUNK]
        inputs = prepare(chunk, preprocessing) if preprocessing is not None else chunk
        for batch in batches(network, [np.asarray(inputs)]):
            parts.append(_read(network, inputs[batch], place))
    return np.concatenate(parts)


def split_vectors(
    network: Network, data: Dataset, split: str, place: Place, most: int
) -> tuple[Floats, Integers]:
    """Embeddings (n, d) of a split's images, and the indices of these images, (n,).

    At most `most`, evenly spaced, and fewer where they would not fit `BUDGET`.

    Raises:
        UndefinedError: as `vectors`, or the split has no images.
        UserError: there is no such split.
    """
    if split not in data.splits:
        names = ", ".join(data.splits)
        raise UserError(Problem(f"there is no split '{split}'", hint=f"choose from {names}"))
    images = np.asarray(data.splits[split].images)
    if not len(images):
        raise UndefinedError(f"The {split} split of dataset '{data.name}' has no images.")
    first = vectors(network, images[:1], place, data.preprocessing)
    chosen = evenly_spaced(len(images), min(most, max(1, BUDGET // first.nbytes)))
    if len(chosen) == len(images):
        return vectors(network, images, place, data.preprocessing), chosen
    return vectors(network, images[chosen], place, data.preprocessing), chosen


def evenly_spaced(size: int, most: int) -> Integers:
    """Up to `most` of `size` indices, evenly spaced, so that a split in any order is covered."""
    count = min(size, most)
    return np.arange(count, dtype=np.int64) * size // max(count, 1)


def length_effect(network: Network, head: Classifier, embeddings: Floats) -> float | None:
    """How much doubling an embedding's length changes the logits of its classifier.

    Of the logits less their mean over classes, the mean change over the mean size. 1 for a matrix
    without bias, 0 where only the angle counts. None where all logits are equal.
    """
    layer = network.layer(head.path)
    before, after = (_logits(layer, embeddings * times) for times in (1, 2))
    size = float(np.abs(before).mean())
    return float(np.abs(after - before).mean()) / size if size > 0 else None


def _read(network: Network, images: Images, place: Place) -> Floats:
    layers, inputs_of = ((), (place.path,)) if place.before else ((place.path,), ())
    observed = observe(network, images, layers, inputs_of=inputs_of, mean=True, logits=False)
    values = observed.inputs if place.before else observed.activations
    require_finite_activations(values)
    rows = values[place.path]
    return rows.reshape(len(rows), -1)


def _kernel(layer: Layer, units: int) -> Tensor | None:
    """The weight (d, units) of a layer: its `kernel`, or the first weight of this shape.

    A kernel with LoRA is a sum, and that of a quantized layer counts in steps of its own.
    """
    own = getattr(layer, "kernel", None)
    if own is not None and len(own.shape) == 2 and own.shape[1] == units:
        mode = getattr(layer, "quantization_mode", None)
        return own if mode is None else _dequantized(layer, own, mode)
    return next((w for w in layer.weights if len(w.shape) == 2 and w.shape[1] == units), None)


def _dequantized(layer: Layer, kernel: Tensor, mode: str) -> Tensor:
    if mode != "int8":
        raise UndefinedError(
            f"Layer '{layer.name}' is quantized ({mode}), and its weights can be read as vectors "
            "only where they are whole numbers of 8 bits."
        )
    return tf.cast(kernel, tf.float64) / tf.cast(layer.kernel_scale, tf.float64)


def _values(variable: keras.Variable | Tensor) -> Doubles:
    return np.asarray(tf.cast(tf.convert_to_tensor(variable), tf.float64))


def _settings(layer: Layer) -> dict[str, float]:
    values = {name: getattr(layer, name, None) for name in ("margin", "scale")}
    return {name: float(value) for name, value in values.items() if isinstance(value, int | float)}


def _logits(layer: Layer, embeddings: Floats) -> Doubles:
    """A classifier's output before its softmax, less the mean over classes, (n, classes)."""
    output = run(layer, (tf.cast(tf.constant(embeddings), layer.compute_dtype),), {})
    logits = kept_logits(output)
    values = np.asarray(tf.cast(output if logits is None else logits, tf.float64))
    return np.asarray(values - values.mean(axis=-1, keepdims=True))
