"""Predicted classes and probabilities of a model's heads, with or without a known logit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.execution import compiled, input_specs
from reportgen.network.finite import require_finite
from reportgen.network.inputs import as_inputs
from reportgen.network.logits import (
    ACTIVATED_LAST,
    TracedOutput,
    has_logit,
    is_bounded,
    value_kind,
)
from reportgen.network.network import Network
from reportgen.network.outputs import collect, require_answers, trace
from reportgen.network.scores import predicted_class, probabilities
from reportgen.records import Head
from reportgen.types import Array, Doubles, Floats, Images, Integers, Tensor

_TINY = 1e-45
"""About the smallest probability that single precision can hold."""


def predict_classes(
    network: Network, images: Images, heads: Sequence[Head]
) -> tuple[Integers, ...]:
    """The class that each head predicts for each image: an array of shape (n,) for each head.

    The predicted class is the one with the largest value, be it a logit or a probability. The
    outputs therefore need no logit; the mean of several networks, for example, has none.

    Args:
        network: a model with a graph.
        images: model input, already preprocessed, shape (n, h, w, c).
        heads: heads of the model, each with one row of values for an image.

    Raises:
        UndefinedError: weights or values are not finite.
    """
    require_finite(network)
    require_answers(network, [head.index for head in heads])

    def body(network: Network, *inputs: Tensor) -> list[Tensor]:
        outputs = trace(network, list(inputs)).outputs
        values = [
            _comparable_values(head, probability, outputs[head.index])
            for head, probability in zip(heads, bounded, strict=True)
        ]
        return [tf.cast(each, tf.float32) for each in values]

    inputs = as_inputs(network, images)
    bounded = [is_bounded(network, head, inputs) for head in heads]
    key = ("classes", tuple((head.index, head.kind) for head in heads), *bounded)
    graph = compiled(network, key, body, input_specs(network))
    values = collect(network, graph, inputs)
    if not all(np.isfinite(each).all() for each in values):
        raise UndefinedError(
            "The answers of the model are not all finite numbers (NaN or infinite), so "
            "it gives no answer."
        )
    return tuple(predicted_class(each, head) for each, head in zip(values, heads, strict=True))


def _comparable_values(head: Head, is_probability: bool, output: TracedOutput) -> Tensor:
    """Values of which the largest, or the sign of a single one, decides the predicted class."""
    if output.logit is not None:
        return output.logit
    single = head.units == 1 and (output.is_derived or is_probability or head.kind == "sigmoid")
    return output.value - 0.5 if single else output.value


class Probabilities:
    """Reads the probabilities of some heads of a model, for any images.

    Where a softmax or sigmoid has a known argument, the probabilities are computed from this logit.
    Other values are probabilities or logits themselves, which `value_kind` decides once, from the
    images of the constructor. The values of all later images are read in the same way.

    Args:
        network: a model with a graph.
        heads: heads of the model, none of them an image itself.
        images: model input, shape (n, h, w, c).

    Attributes:
        heads: the heads, with the kind of the values from which `__call__` starts: "logits" only if
            `__call__` applies a softmax or sigmoid to them.
        kinds: for each head, the kind of the values that the model itself returns.

    Raises:
        UndefinedError: weights or values are not finite, or a head's values are neither
            probabilities nor logits.
    """

    def __init__(self, network: Network, heads: Sequence[Head], images: Images) -> None:
        require_finite(network)
        require_answers(network, [head.index for head in heads])
        self._network, self._heads = network, tuple(heads)
        inputs = as_inputs(network, images)
        outputs = list(zip(self._heads, self._outputs(inputs), strict=True))
        self.kinds = tuple(
            value_kind(
                network, head, values, inputs,
                has_logit=_is_filled(logits), is_derived=_is_filled(derived),
            )
            for head, (values, logits, derived) in outputs
        )  # fmt: skip
        for head, kind, (_, (_, _, derived)) in zip(heads, self.kinds, outputs, strict=True):
            if _is_filled(derived) and kind == "logits":
                raise UndefinedError(
                    f"Output '{head.name}' of the model is computed from probabilities, and is "
                    "none itself: its values leave 0..1, or do not add up to 1."
                )
        self._ready = [
            not _is_filled(logits) and kind != "logits"
            for kind, (_, (_, logits, _)) in zip(self.kinds, outputs, strict=True)
        ]
        self.heads = tuple(
            replace(head, kind=kind) if ready else head
            for head, kind, ready in zip(self._heads, self.kinds, self._ready, strict=True)
        )
        self._first = [columns for _, columns in outputs]

    @property
    def first(self) -> tuple[Floats, ...]:
        """The probabilities of the constructor's images, as `__call__` would return them."""
        return self._read(self._first)

    def __call__(self, images: Images) -> tuple[Floats, ...]:
        """Probabilities of each head, shape (n, units), as `scores.probabilities` returns them."""
        return self._read(self._outputs(as_inputs(self._network, images)))

    def _read(self, outputs: Sequence[tuple[Floats, Floats, Floats]]) -> tuple[Floats, ...]:
        return tuple(
            values if ready else probabilities(logits if _is_filled(logits) else values, head)
            for head, ready, (values, logits, _) in zip(
                self._heads, self._ready, outputs, strict=True
            )
        )

    def scores(self, images: Images) -> tuple[Doubles, ...]:
        """Scores of the classes of each head, shape (n, classes), whose softmax are probabilities.

        They are logits where these are known, and not rounded to 0 and 1 as probabilities are.
        Otherwise they are the logarithms of probabilities. Of one unit, the first class scores 0.
        """
        outputs = self._outputs(as_inputs(self._network, images))
        found = []
        for head, ready, (values, logits, _) in zip(self._heads, self._ready, outputs, strict=True):
            raw = (logits if _is_filled(logits) else values).astype(np.float64)
            if ready:
                raw = np.log(np.maximum(raw, _TINY)) - (
                    np.log(np.maximum(1 - raw, _TINY)) if head.units == 1 else 0
                )
            found.append(np.concatenate([0 * raw, raw], axis=1) if head.units == 1 else raw)
        return tuple(found)

    def _outputs(self, inputs: list[Array]) -> list[tuple[Floats, Floats, Floats]]:
        """For each head its values, its logits, and a mark for values derived from probabilities.

        Values have the shape (n, units), and logits the same or (n, 0) where they are unknown. The
        mark has the shape (n, 1) where the values are computed from probabilities alone, else
        (n, 0).
        """
        # The model keeps the graph, so the graph must not refer to the model through `self`.
        network, indices = self._network, tuple(head.index for head in self._heads)

        def body(network: Network, *inputs: Tensor) -> list[Tensor]:
            outputs = trace(network, list(inputs)).outputs
            return [column for index in indices for column in _columns(outputs[index])]

        graph = compiled(network, ("probabilities", indices), body, input_specs(network))
        columns = collect(network, graph, inputs)
        if not all(np.isfinite(column).all() for column in columns):
            raise UndefinedError(
                f"The answers of model '{network.name}' are not finite (NaN or infinite), so "
                "it gives no probability."
            )
        return list(zip(columns[0::3], columns[1::3], columns[2::3], strict=True))


def _is_filled(column: Array) -> bool:
    return bool(column.shape[1])


def _columns(output: TracedOutput) -> list[Tensor]:
    """Values, logits and the mark of derived values, as `Probabilities._outputs` returns them."""
    values = tf.cast(output.value, tf.float32)
    values = tf.reshape(values, [tf.shape(values)[0], -1])
    none = tf.zeros_like(values[:, :0])
    logits = none
    if output.logit is not None:
        logits = tf.reshape(tf.cast(output.logit, tf.float32), tf.shape(values))
    return [values, logits, values[:, :1] if output.is_derived else none]


def outputs_without_logits(network: Network) -> tuple[int, ...]:
    """Indices of outputs without a logit, such as a mean of several, beside outputs that have one.

    () where no output has a logit, because no other output could then be explained instead.

    Args:
        network: a model with a graph.
    """
    return network.keep("outputs without logits", lambda: _outputs_without_logits(network))


def _outputs_without_logits(network: Network) -> tuple[int, ...]:
    heads = [head for head in network.heads if head.answers]
    # Most models end in layers with a known logit and need no trace.
    if len(heads) < 2 or all(type(network.closing(h.index)[1]) in ACTIVATED_LAST for h in heads):
        return ()
    missing: list[int] = []

    def body(*inputs: Tensor) -> Tensor:
        outputs = trace(network, list(inputs)).outputs
        missing[:] = [head.index for head in heads if not has_logit(head, outputs[head.index])]
        return tf.constant(0)

    tf.function(body, autograph=False).get_concrete_function(*input_specs(network))
    return tuple(missing) if len(missing) < len(heads) else ()
