"""Types of the values in a spec: each reads a node of the YAML tree and has a JSON Schema.

Reading adds what is wrong to the problems and returns a value of the right type all the same (or
None), so that one mistake does not hide the next.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from collections.abc import Sequence as Items
from dataclasses import dataclass
from typing import NamedTuple

from reportgen.class_names import MOST
from reportgen.records import IMAGES
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.yaml_tree import Mapping, Node, Scalar, Sequence
from reportgen.types import Json, JsonObject


class Type(NamedTuple):
    """What a value may be.

    Attributes:
        read: takes a node, what messages call it, and the problems; returns the value.
        schema: returns the same rule as JSON Schema.
    """

    read: Callable[[Node, str, Problems], Json]
    schema: Callable[[], JsonObject]


@dataclass(frozen=True, eq=False, repr=False)
class Values:
    """A mapping that was read: the value of every key, and the line of each key in the spec."""

    line: int
    values: dict[str, Json]
    lines: dict[str, int]

    def __getitem__(self, key: str) -> Json:
        return self.values[key]

    def at(self, key: str) -> int:
        """The line of a key, or of the mapping where the spec does not give the key."""
        return self.lines.get(key, self.line)


def shown(node: Node) -> str:
    """A value of a spec, in words for a message."""
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    if isinstance(node, Mapping):
        return "a mapping" if node.items else "an empty mapping"
    if node.value is None:
        return "nothing"
    return (
        f"the text {quoted(node.text)}" if isinstance(node.value, str) else quoted(node.text)[1:-1]
    )


def wrong(node: Node, name: str, expected: str, problems: Problems, hint: str = "") -> None:
    """Add a value of the wrong type."""
    problems.add(node.line, f"{name} must be {expected}, got {shown(node)}", hint)


def value_of(node: Node) -> Json:
    """The value of a scalar; None for a list or a mapping."""
    return node.value if isinstance(node, Scalar) else None


def is_null(node: Node) -> bool:
    """Whether a node is null, written or left out."""
    return isinstance(node, Scalar) and node.value is None


def plain(value: Json) -> Json:
    """A value for JSON: tuples as lists."""
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


_BOOLEANS = {"yes": "true", "on": "true", "true": "true", "1": "true",
             "no": "false", "off": "false", "false": "false", "0": "false"}  # fmt: skip


def boolean() -> Type:
    """true or false; false stands in for anything else."""

    def read(node: Node, name: str, problems: Problems) -> bool:
        if isinstance(value := value_of(node), bool):
            return value
        meant = _BOOLEANS.get(node.text.lower()) if isinstance(node, Scalar) else None
        wrong(node, name, "true or false", problems, f"write {meant}" if meant else "")
        return False

    return Type(read, lambda: {"type": "boolean"})


class Bounds(NamedTuple):
    """Finite numbers from `low` to `high`, both inclusive; `whole` allows no fraction."""

    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def expected(self) -> str:
        """The bounds in words."""
        noun = "a whole number" if self.whole else "a number"
        low, high = (None if end is None else f"{end:.12g}" for end in (self.low, self.high))
        if low is not None and high is not None:
            return f"{noun} from {low} to {high}"
        if low is not None:
            return f"{noun}, {low} or more"
        return noun if high is None else f"{noun}, {high} or less"

    def remedy(self, value: Json) -> str:
        """What to write in place of a value that is not allowed."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value):
                return "remove the quotes"
            return f"write {self.expected}"
        if self.low is not None and value < self.low:
            return f"write {self.low:.12g} or more"
        if self.high is not None and value > self.high:
            return f"write {self.high:.12g} or less"
        return (
            f"write a whole number, such as {value:.0f}"
            if math.isfinite(value)
            else (f"write {self.expected}")
        )

    def allow(self, value: Json) -> bool:
        """Whether a value is such a number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not math.isfinite(value) or (self.whole and value != int(value)):
            return False
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    def schema(self) -> JsonObject:
        """The bounds as JSON Schema."""
        ends = {"minimum": self.low, "maximum": self.high}
        rule = {key: int(end) if end == int(end) else end
                for key, end in ends.items() if end is not None}  # fmt: skip
        return {"type": "integer" if self.whole else "number", **rule}


def number(low: float | None = None, high: float | None = None, *, whole: bool = False) -> Type:
    """A number within bounds; the lower bound stands in for anything else."""
    bounds = Bounds(low, high, whole)

    def read(node: Node, name: str, problems: Problems) -> int | float:
        value = value_of(node)
        if not bounds.allow(value):
            wrong(node, name, bounds.expected, problems, bounds.remedy(value))
            value = low or 0
        return int(value) if whole else float(value)

    return Type(read, bounds.schema)


CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]"
"""Characters that texts may not hold: controls but tab and line feed, and what XML refuses."""


def text(
    longest: int = 1000, pattern: str = "", expected: str = "text", blank: bool = False
) -> Type:
    """A text without control characters; spaces around it are dropped.

    Args:
        longest: the most characters.
        pattern: what the whole text must match; without one it must not be blank.
        expected: the pattern in words.
        blank: whether the text may be blank.
    """

    def read(node: Node, name: str, problems: Problems) -> str:
        value = value_of(node)
        if not isinstance(value, str):
            hint = f"put it in quotes: '{node.text[:60]}'" if isinstance(node, Scalar) else ""
            wrong(node, name, expected, problems, hint if value is not None else "")
            return ""
        value = value if pattern else value.strip()
        if not (re.fullmatch(pattern, value) if pattern else value or blank):
            hint = "use these characters only" if pattern else "write some text, or remove the key"
            wrong(node, name, expected, problems, hint)
        elif len(value) > longest:
            message = f"{name} has {len(value)} characters, {longest} are allowed"
            problems.add(node.line, message, "make it shorter")
        elif re.search(CONTROL, value):
            problems.add(node.line, f"{name} holds a control character", "remove it")
        return value

    rule = {"type": "string", "maxLength": longest}
    return Type(read, lambda: rule if blank else {**rule, "pattern": pattern or r"\S"})


def choice(names: Items[str], noun: str = "") -> Type:
    """One of some names, each the name of a `noun`; "" stands in for anything else."""

    def read(node: Node, name: str, problems: Problems) -> str:
        if not isinstance(node, Scalar) or node.value is None:
            expected = f"the name of a {noun}" if noun else "one of its names"
            wrong(node, name, expected, problems, f"choose from: {', '.join(names)}")
            return ""
        if node.value in names:
            return str(node.value)
        message = f"{name} cannot be {quoted(node.text)}"
        if noun:
            message = f"there is no {noun} {quoted(node.text)}"
        problems.unknown(node.line, message, node.text, names)
        return ""

    return Type(read, lambda: {"enum": list(names)})


def optional(inner: Type) -> Type:
    """A value or null."""

    def read(node: Node, name: str, problems: Problems) -> Json:
        return None if is_null(node) else inner.read(node, name, problems)

    return Type(read, lambda: {"anyOf": [inner.schema(), {"type": "null"}]})


def list_of(
    inner: Type,
    noun: str,
    least: int = 0,
    most: int = 1000,
    *,
    distinct: bool = False,
    single: bool = False,
) -> Type:
    """A list of `least` to `most` values; `single` also takes one value without a list."""

    def read(node: Node, name: str, problems: Problems) -> list[Json]:
        if single and isinstance(node, Scalar):
            return [inner.read(node, name, problems)]
        if not isinstance(node, Sequence):
            hint = "begin every line with '- '" if isinstance(node, Mapping) else ""
            if isinstance(node, Scalar) and node.value is not None:
                hint = f"write [{quoted(node.text)[1:-1]}]"
            wrong(node, name, f"a list of {noun}", problems, hint)
            return []
        count = len(node.items)
        if not least <= count <= most:
            bound = f"at least {least}" if count < least else f"at most {most}"
            hint = "name more of them, or leave the key out" if count < least else "name fewer"
            problems.add(node.line, f"{name} needs {bound} {noun}, got {count}", hint)
        values = [inner.read(item, f"each entry of {name}", problems) for item in node.items[:most]]
        if distinct:
            _report_repeated(node, name, problems)
        return values

    def schema() -> JsonObject:
        rule: JsonObject = {"type": "array", "items": inner.schema(), "maxItems": most}
        rule |= {"minItems": least} if least else {}
        rule |= {"uniqueItems": True} if distinct else {}
        return {"anyOf": [inner.schema(), rule]} if single else rule

    return Type(read, schema)


def _report_repeated(node: Sequence, name: str, problems: Problems) -> None:
    seen: set[str] = set()
    for item in node.items:
        if isinstance(item, Scalar):
            if item.text in seen:
                message = f"{name} holds {quoted(item.text)} twice"
                problems.add(item.line, message, "remove one of them")
            seen.add(item.text)


def classes() -> Type:
    """Names of classes, which may repeat, or the path of a text file with one name a line."""
    names = list_of(text(), "names of classes", least=1, most=MOST)
    path = text(expected="a list of names, or the path of a text file with one name a line")

    def read(node: Node, name: str, problems: Problems) -> str | list[str]:
        value: str | list[str] = (names if isinstance(node, Sequence) else path).read(
            node, name, problems
        )
        return value

    return Type(read, lambda: {"anyOf": [names.schema(), path.schema()]})


def layers() -> Type:
    """The word "all", or names of layers; only the model can tell whether it has them."""
    name_ = text(200, expected="'all' or names of layers")
    names = list_of(name_, "layers", least=1, distinct=True, single=True)

    def read(node: Node, name: str, problems: Problems) -> str | list[str]:
        value: str | list[str] = "all"
        return value if value_of(node) == "all" else names.read(node, name, problems)

    return Type(read, lambda: {"anyOf": [{"const": "all"}, *names.schema()["anyOf"]]})


def samples(low: float | None = None, high: float | None = None) -> Type:
    """A number of test images, or a list of their indices."""
    count = Bounds(1 if low is None else low, high, whole=True)
    index = number(0, whole=True)
    most = 1000 if high is None else int(high)
    indices = list_of(index, "test-image indices", least=1, most=most, distinct=True)

    def read(node: Node, name: str, problems: Problems) -> int | list[int]:
        value = value_of(node)
        if isinstance(node, Sequence):
            found: list[int] = indices.read(node, name, problems)
            return found
        if count.allow(value):
            return int(value)
        plain_number = isinstance(value, int | float)
        more = "" if plain_number else ", or a list of test-image indices"
        hint = count.remedy(value) if plain_number else "write for example: 3, or [0, 7]"
        wrong(node, name, count.expected + more, problems, hint)
        return 0

    return Type(read, lambda: {"anyOf": [count.schema(), indices.schema()]})


def size() -> Type:
    """[height, width] in pixels, or one number for both."""
    side = Bounds(1, 4096, whole=True)
    inner = number(*side[:2], whole=True)

    def read(node: Node, name: str, problems: Problems) -> list[int]:
        if isinstance(node, Sequence) and len(node.items) == 2:
            sides = zip(("height", "width"), node.items, strict=True)
            return [inner.read(item, f"the {side} in {name}", problems) for side, item in sides]
        if side.allow(value := value_of(node)):
            return [int(value)] * 2
        expected = f"[height, width] in pixels, or {side.expected} for both"
        wrong(node, name, expected, problems, "write for example: [224, 224]")
        return [1, 1]

    pair = {"type": "array", "items": side.schema(), "minItems": 2, "maxItems": 2}
    return Type(read, lambda: {"anyOf": [side.schema(), pair]})


def value_range() -> Type:
    """[low, high], two numbers with the lower first."""
    end = number()
    expected = "[low, high], two numbers with the lower first"

    def read(node: Node, name: str, problems: Problems) -> list[float]:
        if not isinstance(node, Sequence) or len(node.items) != 2:
            wrong(node, name, expected, problems, "write for example: [0, 4095]")
            return [0.0, 1.0]
        before = len(problems.found)
        low, high = (
            end.read(item, f"the {which} end of {name}", problems)
            for which, item in zip(("low", "high"), node.items, strict=True)
        )
        if len(problems.found) == before and low >= high:
            message = f"{name} must be {expected}, got {low:g} and {high:g}"
            problems.add(node.line, message, "swap them" if low > high else "")
        return [low, high]

    pair = {"type": "array", "items": end.schema(), "minItems": 2, "maxItems": 2}
    return Type(read, lambda: pair)


def model_inputs() -> Type:
    """For each input of a model by name `IMAGES`, a number, a list of numbers, or a text.

    Only the model can tell whether it has these inputs. Reads `Values`, or None for no mapping.
    """
    value, vector = number(), list_of(number(), "numbers", least=1, most=10_000)

    def read(node: Node, name: str, problems: Problems) -> Values | None:
        if not isinstance(node, Mapping):
            expected = "a mapping from the names of a model's inputs to what they are given"
            wrong(node, name, expected, problems, "write for example: {image: images, meta: 0.5}")
            return None
        values = {key: read_one(item, quoted(key), problems) for key, item in node.items.items()}
        if IMAGES not in values.values():
            hint = "write 'images' for one of them, as in {image: images, meta: 0.5}"
            problems.add(node.line, f"{name} gives images to no input", hint)
        return Values(node.line, values, node.lines)

    def read_one(node: Node, name: str, problems: Problems) -> float | list[float] | str:
        found: float | list[float] | str = IMAGES
        given = value_of(node)
        if isinstance(node, Sequence):
            found = vector.read(node, name, problems)
        elif isinstance(given, int | float) and not isinstance(given, bool):
            found = value.read(node, name, problems)
        elif isinstance(given, str) and given.lower().rstrip("s") != "image":
            found = given
        elif given != IMAGES:
            # `IMAGES` stands in, so that a lack of images is not reported as well.
            near = isinstance(given, str)
            expected = "images, a number, a list of numbers or a text"
            wrong(node, name, expected, problems, f"write {IMAGES}" if near else "")
        return found

    def schema() -> JsonObject:
        text = {"type": "string", "pattern": "^(?![Ii][Mm][Aa][Gg][Ee][Ss]*$)"}
        one = {"anyOf": [{"const": IMAGES}, value.schema(), vector.schema(), text]}
        none = {"additionalProperties": {"not": {"const": IMAGES}}}
        return {"type": "object", "additionalProperties": one, "not": none}

    return Type(read, schema)


def arguments() -> Type:
    """A mapping from parameters of a Python function to anything that JSON can hold."""

    def read(node: Node, name: str, problems: Problems) -> dict[str, Json]:
        if not isinstance(node, Mapping):
            hint = "write for example: {width: 8, depth: 2}"
            wrong(node, name, "a mapping of parameters and values", problems, hint)
            return {}
        for key in node.items:
            if not key.isidentifier():
                message = f"{quoted(key)} cannot be a parameter of a Python function"
                problems.add(node.lines[key], message, "use letters, digits and '_'")
        return {key: read_any(item, f"'{key}'", problems) for key, item in node.items.items()}

    def read_any(node: Node, name: str, problems: Problems) -> Json:
        if isinstance(node, Sequence):
            return [read_any(item, name, problems) for item in node.items]
        if isinstance(node, Mapping):
            return {key: read_any(item, f"'{key}'", problems) for key, item in node.items.items()}
        if isinstance(node.value, float) and not math.isfinite(node.value):
            message = f"{name} must be a finite number, got {shown(node)}"
            problems.add(node.line, message, "write a number, or null for none")
            return None
        return node.value

    return Type(read, lambda: {"type": "object", "propertyNames": {"pattern": r"^\w+$"}})
