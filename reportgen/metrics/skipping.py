"""Leaving out intervals where only values count: resampling takes longer than measuring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from math import nan
from typing import ParamSpec

Parameters = ParamSpec("Parameters")
Interval = tuple[float, float]

_skipped = ContextVar("_skipped", default=False)


@contextmanager
def values_only() -> Iterator[None]:
    """A context in which intervals that are `skippable` are not computed."""
    token = _skipped.set(True)
    try:
        yield
    finally:
        _skipped.reset(token)


def skippable(interval: Callable[Parameters, Interval]) -> Callable[Parameters, Interval]:
    """The function, which gives (NaN, NaN) at once where only values count."""

    @wraps(interval)
    def computed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Interval:
        return (nan, nan) if _skipped.get() else interval(*args, **kwargs)

    return computed
