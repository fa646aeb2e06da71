"""What the logits of a head say: probabilities, predicted classes, and the score that is explained.

The score of a head with several units is the logit of the explained class. A head with one unit
tells two classes apart: its score is the logit for class 1 and minus the logit for class 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from reportgen.records import Head
from reportgen.types import Array, Doubles, Floats, Integers, Targets, Tensor

PREDICTED = -1
"""As a target: the class that the head predicts for the image."""


# --- arrays ------------------------------------------------------------------------------------


def probabilities(logits: Floats, head: Head) -> Floats:
    """Probabilities of a head from its logits, shape (n, units) both, computed without overflow.

    One unit, or a sigmoid head: the sigmoid of each (of one unit: the second class's). Else the
    softmax over the units.
    """
    if not logits.shape[-1]:
        return logits
    z = logits.astype(np.float64)
    if head.kind == "sigmoid" or head.units == 1:
        p = np.exp(-np.logaddexp(0.0, -z))
    else:
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
    return p.astype(np.float32)


def confidence(probabilities: Floats, classes: Array, head: Head) -> Floats:
    """The probability of one class of each image, shape (n,)."""
    if head.units == 1:
        second = probabilities[:, 0]
        return np.where(classes == 1, second, 1 - second).astype(np.float32)
    return np.take_along_axis(probabilities, classes[:, None], axis=1)[:, 0]


def predicted_class(logits: Floats, head: Head) -> Integers:
    """The predicted class of each image, shape (n,); of one unit the sign of its logit."""
    if head.units == 1:
        return (logits[:, 0] > 0).astype(np.int64)
    return np.asarray(logits.argmax(axis=-1), dtype=np.int64)


def likeliest_class(probabilities: Floats, head: Head) -> Integers:
    """The predicted class of each image by its probabilities (n, units), shape (n,)."""
    return predicted_class(probabilities - 0.5 if head.units == 1 else probabilities, head)


def likeliest_classes(probabilities: Floats, head: Head, most: int) -> tuple[Integers, Floats]:
    """The classes of highest probability and these, (n, k) both, of k = `most` classes or fewer."""
    shares = probabilities
    if head.units == 1:
        shares = np.concatenate([1 - shares, shares], axis=1)
    order = np.argsort(-shares, axis=1, kind="stable")[:, :most]
    return np.asarray(order, np.int64), np.take_along_axis(shares, order, axis=1)


def explained_classes(targets: Array, predicted: Array) -> Targets:
    """Targets with the predicted class in place of each `PREDICTED`, both of the same shape."""
    return np.where(targets >= 0, targets, predicted).astype(np.int32)


def scores(logits: Floats, classes: Array) -> Doubles:
    """The score of one class of each image, shape (n,), from logits (n, units)."""
    exact = logits.astype(np.float64)
    if exact.shape[-1] == 1:
        return np.where(classes == 1, exact[:, 0], -exact[:, 0])
    return np.take_along_axis(exact, classes[:, None].astype(np.int64), axis=1)[:, 0]


# --- tensors, inside a compiled graph ----------------------------------------------------------


def score_tensor(logits: Tensor, classes: Tensor) -> Tensor:
    """`scores` of logits (n, units) and classes (n,)."""
    if logits.shape[-1] == 1:
        return tf.where(classes == 1, logits[:, 0], -logits[:, 0])
    return tf.gather(logits, classes, axis=1, batch_dims=1)


def score_gradients(
    tape: tf.GradientTape,
    logits: Sequence[Tensor],
    heads: Sequence[Head],
    targets: Tensor,
    sources: Tensor | list[Tensor],
    scales: Tensor | None = None,
) -> tuple[list[Tensor], Tensor]:
    """Gradients of the scores of some heads, and the classes explained, shape (n, heads).

    Args:
        tape: has watched the sources; persistent where there are several heads.
        logits: of each output of the model, shape (n, units).
        heads: to explain.
        targets: of these heads, shape (n, heads).
        sources: a tensor, or several. The gradient with respect to one is None where the scores do
            not depend on it.
        scales: factors of the scores, shape (n, heads); None for 1 (see `gradient_scaling`).
    """
    classes = [_class_tensor(logits[head.index], targets[:, i]) for i, head in enumerate(heads)]
    gradients = [
        _score_gradient(
            tape, logits[head.index], own, sources, None if scales is None else scales[:, i, None]
        )
        for i, (head, own) in enumerate(zip(heads, classes, strict=True))
    ]
    return gradients, tf.stack(classes, axis=1)


def _class_tensor(logits: Tensor, targets: Tensor) -> Tensor:
    """`explained_classes` of logits (n, units) and targets (n,)."""
    if logits.shape[-1] == 1:
        predicted = tf.cast(logits[:, 0] > 0, tf.int32)
    else:
        predicted = tf.argmax(logits, axis=-1, output_type=tf.int32)
    return tf.where(targets >= 0, targets, predicted)


def _score_gradient(
    tape: tf.GradientTape,
    logits: Tensor,
    classes: Tensor,
    sources: Tensor | list[Tensor],
    scale: Tensor | None,
) -> Tensor:
    # The score is one logit of each image, so the way back starts with a one at that logit.
    if logits.shape[-1] == 1:
        start = tf.where(classes[:, None] == 1, 1.0, -1.0)
    else:
        start = tf.one_hot(classes, logits.shape[-1])
    if scale is not None:
        start *= scale
    return tape.gradient(logits, sources, output_gradients=start)
