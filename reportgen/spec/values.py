"""One value of a spec against the `Parameter` that declares it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from reportgen.catalog import Parameter
from reportgen.errors import did_you_mean
from reportgen.spec.nodes import Node

Complain = Callable[[str, int, str], None]
"""Takes a message, a line and a hint."""


def value(parameter: Parameter, node: Node, complain: Complain) -> Any:
    """The checked value, or the default where it is wrong (and was complained of)."""
    before = complain
    wrong = False

    def note(message: str, line: int, hint: str = "") -> None:
        nonlocal wrong
        wrong = True
        before(f"'{parameter.name}': {message}", line, hint)

    found = None if node.value is None and parameter.optional else _read(parameter, node, note)
    return parameter.default if wrong else found


def _read(parameter: Parameter, node: Node, note: Complain) -> Any:
    if parameter.kind == "layers":
        return node.value if node.value == "all" else _names(node, "'all' or a list of names", note)
    if parameter.kind == "names":
        return _names(node, "a list of names", note)
    if parameter.kind == "samples":
        if isinstance(node.value, list):
            index = Parameter("index", "int", 0, "", minimum=0)
            return [_scalar(index, item, "a test-image index", note) for item in node.value]
        return _scalar(parameter, node, "a count or a list of test-image indices", note)
    return _scalar(parameter, node, _WORDS[parameter.kind], note)


_WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text"}


def _names(node: Node, expected: str, note: Complain) -> Any:
    if isinstance(node.value, str):
        # One name instead of a list of one is what people write.
        return [node.value]
    if not isinstance(node.value, list) or not node.value:
        note(f"expected {expected}, got {_said(node)}", node.line, "")
        return None
    for item in node.value:
        if not isinstance(item.value, str) or not item.value:
            note(f"expected {expected}, got {item.said} in it", item.line, "")
    return [item.value for item in node.value]


def _said(node: Node) -> str:
    return "an empty list" if node.value == [] else node.said


def _scalar(parameter: Parameter, node: Node, expected: str, note: Complain) -> Any:
    found = node.value
    if not _is(parameter.kind, found):
        hint = "quote it to make it text" if parameter.kind == "str" and _plain(found) else ""
        note(f"expected {expected}, got {_said(node)}", node.line, hint)
        return None
    if parameter.choices and found not in parameter.choices:
        note(f"expected one of {', '.join(parameter.choices)}, got {node.said}", node.line,
             did_you_mean(str(found), parameter.choices))  # fmt: skip
    low, high = parameter.minimum, parameter.maximum
    if low is not None and found < low:
        note(f"expected at least {low:g}, got {node.said}", node.line, "")
    elif high is not None and found > high:
        note(f"expected at most {high:g}, got {node.said}", node.line, "")
    return float(found) if parameter.kind == "float" else found


def _plain(found: Any) -> bool:
    return isinstance(found, int | float)


def _is(kind: str, found: Any) -> bool:
    if kind == "str":
        return isinstance(found, str)
    if kind == "bool":
        return isinstance(found, bool)
    if isinstance(found, bool):
        return False
    if kind == "float":
        return isinstance(found, int | float) and abs(found) < 1e300 and math.isfinite(found)
    return isinstance(found, int) and abs(found) < 2**63
