"""Receptive fields: how much of the input one unit of a layer can see."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import keras

from reportgen.probing import graphs


@dataclass(frozen=True)
class Field:
    """What a unit sees of the input along one axis: `size` pixels; neighbors lie `jump` apart."""

    size: float = 1.0
    jump: float = 1.0


_WINDOWS = tuple(
    getattr(keras.layers, f"{kind}{rank}D")
    for rank in "123"
    for kind in ("Conv", "MaxPooling", "AveragePooling")
) + tuple(
    getattr(keras.layers, f"{kind}Conv{rank}D")
    for rank in "12"
    for kind in ("Depthwise", "Separable")
)
_TRANSPOSED = tuple(getattr(keras.layers, f"Conv{rank}DTranspose") for rank in "123")
_UPSAMPLING = tuple(getattr(keras.layers, f"UpSampling{rank}D") for rank in "123")
_POINTWISE = tuple(
    getattr(keras.layers, name)
    for name in [
        *["Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "Identity"],
        *["BatchNormalization", "Normalization", "Rescaling", "Dropout", "SpatialDropout1D"],
        *["SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout"],
        *["ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D"],
        *["Cropping3D", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"],
        *["Concatenate", "Dense"],
    ]
)

_OPERATIONS = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Relu"}
"""Operations of `keras.ops` that leave every position where it is."""


def receptive_field(model: Any, name: str) -> int | None:
    """Side of the input region that one unit of a layer can see, in pixels.

    The longer side where a kernel is not square; branches that meet count with their largest.
    Padding is part of it: near the border a unit sees less of the image. Of a layer that is used
    several times, its first use.

    Args:
        model: a Sequential or Functional model, nested to any depth.
        name: path of the layer.

    Returns:
        Pixels, or None where no number can be told: behind a layer that mixes all positions, or
        whose reach is not known.

    Raises:
        UndefinedError: the model's inside cannot be reached.
    """
    seen: dict[str, Any] = {}

    def keep(path: str, fields: Any) -> Any:
        seen.setdefault(path, fields)
        return fields

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return keep(path, _through(layer, (args, kwargs)))

    start = [_Seen((Field(), Field(), Field())) for _ in graphs.require_graph(model).inputs]
    graphs.walk(model, start, call, keep)
    found = seen.get(name)
    if not isinstance(found, _Seen) or found.fields is None:
        return None
    return round(max(field.size for field in found.fields))


class _Seen:
    """What every unit of a tensor sees along up to three axes; `fields` is None if unknown."""

    def __init__(self, fields: tuple[Field, ...] | None) -> None:
        self.fields = fields


def _through(layer: Any, arguments: Any) -> _Seen:
    given = [value for value in keras.tree.flatten(arguments) if isinstance(value, _Seen)]
    known = [value.fields for value in given if value.fields is not None]
    if len(known) < len(given) or not known:
        return _Seen(None)
    joined = tuple(
        Field(max(f.size for f in axis), max(f.jump for f in axis))
        for axis in zip(*known, strict=True)
    )
    return _Seen(_after(layer, joined))


def _after(layer: Any, fields: tuple[Field, ...]) -> tuple[Field, ...] | None:
    if isinstance(layer, _TRANSPOSED):
        return _each(_transposed, fields, layer.kernel_size, layer.strides)
    if isinstance(layer, _WINDOWS):
        kernel = getattr(layer, "kernel_size", None) or layer.pool_size
        dilation = getattr(layer, "dilation_rate", 1)
        return _each(_window, fields, kernel, layer.strides, dilation)
    if isinstance(layer, _UPSAMPLING):
        return _each(_enlarged, fields, layer.size)
    plain = isinstance(layer, _POINTWISE) or type(layer).__name__ in _OPERATIONS
    return fields if plain else None


def _each(rule: Any, fields: tuple[Field, ...], *settings: Any) -> tuple[Field, ...]:
    """A rule applied along each axis; a single setting counts for all of them."""
    spread = [s if isinstance(s, tuple | list) else (s,) * len(fields) for s in settings]
    rank = min([len(fields), *map(len, spread)])
    return tuple(rule(fields[axis], *(s[axis] for s in spread)) for axis in range(rank))


def _window(field: Field, kernel: int, stride: int, dilation: int) -> Field:
    return Field(field.size + (kernel - 1) * dilation * field.jump, field.jump * stride)


def _transposed(field: Field, kernel: int, stride: int) -> Field:
    return Field(field.size + (ceil(kernel / stride) - 1) * field.jump, field.jump / stride)


def _enlarged(field: Field, times: int) -> Field:
    return Field(field.size, field.jump / times)
