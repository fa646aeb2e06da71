"""Predicted classes and probabilities of a model's heads, also where no logit is known."""

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
from reportgen.network.outputs import collect, trace
from reportgen.network.scores import predicted_class, probabilities
from reportgen.records import Head
from reportgen.types import Array, Floats, Images, Integers, Tensor


def predict_classes(
    network: Network, images: Images, heads: Sequence[Head]
) -> tuple[Integers, ...]:
    """The class that each head predicts for each image: an array of shape (n,) for each head.

    No logit is needed: the predicted class has the largest value, be that a logit or a
    probability. The mean of several networks has predictions too.

    Args:
        network: with a graph.
        images: model input, already preprocessed, shape (n, h, w, c).
        heads: of the network, each with one row of values for an image.

    Raises:
        UndefinedError: weights or values are not finite numbers.
    """
    require_finite(network)

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
    """Values whose largest, or of one unit whose sign, decides the predicted class."""
    if output.logit is not None:
        return output.logit
    single = head.units == 1 and (output.is_derived or is_probability or head.kind == "sigmoid")
    return output.value - 0.5 if single else output.value


class Probabilities:
    """Reads the probabilities of some heads of a model, for any images.

    Those of a softmax or sigmoid whose argument is known are computed from this logit. Other values
    are probabilities themselves, or logits, as `value_kind` says. The images given here decide it
    once, so that the values of all others are read alike.

    Args:
        network: with a graph.
        heads: of the network, none of them an image itself.
        images: model input, shape (n, h, w, c).

    Attributes:
        heads: of the kind of the values that `__call__` starts from: "logits" only where a softmax
            or sigmoid makes them probabilities.
        kinds: how the values that the model itself gives for each head are to be read.

    Raises:
        UndefinedError: weights or values are not finite, or a head gives neither probabilities nor
            logits.
    """

    def __init__(self, network: Network, heads: Sequence[Head], images: Images) -> None:
        require_finite(network)
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

    def __call__(self, images: Images) -> tuple[Floats, ...]:
        """Probabilities of each head, shape (n, units), as `scores.probabilities` gives them."""
        outputs = self._outputs(as_inputs(self._network, images))
        return tuple(
            values if ready else probabilities(logits if _is_filled(logits) else values, head)
            for head, ready, (values, logits, _) in zip(
                self._heads, self._ready, outputs, strict=True
            )
        )

    def _outputs(self, inputs: list[Array]) -> list[tuple[Floats, Floats, Floats]]:
        """For each head its values (n, units), the logits behind them, or (n, 0) where these are
        unknown, and (n, 1) where the values are computed from probabilities alone, else (n, 0)."""
        # The graph is kept with the model, and must not keep the model through this object.
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
    """Values, logits and whether they are derived, each with a row for each image."""
    values = tf.cast(output.value, tf.float32)
    values = tf.reshape(values, [tf.shape(values)[0], -1])
    none = tf.zeros_like(values[:, :0])
    logits = none
    if output.logit is not None:
        logits = tf.reshape(tf.cast(output.logit, tf.float32), tf.shape(values))
    return [values, logits, values[:, :1] if output.is_derived else none]


def outputs_without_logits(network: Network) -> tuple[int, ...]:
    """Indices of outputs without a logit beside others that have one, such as a mean of several.

    Empty where no output has a logit: then no other could be explained in its place.

    Args:
        network: with a graph.
    """
    return network.keep("outputs without logits", lambda: _outputs_without_logits(network))


def _outputs_without_logits(network: Network) -> tuple[int, ...]:
    heads = [head for head in network.heads if head.kind != "maps"]
    # Most models end in layers whose logit is known, and need no trace.
    if len(heads) < 2 or all(type(network.closing(h.index)[1]) in ACTIVATED_LAST for h in heads):
        return ()
    missing: list[int] = []

    def body(*inputs: Tensor) -> Tensor:
        outputs = trace(network, list(inputs)).outputs
        missing[:] = [head.index for head in heads if not has_logit(head, outputs[head.index])]
        return tf.constant(0)

    tf.function(body, autograph=False).get_concrete_function(*input_specs(network))
    return tuple(missing) if len(missing) < len(heads) else ()
