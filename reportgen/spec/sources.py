"""Models and datasets as a spec writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reportgen import catalog
from reportgen.errors import did_you_mean
from reportgen.spec.fields import Field, Filled, Object, of_parameters
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar, Sequence
from reportgen.spec.types import DatasetSpec
from reportgen.spec.values import Choice, Optional, Schema, Text, shown, wrong

_WORD = "[A-Za-z_][A-Za-z0-9_]*"
PATTERNS = {
    "application": f"^application:{_WORD}$",
    "python": rf"^python:{_WORD}(\.{_WORD})*:{_WORD}$",
    "file": r"^(?!zoo:|application:|python:)(.*[^/])?\.(keras|h5|hdf5)$",
}
FORMS = "zoo:NAME, application:NAME, python:PACKAGE.MODULE:FUNCTION, or the path of a .keras or .h5"
EXPECTED = f"a model ({FORMS} file)"


def scheme(source: str) -> str:
    """The kind of a model source: "zoo", "application", "python", "file", or "" for none."""
    if source.removeprefix("zoo:") in catalog.modules("models") and source.startswith("zoo:"):
        return "zoo"
    return next((kind for kind, rule in PATTERNS.items() if re.fullmatch(rule, source)), "")


@dataclass(frozen=True)
class Source:
    """What names a model."""

    def read(self, node: Node, name: str, problems: Problems) -> str:
        """An empty text stands in for what names no model."""
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not text:
            wrong(node, name, EXPECTED, problems)
            return ""
        if scheme(text):
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
        zoo = {"enum": [f"zoo:{name}" for name in catalog.entries("models")]}
        rules: list[Schema] = [{"pattern": rule} for rule in PATTERNS.values()]
        return {"type": "string", "anyOf": [zoo, *rules]}


def _near(text: str) -> str:
    head, colon, _ = text.partition(":")
    if head == "python":
        return "write python:PACKAGE.MODULE:FUNCTION"
    if head == "application":
        return "write application:NAME, such as application:VGG16"
    if colon:
        from difflib import get_close_matches

        close = get_close_matches(head[:40], ["zoo", "application", "python"], n=1)
        return f"did you mean '{close[0]}:…'?" if close else ""
    return ""


@dataclass(frozen=True)
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


@cache
def training() -> Object:
    """What `training` may hold."""
    return Object(of_parameters(catalog.training_parameters()), "training", empty=True)


def dataset_fields(name: str) -> tuple[Field, ...]:
    """The parameters of a dataset."""
    return of_parameters(catalog.entry("datasets", name).parameters)


@dataclass(frozen=True)
class Data:
    """A dataset: its name, or a mapping with `source` and the dataset's parameters."""

    def read(self, node: Node, name: str, problems: Problems) -> DatasetSpec | None:
        """None stands in for what is no dataset."""
        names = Choice(tuple(catalog.modules("datasets")), "dataset")
        source = node.items.get("source") if isinstance(node, Mapping) else node
        if isinstance(node, Sequence) or source is None:
            expected = "a dataset's name, or a mapping with 'source' and its parameters"
            wrong(node, name, expected, problems, f"datasets: {', '.join(names.names)}")
            return None
        chosen = names.read(source, name, problems)
        if not chosen:
            return None
        fields = dataset_fields(chosen)
        if not isinstance(node, Mapping):
            return DatasetSpec(chosen, {field.key: field.fixed for field in fields})
        noun = f"the dataset '{chosen}'"
        rest = Object((_named(names), *fields), noun).filled(node, problems)
        return DatasetSpec(chosen, rest.pick(fields))

    def schema(self) -> Schema:
        """As every type."""
        names = tuple(catalog.entries("datasets"))
        return {"anyOf": [Choice(names).schema(), *(self._one(name) for name in names)]}

    def _one(self, name: str) -> Schema:
        found = Object(
            (_named(Choice((name,))), *dataset_fields(name)), catalog.entry("datasets", name).help
        ).schema()
        return {"title": name} | found


def _named(names: Choice) -> Field:
    # What `source` names was read before the parameters, which depend on it.
    return Field("source", names, None, "the dataset's name", required=True)


PARAMS = Field("params", Free(), {}, "what a Python function is called with", said="nothing")
COMMON = (
    Field("source", Source(), None, f"what the model is: {FORMS} file", required=True),
    Field("title", Text(300), "", "what people read", said="made from the name"),
    Field("dataset", Optional(Data()), None, "what it is trained and examined on", said="none"),
)


def extras(source: str) -> tuple[Field, ...]:
    """The keys that a model has because of what it is made from."""
    kind = scheme(source)
    if kind == "python":
        return (PARAMS,)
    if kind == "zoo":
        return of_parameters(catalog.entry("models", source.removeprefix("zoo:")).parameters)
    return of_parameters(catalog.sources()[kind].parameters) if kind else ()


@dataclass(frozen=True)
class Model:
    """A model: its source, or a mapping with `source` and more."""

    def read(self, node: Node, name: str, problems: Problems) -> Filled:
        """Keys of `COMMON` and `training`; parameters of the source are under "params"."""
        if not isinstance(node, Mapping):
            source = COMMON[0].type.read(node, name, problems)
            return self._done(Filled(node.line, self._keys(source).defaults(), {}), source)
        given = node.items.get("source")
        # Read here without a word, to know the other keys; problems are told below.
        source = Source().read(given, "source", Problems("")) if given else ""
        keys = self._keys(source)
        if not source:
            # Whether a key belongs to a source is unknown while the source is.
            keys = Object((*keys.fields, *(field for field in _all_extras())), keys.noun)
        return self._done(keys.filled(node, problems), source)

    def _keys(self, source: str) -> Object:
        noun = f"a model from '{source}'" if source else "a model"
        run = Field("training", training(), None, "how it is trained", said="the defaults")
        return Object((*COMMON, run, *extras(source)), noun)

    def _done(self, found: Filled, source: str) -> Filled:
        own = extras(source)
        params = found["params"] if scheme(source) == "python" else found.pick(own)
        given = found["training"]
        run = given.values if given else training().defaults()
        values = found.values | {"source": source, "params": params, "training": run}
        return Filled(found.line, values, found.lines)

    def schema(self) -> Schema:
        """As every type."""
        keys = self._keys("")
        whole = Object((*keys.fields, *_all_extras()), keys.noun).schema()
        rules = [
            {
                "if": {"required": [field.key]},
                "then": {"properties": {"source": {"pattern": f"^{kind}:"}}},
            }
            for kind in ("application", "python")
            for field in extras(f"{kind}:m:f" if kind == "python" else f"{kind}:M")
        ]
        return {"anyOf": [Source().schema(), whole | {"allOf": rules}]}


def _all_extras() -> tuple[Field, ...]:
    sources = [f"zoo:{name}" for name in catalog.modules("models")] + ["application:M"]
    found = {field.key: field for source in sources for field in extras(source)}
    return (*found.values(), PARAMS)


def check_file(source: str, folder: Path, line: int, problems: Problems) -> None:
    """Note a model file that is not there."""
    path = folder / source
    if path.is_file():
        return
    if path.is_dir():
        problems.add(line, f"the model {path} is a folder", "save it with model.save('NAME.keras')")
        return
    hint = "the path begins at the spec's folder"
    if source.startswith("~"):
        hint = "'~' is not known here, write the whole path"
    elif near := sorted(p.name for p in path.parent.glob("*") if p.suffix in (".keras", ".h5")):
        hint = did_you_mean(path.name, near)
    problems.add(line, f"there is no model file {path}", hint)
