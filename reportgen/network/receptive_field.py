"""Receptive fields: how much of the input one unit of a layer can see.

A walk through the model carries, along each axis of the image, the first and the last pixel that
each unit sees. Where branches meet, a unit sees what the units of all branches see, so that fields
that are shifted against each other add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, lcm

import keras
import numpy as np
from numpy.typing import NDArray

from reportgen.network.channel_order import LAST, channel_orders
from reportgen.network.graph import Arguments, Keywords, for_each_output
from reportgen.network.inputs import HeldInput, reads_channels_first
from reportgen.network.layers import acting
from reportgen.network.network import Network
from reportgen.types import Booleans, Json, Layer

# --- what callers ask --------------------------------------------------------------------------


def receptive_field(network: Network, path: str) -> int | None:
    """Side of the input region that one unit of a layer can see, in pixels.

    The longer side where a kernel is not square, and the largest where units differ, as behind
    upsampling. Padding is part of it: near the border a unit sees less of the image. A gate that
    the whole image decides about (`is_gated`) does not count.

    Args:
        network: with a graph, nested to any depth.
        path: of the layer; `conv[1]` is its second use.

    Returns:
        Pixels, or None where the field is unknown: behind a layer that mixes all positions, or
        whose reach is unknown.

    Raises:
        UndefinedError: the model's inside cannot be reached.
    """
    fields = _fields(network, ()).get(path)
    return None if not fields else max(axis.size for axis in fields)


def is_gated(network: Network, path: str) -> bool:
    """Whether the field of a layer leaves out a gate, as of a squeeze-and-excitation block.

    Through such a factor, which is made of a mean over all positions, each unit depends on the
    whole image.
    """
    gated = network.keep("gated", lambda: {p: v.gated for p, v in _walked(network, ()).items()})
    return gated.get(path, False)


def window(
    network: Network, path: str, unit: tuple[int, ...], size: tuple[int, ...]
) -> tuple[slice, ...] | None:
    """The part of an image that one unit of a layer can see.

    Args:
        network, path: as in `receptive_field`.
        unit: its position in the map, e.g. (row, column).
        size: of the image, as many sides.

    Returns:
        A slice of pixels for each axis, all of them empty for a unit that sees only padding; None
        where it is unknown.
    """
    value = _walked(network, size).get(path)
    axes = value.axes if value is not None else None
    if axes is None or len(axes) < len(unit):
        return None
    pairs = list(zip(axes, unit, strict=False))
    if any(place >= len(axis.low) for axis, place in pairs):
        return None
    ends = [(int(axis.low[place]), int(axis.high[place])) for axis, place in pairs]
    if any(low >= high for low, high in ends):
        return (slice(0, 0),) * len(unit)
    return tuple(slice(low, high) for low, high in ends)


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
    fields = _fields(network, size).get(path)
    if fields is None or len(fields) < len(size):
        return None
    return tuple((axis.start, axis.start + axis.length * axis.jump) for axis in fields[: len(size)])


# --- fields of units that no padding cuts ------------------------------------------------------

_FREE = 512
"""The length of sides that neither the model nor the caller gives."""

_LONGEST = 2**14
"""Pixels of the longest side on which units that no padding cuts are looked for."""


@dataclass(frozen=True)
class _Field:
    """The fields of a layer's units along one axis, as they are away from the border.

    Attributes:
        size: pixels that a unit sees, at most.
        jump: pixels from a unit to the next.
        start: where the first unit begins, if each is as long as `jump`.
        length: the number of units.
    """

    size: int
    jump: float
    start: float
    length: int


def _fields(network: Network, size: tuple[int, ...]) -> dict[str, tuple[_Field, ...] | None]:
    """By path, the fields of each layer that are known, for an image of this size."""
    return network.keep(("fields", size), lambda: _settled(network, size))


def _settled(network: Network, size: tuple[int, ...]) -> dict[str, tuple[_Field, ...] | None]:
    """`_fields`, read from larger images, on which each layer has units far from the border.

    Images grow by whole strides of the model, so that each layer pads the same at its start.
    """
    period = _period(_walked(network, size))
    settled: dict[str, tuple[_Field, ...] | None] = {}
    added = period * ceil(_FREE / period)
    while True:
        values = _walked(network, size, added)
        for path, value in values.items():
            if settled.get(path) is None:
                settled[path] = _inner(value, period, added)
        waiting = [path for path, own in settled.items() if own is None and values[path].axes]
        if not waiting or 2 * added > _LONGEST:
            return settled
        added *= 2


def _period(values: dict[str, _Value]) -> int:
    """Pixels after which the fields of all layers repeat themselves."""
    jumps = {axis.jump for value in values.values() for axis in value.axes or ()}
    return lcm(*(jump.numerator for jump in jumps))


def _inner(value: _Value, period: int, added: int) -> tuple[_Field, ...] | None:
    """The fields of units that no padding cuts; None where there are none, or they are unknown."""
    if not value.axes:
        return None
    fields = [_inner_axis(axis, period, added) for axis in value.axes]
    return None if None in fields else tuple(field for field in fields if field is not None)


def _inner_axis(axis: _Axis, period: int, added: int) -> _Field | None:
    count = int(period / axis.jump)
    cuts = np.concatenate([[0], np.cumsum(axis.cut)])
    clean = np.flatnonzero(cuts[count:] == cuts[:-count] if count < len(cuts) else ())
    if not len(clean):
        return None
    units = clean[len(clean) // 2] + np.arange(count)
    low, high = axis.low[units], axis.high[units]
    seeing = units[low < high]
    if not len(seeing):
        return None
    middles = (axis.low[seeing].astype(float) + axis.high[seeing]) / 2
    jump = float(axis.jump)
    start = float(np.mean(middles - seeing * jump)) - jump / 2
    length = len(axis.low) - int(added / axis.jump)
    return _Field(int((high - low).max()), jump, start, length)


# --- the walk ----------------------------------------------------------------------------------

_FAR = 2**30
"""A unit that sees nothing begins here and ends at minus this."""


@dataclass(frozen=True)
class _Axis:
    """What the units of a layer see along one axis.

    Attributes:
        low, high: the first pixel, and the one behind the last; `low` > `high` for none.
        cut: whether padding takes part in the unit.
        jump: pixels from a unit to the next.
    """

    low: NDArray[np.int32]
    high: NDArray[np.int32]
    cut: Booleans
    jump: Fraction

    @classmethod
    def of_pixels(cls, length: int) -> _Axis:
        """The pixels of an image themselves."""
        low = np.arange(length, dtype=np.int32)
        return cls(low, low + 1, np.zeros(length, bool), Fraction(1))

    def extended(self, before: int, after: int) -> _Axis:
        """With units of padding at both ends."""
        ends = (max(before, 0), max(after, 0))
        low, high = (
            np.pad(values, ends, constant_values=far)
            for values, far in ((self.low, _FAR), (self.high, -_FAR))
        )
        return replace(self, low=low, high=high, cut=np.pad(self.cut, ends, constant_values=True))

    def some(self, part: slice | NDArray[np.int64]) -> _Axis:
        """Some units only."""
        return replace(self, low=self.low[part], high=self.high[part], cut=self.cut[part])

    def and_also(self, other: _Axis) -> _Axis:
        """Units that see what two units see."""
        return replace(
            self,
            low=np.minimum(self.low, other.low),
            high=np.maximum(self.high, other.high),
            cut=self.cut | other.cut,
        )


@dataclass(frozen=True)
class _Value:
    """Stands for a tensor in a walk.

    Attributes:
        axes: of its units; None if unknown, and () where no unit sees anything of the image.
        gated: whether a gate was left out on the way.
        whole: whether it is made of a mean over all positions, or the like; `axes` is None.
    """

    axes: tuple[_Axis, ...] | None
    gated: bool = False
    whole: bool = False


def _walked(network: Network, size: tuple[int, ...], added: int = 0) -> dict[str, _Value]:
    """The values of all layers, by path, for an image of this size with `added` more pixels."""
    outputs: dict[str, _Value] = {}
    orders = channel_orders(network)

    def keep(name: str, output: Json) -> Json:
        outputs.setdefault(name, keras.tree.flatten(output)[0])
        return output

    def call(name: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        values = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Value)]
        value = _through(layer, values, orders.get(name, LAST)[0])
        outputs.setdefault(name, value)
        return for_each_output(layer, value)

    first = reads_channels_first(network)
    start = [_start(tensor.shape, size, added, first) for tensor in network.graph.inputs]
    network.walk(start, call, keep)
    return outputs


def _start(
    shape: Sequence[int | None], size: tuple[int, ...], added: int, channels_first: bool
) -> _Value:
    """An input of the model; one without axes of space has nothing of the image."""
    declared = shape[2:] if channels_first else shape[1:-1]
    sides = size if len(size) >= len(declared) else declared
    pairs = zip(declared, sides, strict=False)
    return _Value(tuple(_Axis.of_pixels(int(side or _FREE) + added) for _, side in pairs))


def _through(layer: Layer, values: Sequence[_Value], channels_first: bool) -> _Value:
    """The value behind a layer."""
    if isinstance(layer, HeldInput):
        return _Value(())
    gated = any(value.gated for value in values)
    seeing = [value for value in values if value.axes != ()]
    if not seeing:
        return _Value(() if values else None)
    if all(value.whole for value in seeing):
        return _Value(None, gated, whole=True)
    if any(value.whole for value in seeing) and type(layer).__name__ == "Multiply":
        gated, seeing = True, [value for value in seeing if not value.whole]
    axes = _merged([value.axes for value in seeing])
    if axes is None:
        return _Value(None, gated)
    if _takes_all(layer, len(axes), channels_first):
        return _Value(None, gated, whole=True)
    return _Value(_after(layer, axes, channels_first), gated)


def _merged(several: Sequence[tuple[_Axis, ...] | None]) -> tuple[_Axis, ...] | None:
    """The axes of units where branches meet; None where those do not lie over each other."""
    known = [axes for axes in several if axes is not None]
    if len(known) < len(several) or len({len(axes) for axes in known}) > 1:
        return None
    merged = list(known[0])
    for axes in known[1:]:
        for place, (own, other) in enumerate(zip(merged, axes, strict=True)):
            if own.jump != other.jump or len(own.low) != len(other.low):
                return None
            merged[place] = own.and_also(other)
    return tuple(merged)


# --- layers ------------------------------------------------------------------------------------


def _kinds(*names: str) -> tuple[type[Layer], ...]:
    """Classes of layers; a number sign stands for each number of axes that there is one for."""
    every = [name.replace("#", rank) for name in names for rank in "123"]
    found = (getattr(keras.layers, name, None) for name in every)
    return tuple(dict.fromkeys(kind for kind in found if kind is not None))


_WINDOWS = _kinds(
    "Conv#D", "MaxPooling#D", "AveragePooling#D", "DepthwiseConv#D", "SeparableConv#D"
)
_TRANSPOSED = _kinds("Conv#DTranspose")
_UPSAMPLING = _kinds("UpSampling#D")
_MARGINS = _kinds("ZeroPadding#D", "Cropping#D")
_GLOBAL = _kinds("GlobalAveragePooling#D", "GlobalMaxPooling#D")
_POINTWISE = _kinds(
    *("Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Identity", "BatchNormalization"),
    *("Normalization", "Rescaling", "Dropout", "SpatialDropout#D", "GaussianNoise"),
    *("GaussianDropout", "AlphaDropout", "ActivityRegularization", "RandomFlip", "RandomRotation"),
    *("RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
    *("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
)
_OVER_CHANNELS = _kinds(
    *("LayerNormalization", "RMSNormalization", "UnitNormalization", "Softmax", "Concatenate"),
    *("Dense",),
)
"""Layers that keep every position where they work along the axis of channels."""

_OPERATIONS = {
    *("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Power"),
    *("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu", "Silu", "Sigmoid", "Tanh", "Softplus"),
    *("Softsign", "HardSigmoid", "HardSilu", "HardTanh", "Mish", "Exp", "Log", "Sqrt", "Square"),
    *("Absolute", "Negative", "Clip", "Cast", "ReLU"),
}
"""Operations of `keras.ops` that leave every position where it is."""

_REDUCTIONS = {"Mean", "Max", "Min", "Sum", "Var", "Std"}
_OF_APPLICATIONS = {"LayerScale", "StochasticDepth"}
"""Layers that `keras.applications` brings with it, which leave every position where it is."""


def _after(layer: Layer, axes: tuple[_Axis, ...], channels_first: bool) -> tuple[_Axis, ...] | None:
    """The axes behind a layer; None where its reach is not known."""
    layer = acting(layer) or layer
    kind = type(layer).__name__
    if isinstance(layer, _TRANSPOSED):
        settings = (layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding)
        return _each(_transposed, axes, *settings, layer.output_padding)
    if isinstance(layer, _WINDOWS):
        kernel = getattr(layer, "kernel_size", None) or layer.pool_size
        dilation = getattr(layer, "dilation_rate", 1)
        return _each(_window, axes, kernel, layer.strides, dilation, layer.padding)
    if isinstance(layer, _UPSAMPLING):
        rule = {"nearest": _repeated, "bilinear": _interpolated}.get(
            getattr(layer, "interpolation", "nearest")
        )
        return None if rule is None else _each(rule, axes, layer.size)
    if isinstance(layer, _MARGINS):
        return _margins(layer, axes)
    if isinstance(layer, _OVER_CHANNELS) or kind in ("Softmax", "Concatenate"):
        along = {-1} if kind == "Dense" else _along(layer, len(axes))
        return axes if along == _channels(len(axes), channels_first) else None
    if kind in _REDUCTIONS:
        over_channels = _along(layer, len(axes)) == _channels(len(axes), channels_first)
        return axes if over_channels and layer.keepdims else None
    if getattr(layer, "activation", None) is keras.activations.softmax and channels_first:
        return None
    from_keras = type(layer).__module__.startswith("keras.src.applications.")
    plain = isinstance(layer, _POINTWISE) or (kind in _OF_APPLICATIONS and from_keras)
    is_operation = kind in _OPERATIONS and not isinstance(layer, keras.layers.Layer)
    return axes if plain or is_operation else None


def _takes_all(layer: Layer, rank: int, channels_first: bool) -> bool:
    """Whether a layer makes one value of all positions of a channel."""
    if isinstance(layer, _GLOBAL):
        return True
    if type(layer).__name__ not in _REDUCTIONS:
        return False
    along, channels = _along(layer, rank), _channels(rank, channels_first)
    return {axis - rank - 2 for axis in range(1, rank + 2)} - channels <= along


def _along(layer: Layer, rank: int) -> set[int]:
    """The axes of a layer, counted from the end, for maps of so many axes of space."""
    axis = getattr(layer, "axis", -1)
    if axis is None:
        return set(range(-rank - 2, 0))
    several = axis if isinstance(axis, list | tuple) else (axis,)
    return {int(each) if each < 0 else int(each) - rank - 2 for each in several}


def _channels(rank: int, channels_first: bool) -> set[int]:
    """The axis of channels, counted from the end."""
    return {-rank - 1} if channels_first else {-1}


Setting = int | str | None
"""A parameter of a layer that may differ from axis to axis."""


def _each(
    rule: Callable[..., _Axis], axes: tuple[_Axis, ...], *settings: Setting | Sequence[Setting]
) -> tuple[_Axis, ...]:
    """A rule applied along each axis; a single setting counts for all of them."""
    spread = [s if isinstance(s, tuple | list) else (s,) * len(axes) for s in settings]
    rank = min([len(axes), *map(len, spread)])
    return tuple(rule(axes[place], *(s[place] for s in spread)) for place in range(rank))


def _window(axis: _Axis, kernel: int, stride: int, dilation: int, padding: str) -> _Axis:
    length, reach = len(axis.low), (kernel - 1) * dilation
    if padding == "valid":
        before, units = 0, max(0, (length - reach - 1) // stride + 1)
    else:
        units = ceil(length / stride)
        total = max((units - 1) * stride + reach + 1 - length, 0)
        before = reach if padding == "causal" else total // 2
    after = max((units - 1) * stride + reach + 1 - before - length, 0)
    return _over_taps(axis.extended(before, after), kernel, stride, dilation, units)


def _over_taps(axis: _Axis, kernel: int, stride: int, dilation: int, units: int) -> _Axis:
    """Each unit sees what the units under the entries of its kernel see."""
    starts = range(0, kernel * dilation, dilation)
    several = (axis.some(slice(s, s + (units - 1) * stride + 1, stride)) for s in starts)
    if units < 1:
        return replace(axis.some(slice(0)), jump=axis.jump * stride)
    seen = next(several)
    for other in several:
        seen = seen.and_also(other)
    return replace(seen, jump=axis.jump * stride)


def _transposed(
    axis: _Axis, kernel: int, stride: int, dilation: int, padding: str, more: int | None
) -> _Axis:
    """Each unit sees the units that spread over it: the way back of a convolution."""
    length, reach = len(axis.low), (kernel - 1) * dilation
    before, last = 0, (length - 1) * stride
    if padding == "valid":
        units = last + (max(reach + 1, stride) if more is None else reach + 1 + more)
    else:
        units = last + (stride if more is None else (reach + 1) % 2 + more)
        before = max(last + reach + 1 - units, 0) // 2
    spread = np.arange(length) * stride - before
    seen = replace(axis.some(slice(0)).extended(units, 0), cut=np.zeros(units, bool))
    # A unit near the border lacks some of those that would spread over it: padding to us.
    outside = np.arange(-ceil((reach + 1) / stride), length + ceil((reach + 1) / stride) + 1)
    for tap in range(0, reach + 1, dilation):
        places = spread + tap
        inside = (places >= 0) & (places < units)
        _see(seen, places[inside], axis.some(np.flatnonzero(inside)))
        beyond = (outside * stride - before + tap)[(outside < 0) | (outside >= length)]
        seen.cut[beyond[(beyond >= 0) & (beyond < units)]] = True
    return replace(seen, jump=axis.jump / stride)


def _see(seen: _Axis, places: NDArray[np.int64], others: _Axis) -> None:
    """Let the units at some places, each once, see what others see; in place."""
    seen.low[places] = np.minimum(seen.low[places], others.low)
    seen.high[places] = np.maximum(seen.high[places], others.high)
    seen.cut[places] |= others.cut


def _repeated(axis: _Axis, times: int) -> _Axis:
    units = np.repeat(np.arange(len(axis.low)), times)
    return replace(axis.some(units), jump=axis.jump / times)


def _interpolated(axis: _Axis, times: int) -> _Axis:
    """Each unit lies between the middles of two others, or on one of them."""
    length = len(axis.low)
    twice = 2 * np.arange(length * times) + 1 - times
    first, rest = twice // (2 * times), twice % (2 * times)
    second = first + (rest > 0)
    ends = [axis.some(np.clip(each, 0, length - 1)) for each in (first, second)]
    between = ends[0].and_also(ends[1])
    outside = (first < 0) | (second >= length)
    return replace(between, cut=between.cut | outside, jump=axis.jump / times)


def _margins(layer: Layer, axes: tuple[_Axis, ...]) -> tuple[_Axis, ...]:
    """Padding and cropping layers: the same units, with others added or removed at both ends."""
    crops = hasattr(layer, "cropping")
    sides = layer.cropping if crops else layer.padding
    pairs = sides if isinstance(sides[0], tuple | list) else (sides,)
    return tuple(
        axis.some(slice(before, max(before, len(axis.low) - after)))
        if crops
        else axis.extended(before, after)
        for axis, (before, after) in zip(axes, pairs, strict=False)
    )
