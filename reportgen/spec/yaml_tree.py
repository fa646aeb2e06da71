"""YAML text as a tree of values that know their lines, safe for text of strangers.

The tree is built from parser events, without recursion and without PyYAML's constructors: no tag
can make anything but a plain value, aliases are shared and never copied, and limits hold while
the text is read. Plain scalars follow the core schema of YAML 1.2, as editors do: `yes` is a text,
`1e-3` a number. PyYAML itself reads YAML 1.1, where `yes` is true, `1e-3` a text and `12:30` a
number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from reportgen.spec.problems import Problems, quoted

NODES = 20_000
"""Values in one spec; an alias counts each time it is used."""
DEPTH = 50
"""Nesting of lists and mappings, checked at every step: libyaml's time grows with its square."""
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True, eq=False, repr=False)
class Scalar:
    """A text, number, boolean or null; `text` is its spelling in the file."""

    line: int
    value: str | int | float | bool | None
    text: str
    size: int = 1


@dataclass(slots=True, eq=False, repr=False)
class Sequence:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True, eq=False, repr=False)
class Mapping:
    """A mapping from text to values; `lines` holds the line of each key."""

    line: int
    items: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    size: int = 1
    key: Scalar | None = None


Node = Scalar | Sequence | Mapping
_NO_KEY = Scalar(0, None, "")


def parse(text: str, problems: Problems) -> Node | None:
    """The tree of a YAML document, or None where it is empty.

    Duplicate keys, tags and the like are added to `problems`.

    Raises:
        UserError: the text is not YAML, or it is larger or deeper than a spec may be.
    """
    builder = _Builder(problems)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        problems.add(*_broken(error, text))
    except (yaml.YAMLError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        problems.add(1, f"expected YAML, but {reason}", "save the file as plain UTF-8 text")
    except _TooMuch as error:
        problems.add(error.line, str(error), "a spec is a page or two of plain YAML")
    else:
        return builder.root
    problems.finish()
    return None


def _events(text: str) -> Iterator[yaml.Event]:
    loader = Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


class _TooMuch(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Builder:
    """Assembles events; `open` holds the lists and mappings that have not ended yet."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.anchors: dict[str, Node] = {}
        self.documents = 0
        self.count = 0

    def take(self, event: yaml.Event) -> None:
        assert event.start_mark is not None
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            scalar = self.scalar(event, line)
            self.anchor(event, scalar)
            self.place(scalar, line)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(str(event.anchor), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self.begin(Sequence(line), event, "seq")
        elif isinstance(event, yaml.MappingStartEvent):
            self.begin(Mapping(line), event, "map")
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            ended = self.open.pop()
            self.place(ended, ended.line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                text = "expected one document, but '---' begins a second one"
                self.problems.add(line, text, "write one file for each report")

    def anchor(self, event: yaml.NodeEvent, node: Node) -> None:
        if event.anchor:
            self.anchors[event.anchor] = node

    def begin(self, node: Sequence | Mapping, event: yaml.CollectionStartEvent, tag: str) -> None:
        self.anchor(event, node)
        if event.tag not in (None, "!", _TAG + tag):
            self.tagged(node.line, event.tag)
        self.open.append(node)
        if len(self.open) > DEPTH:
            raise _TooMuch(node.line, f"lists and mappings are nested more than {DEPTH} deep")

    def tagged(self, line: int, tag: str) -> None:
        name = quoted(tag.replace(_TAG, "!!"))
        self.problems.add(line, f"expected a plain value, got the tag {name}", "remove the tag")

    def alias(self, anchor: str, line: int) -> None:
        target = self.anchors.get(anchor)
        if target is None:
            name = quoted("&" + anchor)
            self.problems.add(line, f"nothing before this line is named {name}", "name it first")
        elif any(target is node for node in self.open):
            message = f"{quoted('*' + anchor)} stands inside what it names"
            self.problems.add(line, message, "write the values out here")
            target = None
        self.place(target or Scalar(line, None, ""), line)

    def place(self, node: Node, line: int) -> None:
        """Put a value where it belongs: into the list or mapping that is open, or at the top."""
        self.count += 1
        parent = self.open[-1] if self.open else None
        if parent is None:
            self.root = self.root or node
        elif isinstance(parent, Sequence):
            parent.items.append(node)
        elif parent.key is None:
            parent.key = self.key(node, line)
        else:
            self.pair(parent, parent.key, node)
            parent.key = None
        if parent is not None:
            parent.size += node.size
        if max(self.count, node.size, parent.size if parent else 0) > NODES:
            raise _TooMuch(line, f"the spec has more than {NODES} values, aliases counted")

    def key(self, node: Node, line: int) -> Scalar:
        if isinstance(node, Scalar):
            return Scalar(line, node.value, node.text)
        message = "expected a name before ':', got a list or a mapping"
        self.problems.add(line, message, "put it in quotes where it is text")
        return _NO_KEY

    def pair(self, parent: Mapping, key: Scalar, node: Node) -> None:
        if key is _NO_KEY:
            return
        if key.text in parent.items:
            first = parent.lines[key.text]
            text = f"the key {quoted(key.text)} stands here a second time, first on line {first}"
            self.problems.add(key.line, text, "keep one of them")
            return
        parent.items[key.text] = node
        parent.lines[key.text] = key.line

    def scalar(self, event: yaml.ScalarEvent, line: int) -> Scalar:
        text: str = event.value
        if event.tag in (None, "!"):
            plain = event.implicit[0] and event.tag is None
            return Scalar(line, resolve(text) if plain else text, text)
        value = text if event.tag == _TAG + "str" else resolve(text)
        if event.tag != _TAG + _TAGS[type(value)]:
            self.tagged(line, event.tag)
        return Scalar(line, value, text)


_TAGS = {str: "str", bool: "bool", int: "int", float: "float", type(None): "null"}
_NULL = re.compile(r"(~|null|Null|NULL|)")
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DIGITS = 400
"""A longer whole number becomes a float, which is infinite then: Python refuses to convert it."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar by YAML 1.2's core schema."""
    if _NULL.fullmatch(text):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text) and len(text) <= _DIGITS:
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "", 1)) if _SPECIAL.fullmatch(text) else text


_USE = r"[\w./-]+(\[\d+\][\w./-]*)+"
"""A use of a layer, such as tower[1]/conv; inside a list YAML takes its brackets for its own."""


def _broken(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str, str]:
    """Line, message and hint for text that YAML's grammar does not allow."""
    reason = (error.problem or "it cannot be read").strip()
    mark = error.problem_mark or error.context_mark
    if "unexpected end" in reason:  # The end says nothing of the quote that was opened.
        mark = error.context_mark or mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    at = lines[line - 1] if line <= len(lines) else ""
    if "\t" in at[: len(at) - len(at.lstrip())]:
        return line, "this is not YAML: the line begins with a tab", "indent with spaces"
    use = re.search(_USE, at)
    if use and "did not find expected" in reason:
        hint = f"in brackets or braces write a use of a layer in quotes: '{use[0]}'"
        return line, f"this is not YAML: {reason}", hint
    hints = {
        "mapping values are not allowed": "put text that holds ': ' in quotes, and check that "
        "the keys of one mapping begin in one column",
        "cannot start any token": "put text that begins with a special character in quotes",
        "undefined alias": "text that begins with '*' needs quotes",
        "did not find expected": "check quotes, brackets and indentation on this line and above",
        "could not find expected": "check quotes, colons and indentation on this line and above",
        "unexpected end": "a quote that was opened is not closed",
        "escape c": "in double quotes write '\\\\' for a backslash, or use single quotes",
        "incompatible YAML document": "remove the line that begins with '%'",
    }
    hint = next((hint for part, hint in hints.items() if part in reason), "check the indentation")
    return line, f"this is not YAML: {reason}", hint
