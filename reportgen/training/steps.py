"""The train step and the evaluation step on one batch, and passes over the images of a split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.batching import batch_size
from reportgen.network.execution import NO_KERNEL, allowed, cannot_run, function, needs_xla
from reportgen.network.inputs import as_input_shape
from reportgen.network.network import Network
from reportgen.network.predictions import Probabilities
from reportgen.network.preprocessing import coefficients, prepare
from reportgen.records import Dataset, Head, Split
from reportgen.training.auxiliary import AuxiliaryClassifier
from reportgen.training.margins import Margins
from reportgen.types import Array, Doubles, Integers, Model, Tensor

Step = Callable[[Array, Array], Tensor]
"""Runs on a batch of stored images and its labels, shape (n, heads); returns totals over the batch:
the loss, the loss of each head, the right answers of each head."""

_IMAGES = 32
"""Number of images whose values distinguish probabilities from logits."""


@dataclass(frozen=True)
class Scores:
    """Means over images: the loss, and the loss and accuracy of each head."""

    loss: float
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]

    def logs(self, heads: Sequence[Head]) -> dict[str, float]:
        """The scores under the names that Keras gives them."""
        logs = {"loss": self.loss}
        if len(heads) == 1:
            return {**logs, "accuracy": self.accuracies[0]}
        for head, loss, accuracy in zip(heads, self.losses, self.accuracies, strict=True):
            logs |= {f"{head.name}_loss": loss, f"{head.name}_accuracy": accuracy}
        return logs


@dataclass(frozen=True)
class Additions:
    """Terms of the training loss that evaluation leaves out.

    Attributes:
        margins: margins of the heads.
        auxiliary: the auxiliary classifier, or None.
        weight: returns the weight of the auxiliary classifier's loss, as a tensor.
    """

    margins: Margins
    auxiliary: AuxiliaryClassifier | None
    weight: Callable[[], Tensor]


def train_step(
    model: Model,
    heads: Sequence[Head],
    dataset: Dataset,
    optimizer: keras.optimizers.Optimizer,
    additions: Additions,
) -> Step:
    """A step of gradient descent; its totals are computed before the weights change."""
    totals = _totals(model, heads, dataset, additions)
    variables = trained_variables(model, additions)

    def step(images: Tensor, labels: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            loss, total = totals(images, labels)
            scaled = optimizer.scale_loss(loss)
        optimizer.apply(tape.gradient(scaled, variables), variables)
        return total

    return _compiled(model, step, heads, dataset)


def evaluation_step(model: Model, heads: Sequence[Head], dataset: Dataset) -> Step:
    """A step that measures and changes nothing."""
    totals = _totals(model, heads, dataset)
    return _compiled(model, lambda images, labels: totals(images, labels)[1], heads, dataset)


def trained_variables(model: Model, additions: Additions) -> list[keras.Variable]:
    """The weights that training updates, including those of an auxiliary classifier."""
    auxiliary = additions.auxiliary
    return [*model.trainable_variables, *(auxiliary.variables if auxiliary else ())]


def evaluate_split(model: Model, step: Step, split: Split, heads: Sequence[Head]) -> Scores:
    """Scores of a split by an evaluation step, in batches as large as the memory budget allows."""
    images, labels = arrays_of(split, heads)
    return run(step, images, labels, batch_size(Network.of(model), images.shape[1:]))


def run(
    step: Step,
    images: Array,
    labels: Array,
    size: int,
    order: Integers | None = None,
    after_batch: Callable[[Scores], None] | None = None,
) -> Scores:
    """One pass over images.

    Args:
        step: a train or evaluation step.
        images: as stored, shape (n, h, w, c).
        labels: labels of all heads, shape (n, heads).
        size: images in a batch; the last batch may be smaller.
        order: indices of the images in order, shape (n,); None for the stored order.
        after_batch: called after every batch with the scores of the pass so far.
    """
    total, count = np.zeros(1 + 2 * labels.shape[1]), 0
    for start in range(0, len(images), size):
        part = slice(start, start + size) if order is None else order[start : start + size]
        batch = images[part]
        total += step(batch, labels[part]).numpy()
        count += len(batch)
        if after_batch:
            after_batch(_scores(total / count))
    return _scores(total / count)


def _scores(means: Doubles) -> Scores:
    heads = len(means) // 2
    return Scores(
        float(means[0]), tuple(means[1 : 1 + heads].tolist()), tuple(means[1 + heads :].tolist())
    )


def arrays_of(split: Split, heads: Sequence[Head]) -> tuple[Array, Array]:
    """Images as stored, and the labels of all heads: int32, shape (n, heads).

    Raises:
        UserError: a head has no labels.
    """
    missing = [h.name for h in heads if h.target is None or h.target.name not in split.labels]
    if missing:
        names = ", ".join(split.labels)
        message = f"the dataset has no labels for the outputs {', '.join(missing)}"
        hint = "use one with labels, or a model that is trained"
        if names:
            message += f"; it labels {names}"
            hint = "give each output layer the name of the label that it learns"
        raise UserError(Problem(message, hint=hint))
    columns = [split.labels[head.target.name] for head in heads if head.target]
    return np.asarray(split.images), np.stack(columns, axis=1).astype(np.int32)


def with_kinds(model: Model, heads: Sequence[Head], dataset: Dataset) -> tuple[Head, ...]:
    """The heads, with their `kind` corrected where an output without softmax holds probabilities.

    The mean of several networks, or a program such as a SavedModel, does not end in a softmax
    layer. Read as logits, its probabilities would pass through a second softmax.

    Args:
        model: a model with a graph.
        heads: the model's heads, each with a target.
        dataset: the dataset whose first images decide the kind.
    """
    split = next((split for split in dataset.splits.values() if len(split.images)), None)
    if split is None or all(head.kind != "logits" for head in heads):
        return tuple(heads)
    images = prepare(arrays_of(split, heads)[0][:_IMAGES], dataset.preprocessing)
    return tuple(_with_kind(model, head, images) for head in heads)


def _with_kind(model: Model, head: Head, images: Array) -> Head:
    if head.kind != "logits":
        return head
    try:
        (kind,) = Probabilities(Network.of(model), [head], images).kinds
    except UndefinedError:
        # Neither logits nor probabilities: training and scoring report the error themselves.
        return head
    return replace(head, kind=kind)


def _totals(
    model: Model, heads: Sequence[Head], dataset: Dataset, additions: Additions | None = None
) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """A function of a batch that returns the loss to minimize and the totals of a `Step`.

    With `additions` the function serves training: they change the loss, never the accuracy.
    """
    prepared = _preparing(model, dataset)

    def totals(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        inputs = prepared(images)
        auxiliary = additions.auxiliary if additions else None
        answers = (auxiliary.model if auxiliary else model)(inputs, training=additions is not None)
        outputs = keras.tree.flatten(answers)
        losses, hits = [], []
        for column, head in enumerate(heads):
            values, right = tf.cast(outputs[head.index], "float32"), labels[:, column]
            harder = additions.margins(head, values, right) if additions else values
            losses.append(tf.reduce_sum(_cross_entropy(head, harder, right)))
            hits.append(tf.reduce_sum(tf.cast(_is_right(head, values, right), "float32")))
        count = tf.cast(tf.shape(images)[0], "float32")
        penalties = [tf.cast(penalty, "float32") for penalty in model.losses] or [0.0]
        loss = tf.add_n(losses) / count + tf.add_n(penalties)
        if additions and auxiliary:
            loss += additions.weight() * auxiliary.loss(outputs[-1], labels)
        return loss, tf.cast(tf.stack([loss * count, *losses, *hits]), "float64")

    return totals


def _preparing(model: Model, dataset: Dataset) -> Callable[[Tensor], Tensor]:
    """A function that turns a batch of stored images into the model's input."""
    shape = dataset.splits["train"].images.shape[1:]
    channels_first = as_input_shape(Network.of(model), shape) != shape
    scale, offset = coefficients(dataset.preprocessing)
    order = dataset.preprocessing.order

    def prepared(images: Tensor) -> Tensor:
        stored = tf.gather(images, order, axis=-1) if order else images
        inputs = tf.cast(stored, "float32") * scale + offset
        return tf.transpose(inputs, [0, 3, 1, 2]) if channels_first else inputs

    return prepared


def _cross_entropy(head: Head, values: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of each image, shape (n,)."""
    logits = head.kind == "logits"
    if head.units == 1:
        return keras.losses.binary_crossentropy(labels[:, None], values, from_logits=logits)
    if head.kind == "sigmoid":
        answers = tf.one_hot(labels, head.units)
        return keras.losses.binary_crossentropy(answers, values)
    return keras.losses.sparse_categorical_crossentropy(labels, values, from_logits=logits)


def _is_right(head: Head, values: Tensor, labels: Tensor) -> Tensor:
    """Whether the likeliest class of each image is its label, shape (n,)."""
    if head.units == 1:
        middle = 0.0 if head.kind == "logits" else 0.5
        return (values[:, 0] > middle) == (labels > 0)
    return tf.argmax(values, axis=-1, output_type="int32") == labels


def _compiled(
    model: Model,
    body: Callable[[Tensor, Tensor], Tensor],
    heads: Sequence[Head],
    dataset: Dataset,
) -> Step:
    """A compiled step for batches of any size, so that a smaller last batch needs no new trace.

    XLA compiles a model for which this machine has no kernels. The step raises UserError if XLA
    cannot compile the model either.
    """
    images = dataset.splits["train"].images
    signature = [
        tf.TensorSpec((None, *images.shape[1:]), images.dtype),
        tf.TensorSpec((None, len(heads)), "int32"),
    ]
    network = Network.of(model)
    xla = needs_xla(network)
    graph: Step = function(body, signature, xla)

    def run_by_xla(images: Array, labels: Array) -> Tensor:
        try:
            with allowed(xla):
                return graph(images, labels)
        except NO_KERNEL as error:
            hint = "train it on a machine with a GPU and name the trained model file"
            message = cannot_run(network, error).rstrip(".")
            raise UserError(Problem(message, hint=hint)) from error

    return run_by_xla if xla else graph
