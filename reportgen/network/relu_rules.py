"""Backward rules at a ReLU, however a model writes it, while the model stays as it is."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.network.graph import Call, is_graph, run, walk
from reportgen.network.keras_internals import attributes, is_activation_relu, operation_name
from reportgen.types import Model

RULES = ("gradient", "deconvnet", "guided")


@dataclass(frozen=True)
class Rectifier:
    """f(z) = cap from the cap on, z from the threshold on, slope * (z - threshold) below it."""

    slope: float = 0.0
    cap: float | None = None
    threshold: float = 0.0


@dataclass
class Handled:
    """What a traced walk met: paths of ReLUs whose rule was replaced, one for each use, of those
    among them that are leaky, and of layers that compute ReLUs which could not be reached (inside
    Python code of their own)."""

    replaced: list[str] = field(default_factory=list)
    leaky: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Forget all, before the same walk is traced again."""
        for met in (self.replaced, self.leaky, self.hidden):
            met.clear()


_FUNCTIONS: tuple[tuple[Any, Rectifier], ...] = (
    (keras.activations.relu, Rectifier()),
    (keras.ops.relu, Rectifier()),
    (tf.nn.relu, Rectifier()),
    (keras.activations.relu6, Rectifier(cap=6.0)),
    (keras.ops.relu6, Rectifier(cap=6.0)),
    (tf.nn.relu6, Rectifier(cap=6.0)),
    (keras.activations.leaky_relu, Rectifier(slope=0.2)),
    (keras.ops.leaky_relu, Rectifier(slope=0.2)),
    (tf.nn.leaky_relu, Rectifier(slope=0.2)),
)
_WORDS = {"negative_slope": "slope", "alpha": "slope", "max_value": "cap", "threshold": "threshold"}
_OPERATIONS = {"Relu": Rectifier(), "Relu6": Rectifier(cap=6.0)}
_KERNELS = ("Relu", "Relu6", "LeakyRelu")


def rectifier_of(thing: Any) -> Rectifier | None:
    """The ReLU that a function, layer or operation is; None where it is something else."""
    if isinstance(thing, functools.partial):
        base = rectifier_of(thing.func)
        known = base and not thing.args and thing.keywords.keys() <= _WORDS.keys()
        return _changed(base, thing.keywords) if base and known else None
    for function, rectifier in _FUNCTIONS:
        if thing is function:
            return rectifier
    return _of_object(thing)


def runner(rule: str, handled: Handled) -> Call:
    """How to compute a layer in `graphs.walk` so that its ReLUs follow a backward rule.

    Args:
        rule: one of `RULES`.
        handled: is filled while a graph is traced.
    """

    def compute(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if rule == "gradient":
            return run(layer, args, kwargs)
        return _Ruled(rule, path, handled).run(layer, args, kwargs)

    return compute


def backward(rule: str, rectifier: Rectifier, z: Any, above: Any) -> Any:
    """What a rule hands down at a ReLU: tensors of z's shape, `above` being R."""
    kept = above if rule == "gradient" else tf.nn.relu(above)
    return kept if rule == "deconvnet" else kept * tf.cast(_slope(rectifier, z), kept.dtype)


def _slope(rectifier: Rectifier, z: Any) -> Any:
    """f'(z), that of the lower piece where two pieces meet, and 0 at the cap."""
    slope = tf.where(z > rectifier.threshold, tf.ones_like(z), rectifier.slope * tf.ones_like(z))
    return slope if rectifier.cap is None else tf.where(z < rectifier.cap, slope, 0)


class _Ruled:
    """Computes one layer with the rule at every ReLU in it."""

    def __init__(self, rule: str, path: str, handled: Handled) -> None:
        self.rule, self.path, self.handled = rule, path, handled
        self.own, self.foreign = 0, False

    def run(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        rectifier = rectifier_of(layer)
        if rectifier is not None and args:
            return self._apply(rectifier, functools.partial(_run, layer), *args, **kwargs)
        if _clips_at_zero(layer, args):
            value = next(one for one in args if tf.is_tensor(one))
            return self._apply(Rectifier(), lambda z: tf.maximum(z, tf.zeros_like(z)), value)
        self.foreign = _foreign(layer)
        before = self._kernels()
        output = run(self._twin(layer, {}) or layer, args, kwargs)
        if self._kernels() - before > self.own:
            self.handled.hidden.append(self.path)
        return output

    def _kernels(self) -> int:
        """How many ReLU kernels the graph being traced holds so far; asked only of code that is
        not Keras' own, as Keras builds other functions of ReLUs."""
        graph: Any = tf.compat.v1.get_default_graph()
        operations = graph.get_operations() if self.foreign else ()
        return sum(operation.type in _KERNELS for operation in operations)

    def _apply(self, rectifier: Rectifier, forward: Any, *args: Any, **kwargs: Any) -> Any:
        """Forward as it was, backward by the rule."""
        before = self._kernels()

        def ruled(z: Any) -> Any:
            def back(above: Any) -> Any:
                return tf.cast(backward(self.rule, rectifier, z, above), z.dtype)

            return forward(z, *args[1:], **kwargs), back

        output = tf.custom_gradient(ruled)(tf.convert_to_tensor(args[0]))
        self.handled.replaced.append(self.path)
        if rectifier.slope:
            self.handled.leaky.append(self.path)
        self.own += self._kernels() - before
        return output

    def _twin(self, layer: Any, known: dict[int, Any]) -> Any:
        """A layer that shares all with this one but its ReLUs; None where it has none."""
        if id(layer) in known:
            return known[id(layer)]
        known[id(layer)] = None
        changed = {key: self._instead(value, known) for key, value in attributes(layer).items()}
        changed = {key: value for key, value in changed.items() if value is not None}
        if not changed:
            return None
        twin = object.__new__(type(layer))
        twin.__dict__.update({**vars(layer), **changed})
        known[id(layer)] = twin
        return twin

    def _instead(self, value: Any, known: dict[int, Any]) -> Any:
        """What stands in for an attribute of a layer; None where it may stay."""
        rectifier = rectifier_of(value)
        if rectifier is not None:
            return functools.partial(self._apply, rectifier, functools.partial(_run, value))
        if isinstance(value, keras.Model) and is_graph(value):
            return functools.partial(self._through, value)
        if isinstance(value, keras.layers.Layer):
            return self._twin(value, known)
        if isinstance(value, list | tuple):
            others = [self._instead(one, known) for one in value]
            if any(other is not None for other in others):
                pairs = zip(value, others, strict=True)
                return [one if other is None else other for one, other in pairs]
        return None

    def _through(self, model: Model, inputs: Any, **_: Any) -> Any:
        """A model inside a layer, computed layer by layer."""
        call = runner(self.rule, self.handled)
        before = self._kernels()
        found = walk(model, inputs, call, prefix=f"{self.path}/{model.name}/")
        self.own += self._kernels() - before
        return found


def _run(thing: Any, *args: Any, **kwargs: Any) -> Any:
    is_operation = isinstance(thing, keras.Operation)
    return run(thing, args, kwargs) if is_operation else thing(*args, **kwargs)


def _changed(base: Rectifier, given: dict[str, Any]) -> Rectifier:
    return replace(base, **{_WORDS[word]: value for word, value in given.items()})


def _of_object(thing: Any) -> Rectifier | None:
    if _is(thing, keras.layers.ReLU) or is_activation_relu(thing):
        slope, cap = float(thing.negative_slope), thing.max_value
        return Rectifier(slope, None if cap is None else float(cap), float(thing.threshold))
    if _is(thing, keras.layers.LeakyReLU):
        return Rectifier(slope=float(thing.negative_slope))
    name = operation_name(thing)
    if name == "LeakyRelu":
        return Rectifier(slope=float(thing.negative_slope))
    return _OPERATIONS.get(name)


def _is(thing: Any, kind: Any) -> bool:
    """Whether it is of this kind and computes as the kind does."""
    return isinstance(thing, kind) and type(thing).call is kind.call


def _clips_at_zero(layer: Any, args: tuple[Any, ...]) -> bool:
    """Whether it is `keras.ops.maximum` of a tensor and the number 0."""
    if type(layer).__name__ != "Maximum" or isinstance(layer, keras.layers.Layer):
        return False
    numbers = [one for one in args if isinstance(one, int | float | np.ndarray)]
    return len(args) == 2 and len(numbers) == 1 and not np.any(numbers[0])


def _foreign(layer: Any) -> bool:
    """Whether Python code that is not Keras' own computes it, or its activation."""
    activation = getattr(layer, "activation", None)
    strange = activation is not None and not _from_keras(activation)
    return strange or isinstance(layer, keras.layers.Lambda) or not _from_keras(type(layer))


def _from_keras(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] == "keras"
