"""YAML text to a tree in which every value has its line, safe against hostile files.

The text is scanned once for its size, depth and aliases before anything is built from it, so a
small file that would unfold into gigabytes is refused in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from reportgen.errors import Problem, UserError

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
MAX_NODES = 20_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_construct = yaml.constructor.SafeConstructor()


@dataclass
class Node:
    """A value of the file: `value` is a scalar, a list of nodes, or a dict of nodes by key.

    `keys` has the line of each key of a mapping.
    """

    value: Any
    line: int
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The value as an error message shows it."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "nothing"
        text = f"'{self.value}'" if isinstance(self.value, str) else str(self.value)
        if isinstance(self.value, bool):
            text = text.lower()
        return text if len(text) <= 60 else f"{text[:57]}..."


def parse(data: bytes, file: str) -> tuple[Node, list[Problem]]:
    """The tree of a YAML document, and problems that do not keep it from being read.

    Raises:
        UserError: too large, not UTF-8, not YAML, several documents, or unfolding too far.
    """
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f} MB"
        raise UserError(Problem(f"expected a spec of at most 1 MB, this file has {size}", file))
    try:
        text = data.decode("utf-8-sig")
        _scan(text, file)
        root = yaml.compose(text, _Loader)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(Problem("expected UTF-8 text, this is not", file, line)) from None
    except yaml.MarkedYAMLError as error:
        raise UserError(_not_yaml(error, file)) from None
    except yaml.YAMLError as error:
        message = f"this is not YAML: {' '.join(str(error).split())}"
        raise UserError(Problem(message, file)) from None
    problems: list[Problem] = []
    if root is None:
        raise UserError(Problem("this spec is empty", file, hint="start from: reportgen new NAME"))
    return _Builder(file, problems).build(root, 0), problems


def _not_yaml(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    hint = ""
    if "'\\t'" in str(error.problem):
        hint = "indent with spaces, YAML allows no tabs"
    said = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(f"this is not YAML: {said}", file, mark.line + 1 if mark else None, hint)


def _scan(text: str, file: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, _Loader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise UserError(
                    Problem("expected one YAML document, here begins another", file, line)
                )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise UserError(Problem(f"nested more than {MAX_DEPTH} deep", file, line))


class _Builder:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.count = 0

    def build(self, node: yaml.Node, depth: int) -> Node:
        """A YAML node as ours. Aliases unfold here, and only so far."""
        self.count += 1
        line = node.start_mark.line + 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            message = f"this spec unfolds into more than {MAX_NODES} values"
            raise UserError(Problem(message, self.file, line, "write it with fewer aliases"))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, line, depth)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.build(item, depth + 1) for item in node.value], line)
        return Node(self._scalar(node, line), line)

    def _mapping(self, node: yaml.MappingNode, line: int, depth: int) -> Node:
        found = Node({}, line)
        for key, value in node.value:
            name = self._scalar(key, line) if isinstance(key, yaml.ScalarNode) else None
            here = key.start_mark.line + 1
            if not isinstance(name, str):
                self._complain(f"expected a name as key, got {key.value!r}", here)
            elif name in found.value:
                self._complain(f"'{name}' is set twice, first on line {found.keys[name]}", here)
            else:
                found.value[name] = self.build(value, depth + 1)
                found.keys[name] = here
        return found

    def _scalar(self, node: yaml.Node, line: int) -> Any:
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self._complain(f"tags such as {node.tag} are not allowed", line)
            return None
        if node.tag == "tag:yaml.org,2002:merge" or node.tag.endswith((":timestamp", ":value")):
            return node.value
        try:
            return _construct.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError, KeyError):
            self._complain(f"cannot read {node.value!r} as {node.tag.rpartition(':')[2]}", line)
            return None

    def _complain(self, message: str, line: int) -> None:
        self.problems.append(Problem(message, self.file, line))
