"""Arguments of library calls, checked before anything is computed."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import TypeAlias, TypeGuard

import keras
import numpy as np
from numpy.typing import ArrayLike

from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.network.inputs import check_axes
from reportgen.network.keras_internals import input_names
from reportgen.network.network import Network
from reportgen.network.scores import PREDICTED
from reportgen.suggestions import listed, no_effect
from reportgen.types import Array, Doubles, Images, Layer, Model, Targets

LayerName: TypeAlias = str | Layer
"""A layer itself, or its name or path."""

ImageArguments: TypeAlias = ArrayLike | Sequence[ArrayLike] | Mapping[str, ArrayLike]
"""Images for one input, or for each input: in their order, or by their names."""

_ROWS = "give an array with a row for each image, shape (n, height, width, channels)"


# --- model, layers, images, targets ------------------------------------------------------------


def require_model(model: Model) -> Network:
    """The network of a Keras model. Raises UserError where it is no Keras model."""
    if not isinstance(model, keras.Model):
        hint = "load it first, with keras.models.load_model" if isinstance(model, str) else ""
        raise UserError(Problem(f"model must be a Keras model, got {_kind(model)}", hint=hint))
    return Network.of(model)


def check_layer(network: Network, layer: LayerName | None) -> str | None:
    """The name or path of a layer, of a layer itself its path; None where none is given.

    Raises:
        UserError: it is neither, or a layer that the model does not have.
    """
    if layer is None or isinstance(layer, str):
        return layer
    paths = [path for path, own in network.layers.items() if own is layer]
    if not paths:
        is_layer = isinstance(layer, keras.layers.Layer)
        got = f"a {_kind(layer)} that the model does not have" if is_layer else _kind(layer)
        hint = f"name one of: {listed(list(network.layers), 12)}"
        raise UserError(Problem(f"a layer must be named by its path, got {got}", hint=hint))
    return paths[0]


def check_layers(
    network: Network, layers: LayerName | Iterable[LayerName] | None
) -> str | list[str]:
    """Names or paths of layers; "all" where none are given.

    Raises:
        UserError: see `check_layer`; or they are no list.
    """
    if layers is None:
        return "all"
    if isinstance(layers, str | keras.layers.Layer):
        return layers if layers == "all" else [str(check_layer(network, layers))]
    if not isinstance(layers, Iterable):
        hint = f"name some of: {listed(list(network.layers), 12)}"
        raise UserError(Problem(f"layers must be a list of paths, got {_kind(layers)}", hint=hint))
    return [str(check_layer(network, layer)) for layer in layers]


def check_images(network: Network, images: ImageArguments) -> Images:
    """Images as an array, or as a list with an array for each input where there are several.

    Args:
        network: a dictionary's keys are the names of its inputs.
        images: as the caller gave them.

    Raises:
        UserError: they are no numbers, there are none, some are NaN or infinite, inputs have
            different numbers of images, the dictionary lacks an input, or an array has too few or
            too many axes for its input.
    """
    several = _in_order(network, images) if isinstance(images, Mapping) else images
    if not isinstance(several, list | tuple):
        array = _image_array(several)
        check_axes(network, [array])
        return array
    arrays = [_image_array(each) for each in several]
    counts = {len(array) for array in arrays}
    inputs = len(network.graph.inputs)
    if len(arrays) != inputs and inputs == 1:
        message = f"a model with one input takes one array of images, got a list of {len(arrays)}"
        raise UserError(Problem(message, hint=_ROWS))
    if len(counts) != 1:
        got = ", ".join(str(len(array)) for array in arrays) or "an empty list"
        hint = "give each input one row for each image"
        message = f"every input needs as many images as the others, got {got}"
        raise UserError(Problem(message, hint=hint))
    check_axes(network, arrays)
    return arrays


def count_images(images: Images) -> int:
    """How many images there are, from `check_images`."""
    return len(images[0] if isinstance(images, list) else images)


def check_targets(targets: int | ArrayLike | None, count: int) -> Targets:
    """Classes to explain, shape (count,); `PREDICTED` where none is given.

    Raises:
        UserError: they are neither one whole number nor one for each image.
    """
    if targets is None:
        return np.full(count, PREDICTED, np.int32)
    classes = np.asarray(targets)
    kind = classes.dtype.kind
    are_whole = kind in "iub" or (kind == "f" and not (classes % 1).any())
    if not are_whole or classes.shape not in ((), (count,)):
        got = f"shape {classes.shape}" if are_whole else f"values of type {classes.dtype}"
        message = f"targets must be one class index, or one for each of {count} images, got {got}"
        raise UserError(Problem(message, hint="give whole numbers, or None for the predicted ones"))
    return np.broadcast_to(classes.astype(np.int32), (count,))


def check_classes(network: Network, outputs: Sequence[int], targets: Array) -> None:
    """Raises UserError where a target (n, outputs) is no class of its output."""
    for index, classes in zip(outputs, targets.T, strict=True):
        count = max(network.heads[index].units, 2)
        if classes.size and not (classes.min() >= PREDICTED and classes.max() < count):
            name, got = network.heads[index].name, f"{classes.min()}..{classes.max()}"
            raise UserError(
                Problem(f"targets of output '{name}' must lie in 0..{count - 1}, got {got}")
            )


def _in_order(network: Network, images: Mapping[str, ArrayLike]) -> list[ArrayLike]:
    names = input_names(network.graph)
    tensors = [str(tensor.name) for tensor in network.graph.inputs]
    if set(images) == set(tensors):
        return [images[name] for name in tensors]
    if set(images) != set(names):
        message = f"images must have the keys {', '.join(names)}, got {', '.join(map(str, images))}"
        raise UserError(Problem(message, hint="these are the names of the model's inputs"))
    return [images[name] for name in names]


def _kind(value: object) -> str:
    return type(value).__name__


def _image_array(images: object) -> Array:
    try:
        array = np.asarray(images)
    except ValueError:
        array = np.zeros((), object)
    if array.dtype.kind not in "iufbV" or not array.ndim:
        message = f"images must be numbers in an array, got {_kind(images)}"
        raise UserError(Problem(message, hint=_ROWS))
    if not len(array):
        raise UserError(Problem("there are no images: the array is empty", hint=_ROWS))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        message = "images hold values that are not finite (NaN or infinite)"
        raise UserError(Problem(message, hint="replace them before images are explained"))
    return array


# --- other arguments ---------------------------------------------------------------------------

Ends = float | tuple[float, ...]
"""An end of a range: one number, or one for each channel."""


def choice(what: str, value: object, choices: Iterable[str]) -> str:
    """One of the names to choose from; `what` says of which kind they are."""
    names = tuple(choices)
    if not isinstance(value, str) or value not in names:
        hint = did_you_mean(str(value), names)
        raise UserError(Problem(f"there is no {what} {reprlib.repr(value)}", hint=hint))
    return value


def whole_number(name: str, value: object, least: int) -> int:
    """A whole number from `least` on; 3.0 is one."""
    number = _as_whole(value)
    if number is None or number < least:
        raise _wrong(name, f"a whole number from {least} on", value)
    return number


def number(name: str, value: object, least: float = 0.0, below: float = math.inf) -> float:
    """A finite number from `least` on and below another."""
    if not _is_number(value) or not least <= value < below:
        end = "" if below == math.inf else f" and below {below:g}"
        raise _wrong(name, f"a number from {least:g} on{end}", value)
    return float(value)


def pair(name: str, value: object, what: str, least: int | None = None) -> tuple[int, int]:
    """Two whole numbers, from `least` on, such as height and width, which `what` names."""
    first, second = whole_numbers(name, value, what, 2, least)
    return first, second


def whole_numbers(
    name: str, value: object, what: str, count: int, least: int | None = None
) -> tuple[int, ...]:
    """So many whole numbers, from `least` on, which `what` names."""
    values = value if isinstance(value, list | tuple | np.ndarray) else ()
    numbers = [_as_whole(each) for each in values]
    good = [each for each in numbers if each is not None and (least is None or each >= least)]
    if len(numbers) != count or len(good) != count:
        end = "" if least is None else f" from {least} on"
        kind = "a whole number" if count == 1 else "whole numbers"
        raise _wrong(name, f"{what}, {kind}{end}", value)
    return tuple(good)


def sides(name: str, value: object) -> tuple[int, int]:
    """Height and width in pixels; one whole number stands for both."""
    side = _as_whole(value)
    both = value if side is None else (side, side)
    return pair(name, both, "a side, or height and width")


def indices(what: str, value: object, count: int) -> list[int]:
    """Indices in 0..count-1: one, or several.

    Args:
        what: they are of, such as "filters of layer 'conv'".
        value: a whole number, or several of them.
        count: how many there are to choose from.
    """
    values = list(value) if _is_listed(value) else [value]
    numbers = [_as_whole(each) for each in values]
    wrong = [
        each
        for each, index in zip(values, numbers, strict=True)
        if index is None or not 0 <= index < count
    ]
    if wrong or not values:
        must = "be whole numbers" if None in numbers else "lie"
        got = ", ".join(map(str, wrong[:5])) or "none"
        raise UserError(Problem(f"{what} must {must} in 0..{count - 1}, got {got}"))
    return [index for index in numbers if index is not None]


def index_rows(what: str, value: object, count: int) -> list[list[int]]:
    """Indices for each image: `value` is one, or has one or several for each image."""
    rows = list(value) if _is_listed(value) else [value]
    return [indices(what, row, count) for row in rows or [rows]]


def value_range(name: str, value: object, channels: int) -> tuple[Ends, Ends]:
    """The smallest and the largest value, one number each or one for each channel."""
    try:
        low, high = (np.asarray(end, np.float64) for end in value)  # type: ignore[attr-defined]
        ends = np.broadcast_to(low, (channels,)), np.broadcast_to(high, (channels,))
    except (TypeError, ValueError):
        ends = np.zeros(1), np.zeros(1)
    if not (np.isfinite(ends).all() and (ends[0] < ends[1]).all()):
        each = f", each for all or for each of {channels} channels" if channels > 1 else ""
        raise _wrong(name, f"a smaller and a larger number{each}", value)
    return _plain(low), _plain(high)


def fill_values(name: str, value: ArrayLike, shape: tuple[int, ...], what: str) -> Array:
    """Finite numbers that can fill an array of this shape, in their own shape.

    Args:
        name: of the parameter.
        value: of the parameter.
        shape: that it must broadcast to.
        what: the value that is expected, in words.
    """
    try:
        values = np.asarray(value)
        np.broadcast_to(values, shape)
    except ValueError:
        raise _wrong(name, what, value) from None
    if values.dtype.kind not in "biufV" or not np.isfinite(values).all():
        raise _wrong(name, f"{what}, all finite", value)
    return values


def require_effect(
    name: str,
    value: object,
    default: object,
    only: Mapping[str, tuple[str | None, ...]],
    **others: str | None,
) -> None:
    """Refuse a value that has no effect beside the others; the default is always allowed.

    Args:
        name: of the parameter.
        value: of the parameter.
        default: of the parameter.
        only: other parameters -> their values with which this one has an effect; (None,) where it
            has one while the other is not given.
        others: the values of these other parameters.
    """
    if value is default or (np.isscalar(value) and value == default):
        return
    for other, values in only.items():
        if others[other] not in values:
            message, hint = no_effect(name, other, others[other], values)
            raise UserError(Problem(message, hint=hint))


def _plain(end: Doubles) -> Ends:
    return tuple(map(float, end)) if end.ndim else float(end)


def _as_whole(value: object) -> int | None:
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return int(value) if _is_number(value) and float(value).is_integer() else None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_listed(value: object) -> TypeGuard[Iterable[object]]:
    plain = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return plain and getattr(value, "ndim", 1) > 0


def _wrong(name: str, expected: str, value: object) -> UserError:
    shape = np.shape(value) if isinstance(value, np.ndarray) else ()
    got = f"an array of shape {shape}" if shape else reprlib.repr(value)
    return UserError(Problem(f"{name} must be {expected}, got {got}"))
