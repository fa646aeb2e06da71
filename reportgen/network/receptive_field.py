"""Receptive fields: how much of the input one unit of a layer can see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import keras

from reportgen.network.graph import Arguments, Keywords, for_each_output
from reportgen.network.inputs import HeldInput
from reportgen.network.layers import acting
from reportgen.network.network import Network
from reportgen.types import Json, Layer


@dataclass(frozen=True)
class Field:
    """The receptive fields of a layer's units along one axis of the input.

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


def receptive_field(network: Network, path: str) -> int | None:
    """Side of the input region that one unit of a layer can see, in pixels.

    The longer side where a kernel is not square; branches that meet count with their largest.
    Padding is part of it: near the border a unit sees less of the image.

    Args:
        network: with a graph, nested to any depth.
        path: of the layer; `conv[1]` is its second use.

    Returns:
        Pixels, or None where the field is unknown: behind a layer that mixes all positions, or
        whose reach is unknown.

    Raises:
        UndefinedError: the model's inside cannot be reached.
    """
    fields = _fields(network, path, (None, None, None))
    return None if fields is None else round(max(field.size for field in fields))


def window(
    network: Network, path: str, unit: tuple[int, ...], size: tuple[int, ...]
) -> tuple[slice, ...] | None:
    """The part of an image that one unit of a layer can see, cut at the image's border.

    Args:
        network, path: as in `receptive_field`.
        unit: its position in the map, e.g. (row, column).
        size: of the image, as many sides.

    Returns:
        A slice of pixels for each axis; None where it is unknown.
    """
    fields = _fields(network, path, size)
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
    network: Network, path: str, size: tuple[int, ...]
) -> tuple[tuple[float, float], ...] | None:
    """Where the units of a layer begin and end along each axis of an image of this size.

    A unit lies at the middle of its receptive field, and is as long as its neighbors are apart.

    Args:
        network, path: as in `receptive_field`.
        size: of the image, a number of pixels for each side.

    Returns:
        Both ends in pixels from the image's border; None where they are unknown.
    """
    fields = _fields(network, path, size)
    if fields is None or len(fields) < len(size):
        return None
    spans = []
    for field in fields[: len(size)]:
        if field.start is None or field.length is None:
            return None
        low = field.start + (field.size - field.jump) / 2
        spans.append((low, low + field.length * field.jump))
    return tuple(spans)


def _fields(network: Network, path: str, size: tuple[int | None, ...]) -> tuple[Field, ...] | None:
    """The fields of a layer's units along each axis, for an image of this size."""
    outputs: dict[str, Json] = {}

    def keep(name: str, output: Json) -> Json:
        outputs.setdefault(name, output)
        return output

    def call(name: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        return for_each_output(layer, keep(name, _through(layer, (args, kwargs))))

    start = tuple(Field(length=side) for side in size)
    network.walk([_Value(start) for _ in network.graph.inputs], call, keep)
    output = outputs.get(path)
    return output.fields or None if isinstance(output, _Value) else None


class _Value:
    """Stands for a tensor in a walk: its units' fields along up to three axes.

    `fields` is None if unknown, and () where no unit sees anything of the image.
    """

    def __init__(self, fields: tuple[Field, ...] | None) -> None:
        self.fields = fields


def _through(layer: Layer, arguments: Json) -> _Value:
    """The value behind a layer."""
    if isinstance(layer, HeldInput):
        return _Value(())
    values = [value for value in keras.tree.flatten(arguments) if isinstance(value, _Value)]
    if not values or any(value.fields is None for value in values):
        return _Value(None)
    known = [value.fields for value in values if value.fields]
    if not known:
        return _Value(())
    return _Value(_after(layer, tuple(_merged(axis) for axis in zip(*known, strict=True))))


def _merged(fields: tuple[Field, ...]) -> Field:
    """The fields where branches merge: those of the branch that sees the most."""
    size, jump = max(f.size for f in fields), max(f.jump for f in fields)
    length = fields[0].length if len({f.length for f in fields}) == 1 else None
    starts = [f.start for f in fields if f.start is not None and f.jump == jump]
    return Field(size, jump, min(starts) if len(starts) == len(fields) else None, length)


def _after(layer: Layer, fields: tuple[Field, ...]) -> tuple[Field, ...] | None:
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


Setting = int | str
"""A parameter of a layer that may differ from axis to axis."""


def _each(
    rule: Callable[..., Field], fields: tuple[Field, ...], *settings: Setting | Sequence[Setting]
) -> tuple[Field, ...]:
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


def _margins(layer: Layer, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Padding and cropping layers: the same units, with others added or removed at both ends."""
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
