"""Records to JSON and back, by their type hints."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from reportgen.types import Json, JsonObject

T = TypeVar("T")


def encode(value: Json) -> Json:
    """A record, or a container of records, as plain JSON values.

    NumPy scalars become Python numbers through their `item` method.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, int | float | str):
        return value.item()
    return value


@cache
def _hints(kind: type) -> JsonObject:
    return typing.get_type_hints(kind)


def decode(kind: type[T], data: Json) -> T:
    """Rebuild a record of type `kind` from the JSON value that `encode` returned.

    Keys that the record does not have are left out.
    """
    return typing.cast(T, _decode(kind, data))


def fits(kind: Json, data: Json) -> bool:
    """Whether a JSON value has the shape of type hint `kind`; further keys of records do not count.

    `decode` takes what `encode` wrote. What may be damaged is held against its type first.
    """
    if kind is Any:
        return True
    origin, args, fields = _shape(kind)
    if fields:
        return isinstance(data, dict) and all(
            fits(hint, data[name]) if name in data else not required
            for name, hint, required in fields
        )
    if origin in (typing.Union, types.UnionType):
        return any(fits(one, data) for one in args)
    if origin is typing.Literal:
        return data in args
    if origin is tuple and args[-1] is Ellipsis:
        return isinstance(data, list) and all(fits(args[0], item) for item in data)
    if origin is tuple:
        return isinstance(data, list) and len(data) == len(args) and all(map(fits, args, data))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(data, dict) and all(fits(args[1], item) for item in data.values())
    if kind is type(None):
        return data is None
    if kind is float:
        kind = int | float
    return isinstance(data, kind) and (kind is bool or not isinstance(data, bool))


@cache
def _shape(kind: Json) -> tuple[Json, tuple[Json, ...], tuple[tuple[str, Json, bool], ...]]:
    """Origin and arguments of a type hint, and the fields of a record: name, hint, required."""
    fields: list[tuple[str, Json, bool]] = []
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        fields = [(f.name, hints[f.name], _is_required(f)) for f in dataclasses.fields(kind)]
    return typing.get_origin(kind), typing.get_args(kind), tuple(fields)


def _is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _decode(hint: Json, data: Json) -> Json:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = _hints(hint)
        known = {name: item for name, item in data.items() if name in hints}
        return hint(**{name: _decode(hints[name], item) for name, item in known.items()})
    origin: Json = typing.get_origin(hint)
    args = typing.get_args(hint)
    if data is None or origin is typing.Literal:
        return data
    if origin in (typing.Union, types.UnionType) and not isinstance(data, list | Mapping):
        return data
    if origin is tuple:
        inner = args[:1] * len(data) if args[-1] is Ellipsis else args
        return tuple(_decode(one, item) for one, item in zip(inner, data, strict=True))
    if origin in (typing.Union, types.UnionType):
        return _decode(next((a for a in args if _structured(a)), Any), data)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _decode(args[1], item) for key, item in data.items()}
    return data


def _structured(hint: Json) -> bool:
    return dataclasses.is_dataclass(hint) or typing.get_origin(hint) is not None
