"""Receptive fields: how much of the input one unit of a layer can see."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import keras

from reportgen.network.graph import for_each_output
from reportgen.network.inputs import HeldInput
from reportgen.network.layers import acting
from reportgen.network.network import Network


@dataclass(frozen=True)
class Field:
    """What units see of the input along one axis.

    `size` pixels each; neighbors lie `jump` apart; the first sees from pixel `start` on, which is
    negative where padding was added. `length` is the number of units. Both are None if unknown.
    """

    size: float = 1.0
    jump: float = 1.0
    start: float | None = 0.0
    length: int | None = None


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
_MARGINS = tuple(
    getattr(keras.layers, f"{kind}{rank}D")
    for rank in "123"
    for kind in ("ZeroPadding", "Cropping")
)
_POINTWISE = tuple(
    getattr(keras.layers, name)
    for name in [
        *["Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "Identity"],
        *["BatchNormalization", "Normalization", "Rescaling", "Dropout", "SpatialDropout1D"],
        *["SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout"],
        *["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dense"],
    ]
)

_OPERATIONS = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Relu"}
"""Operations of `keras.ops` that leave every position where it is."""


def receptive_field(network: Network, name: str) -> int | None:
    """Side of the input region that one unit of a layer can see, in pixels.

    The longer side where a kernel is not square; branches that meet count with their largest.
    Padding is part of it: near the border a unit sees less of the image.

    Args:
        model: a Sequential or Functional model, nested to any depth.
        name: path of the layer; `conv[1]` is its second use.

    Returns:
        Pixels, or None where no number can be told: behind a layer that mixes all positions, or
        whose reach is not known.

    Raises:
        UndefinedError: the model's inside cannot be reached.
    """
    fields = _fields(network, name, (None, None, None))
    return None if fields is None else round(max(field.size for field in fields))


def window(
    network: Network, name: str, unit: tuple[int, ...], size: tuple[int, ...]
) -> tuple[slice, ...] | None:
    """The part of an image that one unit of a layer can see, cut at the image's border.

    Args:
        model: as in `receptive_field`.
        name: path of the layer.
        unit: its position in the map, e.g. (row, column).
        size: of the image, as many sides.

    Returns:
        A slice of pixels for each axis; None where it cannot be told.
    """
    fields = _fields(network, name, size)
    if fields is None or len(fields) < len(unit):
        return None
    slices = []
    for place, side, field in zip(unit, size, fields, strict=False):
        if field.start is None:
            return None
        first = field.start + place * field.jump
        low, high = max(0, floor(first)), min(side, ceil(first + field.size))
        slices.append(slice(low, max(high, low + 1)))
    return tuple(slices)


def centers(
    network: Network, name: str, size: tuple[int, ...]
) -> tuple[tuple[float, float], ...] | None:
    """Along each axis of an image of this size, from where to where the units of a layer lie.

    A unit lies at the middle of what it can see, and takes up as much as its neighbors are apart.

    Args:
        model, name: as in `receptive_field`.
        size: of the image, a number of pixels for each side.

    Returns:
        Ends in pixels from the image's border; None where they cannot be told.
    """
    fields = _fields(network, name, size)
    if fields is None or len(fields) < len(size):
        return None
    spans = []
    for field in fields[: len(size)]:
        if field.start is None or field.length is None:
            return None
        low = field.start + (field.size - field.jump) / 2
        spans.append((low, low + field.length * field.jump))
    return tuple(spans)


def _fields(network: Network, name: str, size: tuple[int | None, ...]) -> tuple[Field, ...] | None:
    """The fields of a layer's units along each axis, for an image of this size."""
    seen: dict[str, Any] = {}

    def keep(path: str, fields: Any) -> Any:
        seen.setdefault(path, fields)
        return fields

    def call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return for_each_output(layer, keep(path, _through(layer, (args, kwargs))))

    start = tuple(Field(length=side) for side in size)
    inputs = network.graph.inputs
    network.walk([_Seen(start) for _ in inputs], call, keep)
    found = seen.get(name)
    return found.fields or None if isinstance(found, _Seen) else None


class _Seen:
    """What every unit of a tensor sees along up to three axes.

    `fields` is None if unknown, and () for what sees nothing of the image.
    """

    def __init__(self, fields: tuple[Field, ...] | None) -> None:
        self.fields = fields


def _through(layer: Any, arguments: Any) -> _Seen:
    if isinstance(layer, HeldInput):
        return _Seen(())
    given = [value for value in keras.tree.flatten(arguments) if isinstance(value, _Seen)]
    if not given or any(value.fields is None for value in given):
        return _Seen(None)
    known = [value.fields for value in given if value.fields]
    if not known:
        return _Seen(())
    return _Seen(_after(layer, tuple(_joined(axis) for axis in zip(*known, strict=True))))


def _joined(fields: tuple[Field, ...]) -> Field:
    """What units see of branches that meet: as far as the branch that sees the most."""
    size, jump = max(f.size for f in fields), max(f.jump for f in fields)
    length = fields[0].length if len({f.length for f in fields}) == 1 else None
    starts = [f.start for f in fields if f.start is not None and f.jump == jump]
    return Field(size, jump, min(starts) if len(starts) == len(fields) else None, length)


def _after(layer: Any, fields: tuple[Field, ...]) -> tuple[Field, ...] | None:
    layer = acting(layer) or layer
    if isinstance(layer, _TRANSPOSED):
        return _each(_transposed, fields, layer.kernel_size, layer.strides)
    if isinstance(layer, _WINDOWS):
        kernel = getattr(layer, "kernel_size", None) or layer.pool_size
        dilation = getattr(layer, "dilation_rate", 1)
        padding = getattr(layer, "padding", "valid")
        return _each(_window, fields, kernel, layer.strides, dilation, padding)
    if isinstance(layer, _UPSAMPLING):
        return _each(_enlarged, fields, layer.size)
    if isinstance(layer, _MARGINS):
        return _margins(layer, fields)
    plain = isinstance(layer, _POINTWISE) or type(layer).__name__ in _OPERATIONS
    return fields if plain else None


def _each(rule: Any, fields: tuple[Field, ...], *settings: Any) -> tuple[Field, ...]:
    """A rule applied along each axis; a single setting counts for all of them."""
    spread = [s if isinstance(s, tuple | list) else (s,) * len(fields) for s in settings]
    rank = min([len(fields), *map(len, spread)])
    return tuple(rule(fields[axis], *(s[axis] for s in spread)) for axis in range(rank))


def _window(field: Field, kernel: int, stride: int, dilation: int, padding: str) -> Field:
    reach = (kernel - 1) * dilation
    before, length = _padded(field.length, reach, stride, padding)
    start = None if before is None or field.start is None else field.start - before * field.jump
    return Field(field.size + reach * field.jump, field.jump * stride, start, length)


def _padded(
    length: int | None, reach: int, stride: int, padding: str
) -> tuple[int | None, int | None]:
    """Cells that padding adds before the first one, and the number of units that come out."""
    if padding == "valid":
        return 0, None if length is None else (length - reach - 1) // stride + 1
    units = None if length is None else ceil(length / stride)
    if padding == "causal":
        return reach, units
    if length is None or units is None:
        # With a stride of 1 the padding does not depend on the length.
        return (reach // 2 if stride == 1 else None), None
    return max((units - 1) * stride + reach + 1 - length, 0) // 2, units


def _margins(layer: Any, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Padding and cropping as layers: the same units, others before and after them."""
    sign = -1 if hasattr(layer, "cropping") else 1
    sides = layer.cropping if sign < 0 else layer.padding
    pairs = sides if isinstance(sides[0], tuple | list) else (sides,)
    return tuple(
        Field(
            field.size,
            field.jump,
            None if field.start is None else field.start - sign * before * field.jump,
            None if field.length is None else field.length + sign * (before + after),
        )
        for field, (before, after) in zip(fields, pairs, strict=False)
    )


def _transposed(field: Field, kernel: int, stride: int) -> Field:
    size = field.size + (ceil(kernel / stride) - 1) * field.jump
    return Field(size, field.jump / stride, None)


def _enlarged(field: Field, times: int) -> Field:
    return Field(field.size, field.jump / times, None)
