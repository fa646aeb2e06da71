"""One call of a layer in a few words, read from its settings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportgen.figures.architecture.stages import StepText
from reportgen.network.dependencies import Shape, Step
from reportgen.network.input_values import value_text
from reportgen.network.inputs import HeldInput
from reportgen.network.layers import convolution, is_conv
from reportgen.types import Layer

_SHORT = {"BatchNormalization": "batch norm", "LayerNormalization": "layer norm",
          "GroupNormalization": "group norm", "UnitNormalization": "unit norm",
          "SpatialDropout2D": "dropout", "ReLU": "relu", "LeakyReLU": "leaky relu"}  # fmt: skip


def describe(step: Step, inputs: Sequence[Shape], params: int) -> StepText:
    """A step in words.

    Args:
        step: the step.
        inputs: shapes of its inputs.
        params: that are counted as its own.
    """
    shape = step.shapes[0] if step.shapes else ()
    role = _role(step, inputs)
    what, width = _what(step, role)
    alone = role in ("extra", "input", "padding")
    extras = () if alone else _fused(convolution(step.layer) or step.layer)
    return StepText(step.path, role, what, width, extras, shape, params)


def is_input(step: Step) -> bool:
    """Whether a step is an input of the network; an input held at a value counts too."""
    return step.layer is None or isinstance(step.layer, HeldInput)


def _role(step: Step, inputs: Sequence[Shape]) -> str:
    layer, kind = step.layer, step.type
    if is_input(step):
        return "input"
    if is_conv(layer):
        return "conv"
    if "Pooling" in kind:
        return "pool"
    if kind.endswith("Dense"):
        return "dense"
    if len(inputs) > 1:
        return "join"
    plain = not getattr(layer, "weights", ()) or "Normalization" in kind or kind == "PReLU"
    unchanged = len(inputs) == 1 and step.shapes[:1] == tuple(inputs)
    if kind.startswith(("ZeroPadding", "Cropping")):
        return "padding"
    return "extra" if plain and unchanged else "other"


def _what(step: Step, role: str) -> tuple[str, int | None]:
    """The step in words, and its number of channels or units where the layer chooses it."""
    layer, name = step.layer, step.type
    if role == "conv":
        inside = convolution(layer)
        return _conv(inside, type(inside).__name__), getattr(inside, "filters", None)
    if role == "pool":
        return _pool(layer, name), None
    if role == "dense":
        return "dense", getattr(layer, "units", None) or step.shapes[0][-1]
    if role == "input":
        return "input" if layer is None else f"input held at {value_text(layer.value)}", None
    if role == "extra":
        return _extra(layer, name), None
    return _spaced(name), None


def _conv(layer: Layer, name: str) -> str:
    special = {"Depthwise": "depthwise ", "Separable": "separable "}
    kind = next((word for start, word in special.items() if name.startswith(start)), "")
    kind = "transposed " if "Transpose" in name else kind
    return f"{_sides(layer.kernel_size)} {kind}conv{_steps(layer)}"


def _steps(layer: Layer) -> str:
    stride, dilation = tuple(layer.strides), tuple(getattr(layer, "dilation_rate", (1,)))
    text = f", stride {_once(stride)}" if set(stride) != {1} else ""
    return text + (f", dilation {_once(dilation)}" if set(dilation) != {1} else "")


def _pool(layer: Layer, name: str) -> str:
    kind = "max" if "Max" in name else "average"
    if name.startswith("Global") or not hasattr(layer, "pool_size"):
        return f"global {kind} pooling"
    return f"{_sides(layer.pool_size)} {kind} pooling"


def _extra(layer: Layer, name: str) -> str:
    if name == "Identity":
        return ""
    if name == "Activation":
        return _activation(layer) or "linear"
    return _SHORT.get(name) or _spaced(name)


def _fused(layer: Layer) -> tuple[str, ...]:
    word = _activation(layer)
    return (word,) if word else ()


def _activation(layer: Layer) -> str:
    """The name of its activation function; "" for none."""
    function = getattr(layer, "activation", None)
    if not callable(function):
        return ""
    name = str(getattr(function, "__name__", "") or type(function).__name__)
    return "" if name == "linear" else name.replace("_", " ")


def _sides(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides)) if len(sides) > 1 else str(sides[0])


def _once(sides: Sequence[int]) -> str:
    return str(sides[0]) if len(set(sides)) == 1 else _sides(sides)


def _spaced(name: str) -> str:
    """ "ZeroPadding2D" as "zero padding"."""
    plain = re.sub(r"[123]D$", "", name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain).lower().replace("_", " ")
