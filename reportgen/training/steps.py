"""Graphs that work on one batch: a step of training, or a measurement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reportgen.records import Dataset, Head
from reportgen.training.graphs import graph_of, inputs_of, signature
from reportgen.training.helping import Helper
from reportgen.training.margins import Margins


@dataclass(frozen=True)
class Aids:
    """What training adds to the loss: margins of heads, a helper, and how much that counts."""

    margins: Margins
    helper: Helper | None
    weight: Callable[[], Any]

    def variables(self, model: Any) -> list[Any]:
        """All that is trained."""
        return [*model.trainable_variables, *(self.helper.variables if self.helper else ())]


def _sums(
    model: Any, heads: Sequence[Head], dataset: Dataset, aids: Aids | None = None
) -> Callable[[Any, Any], tuple[Any, Any]]:
    """A function of a batch that gives the loss to descend, and sums over the batch's images.

    The sums are a vector: loss in all, then for each head its loss, then its right answers.
    `aids` make it a step of training: they enter the loss to descend, never the answers.
    """
    import keras
    import tensorflow as tf

    prepared = inputs_of(model, dataset)

    def sums(images: Any, labels: Any) -> tuple[Any, Any]:
        inputs = prepared(images)
        helper = aids.helper if aids else None
        seen = (helper.model if helper else model)(inputs, training=aids is not None)
        outputs = keras.tree.flatten(seen)
        losses, hits = [], []
        for column, head in enumerate(heads):
            values = tf.cast(outputs[head.index], "float32")
            harder = aids.margins(head, values, labels[:, column]) if aids else values
            losses.append(tf.reduce_sum(_loss(head, harder, labels[:, column])))
            hits.append(tf.reduce_sum(tf.cast(_hits(head, values, labels[:, column]), "float32")))
        count = tf.cast(tf.shape(images)[0], "float32")
        loss = tf.add_n(losses) / count + tf.add_n(
            [tf.cast(x, "float32") for x in model.losses] or [0.0]
        )
        if aids and helper:
            loss += aids.weight() * helper.loss(outputs[-1], labels)
        return loss, tf.cast(tf.stack([loss * count, *losses, *hits]), "float64")

    return sums


def _loss(head: Head, values: Any, labels: Any) -> Any:
    """Cross-entropy of each image, shape (n,)."""
    import keras
    import tensorflow as tf

    logits = head.kind == "logits"
    if head.units == 1:
        return keras.losses.binary_crossentropy(labels[:, None], values, from_logits=logits)
    if head.kind == "sigmoid":
        answers = tf.one_hot(labels, head.units)
        return keras.losses.binary_crossentropy(answers, values)
    return keras.losses.sparse_categorical_crossentropy(labels, values, from_logits=logits)


def _hits(head: Head, values: Any, labels: Any) -> Any:
    """Whether the likeliest class is the right one, for each image, shape (n,)."""
    import tensorflow as tf

    if head.units == 1:
        middle = 0.0 if head.kind == "logits" else 0.5
        return (values[:, 0] > middle) == (labels > 0)
    return tf.argmax(values, axis=-1, output_type="int32") == labels


def measure_of(model: Any, heads: Sequence[Head], dataset: Dataset) -> Callable[..., Any]:
    """A graph of a batch of images and labels that gives their sums (see `_sums`)."""

    sums = _sums(model, heads, dataset)
    given = signature(dataset, heads)
    return graph_of(model, lambda images, labels: sums(images, labels)[1], given)


def step_of(
    model: Any, heads: Sequence[Head], dataset: Dataset, optimizer: Any, aids: Aids
) -> Callable[..., Any]:
    """A graph that takes one step of training on a batch and gives the sums from before it."""
    import tensorflow as tf

    sums = _sums(model, heads, dataset, aids)
    variables = aids.variables(model)

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            loss, total = sums(images, labels)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return total

    return graph_of(model, step, signature(dataset, heads))
