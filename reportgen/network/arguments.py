"""Arguments of library calls, checked before anything is computed."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.network.gradients import PREDICTED
from reportgen.network.network import Network
from reportgen.suggestions import no_effect
from reportgen.types import Array, Doubles

_ROWS = "give an array with a row for each image, shape (n, height, width, channels)"


def require_model(model: Any) -> Network:
    """The network of a Keras model. Raises UserError where it is no Keras model."""
    if not isinstance(model, keras.Model):
        hint = "load it first, with keras.models.load_model" if isinstance(model, str) else ""
        raise UserError(Problem(f"model must be a Keras model, got {_kind(model)}", hint=hint))
    return Network.of(model)


def given_layer(network: Network, layer: Any) -> str | None:
    """The name or path of a layer, of a layer itself its path; None where none was given.

    Raises:
        UserError: it is neither, or a layer that the model does not have.
    """
    if layer is None or isinstance(layer, str):
        return layer
    paths = [path for path, one in network.layers.items() if one is layer]
    if not paths:
        inside = isinstance(layer, keras.layers.Layer)
        got = f"a {_kind(layer)} that the model does not have" if inside else _kind(layer)
        raise UserError(Problem(f"a layer must be named by its path, got {got}"))
    return paths[0]


def given_layers(network: Network, layers: Any) -> str | list[str]:
    """Names or paths of layers; "all" where none were given.

    Raises:
        UserError: see `given_layer`; or they are no list.
    """
    if layers is None:
        return "all"
    if isinstance(layers, str | keras.layers.Layer):
        return layers if layers == "all" else [str(given_layer(network, layers))]
    if not isinstance(layers, Iterable):
        raise UserError(Problem(f"layers must be a list of paths, got {_kind(layers)}"))
    return [str(given_layer(network, one)) for one in layers]


def given_images(network: Network, images: Any) -> Any:
    """Images as an array, or as a list with one for each input where a list came, or a dictionary.

    Args:
        model: a dictionary's keys are the names of its inputs.
        images: as the caller gave them.

    Raises:
        UserError: they are no numbers, there are none, some are NaN or infinite, inputs have
            different numbers of images, or the dictionary lacks an input.
    """
    if isinstance(images, dict):
        images = _by_name(network, images)
    if not isinstance(images, list | tuple):
        return _array(images)
    arrays = [_array(one) for one in images]
    counts = {len(one) for one in arrays}
    inputs = len(network.graph.inputs)
    if len(arrays) != inputs and inputs == 1:
        message = f"a model with one input takes one array of images, got a list of {len(arrays)}"
        raise UserError(Problem(message, hint=_ROWS))
    if len(counts) != 1:
        got = ", ".join(str(len(one)) for one in arrays) or "an empty list"
        raise UserError(Problem(f"every input needs as many images as the others, got {got}"))
    return arrays


def count_of(images: Any) -> int:
    """How many images there are, from `given_images`."""
    return len(images[0] if isinstance(images, list) else images)


def given_targets(targets: int | ArrayLike | None, count: int) -> NDArray[np.int32]:
    """Classes to explain, shape (count,); -1 for the predicted one where none is given.

    Raises:
        UserError: they are neither one whole number nor one for each image.
    """
    if targets is None:
        return np.full(count, PREDICTED, np.int32)
    found = np.asarray(targets)
    whole = found.dtype.kind in "iub" or (found.dtype.kind == "f" and not (found % 1).any())
    if not whole or found.shape not in ((), (count,)):
        got = f"shape {found.shape}" if whole else f"values of type {found.dtype}"
        message = f"targets must be one class index, or one for each of {count} images, got {got}"
        raise UserError(Problem(message, hint="give whole numbers, or None for the predicted ones"))
    return np.broadcast_to(found.astype(np.int32), (count,))


def _by_name(network: Network, images: dict[str, Any]) -> Any:
    names = [str(tensor.name) for tensor in network.graph.inputs]
    if set(images) != set(names):
        message = f"images must have the keys {', '.join(names)}, got {', '.join(map(str, images))}"
        raise UserError(Problem(message, hint="these are the names of the model's inputs"))
    return [images[name] for name in names]


def _kind(thing: Any) -> str:
    return type(thing).__name__


def _array(images: Any) -> Array:
    try:
        found = np.asarray(images)
    except ValueError:
        found = np.zeros((), object)
    if found.dtype.kind not in "iufbV" or not found.ndim:
        message = f"images must be numbers in an array, got {_kind(images)}"
        raise UserError(Problem(message, hint=_ROWS))
    if not len(found):
        raise UserError(Problem("there are no images: the array is empty", hint=_ROWS))
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        message = "images hold values that are not finite (NaN or infinite)"
        raise UserError(Problem(message, hint="replace them before images are explained"))
    return found


Ends = float | tuple[float, ...]


def known(what: str, value: Any, choices: Iterable[str]) -> str:
    """One of the names that there are."""
    names = tuple(choices)
    if not isinstance(value, str) or value not in names:
        hint = did_you_mean(str(value), names)
        raise UserError(Problem(f"there is no {what} {reprlib.repr(value)}", hint=hint))
    return value


def whole(name: str, value: Any, least: int) -> int:
    """A whole number from `least` on; 3.0 is one."""
    found = _whole(value)
    if found is None or found < least:
        raise _wrong(name, f"a whole number from {least} on", value)
    return found


def number(name: str, value: Any, least: float = 0.0, below: float = math.inf) -> float:
    """A finite number from `least` on and below another."""
    if not _is_number(value) or not least <= value < below:
        end = "" if below == math.inf else f" and below {below:g}"
        raise _wrong(name, f"a number from {least:g} on{end}", value)
    return float(value)


def pair(name: str, value: Any, what: str, least: int | None = None) -> tuple[int, int]:
    """Two whole numbers, from `least` on, such as height and width, which `what` names."""
    first, second = several(name, value, what, 2, least)
    return first, second


def several(
    name: str, value: Any, what: str, count: int, least: int | None = None
) -> tuple[int, ...]:
    """So many whole numbers, from `least` on, which `what` names."""
    found = [_whole(one) for one in value] if isinstance(value, list | tuple | np.ndarray) else []
    good = [one for one in found if one is not None and (least is None or one >= least)]
    if len(found) != count or len(good) != count:
        end = "" if least is None else f" from {least} on"
        numbers = "a whole number" if count == 1 else "whole numbers"
        raise _wrong(name, f"{what}, {numbers}{end}", value)
    return tuple(good)


def sides(name: str, value: Any) -> tuple[int, int]:
    """Height and width in pixels; one whole number stands for both."""
    side = _whole(value)
    same = value if side is None else (side, side)
    return pair(name, same, "a side, or height and width")


def indices(what: str, value: Any, count: int) -> list[int]:
    """Indices in 0..count-1: one, or several.

    Args:
        what: they are of, such as "filters of layer 'conv'".
        value: a whole number, or several of them.
        count: how many there are to choose from.
    """
    given = list(value) if _is_listed(value) else [value]
    found = [_whole(one) for one in given]
    wrong = [
        one
        for one, index in zip(given, found, strict=True)
        if index is None or not 0 <= index < count
    ]
    if wrong or not given:
        must = "be whole numbers" if None in found else "lie"
        got = ", ".join(map(str, wrong[:5])) or "none"
        raise UserError(Problem(f"{what} must {must} in 0..{count - 1}, got {got}"))
    return [one for one in found if one is not None]


def index_rows(what: str, value: Any, count: int) -> list[list[int]]:
    """For each image the indices that are meant: `value` is one, or has one or several for each."""
    rows = list(value) if _is_listed(value) else [value]
    return [indices(what, row, count) for row in rows or [rows]]


def span(name: str, value: Any, channels: int) -> tuple[Ends, Ends]:
    """The smallest and the largest value, one number each or one for each channel."""
    try:
        low, high = (np.asarray(end, np.float64) for end in value)
        ends = np.broadcast_to(low, (channels,)), np.broadcast_to(high, (channels,))
    except (TypeError, ValueError):
        ends = np.zeros(1), np.zeros(1)
    if not (np.isfinite(ends).all() and (ends[0] < ends[1]).all()):
        each = f", each for all or for each of {channels} channels" if channels > 1 else ""
        raise _wrong(name, f"a smaller and a larger number{each}", value)
    return _plain(low), _plain(high)


def filling(name: str, value: Any, shape: tuple[int, ...], what: str) -> Array:
    """Finite numbers that can fill an array of this shape, as they came.

    Args:
        name: of the parameter.
        value: what came.
        shape: that it must broadcast to.
        what: in words what is expected.
    """
    try:
        found = np.asarray(value)
        np.broadcast_to(found, shape)
    except ValueError:
        raise _wrong(name, what, value) from None
    if found.dtype.kind not in "biufV" or not np.isfinite(found).all():
        raise _wrong(name, f"{what}, all finite", value)
    return found


def effective(
    name: str, value: Any, default: Any, only: Mapping[str, tuple[str | None, ...]], **others: Any
) -> None:
    """Refuse what was given and changes nothing; the default asks for nothing.

    Args:
        name: of the parameter.
        value: what came.
        default: of the parameter.
        only: other parameters -> their values with which this one has an effect; (None,) where it
            has one while the other is not given.
        others: these other parameters, as they came.
    """
    if value is default or (np.isscalar(value) and value == default):
        return
    for other, values in only.items():
        if others[other] not in values:
            message, hint = no_effect(name, other, others[other], values)
            raise UserError(Problem(message, hint=hint))


def _plain(end: Doubles) -> Ends:
    return tuple(map(float, end)) if end.ndim else float(end)


def _whole(value: Any) -> int | None:
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return int(value) if _is_number(value) and float(value).is_integer() else None


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_listed(value: Any) -> bool:
    plain = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return plain and getattr(value, "ndim", 1) > 0


def _wrong(name: str, expected: str, value: Any) -> UserError:
    shape = np.shape(value) if isinstance(value, np.ndarray) else ()
    got = f"an array of shape {shape}" if shape else reprlib.repr(value)
    return UserError(Problem(f"{name} must be {expected}, got {got}"))
