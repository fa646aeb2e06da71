"""The logit behind each output: the value that enters its softmax or sigmoid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.graph import Call, plain_call, run
from reportgen.network.heads import activation_of, hands_on, is_reshaping, sides
from reportgen.network.keras_internals import kept_logits
from reportgen.network.network import Network
from reportgen.records import Head
from reportgen.types import Array, Floats

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
        self, run: Call, path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
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
        own = kept_logits(output)
        if before is not None and hands_on(layer):
            self._logits.append((output, before))
        elif before is not None and is_reshaping(layer):
            self._logits.append((output, run(layer, (before,), {})))
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


_IMAGES = 8
"""Images that a model is asked with."""

_FAR = 1e6
"""How much brighter and darker they are made: what is not bounded leaves 0..1 by far."""


def require_logits(
    network: Network,
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
        if head.units == 1 and (values <= 1).all() and is_bounded(network, head, inputs):
            raise _unreadable(head, "a probability (it is never outside of 0 and 1)", "it is")
        if head.units > 1 and np.allclose(values.sum(axis=-1), 1, atol=1e-3):
            told = "probabilities (none is negative, and they add up to 1)"
            raise _unreadable(head, told, "they are")


def is_bounded(network: Network, head: Head, inputs: Sequence[Any]) -> bool:
    """Whether a head of one unit, said to give logits, gives nothing outside of 0 and 1.

    Never where its last layer is known to be linear, or where what enters a sigmoid is known.

    Args:
        model: with a graph; is left as it was.
        head: of the model.
        inputs: an array or tensor for each input, as the model takes them, with images of which a
            few do.
    """
    if head.kind != "logits" or head.units != 1 or _is_linear(network.closing(head.index)[1]):
        return False
    # What once left 0..1 is no probability, and need not be asked again for every batch.
    left = ("left 0..1", head.index)
    if network.has_kept(left):
        return False
    few = [np.asarray(array[:_IMAGES]) for array in inputs]
    values = _values(network, head.index, few)
    if np.isnan(values).any():
        return False
    if _leaves(values) or any(_leaves(_values(network, head.index, part)) for part in _far(few)):
        network.keep(left, lambda: True)
    return not network.has_kept(left)


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


def _values(network: Network, output: int, inputs: Sequence[Array]) -> Floats:
    """What an output gives; NaN where it is known what entered its sigmoid."""

    def body(network: Network, *inputs: Any) -> Any:
        endings = Endings()

        def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            return endings.run(plain_call, path, layer, args, kwargs)

        found = keras.tree.flatten(network.walk(list(inputs), call))[output]
        known = endings.logit(found) is not None
        return [tf.cast(found, tf.float32) * (np.nan if known else 1.0)]

    graph = compiled(network, ("bounded", output), body, input_specs(network))
    values: Floats = execute(graph, inputs, network)[0]
    return values


def _unreadable(head: Head, what: str, made: str) -> UndefinedError:
    return UndefinedError(
        f"Output '{head.name}' of the model gives {what}, but what {made} made of cannot be read, "
        "so there is no logit to explain."
    )
