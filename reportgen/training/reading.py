"""How the values of a model's outputs are to be read, where its layers do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reportgen.records import Dataset, Head
from reportgen.training.graphs import graph_of, inputs_of, signature
from reportgen.training.passes import arrays_of

_IMAGES = 32
"""Images that are looked at."""

_SLACK = 1e-3
"""How far from 1 probabilities may add up, in half precision too."""


def as_read(model: Any, heads: Sequence[Head], dataset: Dataset) -> tuple[Head, ...]:
    """The heads, with probabilities told from logits by what the model gives.

    The mean of several networks, or a program such as a SavedModel, ends in no layer that says
    softmax, and its probabilities would go through a second one. Values are probabilities where
    none is negative and they add up to 1 for every image; a single one where it was computed from
    probabilities alone, and lies within 0 and 1, or lies there however bright the images are.

    Args:
        model: with a graph.
        heads: its heads, each with a target.
        dataset: what it is trained or measured on.
    """
    from reportgen.network.logits import is_bounded

    doubtful = [head for head in heads if head.kind == "logits"]
    split = next((one for one in dataset.splits.values() if len(one.images)), None)
    if not doubtful or split is None:
        return tuple(heads)
    images, labels = (values[:_IMAGES] for values in arrays_of(split, heads))
    found = _graph(model, doubtful, dataset, heads)(images, labels).numpy()
    told = {head.index for head, probable in zip(doubtful, found, strict=True) if probable}
    given = inputs_of(model, dataset)(images).numpy()
    told |= {head.index for head in doubtful if is_bounded(model, head, [given])}
    return tuple(_probable(head) if head.index in told else head for head in heads)


def _probable(head: Head) -> Head:
    return replace(head, kind="sigmoid" if head.units == 1 else "softmax")


def _graph(model: Any, doubtful: Sequence[Head], dataset: Dataset, heads: Sequence[Head]) -> Any:
    """A graph of a batch that tells of each doubtful head whether it gives probabilities."""
    import tensorflow as tf

    from reportgen.network.outputs import trace

    prepared = inputs_of(model, dataset)

    def look(images: Any, labels: Any) -> Any:
        outputs = trace(model, [prepared(images)]).outputs
        return tf.stack([_probabilities(head, outputs[head.index]) for head in doubtful])

    return graph_of(model, look, signature(dataset, heads))


def _probabilities(head: Head, output: tuple[Any, Any, bool]) -> Any:
    """Whether a traced output (values, logits before them, derived) holds probabilities."""
    import tensorflow as tf

    values, _, derived = tf.cast(output[0], "float32"), *output[1:]
    if head.units == 1:
        return tf.reduce_all((values >= 0) & (values <= 1)) if derived else tf.constant(False)
    sums = tf.reduce_sum(values, axis=-1)
    return tf.reduce_all(values >= 0) & tf.reduce_all(tf.abs(sums - 1) < _SLACK)
