"""Backward rules at a ReLU, however a model writes it, while the model stays as it is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import keras
import numpy as np
import tensorflow as tf

from reportgen.network.graph import Arguments, Call, Keywords, is_graph, run, walk
from reportgen.network.keras_internals import attributes, is_activation_relu, operation_name
from reportgen.types import Json, Layer, Model, Tensor

RULES = ("gradient", "deconvnet", "guided")

Function = Callable[..., Tensor]
"""A function, layer or operation that computes tensors."""


@dataclass(frozen=True)
class Rectifier:
    """f(z) = cap from the cap on, z from the threshold on, slope * (z - threshold) below it."""

    slope: float = 0.0
    cap: float | None = None
    threshold: float = 0.0


@dataclass
class ReluRecord:
    """Paths of the ReLUs that a traced walk met, one for each use.

    Attributes:
        replaced: ReLUs that follow the rule.
        leaky: those among them that have a slope where they are off.
        hidden: layers whose own Python code computes ReLUs, out of reach of the rule.
    """

    replaced: list[str] = field(default_factory=list)
    leaky: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Forget all, before the same walk is traced again."""
        for paths in (self.replaced, self.leaky, self.hidden):
            paths.clear()


# --- which ReLU a function is ------------------------------------------------------------------

_FUNCTIONS: tuple[tuple[Function, Rectifier], ...] = (
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
_KEYWORDS = {
    "negative_slope": "slope",
    "alpha": "slope",
    "max_value": "cap",
    "threshold": "threshold",
}
_OPERATIONS = {"Relu": Rectifier(), "Relu6": Rectifier(cap=6.0)}


def rectifier_of(function: Function) -> Rectifier | None:
    """The ReLU that a function, layer or operation is; None where it is something else."""
    if isinstance(function, functools.partial):
        base = rectifier_of(function.func)
        known = base and not function.args and function.keywords.keys() <= _KEYWORDS.keys()
        return _with_keywords(base, function.keywords) if base and known else None
    for known_function, rectifier in _FUNCTIONS:
        if function is known_function:
            return rectifier
    return _of_object(function)


def _with_keywords(base: Rectifier, keywords: Keywords) -> Rectifier:
    return replace(base, **{_KEYWORDS[name]: value for name, value in keywords.items()})


def _of_object(function: Layer) -> Rectifier | None:
    if _computes_as(function, keras.layers.ReLU) or is_activation_relu(function):
        slope, cap = float(function.negative_slope), function.max_value
        return Rectifier(slope, None if cap is None else float(cap), float(function.threshold))
    if _computes_as(function, keras.layers.LeakyReLU):
        return Rectifier(slope=float(function.negative_slope))
    name = operation_name(function)
    if name == "LeakyRelu":
        return Rectifier(slope=float(function.negative_slope))
    return _OPERATIONS.get(name)


def _computes_as(layer: Layer, kind: type[Layer]) -> bool:
    """Whether a layer is of this kind and has no `call` of its own."""
    return isinstance(layer, kind) and type(layer).call is kind.call


def _clips_at_zero(layer: Layer, args: Arguments) -> bool:
    """Whether it is `keras.ops.maximum` of a tensor and the number 0."""
    if type(layer).__name__ != "Maximum" or isinstance(layer, keras.layers.Layer):
        return False
    numbers = [value for value in args if isinstance(value, int | float | np.ndarray)]
    return len(args) == 2 and len(numbers) == 1 and not np.any(numbers[0])


# --- the rules ---------------------------------------------------------------------------------


def backward(rule: str, rectifier: Rectifier, z: Tensor, above: Tensor) -> Tensor:
    """What a rule hands down at a ReLU: tensors of z's shape, `above` being R."""
    kept = above if rule == "gradient" else tf.nn.relu(above)
    return kept if rule == "deconvnet" else kept * tf.cast(_slope(rectifier, z), kept.dtype)


def _slope(rectifier: Rectifier, z: Tensor) -> Tensor:
    """f'(z), that of the lower piece where two pieces meet, and 0 at the cap."""
    slope = tf.where(z > rectifier.threshold, tf.ones_like(z), rectifier.slope * tf.ones_like(z))
    return slope if rectifier.cap is None else tf.where(z < rectifier.cap, slope, 0)


def ruled_call(rule: str, record: ReluRecord) -> Call:
    """How to compute a layer in `graph.walk` so that its ReLUs follow a backward rule.

    Args:
        rule: one of `RULES`.
        record: is filled while a graph is traced.
    """

    def call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        if rule == "gradient":
            return run(layer, args, kwargs)
        return _RuledCall(rule, path, record).run(layer, args, kwargs)

    return call


_KERNELS = ("Relu", "Relu6", "LeakyRelu")


class _RuledCall:
    """Computes one layer with the rule at every ReLU in it."""

    def __init__(self, rule: str, path: str, record: ReluRecord) -> None:
        self.rule, self.path, self.record = rule, path, record
        self.own_kernels, self.is_foreign = 0, False

    def run(self, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        rectifier = rectifier_of(layer)
        if rectifier is not None and args:
            return self._apply(rectifier, functools.partial(_run, layer), *args, **kwargs)
        if _clips_at_zero(layer, args):
            value = next(each for each in args if tf.is_tensor(each))
            return self._apply(Rectifier(), lambda z: tf.maximum(z, tf.zeros_like(z)), value)
        self.is_foreign = _is_foreign(layer)
        before = self._count_kernels()
        output = run(self._twin(layer, {}) or layer, args, kwargs)
        if self._count_kernels() - before > self.own_kernels:
            self.record.hidden.append(self.path)
        return output

    def _count_kernels(self) -> int:
        """How many ReLU kernels the graph being traced holds so far; 0 for code of Keras' own,
        which builds other functions of ReLUs."""
        graph: tf.Graph = tf.compat.v1.get_default_graph()
        operations = graph.get_operations() if self.is_foreign else ()
        return sum(operation.type in _KERNELS for operation in operations)

    def _apply(
        self, rectifier: Rectifier, forward: Function, *args: Tensor, **kwargs: Tensor
    ) -> Tensor:
        """Forward as it was, backward by the rule."""
        before = self._count_kernels()

        def ruled(z: Tensor) -> tuple[Tensor, Function]:
            def back(above: Tensor) -> Tensor:
                return tf.cast(backward(self.rule, rectifier, z, above), z.dtype)

            return forward(z, *args[1:], **kwargs), back

        output = tf.custom_gradient(ruled)(tf.convert_to_tensor(args[0]))
        self.record.replaced.append(self.path)
        if rectifier.slope:
            self.record.leaky.append(self.path)
        self.own_kernels += self._count_kernels() - before
        return output

    def _twin(self, layer: Layer, known: dict[int, Layer | None]) -> Layer | None:
        """A layer that shares all with this one but its ReLUs; None where it has none."""
        if id(layer) in known:
            return known[id(layer)]
        known[id(layer)] = None
        changed = {key: self._stand_in(value, known) for key, value in attributes(layer).items()}
        changed = {key: value for key, value in changed.items() if value is not None}
        if not changed:
            return None
        twin = object.__new__(type(layer))
        twin.__dict__.update({**vars(layer), **changed})
        known[id(layer)] = twin
        return twin

    def _stand_in(self, value: Json, known: dict[int, Layer | None]) -> Json:
        """What stands in for an attribute of a layer; None where it may stay."""
        rectifier = rectifier_of(value)
        if rectifier is not None:
            return functools.partial(self._apply, rectifier, functools.partial(_run, value))
        if isinstance(value, keras.Model) and is_graph(value):
            return functools.partial(self._run_model, value)
        if isinstance(value, keras.layers.Layer):
            return self._twin(value, known)
        if isinstance(value, list | tuple):
            others = [self._stand_in(each, known) for each in value]
            if any(other is not None for other in others):
                pairs = zip(value, others, strict=True)
                return [each if other is None else other for each, other in pairs]
        return None

    def _run_model(self, model: Model, inputs: Json, **_: Json) -> Json:
        """A model inside a layer, computed layer by layer."""
        call = ruled_call(self.rule, self.record)
        before = self._count_kernels()
        output = walk(model, inputs, call, prefix=f"{self.path}/{model.name}/")
        self.own_kernels += self._count_kernels() - before
        return output


def _run(function: Function, *args: Tensor, **kwargs: Tensor) -> Tensor:
    is_operation = isinstance(function, keras.Operation)
    return run(function, args, kwargs) if is_operation else function(*args, **kwargs)


def _is_foreign(layer: Layer) -> bool:
    """Whether Python code that is not Keras' own computes a layer, or its activation."""
    activation = getattr(layer, "activation", None)
    own_activation = activation is not None and not _is_from_keras(activation)
    is_lambda = isinstance(layer, keras.layers.Lambda)
    return own_activation or is_lambda or not _is_from_keras(type(layer))


def _is_from_keras(function: Function) -> bool:
    return str(getattr(function, "__module__", "")).partition(".")[0] == "keras"
