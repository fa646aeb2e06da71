"""Where a model gives probabilities of which nobody can tell what they are made of.

A logit is 0 where two classes are as likely, a probability 0.5, so answers depend on which it is.
A Dense layer without activation gives logits. What comes out of a Lambda layer, a saved program or
an activation of somebody's own is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.probing import graphs
from reportgen.probing.compiled import compiled, execute, input_specs
from reportgen.probing.endings import ACTIVATED_LAST, Endings
from reportgen.probing.heads import activation_of, closing
from reportgen.probing.remembering import facts
from reportgen.records import Head
from reportgen.types import Array, Floats

_IMAGES = 8
"""Images that a model is asked with."""

_FAR = 1e6
"""How much brighter and darker they are made: what is not bounded leaves 0..1 by far."""


def require_logits(
    model: Any,
    heads: Sequence[Head],
    logits: Sequence[Array],
    inputs: Sequence[Array],
) -> None:
    """Refuse probabilities where logits are wanted.

    Args:
        model: with a graph; is left as it was.
        heads: of the model.
        logits: what was taken for them, for each head of shape (n, units); (n, 0) is passed over.
        inputs: an array for each input of the model, as it takes them.

    Raises:
        UndefinedError: several values that add up to 1 every time, or one that is never outside of
            0 and 1; names the output.
    """
    for head, values in zip(heads, logits, strict=True):
        if head.kind != "logits" or not values.size or not (values >= 0).all():
            continue
        if head.units == 1 and (values <= 1).all() and is_bounded(model, head, inputs):
            raise _unreadable(head, "a probability (it is never outside of 0 and 1)", "it is")
        if head.units > 1 and np.allclose(values.sum(axis=-1), 1, atol=1e-3):
            told = "probabilities (none is negative, and they add up to 1)"
            raise _unreadable(head, told, "they are")


def is_bounded(model: Any, head: Head, inputs: Sequence[Any]) -> bool:
    """Whether a head of one unit, said to give logits, gives nothing outside of 0 and 1.

    Never where its last layer is known to be linear, or where what enters a sigmoid is known.

    Args:
        model: with a graph; is left as it was.
        head: of the model.
        inputs: an array or tensor for each input, as the model takes them, with images of which a
            few do.
    """
    if head.kind != "logits" or head.units != 1 or _is_linear(closing(model, head.index)[1]):
        return False
    # What once left 0..1 is no probability, and need not be asked again for every batch.
    known, left = facts(model), ("left 0..1", head.index)
    if left in known:
        return False
    few = [np.asarray(array[:_IMAGES]) for array in inputs]
    values = _values(model, head.index, few)
    if np.isnan(values).any():
        return False
    if _leaves(values) or any(_leaves(_values(model, head.index, part)) for part in _far(few)):
        known[left] = True
    return left not in known


def _leaves(values: Array) -> bool:
    # In half precision some may overflow inside the model, and then tell nothing.
    return bool(((values < 0) | (values > 1)).any())


def _is_linear(layer: Any) -> bool:
    return type(layer) in ACTIVATED_LAST and activation_of(layer) == "linear"


def _far(inputs: Sequence[Array]) -> Iterator[list[Array]]:
    """Much brighter images, much darker ones, and noise as strong."""
    rng = np.random.default_rng(0)
    yield [_scaled(one, one) for one in inputs]
    yield [_scaled(one, -1.0 * one) for one in inputs]
    yield [_scaled(one, rng.standard_normal(one.shape)) for one in inputs]


def _scaled(images: Array, values: Array) -> Array:
    # Whole numbers stay as they are: made larger they would be none of their kind.
    return images if images.dtype.kind in "iub" else (_FAR * values).astype(images.dtype)


def _values(model: Any, output: int, inputs: Sequence[Array]) -> Floats:
    """What an output gives; NaN where it is known what entered its sigmoid."""

    def body(model: Any, *inputs: Any) -> Any:
        endings = Endings()

        def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            return endings.run(graphs.plain_call, path, layer, args, kwargs)

        found = keras.tree.flatten(graphs.walk(model, list(inputs), call))[output]
        known = endings.logit(found) is not None
        return [tf.cast(found, tf.float32) * (np.nan if known else 1.0)]

    graph = compiled(model, ("bounded", output), body, input_specs(model))
    values: Floats = execute(graph, inputs, model)[0]
    return values


def _unreadable(head: Head, what: str, made: str) -> UndefinedError:
    return UndefinedError(
        f"Output '{head.name}' of the model gives {what}, but what {made} made of cannot be read, "
        "so there is no logit to explain."
    )
