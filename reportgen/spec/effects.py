"""Keys that have an effect with some values of another key only, such as a method's dials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reportgen.spec.problems import Problems
from reportgen.spec.values import Schema, plain

if TYPE_CHECKING:
    from reportgen.spec.fields import Field, Filled

Values = tuple[str | None, ...]


def said(other: str, values: Values) -> str:
    """When a key has an effect, for documents."""
    if values == (None,):
        return f"has no effect beside `{other}`"
    return f"with `{other}` {_listed(values)} only"


def check_effect(field: Field, found: Filled, problems: Problems) -> None:
    """Note a key that was given and changes nothing.

    Its default is no mistake: who writes down all keys asks for nothing else.
    """
    if field.key not in found.lines or plain(found[field.key]) == field.fixed:
        return
    for other, values in field.only:
        # An empty text stands in for a value that is wrong itself.
        if found[other] not in values and found[other] != "":
            problems.add(found.at(field.key), *idle(field.key, other, found[other], values))


def idle(key: str, other: str, value: Any, values: Values) -> tuple[str, str]:
    """What is wrong with a key that has no effect, and what to do; of specs and of the library.

    Args:
        key: that changes nothing.
        other: the key that makes it so, and its `value`.
        values: of the other key with which it would have an effect; (None,) for not given.
    """
    if values == (None,):
        return f"'{key}' has no effect beside '{other}'", "leave one of them out"
    hint = f"it is for {_listed(values)}; leave it out, or change '{other}'"
    return f"'{key}' has no effect with {other} '{value}'", hint


def effect_rules(field: Field, defaults: Mapping[str, Any]) -> Iterator[Schema]:
    """The same as JSON Schema."""
    for other, values in field.only:
        then: Schema = {"properties": {other: {"enum": list(values)}}}
        if defaults[other] not in values:
            then["required"] = [other]
        given: Schema = {"properties": {field.key: {"not": {"const": field.fixed}}}}
        yield {"if": {"required": [field.key], **given}, "then": then}


def _listed(values: Values) -> str:
    return " or ".join(str(value) for value in values)
