"""What a model answers for images, whether or not its logits can be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.execution import compiled, input_specs
from reportgen.network.finite import require_finite
from reportgen.network.inputs import as_inputs
from reportgen.network.logits import ACTIVATED_LAST, is_bounded, is_told
from reportgen.network.network import Network
from reportgen.network.outputs import answers, collect, probabilities, trace
from reportgen.records import Head
from reportgen.types import Array, Floats, Integers


def answered(network: Network, images: Any, heads: Sequence[Head]) -> tuple[Integers, ...]:
    """The class that each head answers for each image: one array of shape (n,) for each head.

    It needs no logit: the likeliest class is that of the largest value, be that a logit or a
    probability. The mean of several networks has an answer too.

    Args:
        model: with a graph.
        images: model input, already preprocessed, shape (n, h, w, c).
        heads: of the model, each with one row of values for an image.

    Raises:
        UndefinedError: weights or answers are not finite numbers.
    """
    require_finite(network)

    def body(network: Network, *inputs: Any) -> Any:
        outputs = trace(network, list(inputs)).outputs
        found = [_values(h, p, *outputs[h.index]) for h, p in zip(heads, likely, strict=True)]
        return [tf.cast(one, tf.float32) for one in found]

    inputs = as_inputs(network, images)
    likely = [is_bounded(network, head, inputs) for head in heads]
    key = ("answered", tuple((head.index, head.kind) for head in heads), *likely)
    graph = compiled(network, key, body, input_specs(network))
    values = collect(network, graph, inputs)
    if not all(np.isfinite(one).all() for one in values):
        raise UndefinedError(
            "The answers of the model are not all finite numbers (NaN or infinite), so "
            "it gives no answer."
        )
    return tuple(answers(one, head) for one, head in zip(values, heads, strict=True))


def _values(head: Head, probable: bool, output: Any, before: Any, derived: bool) -> Any:
    """Values whose largest, or of one unit whose sign, is the answer."""
    if before is not None:
        return before
    single = head.units == 1 and (derived or probable or head.kind == "sigmoid")
    return output - 0.5 if single else output


_SLACK = 1e-3
"""How far from 1 probabilities may add up, in half precision too."""


def likeliest(found: Floats, head: Head) -> Integers:
    """The predicted class of each image by its probabilities (n, units), shape (n,)."""
    return answers(found - 0.5 if head.units == 1 else found, head)


class Probabilities:
    """Reads the probabilities of some heads of a model, for any images.

    A known softmax or sigmoid is computed from its logit. Other values are probabilities where
    several are never negative and add up to 1, or where a single one was computed from
    probabilities alone, or never leaves 0 and 1. What is left are logits. This is decided once, by
    the images given here, so that all others are read alike.

    Args:
        model: with a graph; is left as it was.
        heads: of the model, none of them an image itself.
        images: model input, shape (n, h, w, c).

    Attributes:
        heads: of the kind that their values are: "logits" only where they are made probabilities.
        kinds: how the values that the model itself gives for each head are to be read.

    Raises:
        UndefinedError: weights or answers are not finite, or a head gives neither probabilities nor
            logits.
    """

    def __init__(self, network: Network, heads: Sequence[Head], images: Any) -> None:
        require_finite(network)
        self._network, self._heads = network, tuple(heads)
        inputs = as_inputs(network, images)
        given = self._given(inputs)
        self._ready = [
            not before.shape[1] and self._is_ready(head, values, bool(derived.shape[1]), inputs)
            for head, (values, before, derived) in zip(self._heads, given, strict=True)
        ]
        self.heads = tuple(
            replace(head, kind=_kind(head)) if ready else head
            for head, ready in zip(self._heads, self._ready, strict=True)
        )
        self.kinds = tuple(
            _kind(head) if ready or (before.shape[1] and _are_probabilities(values)) else head.kind
            for head, ready, (values, before, _) in zip(
                self._heads, self._ready, given, strict=True
            )
        )

    def __call__(self, images: Any) -> tuple[Floats, ...]:
        """For each head probabilities as `outputs.probabilities` gives them, shape (n, units)."""
        given = self._given(as_inputs(self._network, images))
        return tuple(
            values if ready else probabilities(before if before.shape[1] else values, head)
            for head, ready, (values, before, _) in zip(
                self._heads, self._ready, given, strict=True
            )
        )

    def _given(self, inputs: list[Array]) -> list[tuple[Floats, Floats, Floats]]:
        """Of each head its values (n, units), the logits behind them, or (n, 0) where these are
        unknown, and (n, 1) where the values were computed from probabilities alone, else (n, 0)."""
        # The graph is kept with the model, and must not keep the model through this object.
        network, places = self._network, tuple(head.index for head in self._heads)

        def body(network: Network, *inputs: Any) -> Any:
            outputs = trace(network, list(inputs)).outputs
            return [one for place in places for one in _columns(*outputs[place])]

        graph = compiled(network, ("probable", places), body, input_specs(network))
        flat = collect(network, graph, inputs)
        if not all(np.isfinite(one).all() for one in flat):
            raise UndefinedError(
                f"The answers of model '{network.name}' are not finite (NaN or infinite), so "
                "it gives no probability."
            )
        return list(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))

    def _is_ready(self, head: Head, values: Floats, derived: bool, inputs: list[Array]) -> bool:
        """Whether values of which no logit is known are probabilities as they are."""
        found = _are_probabilities(values)
        if found and head.units == 1:
            found = derived or is_bounded(self._network, head, inputs)
        if derived and not found:
            raise UndefinedError(
                f"Output '{head.name}' of the model is computed from probabilities, and is none "
                "itself: its values leave 0..1, or do not add up to 1."
            )
        return found or head.kind != "logits"


def _kind(head: Head) -> Literal["softmax", "sigmoid", "logits", "maps"]:
    """The kind of a head whose values are probabilities."""
    if head.kind != "logits":
        return head.kind
    return "sigmoid" if head.units == 1 else "softmax"


def _are_probabilities(values: Floats) -> bool:
    """Whether values (n, units) lie within 0 and 1, and add up to 1 where there are several."""
    within = bool(((values >= 0) & (values <= 1)).all())
    return within and (values.shape[1] == 1 or np.allclose(values.sum(axis=-1), 1, atol=_SLACK))


def _columns(output: Any, before: Any, derived: bool) -> list[Any]:
    """Values, logits and whether they are derived, each with a row for each image."""
    values = tf.cast(output, tf.float32)
    values = tf.reshape(values, [tf.shape(values)[0], -1])
    none = tf.zeros_like(values[:, :0])
    logits = none if before is None else tf.reshape(tf.cast(before, tf.float32), tf.shape(values))
    return [values, logits, values[:, :1] if derived else none]


def untold(network: Network) -> tuple[int, ...]:
    """Indices of outputs without a logit that can be told, beside others that have one.

    The mean of what several heads answer is one. Empty where no output has a logit: then there is
    nothing that could be explained in place of it.

    Args:
        model: with a graph.
    """
    return network.keep("untold outputs", lambda: _found(network))


def _found(network: Network) -> tuple[int, ...]:
    heads = [head for head in network.heads if head.kind != "maps"]
    # Most models end in layers that tell, and need not be traced for this.
    if len(heads) < 2 or all(type(network.closing(h.index)[1]) in ACTIVATED_LAST for h in heads):
        return ()
    missing = _traced(network, heads)
    return missing if len(missing) < len(heads) else ()


def _traced(network: Network, heads: Sequence[Head]) -> tuple[int, ...]:
    missing: list[int] = []

    def body(*inputs: Any) -> Any:
        outputs = trace(network, list(inputs)).outputs
        missing[:] = [head.index for head in heads if not is_told(head, *outputs[head.index][1:])]
        return tf.constant(0)

    tf.function(body, autograph=False).get_concrete_function(*input_specs(network))
    return tuple(missing)


BYTES = 200 * 10**6
"""Bytes that a piece takes as model input, float32; the model's own batches have their budget."""


def pieces(images: Array) -> Iterator[slice]:
    """Slices of stored images (n, h, w, c), each as many as fit `BYTES` as model input.

    Only a piece at a time becomes floats: 10,000 images of 224 x 224 x 3 would take 6 GB at once.
    """
    size = max(1, BYTES // max(1, 4 * prod(images.shape[1:])))
    for start in range(0, len(images), size):
        yield slice(start, min(start + size, len(images)))
