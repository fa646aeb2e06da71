"""Mappings with known keys: a key is declared once, for reading, defaults, schema and reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Mapped
from typing import NamedTuple

from reportgen.catalog import Parameter
from reportgen.errors import Problem, UserError
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.values import (
    Type,
    Values,
    boolean,
    choice,
    classes,
    is_null,
    layers,
    list_of,
    number,
    optional,
    plain,
    samples,
    size,
    text,
    value_range,
    wrong,
)
from reportgen.spec.yaml_tree import Mapping, Node
from reportgen.suggestions import no_effect
from reportgen.types import Json, JsonObject

PLUG_IN = "update the installed package that declares it, or uninstall it"
"""What to do about a parameter that a package declares wrongly; reportgen's own are tested."""


class Key(NamedTuple):
    """One key of a mapping.

    Attributes:
        name: the key; type: what its value may be; default: its value where the spec has none.
        help: one line for schema and reference.
        default_text: the default in words, where it is not a fixed value.
        required: whether the spec must give it.
        only: other keys, each with the values with which this key has an effect.
    """

    name: str
    type: Type
    default: Json
    help: str
    default_text: str = ""
    required: bool = False
    only: tuple[tuple[str, tuple[str | None, ...]], ...] = ()

    def schema(self) -> JsonObject:
        """The value's type, with description and default."""
        rule: JsonObject = {"description": self.help, **self.type.schema()}
        if self.default_text:
            rule["description"] += f"; default: {self.default_text}"
        elif not self.required:
            rule["default"] = plain(self.default)
        return rule

    def report_no_effect(self, found: Values, problems: Problems) -> None:
        """Add the key if the spec gives it and other keys make it ineffective.

        Its default is no mistake: who writes down all keys asks for nothing else.
        """
        if self.name not in found.lines or plain(found[self.name]) == plain(self.default):
            return
        for other, values in self.only:
            # An empty text stands in for a value that is wrong itself.
            if found[other] not in values and found[other] != "":
                hint = no_effect(self.name, other, found[other], values)
                problems.add(found.at(self.name), *hint)

    def effect_rules(self, defaults: Mapped[str, Json]) -> Iterator[JsonObject]:
        """The same as JSON Schema."""
        for other, values in self.only:
            then: JsonObject = {"properties": {other: {"enum": list(values)}}}
            if defaults[other] not in values:
                then["required"] = [other]
            changed = {"properties": {self.name: {"not": {"const": plain(self.default)}}}}
            yield {"if": {"required": [self.name], **changed}, "then": then}


class Keys(NamedTuple):
    """A mapping with these keys and no others.

    Attributes:
        keys: the keys.
        noun: what messages call the mapping.
        empty: whether null stands for a mapping without keys.
        some: keys of which at least one is needed; only the schema says so, since the loader
            knows better what to suggest.
        misplaced: says where an unknown key belongs, or "".
    """

    keys: tuple[Key, ...]
    noun: str
    empty: bool = False
    some: tuple[str, ...] = ()
    misplaced: Callable[[str], str] = lambda _: ""

    @property
    def type(self) -> Type:
        """The mapping as the type of a value."""
        return Type(self.read, self.schema)

    def read(self, node: Node, name: str, problems: Problems) -> Values:
        """The value of every key, defaults filled in."""
        if isinstance(node, Mapping):
            return self.read_mapping(node, problems)
        if not (self.empty and is_null(node)):
            names = ", ".join(key.name for key in self.keys)
            hint = f"keys are {names}" if names else "it has no parameters"
            wrong(node, name, "a mapping of keys and values", problems, hint)
        return Values(node.line, self.defaults(), {})

    def read_mapping(self, node: Mapping, problems: Problems) -> Values:
        """The value of every key of a mapping, defaults filled in."""
        found = Values(node.line, self.defaults(), node.lines)
        known = {key.name: key for key in self.keys}
        for name, item in node.items.items():
            if name in known:
                found.values[name] = known[name].type.read(item, f"'{name}'", problems)
                continue
            message, hint = f"{self.noun} has no key {quoted(name)}", self.misplaced(name)
            if name == "<<":
                hint = "write the keys out, since specs merge no mappings"
            if hint:
                problems.add(node.lines[name], message, hint)
            else:
                problems.unknown(node.lines[name], message, name, list(known))
        for key in self.keys:
            if key.required and key.name not in node.items:
                message = f"{self.noun} needs the key '{key.name}'"
                problems.add(node.line, message, f"it is {key.help}")
            key.report_no_effect(found, problems)
        return found

    def defaults(self) -> dict[str, Json]:
        """The value of each key where the spec has none."""
        return {key.name: plain(key.default) for key in self.keys}

    def schema(self) -> JsonObject:
        """The mapping as JSON Schema."""
        rule: JsonObject = {
            "type": ["object", "null"] if self.empty else "object",
            "properties": {key.name: key.schema() for key in self.keys},
            "additionalProperties": False,
        }
        if required := [key.name for key in self.keys if key.required]:
            rule["required"] = required
        defaults = self.defaults()
        if effects := [rule for key in self.keys for rule in key.effect_rules(defaults)]:
            rule["allOf"] = effects
        if self.some:
            rule["anyOf"] = [{"required": [name]} for name in self.some]
        return rule


def of_parameters(parameters: tuple[Parameter, ...]) -> tuple[Key, ...]:
    """The keys that parameters of the catalogue become.

    Raises:
        UserError: an installed package declares a kind of parameter that does not exist, or a
            parameter that depends on one that does not exist.
    """
    names = {parameter.name for parameter in parameters}
    for parameter in parameters:
        for other in parameter.only.keys() - names:
            message = f"parameter '{parameter.name}' depends on '{other}', which is no parameter"
            raise UserError(Problem(message, hint=PLUG_IN))
    return tuple(of_parameter(parameter) for parameter in parameters)


def of_parameter(parameter: Parameter) -> Key:
    """The key that a parameter becomes. Raises UserError as `of_parameters`."""
    make = _TYPES.get(parameter.kind)
    if make is None:
        message = f"parameter '{parameter.name}' is of unknown kind '{parameter.kind}'"
        raise UserError(Problem(message, hint=PLUG_IN))
    type_ = optional(make(parameter)) if parameter.optional else make(parameter)
    default = parameter.default
    if parameter.kind == "float" and default is not None:
        # As if the spec gave it: 3 and 3.0 are one value, so they must have one digest.
        default = float(default)
    effects = [_effect(other, values) for other, values in parameter.only.items()]
    help_ = "; ".join((parameter.help, *effects))
    only = tuple(parameter.only.items())
    return Key(parameter.name, type_, default, help_, required=parameter.required, only=only)


def _effect(other: str, values: tuple[str | None, ...]) -> str:
    """When a key has an effect, for the reference."""
    if values == (None,):
        return f"has no effect beside `{other}`"
    return f"with `{other}` {' or '.join(map(str, values))} only"


def _name(parameter: Parameter) -> Type:
    return choice(parameter.choices) if parameter.choices else text()


PATH = text(expected="a path from the spec's folder, as text")
_TYPES: dict[str, Callable[[Parameter], Type]] = {
    "int": lambda p: number(p.minimum, p.maximum, whole=True),
    "float": lambda p: number(p.minimum, p.maximum),
    "bool": lambda p: boolean(),
    "str": _name,
    "layers": lambda p: layers(),
    "samples": lambda p: samples(p.minimum, p.maximum),
    "names": lambda p: list_of(_name(p), "names", distinct=True, single=True),
    "numbers": lambda p: list_of(number(p.minimum, p.maximum), "numbers", 1, single=True),
    "size": lambda p: size(),
    "path": lambda p: PATH,
    "paths": lambda p: list_of(PATH, "paths", distinct=True, single=True),
    "classes": lambda p: classes(),
    "range": lambda p: value_range(),
}
