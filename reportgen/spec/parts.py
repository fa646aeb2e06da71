"""Models, their datasets and their training, as a spec writes them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from reportgen import catalog
from reportgen.spec.fields import Field, Filled, Object, of_parameters
from reportgen.spec.inputs import Inputs
from reportgen.spec.problems import Problems
from reportgen.spec.sources import FORMS, PATTERNS, PYTHON, Free, Source, scheme
from reportgen.spec.tree import Mapping, Node, Scalar, Sequence
from reportgen.spec.types import DatasetSpec
from reportgen.spec.values import Choice, Optional, Schema, Text, Type, wrong


class Training:
    """A mapping of training parameters."""

    def read(self, node: Node, name: str, problems: Problems) -> dict[str, Any]:
        """All parameters, defaults filled in."""
        return training().read(node, name, problems).values

    def schema(self) -> Schema:
        """As every type."""
        return training().schema()


@cache
def training() -> Object:
    """What `training` may hold."""
    return Object(of_parameters(catalog.training_parameters()), "'training'", empty=True)


def dataset_fields(source: str) -> tuple[Field, ...]:
    """The parameters of a dataset."""
    if source.startswith("python:"):
        return (*of_parameters(catalog.sources("datasets")["python"].parameters), PARAMS)
    return of_parameters(catalog.entry("datasets", source).parameters)


class DataSource:
    """What names a dataset: one of the catalogue's, or a function of the user's own."""

    @property
    def names(self) -> Choice:
        """The names in the catalogue."""
        return Choice(tuple(catalog.modules("datasets")), "dataset")

    def read(self, node: Node, name: str, problems: Problems) -> str:
        """An empty text stands in for what names no dataset."""
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not text.startswith("python:"):
            return self.names.read(node, name, problems)
        if re.fullmatch(PYTHON, text):
            return text
        hint = "write python:PACKAGE.MODULE:FUNCTION"
        wrong(node, name, "a dataset's name, or a Python function", problems, hint)
        return ""

    def schema(self) -> Schema:
        """As every type."""
        names = tuple(catalog.entries("datasets"))
        return {"anyOf": [Choice(names).schema(), {"type": "string", "pattern": PYTHON}]}


class Data:
    """A dataset: its source, or a mapping with `source` and the dataset's parameters."""

    def read(self, node: Node, name: str, problems: Problems) -> DatasetSpec | None:
        """None stands in for what is no dataset."""
        sources = DataSource()
        source = node.items.get("source") if isinstance(node, Mapping) else node
        if isinstance(node, Sequence) or source is None:
            expected = "a dataset's name, or a mapping with 'source' and its parameters"
            wrong(node, name, expected, problems, f"datasets: {', '.join(sources.names.names)}")
            return None
        chosen = sources.read(source, name, problems)
        if not chosen:
            return None
        fields = dataset_fields(chosen)
        given = node if isinstance(node, Mapping) else Mapping(node.line, {"source": source})
        noun = f"the dataset '{chosen}'"
        rest = Object((_named(sources), *fields), noun).filled(given, problems)
        return DatasetSpec(chosen, rest.pick(fields), node.line, rest.lines)

    def schema(self) -> Schema:
        """As every type."""
        return {"$ref": "#/$defs/dataset"}

    def definition(self) -> Schema:
        """What `schema` refers to."""
        names = tuple(catalog.entries("datasets"))
        alone = Choice(tuple(n for n in names if not any(f.required for f in dataset_fields(n))))
        python = {"type": "string", "pattern": PYTHON}
        one = self._one("python", Literally(python), dataset_fields("python:"))
        many = [self._one(name, Choice((name,)), dataset_fields(name)) for name in names]
        return {"anyOf": [alone.schema(), python, *many, one]}

    def _one(self, name: str, source: Type, fields: tuple[Field, ...]) -> Schema:
        return {"title": name} | Object((_named(source), *fields), name).schema()


class Literally(NamedTuple):
    """A schema where a type is asked for; reads nothing."""

    rule: Schema

    def read(self, node: Node, name: str, problems: Problems) -> None:
        """Nothing."""

    def schema(self) -> Schema:
        """As every type."""
        return self.rule


def _named(names: Type) -> Field:
    # What `source` names was read before the parameters, which depend on it.
    return Field("source", names, None, "what the dataset is", required=True)


RUN = Field("training", Training(), None, "how it is trained", said="the defaults")
PARAMS = Field("params", Free(), {}, "what a Python function is called with", said="nothing")
INPUTS = Field(
    "inputs",
    Inputs(),
    None,
    "for a model of several inputs, by their names, what each is given: images, or the value "
    "that it is held at, a number or a list of numbers",
    said="none",
)
COMMON = (
    Field("source", Source(), None, f"what the model is: {FORMS} file", required=True),
    Field("title", Text(300), "", "what people read", said="made from the name"),
    Field("dataset", Optional(Data()), None, "what it is trained and examined on", said="none"),
    INPUTS,
)


SAMPLES = {"application": "application:M", "file": "m.keras", "python": "python:m:f"}
"""A source of each kind besides the zoo's, to ask for the keys that go with the kind."""


def extras(source: str) -> tuple[Field, ...]:
    """The keys that a model has because of what it is made from."""
    kind = scheme(source)
    if kind == "python":
        return (PARAMS,)
    if kind == "zoo":
        return of_parameters(catalog.entry("models", source.removeprefix("zoo:")).parameters)
    return of_parameters(catalog.sources()[kind].parameters) if kind else ()


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
        return Object((*COMMON, RUN, *extras(source)), noun)

    def _done(self, found: Filled, source: str) -> Filled:
        own = extras(source)
        params = found["params"] if scheme(source) == "python" else found.pick(own)
        values = found.values | {"source": source, "params": params}
        return Filled(found.line, values, found.lines)

    def schema(self) -> Schema:
        """As every type."""
        return {"$ref": "#/$defs/model"}

    def definition(self) -> Schema:
        """What `schema` refers to."""
        keys = self._keys("")
        whole = Object((*keys.fields, *_all_extras()), keys.noun).schema()
        rules: list[Schema] = [
            {
                "if": {"required": [field.key]},
                "then": {"properties": {"source": {"pattern": PATTERNS[kind]}}},
            }
            for kind, source in SAMPLES.items()
            for field in extras(source)
        ]
        rules.append({"dependentRequired": {"training": ["dataset"]}})
        return {"anyOf": [Source().schema(), whole | {"allOf": rules}]}


def stray(key: str) -> str:
    """Where a key belongs that stands beside `model` and only some models may have, or ""."""
    if key not in {field.key for source in SAMPLES.values() for field in extras(source)}:
        return ""
    return f"write it inside the model, as in 'model: {{source: …, {key}: …}}'"


def _all_extras() -> tuple[Field, ...]:
    """Keys of all sources; when one has an effect is known with the source alone."""
    sources = [*(f"zoo:{name}" for name in catalog.modules("models")), *SAMPLES.values()]
    fields = {field.key: field for source in sources for field in extras(source)}
    return tuple(field._replace(only=()) for field in fields.values())
