"""Numbers and names that callers tune methods by, checked before anything is computed.

Each function gives back what it was given, in one form, or raises a UserError that says what was
expected and what came.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.suggestions import no_effect as idle

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


def filling(name: str, value: Any, shape: tuple[int, ...], what: str) -> NDArray[Any]:
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
            message, hint = idle(name, other, others[other], values)
            raise UserError(Problem(message, hint=hint))


def _plain(end: NDArray[np.float64]) -> Ends:
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
