"""The logit of each output, and whether an output's values are logits or probabilities.

A logit is the value that enters the last softmax or sigmoid. Where no layer shows whether values
are logits or probabilities, the values themselves decide (`value_kind`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.graph import Arguments, Call, Keywords, plain_call, run
from reportgen.network.heads import (
    Kind,
    activation_of,
    hands_on,
    is_reshaping,
    says_nothing,
    sides,
)
from reportgen.network.keras_internals import kept_logits
from reportgen.network.network import Network
from reportgen.records import Head
from reportgen.types import Array, Floats, Json, Layer, Shape, Tensor

ACTIVATED_LAST = {
    keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D, keras.layers.Dense,
    keras.layers.Conv2DTranspose, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D,
}  # fmt: skip
"""Layers whose activation is known to be their last operation."""

_WITHOUT_KEPT_LOGITS = (
    *(tf.nn.softmax, tf.nn.sigmoid, tf.nn.log_softmax),
    *(keras.activations.log_softmax, keras.ops.log_softmax),
)
"""Functions whose results do not carry their argument; Keras stores it only for some functions."""


# --- logits met in a walk ----------------------------------------------------------------------


class TracedOutput(NamedTuple):
    """One output of a walk through a model, as tensors.

    Attributes:
        value: the output itself.
        logit: the argument of the output's softmax or sigmoid; None where it is unknown.
        is_derived: whether the output is computed from probabilities alone, such as their mean.
    """

    value: Tensor
    logit: Tensor | None
    is_derived: bool


class LogitRecorder:
    """Records the logit of each softmax and sigmoid during one walk through a model."""

    def __init__(self) -> None:
        self._logits: list[tuple[Tensor, Tensor]] = []
        self._derived: list[Tensor] = []

    def run(self, call: Call, path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        """The output of one layer, computed by `call`, whose logit it records."""
        function: Callable[[Tensor], Tensor] | None = getattr(layer, "activation", None)
        known = type(layer) in ACTIVATED_LAST or type(layer) is keras.layers.Activation
        if known and function and any(function is silent for silent in _WITHOUT_KEPT_LOGITS):
            logit = call(path, without_activation(layer), args, kwargs)
            output = function(logit)
            self._logits.append((output, logit))
            return output
        output = call(path, layer, args, kwargs)
        self._note(layer, args, kwargs, output)
        return output

    def output(self, value: Tensor) -> TracedOutput:
        """An output of the model with its recorded logit."""
        derived = any(value is tensor for tensor in self._derived)
        return TracedOutput(value, self._logit(value), derived)

    def _logit(self, value: Tensor) -> Tensor | None:
        return next((logit for output, logit in self._logits if output is value), None)

    def _note(self, layer: Layer, args: Arguments, kwargs: Keywords, output: Json) -> None:
        tensors = [value for value in keras.tree.flatten((args, kwargs)) if tf.is_tensor(value)]
        logit = self._logit(tensors[0]) if len(tensors) == 1 else None
        kept = kept_logits(output)
        if logit is not None and hands_on(layer):
            self._logits.append((output, logit))
        elif logit is not None and is_reshaping(layer):
            self._logits.append((output, run(layer, (logit,), {})))
        elif kept is not None:
            self._logits.append((output, kept))
        elif tensors and not getattr(layer, "weights", None) and all(map(self._is_known, tensors)):
            self._derived += keras.tree.flatten(output)

    def _is_known(self, value: Tensor) -> bool:
        traced = self.output(value)
        return traced.logit is not None or traced.is_derived


def without_activation(layer: Layer) -> Layer:
    """A linear copy of a layer that shares the layer's weights; the layer does not change."""
    twin = object.__new__(type(layer))
    twin.__dict__.update(layer.__dict__)
    twin.__dict__["activation"] = keras.activations.linear
    return twin


def has_logit(head: Head, output: TracedOutput) -> bool:
    """Whether an output has a logit: a recorded one, or its own value."""
    return not output.is_derived and (output.logit is not None or head.kind == "logits")


def logit_of(head: Head, output: TracedOutput) -> Tensor:
    """The logits of one output as a tensor (n, units).

    Raises:
        UndefinedError: the logits are unknown, or the output is an image or a volume itself.
    """
    shape = tuple(output.value.shape)
    if len(shape) > 2 or not head.answers:
        raise no_answer(head, shape)
    if not has_logit(head, output):
        raise _no_logit(head, output)
    logits = output.value if output.logit is None else output.logit
    return logits if len(shape) == 2 else logits[:, None]


def no_answer(head: Head, shape: Shape) -> UndefinedError:
    """The error for an output that answers nothing, or is an image or a volume itself."""
    if head.kind != "maps":
        return UndefinedError(says_nothing(head))
    return UndefinedError(
        f"Output '{head.name}' of the model gives {sides(shape)} values for an image, and what can "
        "be explained is one answer: a value, or one for each class."
    )


def _no_logit(head: Head, output: TracedOutput) -> UndefinedError:
    if output.is_derived:
        return UndefinedError(
            f"Output '{head.name}' of the model is computed from probabilities that a softmax or "
            "sigmoid gave before, so there is no logit of its own to explain."
        )
    return UndefinedError(
        f"Output '{head.name}' of the model ends in a {head.kind} whose argument cannot be "
        "read, so there is no logit to explain."
    )


# --- how values are to be read -----------------------------------------------------------------

_SLACK = 1e-3
"""Largest distance from 1 of a sum of probabilities, wide enough for half precision."""


def value_kind(
    network: Network,
    head: Head,
    values: Array,
    inputs: Sequence[Array],
    *,
    has_logit: bool = False,
    is_derived: bool = False,
) -> Kind:
    """The kind of a head's values, where the model's layers do not show it.

    Several values are probabilities if none is negative and they add up to 1. A single value is a
    probability if it lies in 0..1 and one of three conditions holds: it comes from a sigmoid whose
    argument is known, it is computed from probabilities alone, or it never leaves 0..1
    (`is_bounded`). All other values are logits.

    Args:
        network: a model with a graph.
        head: a head of the model.
        values: the head's values for some images, shape (n, units).
        inputs: these images, an array for each input.
        has_logit: whether the values come from a softmax or sigmoid whose argument is known.
        is_derived: whether the values are computed from probabilities alone.

    Returns:
        "softmax" or "sigmoid" for probabilities, otherwise the head's own kind, such as "logits".
    """
    if head.kind != "logits" or not values.size or not (values >= 0).all():
        return head.kind
    if head.units > 1:
        return "softmax" if np.allclose(values.sum(axis=-1), 1, atol=_SLACK) else "logits"
    if not (values <= 1).all():
        return "logits"
    known = has_logit or is_derived or is_bounded(network, head, inputs)
    return "sigmoid" if known else "logits"


def require_logits(
    network: Network, heads: Sequence[Head], logits: Sequence[Array], inputs: Sequence[Array]
) -> None:
    """Refuse probabilities in place of logits.

    Args:
        network: a model with a graph.
        heads: heads of the model.
        logits: values of each head, shape (n, units); shape (n, 0) is skipped.
        inputs: an array for each input of the model, in the model's type and channel order.

    Raises:
        UndefinedError: the values of a head are probabilities (`value_kind`); the message names
            the output.
    """
    for head, values in zip(heads, logits, strict=True):
        if head.kind == "logits" and value_kind(network, head, values, inputs) != "logits":
            raise _probabilities_only(head)


def is_bounded(network: Network, head: Head, inputs: Sequence[Array]) -> bool:
    """Whether the values of a head with one unit, of kind "logits", always lie in 0..1.

    The test runs the model on the images and on much brighter and darker ones. A head whose last
    layer is linear, or whose sigmoid has a known argument, does not count as bounded.

    Args:
        network: a model with a graph.
        head: a head of the model.
        inputs: an array for each input, in the model's type and channel order; the first few images
            are used.
    """
    if head.kind != "logits" or head.units != 1 or _is_linear(network.closing(head.index)[1]):
        return False
    # Values that once left 0..1 are not probabilities, so later batches need no test.
    left = ("left 0..1", head.index)
    if network.has_kept(left):
        return False
    few = [np.asarray(array[:_IMAGES]) for array in inputs]
    values = _output_values(network, head.index, few)
    if np.isnan(values).any():
        return False
    extremes = (_output_values(network, head.index, images) for images in _extreme_images(few))
    if _leaves_range(values) or any(map(_leaves_range, extremes)):
        network.keep(left, lambda: True)
    return not network.has_kept(left)


_IMAGES = 8
"""Number of images whose values decide whether a head is bounded."""

_FAR = 1e6
"""Factor of brightness with which unbounded values lie far outside 0..1."""


def _is_linear(layer: Layer) -> bool:
    return type(layer) in ACTIVATED_LAST and activation_of(layer) == "linear"


def _leaves_range(values: Array) -> bool:
    # In half precision values may overflow to NaN inside the model; NaN compares as False.
    return bool(((values < 0) | (values > 1)).any())


def _extreme_images(inputs: Sequence[Array]) -> Iterator[list[Array]]:
    """Much brighter images, much darker images, and noise of the same strength."""
    rng = np.random.default_rng(0)
    yield [_scaled(array, array) for array in inputs]
    yield [_scaled(array, -1.0 * array) for array in inputs]
    yield [_scaled(array, rng.standard_normal(array.shape)) for array in inputs]


def _scaled(images: Array, values: Array) -> Array:
    # Integers stay unchanged, because larger ones would not fit their type.
    return images if images.dtype.kind in "iub" else (_FAR * values).astype(images.dtype)


def _output_values(network: Network, output: int, inputs: Sequence[Array]) -> Floats:
    """The values of an output; NaN where the argument of its sigmoid is known."""

    def body(network: Network, *inputs: Tensor) -> list[Tensor]:
        recorder = LogitRecorder()

        def call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
            return recorder.run(plain_call, path, layer, args, kwargs)

        value = keras.tree.flatten(network.walk(list(inputs), call))[output]
        known = recorder.output(value).logit is not None
        return [tf.cast(value, tf.float32) * (np.nan if known else 1.0)]

    graph = compiled(network, ("bounded", output), body, input_specs(network))
    values: Floats = execute(graph, inputs, network)[0]
    return values


def _probabilities_only(head: Head) -> UndefinedError:
    if head.units == 1:
        kind, subject = "a probability (it is never outside of 0 and 1)", "it is"
    else:
        kind, subject = "probabilities (none is negative, and they add up to 1)", "they are"
    return UndefinedError(
        f"Output '{head.name}' of the model gives {kind}, but what {subject} made of cannot be "
        "read, so there is no logit to explain."
    )
