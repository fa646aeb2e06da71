"""What a value of a spec may be: each type reads a value and describes itself in JSON Schema.

Reading notes what is wrong and then returns a value of the right type all the same (or None
where there is none), so that one mistake does not hide the next.

Types are named tuples where dataclasses would do, because making a class of the latter takes eight
times as long, and every command pays for it.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple, Protocol

from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar, Sequence

Schema = dict[str, Any]


class Type(Protocol):
    """What a value may be."""

    def read(self, node: Node, name: str, problems: Problems) -> Any:
        """The value of `node`; `name` is what messages call it, with its quotes."""

    def schema(self) -> Schema:
        """The same rule as JSON Schema."""


def shown(node: Node) -> str:
    """What stands in a spec, as a message says it."""
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    if isinstance(node, Mapping):
        return "a mapping" if node.items else "an empty mapping"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, str):
        return f"the text {quoted(node.value)}"
    return quoted(node.text)[1:-1]


def wrong(node: Node, name: str, expected: str, problems: Problems, hint: str = "") -> None:
    """Note a value of the wrong kind."""
    problems.add(node.line, f"{name} must be {expected}, got {shown(node)}", hint)


class Flag:
    """true or false."""

    def read(self, node: Node, name: str, problems: Problems) -> bool:
        """False stands in for anything else."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        said = node.text.lower() if isinstance(node, Scalar) else ""
        meant = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false",
                 "false": "false", "1": "true", "0": "false"}.get(said)  # fmt: skip
        wrong(node, name, "true or false", problems, f"write {meant}" if meant else "")
        return False

    def schema(self) -> Schema:
        """As every type."""
        return {"type": "boolean"}


class Number(NamedTuple):
    """A finite number within bounds, both inclusive; `whole` allows no fraction."""

    whole: bool
    minimum: float | None = None
    maximum: float | None = None

    @property
    def expected(self) -> str:
        """In words."""
        noun = "a whole number" if self.whole else "a number"
        low, high = (None if b is None else f"{b:.12g}" for b in (self.minimum, self.maximum))
        if low is not None and high is not None:
            return f"{noun} from {low} to {high}"
        if low is not None:
            return f"{noun}, {low} or more"
        return noun if high is None else f"{noun}, {high} or less"

    def read(self, node: Node, name: str, problems: Problems) -> int | float:
        """The nearest bound stands in for what is no number here."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and self.allows(value):
            return int(value) if self.whole else float(value)
        hint = ""
        if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value):
            hint = "remove the quotes"
        wrong(node, name, self.expected, problems, hint)
        return int(self.minimum or 0) if self.whole else float(self.minimum or 0)

    def allows(self, value: int | float) -> bool:
        """Whether a number is one of these."""
        if not math.isfinite(value) or (self.whole and value != int(value)):
            return False
        low = self.minimum is None or value >= self.minimum
        return low and (self.maximum is None or value <= self.maximum)

    def schema(self) -> Schema:
        """As every type."""
        found: Schema = {"type": "integer" if self.whole else "number"}
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        return found | {key: _short(bound) for key, bound in bounds.items() if bound is not None}


def _short(bound: float) -> int | float:
    return int(bound) if bound == int(bound) else bound


def plain(value: Any) -> Any:
    """A value for JSON: tuples as lists."""
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


class Text(NamedTuple):
    """A text that is not blank, without control characters; spaces around it are dropped.

    `pattern` must match the whole text; `like` says it in words.
    """

    longest: int = 1000
    pattern: str = ""
    like: str = "text"
    blank: bool = False

    def read(self, node: Node, name: str, problems: Problems) -> str:
        """An empty text stands in for anything else."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            number = isinstance(node, Scalar) and node.value is not None
            hint = f"put it in quotes: '{node.text[:60]}'" if number else ""  # type: ignore[union-attr]
            wrong(node, name, self.like, problems, hint)
            return ""
        text = node.value if self.pattern else node.value.strip()
        fits = re.fullmatch(self.pattern, text) if self.pattern else text or self.blank
        if not fits:
            wrong(node, name, self.like, problems)
        elif len(text) > self.longest:
            message = f"{name} has {len(text)} characters, {self.longest} are allowed"
            problems.add(node.line, message, "make it shorter")
        elif re.search(CONTROL, text):
            problems.add(node.line, f"{name} holds a control character", "remove it")
        return text

    def schema(self) -> Schema:
        """As every type."""
        found: Schema = {"type": "string", "maxLength": self.longest}
        if self.pattern or not self.blank:
            found["pattern"] = self.pattern or r"\S"
        return found


CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]"
"""What has no place in a text: all but tab and line feed, and what XML and HTML refuse."""


class Size(NamedTuple):
    """Height and width in pixels, as a list of two, or one number for both."""

    def read(self, node: Node, name: str, problems: Problems) -> list[int]:
        """[height, width]."""
        if isinstance(node, Sequence) and len(node.items) == 2:
            parts = zip(("height", "width"), node.items, strict=True)
            return [
                int(_SIDE.read(item, f"the {side} in {name}", problems)) for side, item in parts
            ]
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and _SIDE.allows(value):
            return [int(value)] * 2
        expected = f"[height, width] in pixels, or {_SIDE.expected} for both"
        wrong(node, name, expected, problems, "write for example: [224, 224]")
        return [1, 1]

    def schema(self) -> Schema:
        """As every type."""
        side = _SIDE.schema()
        return {"anyOf": [side, {"type": "array", "items": side, "minItems": 2, "maxItems": 2}]}


_SIDE = Number(True, 1, 4096)


class Choice(NamedTuple):
    """One of some names; `noun` is what they are names of."""

    names: tuple[str, ...]
    noun: str = ""

    def read(self, node: Node, name: str, problems: Problems) -> str:
        """An empty text stands in for anything else."""
        if not isinstance(node, Scalar) or node.value is None:
            noun = f"the name of a {self.noun}" if self.noun else "one of its names"
            wrong(node, name, noun, problems, f"choose from: {', '.join(self.names)}")
            return ""
        if node.value in self.names:
            return str(node.value)
        message = f"there is no {self.noun} {quoted(node.text)}"
        if not self.noun:
            message = f"{name} cannot be {quoted(node.text)}"
        problems.unknown(node.line, message, node.text, self.names)
        return ""

    def schema(self) -> Schema:
        """As every type."""
        return {"enum": list(self.names)}


class Optional(NamedTuple):
    """A value or null."""

    inner: Type

    def read(self, node: Node, name: str, problems: Problems) -> Any:
        """None for null."""
        if isinstance(node, Scalar) and node.value is None:
            return None
        return self.inner.read(node, name, problems)

    def schema(self) -> Schema:
        """As every type."""
        return {"anyOf": [self.inner.schema(), {"type": "null"}]}
