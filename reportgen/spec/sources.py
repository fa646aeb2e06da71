"""What a model is made from, as a spec writes it."""

from __future__ import annotations

import re
from typing import Any

from reportgen import catalog
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar, Sequence
from reportgen.spec.values import Schema, shown, wrong

_WORD = "[A-Za-z_][A-Za-z0-9_]*"
PYTHON = rf"^python:{_WORD}(\.{_WORD})*:{_WORD}$"
PATTERNS = {
    "application": f"^application:{_WORD}$",
    "python": PYTHON,
    "file": r"^(?!zoo:|application:|python:)((.*[^/])?\.(keras|h5|hdf5)|(.*/)?saved_model\.pb)$",
}
FORMS = "zoo:NAME, application:NAME, python:PACKAGE.MODULE:FUNCTION, or the path of a .keras or .h5"
EXPECTED = f"a model ({FORMS} file)"


def scheme(source: str) -> str:
    """The kind of a model source: "zoo", "application", "python", "file", or "" for none."""
    if source.removeprefix("zoo:") in catalog.modules("models") and source.startswith("zoo:"):
        return "zoo"
    return next((kind for kind, rule in PATTERNS.items() if re.fullmatch(rule, source)), "")


class Source:
    """What names a model."""

    def read(self, node: Node, name: str, problems: Problems) -> str:
        """An empty text stands in for what names no model."""
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not text:
            wrong(node, name, EXPECTED, problems)
            return ""
        if scheme(text):
            _check_network(text, node.line, problems)
            return text
        models = [f"zoo:{model}" for model in catalog.modules("models")]
        if text.startswith("zoo:"):
            problems.unknown(node.line, f"there is no model {quoted(text)}", text, models)
        elif f"zoo:{text}" in models:
            hint = f"did you mean 'zoo:{text}'?"
            wrong(node, name, EXPECTED, problems, hint)
        else:
            wrong(node, name, EXPECTED, problems, _near(text))
        return ""

    def schema(self) -> Schema:
        """As every type."""
        zoo = [f"zoo:{name}" for name in catalog.entries("models")]
        named: Schema = {"enum": [*zoo, *(f"application:{name}" for name in _networks())]}
        rules: list[Schema] = [{"pattern": PATTERNS[kind]} for kind in ("python", "file")]
        return {"type": "string", "anyOf": [named, *rules]}


def _near(text: str) -> str:
    head, colon, _ = text.partition(":")
    if "/" in text and "." not in text.rstrip("/").rsplit("/", 1)[-1] and not colon:
        return f"if this folder holds a SavedModel, write {text.rstrip('/')}/saved_model.pb"
    if head == "python":
        return "write python:PACKAGE.MODULE:FUNCTION"
    if head == "application":
        return "write application:NAME, such as application:VGG16"
    if colon:
        from difflib import get_close_matches

        close = get_close_matches(head[:40], ["zoo", "application", "python"], n=1)
        return f"did you mean '{close[0]}:…'?" if close else ""
    return ""


class Free:
    """Anything that JSON can hold: what a Python function of the user's is called with."""

    def read(self, node: Node, name: str, problems: Problems) -> dict[str, Any]:
        """A mapping from parameter names to plain values."""
        if not isinstance(node, Mapping):
            wrong(node, name, "a mapping of parameters and values", problems)
            return {}
        for key in node.items:
            if not key.isidentifier():
                message = f"{quoted(key)} cannot be a parameter of a Python function"
                problems.add(node.lines[key], message, "use letters, digits and '_'")
        return {key: _plain(item, f"'{key}'", problems) for key, item in node.items.items()}

    def schema(self) -> Schema:
        """As every type."""
        return {"type": "object", "propertyNames": {"pattern": r"^\w+$"}}


def _plain(node: Node, name: str, problems: Problems) -> Any:
    if isinstance(node, Sequence):
        return [_plain(item, name, problems) for item in node.items]
    if isinstance(node, Mapping):
        return {key: _plain(item, f"'{key}'", problems) for key, item in node.items.items()}
    if isinstance(node.value, float) and not abs(node.value) < float("inf"):
        problems.add(node.line, f"{name} must be a finite number, got {shown(node)}")
        return None
    return node.value


def _networks() -> list[str]:
    """Networks of `keras.applications`, which datasets can be prepared for."""
    parameters = catalog.entry("datasets", "folder").parameters
    return next(list(p.choices) for p in parameters if p.name == "application")


def _check_network(source: str, line: int, problems: Problems) -> None:
    """Note a network that `keras.applications` does not have."""
    kind, _, name = source.partition(":")
    if kind == "application" and name not in _networks():
        message = f"keras.applications has no network named {quoted(name)}"
        problems.unknown(line, message, name, _networks())
