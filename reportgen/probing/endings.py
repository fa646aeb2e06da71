"""What enters the softmax or sigmoid that ends a head: kept while a model is walked through.

Keras keeps the argument of these two with their result, in whatever layer. TensorFlow's functions
do not, so where they are a layer's activation the layer runs without it, and then it is applied.
Layers that only pass values on, or give them another shape, do the same to their logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.probing import graphs
from reportgen.probing.heads import hands_on, is_reshaping, sides
from reportgen.records import Head

ACTIVATED_LAST = {
    keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D, keras.layers.Dense,
    keras.layers.Conv2DTranspose, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D,
}  # fmt: skip
"""Layers of which it is known that nothing comes after their activation."""

_SILENT = (
    *(tf.nn.softmax, tf.nn.sigmoid, tf.nn.log_softmax),
    *(keras.activations.log_softmax, keras.ops.log_softmax),
)
"""Functions whose argument nobody keeps."""


class Endings:
    """What is known of the values that softmaxes and sigmoids gave, in one walk."""

    def __init__(self) -> None:
        self._logits: list[tuple[Any, Any]] = []
        self._derived: list[Any] = []

    def run(
        self, run: graphs.Call, path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """The output of one layer, noting the logit where it ends in a softmax or sigmoid."""
        function: Any = getattr(layer, "activation", None)
        known = type(layer) in ACTIVATED_LAST or type(layer) is keras.layers.Activation
        if known and any(function is one for one in _SILENT):
            before = run(path, linear(layer), args, kwargs)
            output = function(before)
            self._logits.append((output, before))
            return output
        output = run(path, layer, args, kwargs)
        self._note(layer, args, kwargs, output)
        return output

    def logit(self, value: Any) -> Any:
        """What entered the softmax or sigmoid that gave this value; None where that is unknown."""
        return next((logit for output, logit in self._logits if output is value), None)

    def is_derived(self, value: Any) -> bool:
        """Whether it was computed from such values alone, as the mean of several models is."""
        return any(value is one for one in self._derived)

    def _note(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        given = [one for one in keras.tree.flatten((args, kwargs)) if tf.is_tensor(one)]
        before = self.logit(given[0]) if len(given) == 1 else None
        own = getattr(output, "_keras_logits", None)
        if before is not None and hands_on(layer):
            self._logits.append((output, before))
        elif before is not None and is_reshaping(layer):
            self._logits.append((output, graphs.run(layer, (before,), {})))
        elif own is not None:
            self._logits.append((output, own))
        elif given and not getattr(layer, "weights", None) and all(map(self._ended, given)):
            self._derived += keras.tree.flatten(output)

    def _ended(self, value: Any) -> bool:
        return self.logit(value) is not None or self.is_derived(value)


def linear(layer: Any) -> Any:
    """A twin of a layer that shares its weights and has no activation; the layer is not touched."""
    twin = object.__new__(type(layer))
    twin.__dict__.update(layer.__dict__)
    twin.__dict__["activation"] = keras.activations.linear
    return twin


def logit_of(head: Head, output: Any, before: Any, derived: bool) -> Any:
    """The logits of one output as a tensor (n, units), from its value and what is known of it.

    Raises:
        UndefinedError: they cannot be told, or there is no single answer for an image.
    """
    shape = tuple(output.shape)
    if len(shape) > 2:
        raise shapeless(head, shape)
    if not is_told(head, before, derived):
        raise _untold(head, derived)
    found = output if before is None else before
    return found if len(shape) == 2 else found[:, None]


def is_told(head: Head, before: Any, derived: bool) -> bool:
    """Whether the logit of an output can be told, from what a walk found out about its value."""
    return not derived and (before is not None or head.kind == "logits")


def _untold(head: Head, derived: bool) -> UndefinedError:
    if derived:
        return UndefinedError(
            f"Output '{head.name}' of the model is computed from probabilities that a softmax or "
            "sigmoid gave before, so there is no logit of its own to explain."
        )
    return UndefinedError(
        f"Output '{head.name}' of the model ends in a {head.kind} whose argument cannot be "
        "read, so there is no logit to explain."
    )


def shapeless(head: Head, shape: Sequence[int | None]) -> UndefinedError:
    """What is said of an output that is an image or a volume itself."""
    return UndefinedError(
        f"Output '{head.name}' of the model gives {sides(shape)} values for an image, and what can "
        "be explained is one answer: a value, or one for each class."
    )
