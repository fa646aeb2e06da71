"""Embeddings and class vectors: both sides of a model's last weighted layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.batching import batches
from reportgen.network.dependencies import way_to
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.graph import is_graph, run
from reportgen.network.heads import output_index, sides
from reportgen.network.keras_internals import kept_logits
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.records import Dataset, Head, Preprocessing
from reportgen.types import Doubles, Floats, Integers

BUDGET = 200 * 10**6
"""Bytes that the embeddings of one split may take; fewer images are taken of longer vectors."""

CHUNK = 1024
"""Images turned to floats at once."""


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
    """Where vectors are read: what a layer gives, or with `before` what it is given."""

    path: str
    before: bool = False

    @property
    def text(self) -> str:
        """The place in words, e.g. "input of layer 'class'"."""
        return f"{'input' if self.before else 'output'} of layer '{self.path}'"


def head_at(network: Network, data: Dataset | None, output: str | None) -> Head:
    """The head that a figure is about: the one named, or the first, with its labels if any.

    Raises:
        UndefinedError: the model is not a graph.
        UserError: no output has that name, or heads and labels do not fit.
    """
    found = network.heads_for(data.targets if data is not None else ())
    by_name = [head for head in found if head.name == output]
    if by_name:
        return by_name[0]
    # A single output is called after what it answers, but its layer's name means it as well.
    index = 0 if output is None else output_index(network.heads, output)
    return found[index]


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
    every = network.uses
    for path in reversed(way_to(network, head.index).layers):
        layer = every[path].layer
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


def place_of(network: Network, layer: str | None, head: Head) -> Place:
    """Where the embedding is: after the layer named, or before the classifier.

    Raises:
        UndefinedError: no layer is named and there is no classifier.
        UserError: there is no such layer.
    """
    if layer is not None:
        return Place(find(network, layer))
    return Place(classifier(network, head).path, before=True)


def vectors(
    network: Network, images: Any, place: Place, preprocessing: Preprocessing | None = None
) -> Floats:
    """Embeddings (n, d) of images (n, h, w, c), batch by batch; maps are averaged over space.

    Args:
        model: is left as it was.
        images: model input, or with `preprocessing` images as stored; a list for several inputs.
        place: where to read.
        preprocessing: how stored images become model input.

    Raises:
        UndefinedError: the model's inside cannot be reached, or values are not finite.
    """
    if isinstance(images, list):
        return _read(network, images, place)
    found: list[Floats] = []
    for part in range(0, len(images), CHUNK):
        given = images[part : part + CHUNK]
        ready = prepare(given, preprocessing) if preprocessing is not None else given
        for batch in batches(network, [np.asarray(ready)]):
            found.append(_read(network, ready[batch], place))
    return np.concatenate(found)


def taken(size: int, most: int) -> Integers:
    """Up to `most` of `size` places, evenly spaced, so that a split in any order is covered."""
    count = min(size, most)
    return np.arange(count, dtype=np.int64) * size // max(count, 1)


def of_split(
    network: Network, data: Dataset, split: str, place: Place, most: int
) -> tuple[Floats, Integers]:
    """Embeddings (n, d) of a split's images, and which images these are, (n,).

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
    one = vectors(network, images[:1], place, data.preprocessing)
    chosen = taken(len(images), min(most, max(1, BUDGET // one.nbytes)))
    if len(chosen) == len(images):
        return vectors(network, images, place, data.preprocessing), chosen
    return vectors(network, images[chosen], place, data.preprocessing), chosen


def length_effect(network: Network, made: Classifier, embeddings: Floats) -> float | None:
    """How much doubling an embedding's length changes what its classifier answers.

    Of the logits less their mean over classes, the mean change over the mean size. 1 for a matrix
    without bias, 0 where only the angle counts. None where all logits are equal.
    """
    layer = network.layer(made.path)
    before, after = (_logits(layer, embeddings * times) for times in (1, 2))
    size = float(np.abs(before).mean())
    return float(np.abs(after - before).mean()) / size if size > 0 else None


def _read(network: Network, images: Any, place: Place) -> Floats:
    asked: dict[str, Any] = (
        {"inputs_of": [place.path]} if place.before else {"layers": [place.path]}
    )
    seen = observe(network, images, **asked, mean=True, logits=False)
    maps = seen.inputs if place.before else seen.activations
    require_finite_activations(maps)
    values = maps[place.path]
    return values.reshape(len(values), -1)


def _kernel(layer: Any, units: int) -> Any:
    """The weight (d, units) of a layer: its `kernel`, or the first that has this shape.

    A kernel with LoRA is a sum, and that of a quantized layer is told in its own steps.
    """
    own = getattr(layer, "kernel", None)
    if own is not None and len(own.shape) == 2 and own.shape[1] == units:
        mode = getattr(layer, "quantization_mode", None)
        return own if mode is None else _dequantized(layer, own, mode)
    return next((w for w in layer.weights if len(w.shape) == 2 and w.shape[1] == units), None)


def _dequantized(layer: Any, kernel: Any, mode: str) -> Any:
    if mode != "int8":
        raise UndefinedError(
            f"Layer '{layer.name}' is quantized ({mode}), and its weights can be read as vectors "
            "only where they are whole numbers of 8 bits."
        )
    return tf.cast(kernel, tf.float64) / tf.cast(layer.kernel_scale, tf.float64)


def _values(variable: Any) -> Doubles:
    return np.asarray(tf.cast(tf.convert_to_tensor(variable), tf.float64))


def _settings(layer: Any) -> dict[str, float]:
    told = {name: getattr(layer, name, None) for name in ("margin", "scale")}
    return {name: float(value) for name, value in told.items() if isinstance(value, int | float)}


def _logits(layer: Any, embeddings: Floats) -> Doubles:
    """What a classifier gives before its softmax, less the mean over classes, (n, classes)."""
    given = tf.cast(tf.constant(embeddings), layer.compute_dtype)
    output = run(layer, (given,), {})
    logits = kept_logits(output)
    values = np.asarray(tf.cast(output if logits is None else logits, tf.float64))
    return np.asarray(values - values.mean(axis=-1, keepdims=True))
