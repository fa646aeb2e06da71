"""What one call of a layer is, in a few words. Needs no Keras: layers tell by their settings."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Any

from reportgen.figures.architecture.parts import Told
from reportgen.network.dependencies import Shape, Step
from reportgen.network.input_values import value_text as said
from reportgen.network.inputs import HeldInput
from reportgen.network.layers import convolution, is_conv

_SHORT = {"BatchNormalization": "batch norm", "LayerNormalization": "layer norm",
          "GroupNormalization": "group norm", "UnitNormalization": "unit norm",
          "SpatialDropout2D": "dropout", "ReLU": "relu", "LeakyReLU": "leaky relu"}  # fmt: skip


def told(step: Step, given: Sequence[Shape], params: int) -> Told:
    """A step in words.

    Args:
        step: the step.
        given: shapes of what it takes.
        params: that are counted as its own.
    """
    shape = step.shapes[0] if step.shapes else ()
    kind = _role(step, given)
    what, width = _what(step, kind)
    fused = kind not in ("extra", "input", "padding")
    extras = _fused(convolution(step.layer) or step.layer) if fused else ()
    return Told(step.path, kind, what, width, extras, shape, params)


def is_input(step: Step) -> bool:
    """Whether it is an input of the network; one that is held at a value takes nothing in."""
    return step.layer is None or isinstance(step.layer, HeldInput)


def role(step: Told, known: Container[str]) -> str:
    """The role of a step if it is known, else "other"."""
    return step.role if step.role in known else "other"


def _role(step: Step, given: Sequence[Shape]) -> str:
    layer, kind = step.layer, step.type
    if is_input(step):
        return "input"
    if is_conv(layer):
        return "conv"
    if "Pooling" in kind:
        return "pool"
    if kind.endswith("Dense"):
        return "dense"
    if len(given) > 1:
        return "join"
    plain = not getattr(layer, "weights", ()) or "Normalization" in kind or kind == "PReLU"
    unchanged = len(given) == 1 and step.shapes[:1] == tuple(given)
    if kind.startswith(("ZeroPadding", "Cropping")):
        return "padding"
    return "extra" if plain and unchanged else "other"


def _what(step: Step, kind: str) -> tuple[str, int | None]:
    """In words, and the number of channels or units where the layer chooses it."""
    layer, name = step.layer, step.type
    if kind == "conv":
        inside = convolution(layer)
        return _conv(inside, type(inside).__name__), getattr(inside, "filters", None)
    if kind == "pool":
        return _pool(layer, name), None
    if kind == "dense":
        return "dense", getattr(layer, "units", None) or step.shapes[0][-1]
    if kind == "input":
        return "input" if layer is None else f"input held at {said(layer.value)}", None
    if kind == "extra":
        return _extra(layer, name), None
    return _spaced(name), None


def _conv(layer: Any, name: str) -> str:
    special = {"Depthwise": "depthwise ", "Separable": "separable "}
    kind = next((word for start, word in special.items() if name.startswith(start)), "")
    kind = "transposed " if "Transpose" in name else kind
    return f"{_sides(layer.kernel_size)} {kind}conv{_steps(layer)}"


def _steps(layer: Any) -> str:
    stride, dilation = tuple(layer.strides), tuple(getattr(layer, "dilation_rate", (1,)))
    text = f", stride {_once(stride)}" if set(stride) != {1} else ""
    return text + (f", dilation {_once(dilation)}" if set(dilation) != {1} else "")


def _pool(layer: Any, name: str) -> str:
    kind = "max" if "Max" in name else "average"
    if name.startswith("Global") or not hasattr(layer, "pool_size"):
        return f"global {kind} pooling"
    return f"{_sides(layer.pool_size)} {kind} pooling"


def _extra(layer: Any, name: str) -> str:
    if name == "Identity":
        return ""
    if name == "Activation":
        return _activation(layer) or "linear"
    return _SHORT.get(name) or _spaced(name)


def _fused(layer: Any) -> tuple[str, ...]:
    word = _activation(layer)
    return (word,) if word else ()


def _activation(layer: Any) -> str:
    """The name of its activation function; "" for none."""
    found = getattr(layer, "activation", None)
    name = str(getattr(found, "__name__", "") or type(found).__name__) if callable(found) else ""
    return "" if name == "linear" else name.replace("_", " ")


def _sides(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides)) if len(sides) > 1 else str(sides[0])


def _once(sides: Sequence[int]) -> str:
    return str(sides[0]) if len(set(sides)) == 1 else _sides(sides)


def _spaced(name: str) -> str:
    """ "ZeroPadding2D" as "zero padding"."""
    plain = re.sub(r"[123]D$", "", name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain).lower().replace("_", " ")
