"""Mappings with known keys: each key declared once, for reading, defaults, schema and documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from reportgen.catalog import Parameter
from reportgen.errors import UserError
from reportgen.spec.effects import check_effect, effect_rules, said
from reportgen.spec.lists import Layers, ListOf, Samples
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar
from reportgen.spec.values import (
    Choice,
    Flag,
    Number,
    Optional,
    Schema,
    Size,
    Text,
    Type,
    plain,
    wrong,
)


class Field(NamedTuple):
    """One key of a mapping.

    Attributes:
        key: its name; type: what it may be; default: its value where the spec is silent.
        help: one line for schema and documents.
        said: the default in words, where it is not a fixed value.
        required: whether the spec must give it.
        only: other keys, each with the values with which this one has an effect.
    """

    key: str
    type: Type
    default: Any
    help: str
    said: str = ""
    required: bool = False
    only: tuple[tuple[str, tuple[str | None, ...]], ...] = ()

    def schema(self) -> Schema:
        """What the key may hold, with its description and default."""
        found: Schema = {"description": self.help, **self.type.schema()}
        if self.said:
            found["description"] += f"; default: {self.said}"
        elif not self.required:
            found["default"] = self.fixed
        return found

    @property
    def fixed(self) -> Any:
        """The default, JSON-ready."""
        return plain(self.default)


@dataclass(frozen=True, eq=False, repr=False)
class Filled:
    """A mapping that was read: every key has a value, given ones also a line."""

    line: int
    values: dict[str, Any]
    lines: dict[str, int]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def at(self, key: str) -> int:
        """The line of a key, or of the whole where the spec is silent."""
        return self.lines.get(key, self.line)

    def pick(self, fields: tuple[Field, ...]) -> dict[str, Any]:
        """The values of some keys."""
        return {field.key: self.values[field.key] for field in fields}


class Object(NamedTuple):
    """A mapping with these keys and no others.

    `empty` lets null stand for no key at all. At least one of the keys `some` is needed: the
    schema says so here, and reading where it knows what to suggest. `stray` says where a key
    belongs that is none of these, or "".
    """

    fields: tuple[Field, ...]
    noun: str
    empty: bool = False
    some: tuple[str, ...] = ()
    stray: Callable[[str], str] = lambda _: ""

    def read(self, node: Node, name: str, problems: Problems) -> Filled:
        """All values, defaults filled in."""
        if not isinstance(node, Mapping):
            if not (self.empty and isinstance(node, Scalar) and node.value is None):
                keys = ", ".join(field.key for field in self.fields)
                hint = f"keys are {keys}" if keys else "it has no parameters"
                wrong(node, name, "a mapping of keys and values", problems, hint)
            return Filled(node.line, self.defaults(), {})
        return self.filled(node, problems)

    def filled(self, node: Mapping, problems: Problems) -> Filled:
        """What a mapping holds."""
        values = self.defaults()
        known = {field.key: field for field in self.fields}
        for key, item in node.items.items():
            if key in known:
                values[key] = known[key].type.read(item, f"'{key}'", problems)
            else:
                self._unknown(key, node.lines[key], problems)
        for field in self.fields:
            if field.required and field.key not in node.items:
                message = f"{self.noun} needs the key '{field.key}'"
                problems.add(node.line, message, f"it is {field.help}")
        found = Filled(node.line, values, node.lines)
        for field in self.fields:
            check_effect(field, found, problems)
        return found

    def _unknown(self, key: str, line: int, problems: Problems) -> None:
        message, hint = f"{self.noun} has no key {quoted(key)}", self.stray(key)
        if hint:
            problems.add(line, message, hint)
        else:
            problems.unknown(line, message, key, [field.key for field in self.fields])

    def defaults(self) -> dict[str, Any]:
        """The value of each key where the spec is silent."""
        return {field.key: field.fixed for field in self.fields}

    def schema(self) -> Schema:
        """As every type."""
        found: Schema = {
            "type": ["object", "null"] if self.empty else "object",
            "properties": {field.key: field.schema() for field in self.fields},
            "additionalProperties": False,
        }
        required = [field.key for field in self.fields if field.required]
        found |= {"required": required} if required else {}
        defaults = self.defaults()
        effects = [rule for field in self.fields for rule in effect_rules(field, defaults)]
        found |= {"allOf": effects} if effects else {}
        return found | ({"anyOf": [{"required": [key]} for key in self.some]} if self.some else {})


def of_parameter(parameter: Parameter) -> Field:
    """The field that a parameter of the catalogue becomes.

    Raises:
        UserError: an installed package declares a kind of parameter that there is not.
    """
    make = _TYPES.get(parameter.kind)
    if make is None:
        raise UserError(f"parameter '{parameter.name}' is of unknown kind '{parameter.kind}'")
    type_ = Optional(make(parameter)) if parameter.optional else make(parameter)
    default = parameter.default
    if parameter.kind == "float" and default is not None:
        # As one that the spec gives: 3 and 3.0 are one value, so they must have one digest.
        default = float(default)
    only = tuple(parameter.only.items())
    help_ = "; ".join((parameter.help, *(said(*pair) for pair in only)))
    return Field(parameter.name, type_, default, help_, required=parameter.required, only=only)


def of_parameters(parameters: tuple[Parameter, ...]) -> tuple[Field, ...]:
    """The fields that parameters become.

    Raises:
        UserError: as `of_parameter`; or one depends on another that there is not.
    """
    for parameter in parameters:
        for other in parameter.only.keys() - {one.name for one in parameters}:
            raise UserError(
                f"parameter '{parameter.name}' depends on '{other}', which is no parameter"
            )
    return tuple(of_parameter(parameter) for parameter in parameters)


PATH = Text(1000, like="a path from the spec's folder, as text")


def _text(parameter: Parameter) -> Type:
    return Choice(parameter.choices) if parameter.choices else Text()


_TYPES: dict[str, Callable[[Parameter], Type]] = {
    "int": lambda p: Number(True, p.minimum, p.maximum),
    "float": lambda p: Number(False, p.minimum, p.maximum),
    "bool": lambda p: Flag(),
    "str": _text,
    "layers": lambda p: Layers(),
    "samples": lambda p: Samples(p.minimum, p.maximum),
    "names": lambda p: ListOf(_text(p), "names", distinct=True, single=True),
    "numbers": lambda p: ListOf(
        Number(False, p.minimum, p.maximum), "numbers", least=1, single=True
    ),
    "size": lambda p: Size(),
    "path": lambda p: PATH,
    "paths": lambda p: ListOf(PATH, "paths", distinct=True, single=True),
}
