"""Models, their datasets and their training: the keys of each, and what a source may be."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from reportgen import catalog
from reportgen.spec.keys import Key, Keys, of_parameters
from reportgen.spec.problems import FETCH, Problems, is_address, quoted
from reportgen.spec.types import DatasetSpec
from reportgen.spec.values import (
    Type,
    Values,
    arguments,
    choice,
    classes,
    model_inputs,
    optional,
    text,
    value_of,
    wrong,
)
from reportgen.spec.yaml_tree import Mapping, Node, Sequence
from reportgen.suggestions import did_you_mean
from reportgen.types import Json, JsonObject

_WORD = "[A-Za-z_][A-Za-z0-9_]*"
PYTHON = rf"^python:{_WORD}(\.{_WORD})*:{_WORD}$"
PATTERNS = {
    "application": f"^application:{_WORD}$",
    "python": PYTHON,
    "file": r"^(?!zoo:|application:|python:|[A-Za-z][A-Za-z0-9+.-]*://)((.*[^/])?\.(keras|h5|hdf5)|(.*/)?saved_model\.pb)$",
}
FORMS = "zoo:NAME, application:NAME, python:PACKAGE.MODULE:FUNCTION, or the path of a .keras or .h5"
FUNCTION = "write python:PACKAGE.MODULE:FUNCTION"
ARGUMENTS = Key("params", arguments(), {}, "what a Python function is called with", "nothing")


@cache
def training_keys() -> Keys:
    """What `training` may hold."""
    return Keys(of_parameters(catalog.training_parameters()), "'training'", empty=True)


def _read_training(node: Node, name: str, problems: Problems) -> dict[str, Json]:
    return training_keys().read(node, name, problems).values


TRAINING = Key(
    "training", Type(_read_training, lambda: training_keys().schema()), None,
    "how it is trained", "the defaults",
)  # fmt: skip
INPUTS = Key(
    "inputs",
    model_inputs(),
    None,
    "for a model of several inputs, by their names, what each is given: images, or the value "
    "that it is held at, a number, a list of numbers or a text",
    "none",
)

CLASSES = Key(
    "classes",
    optional(classes()),
    None,
    "names of its classes, in the order of its units: a list, or the path of a text file with one "
    "name a line",
    "those of the dataset",
)


# --- datasets -------------------------------------------------------------------------------------


def dataset_keys(source: str) -> tuple[Key, ...]:
    """The keys of a dataset besides `source`."""
    if source.startswith("python:"):
        return (*of_parameters(catalog.sources("datasets")["python"].parameters), ARGUMENTS)
    return of_parameters(catalog.entry("datasets", source).parameters)


def _read_dataset(node: Node, name: str, problems: Problems) -> DatasetSpec | None:
    """A dataset: its source, or a mapping with `source` and parameters; None if it is neither."""
    source = node.items.get("source") if isinstance(node, Mapping) else node
    if isinstance(node, Sequence) or source is None:
        expected = "a dataset's name, or a mapping with 'source' and its parameters"
        hint = f"datasets: {', '.join(catalog.modules('datasets'))}"
        wrong(node, name, expected, problems, hint)
        return None
    chosen = _read_dataset_source(source, name, problems)
    if not chosen:
        return None
    keys = dataset_keys(chosen)
    mapping = node if isinstance(node, Mapping) else Mapping(node.line, {"source": source})
    noun = f"the dataset '{chosen}'"
    found = Keys((_source_key(text()), *keys), noun).read_mapping(mapping, problems)
    params = {key.name: found[key.name] for key in keys}
    return DatasetSpec(chosen, params, node.line, found.lines)


def _read_dataset_source(node: Node, name: str, problems: Problems) -> str:
    """A name in the catalogue, or a Python function; "" for anything else."""
    source = value_of(node)
    if not isinstance(source, str) or not source.startswith("python:"):
        named: str = choice(tuple(catalog.modules("datasets")), "dataset").read(
            node, name, problems
        )
        return named
    if re.fullmatch(PYTHON, source):
        return source
    wrong(node, name, "a dataset's name, or a Python function", problems, FUNCTION)
    return ""


def _source_key(type_: Type) -> Key:
    return Key("source", type_, None, "what the dataset is", required=True)


def dataset_definition() -> JsonObject:
    """The JSON Schema of a dataset."""
    python = {"type": "string", "pattern": PYTHON}
    keys = {name: dataset_keys(name) for name in catalog.entries("datasets")}
    alone = [name for name, own in keys.items() if not any(key.required for key in own)]
    sources: dict[str, JsonObject] = {name: {"enum": [name]} for name in keys}
    sources["python"], keys["python"] = python, dataset_keys("python:")
    mappings = [
        {"title": name, **Keys((_source_key(_only_schema(rule)), *keys[name]), name).schema()}
        for name, rule in sources.items()
    ]
    return {"anyOf": [{"enum": alone}, python, *mappings]}


def _only_schema(rule: JsonObject) -> Type:
    return Type(text().read, lambda: rule)


DATASET = optional(Type(_read_dataset, lambda: {"$ref": "#/$defs/dataset"}))


# --- sources of models ----------------------------------------------------------------------------


def source_kind(source: str) -> str:
    """The kind of a model's source: "zoo", "application", "python", "file", or "" for none."""
    if source.removeprefix("zoo:") in catalog.modules("models") and source.startswith("zoo:"):
        return "zoo"
    return next((kind for kind, rule in PATTERNS.items() if re.fullmatch(rule, source)), "")


def _read_source(node: Node, name: str, problems: Problems) -> str:
    """A model's source; "" for anything else."""
    source = value_of(node)
    expected = f"a model ({FORMS} file)"
    if not isinstance(source, str) or not source:
        wrong(node, name, expected, problems, _EXAMPLES)
        return ""
    network = source.removeprefix("application:")
    if source_kind(source):
        if network != source and network not in _networks():
            message = f"keras.applications has no network named {quoted(network)}"
            problems.unknown(node.line, message, network, _networks())
        return source
    zoo = [f"zoo:{model}" for model in catalog.modules("models")]
    if source.startswith("zoo:"):
        problems.unknown(node.line, f"there is no model {quoted(source)}", source, zoo)
    else:
        near = f"did you mean 'zoo:{source}'?" if f"zoo:{source}" in zoo else ""
        hint = near or _near_model(source, problems.file) or _source_hint(source)
        wrong(node, name, expected, problems, hint)
    return ""


def _near_model(source: str, file: str) -> str:
    """A hint for the misspelled name of a model file, if there is one like it; else ""."""
    folder, _, name = source.rpartition("/")
    try:
        names = sorted(os.listdir(Path(file).parent / folder)) if file else []
    except (OSError, ValueError):
        return ""
    files = [own for own in names if own.endswith((".keras", ".h5", ".hdf5"))]
    if same := [own for own in files if own.rpartition(".")[0] == name]:
        return f"did you mean '{same[0]}'?"
    hint = did_you_mean(name[:80], files)
    return hint if hint.startswith("did you mean") else ""


_EXAMPLES = "write for example: zoo:base, application:VGG16 or my_model.keras"
_FOREIGN = {
    **dict.fromkeys(("pt", "pth", "ckpt", "bin"), "PyTorch"),
    "safetensors": "safetensors",
    "onnx": "ONNX",
    "tflite": "TensorFlow Lite",
    "pkl": "pickle",
    "pickle": "pickle",
    "joblib": "pickle",
    "mlmodel": "Core ML",
    "json": "a configuration without weights",
}
"""Suffixes of model files that are not read, each with what writes it."""


def _source_hint(source: str) -> str:
    """What to do about a source of no known form, or ""."""
    head, colon, _ = source.partition(":")
    if is_address(source):
        return FETCH
    suffix = source.rpartition(".")[2].lower()
    if "." in source and suffix in _FOREIGN:
        maker = _FOREIGN[suffix]
        what = maker if maker.startswith("a ") else f"{maker} files"
        return (
            f"reportgen reads Keras models, not {what}: build the same network in Keras, give it "
            "these weights, and save it with model.save('NAME.keras')"
        )
    if "." in source and suffix in ("keras", "h5", "hdf5"):
        return f"write the suffix in small letters: {source[: -len(suffix)]}{suffix}"
    if "/" in source and "." not in source.rstrip("/").rsplit("/", 1)[-1] and not colon:
        return f"if this folder holds a SavedModel, write {source.rstrip('/')}/saved_model.pb"
    if head == "python" or source.endswith(".py"):
        return FUNCTION
    if head == "application":
        return "write application:NAME, such as application:VGG16"
    if not colon:
        return "save the model with model.save('NAME.keras'), then write its path"
    from difflib import get_close_matches

    close = get_close_matches(head[:40], ["zoo", "application", "python"], n=1)
    return f"did you mean '{close[0]}:…'?" if close else _EXAMPLES


def _source_schema() -> JsonObject:
    zoo = [f"zoo:{name}" for name in catalog.entries("models")]
    named = {"enum": [*zoo, *(f"application:{name}" for name in _networks())]}
    rules = [{"pattern": PATTERNS[kind]} for kind in ("python", "file")]
    return {"type": "string", "anyOf": [named, *rules]}


def _networks() -> tuple[str, ...]:
    """Networks of `keras.applications`, which datasets can be prepared for."""
    parameters = catalog.entry("datasets", "folder").parameters
    return next(p.choices for p in parameters if p.name == "application")


# --- models ---------------------------------------------------------------------------------------

SOURCE = Key(
    "source", Type(_read_source, _source_schema), None, f"what the model is: {FORMS} file",
    required=True,
)  # fmt: skip
MODEL_KEYS = (
    SOURCE,
    Key("title", text(300), "", "what people read", "made from the name"),
    Key("dataset", DATASET, None, "the dataset for training and evaluation", "none"),
    CLASSES,
    INPUTS,
    TRAINING,
)
"""The keys of every model."""

EXAMPLES = {"application": "application:M", "file": "m.keras", "python": "python:m:f"}
"""A source of each kind besides the zoo's."""


def source_keys(source: str) -> tuple[Key, ...]:
    """The keys that a model has besides `MODEL_KEYS`, because of its source."""
    kind = source_kind(source)
    if kind == "python":
        return (ARGUMENTS,)
    if kind == "zoo":
        return of_parameters(catalog.entry("models", source.removeprefix("zoo:")).parameters)
    return of_parameters(catalog.sources()[kind].parameters) if kind else ()


def _read_model(node: Node, name: str, problems: Problems) -> Values:
    """A model: its source, or a mapping with `source` and more; source keys go to "params"."""
    if not isinstance(node, Mapping):
        source = _read_source(node, name, problems)
        keys = _keys_of(source, source_keys(source))
        found = Values(node.line, keys.defaults(), {})
    else:
        # Read here without problems, to know the other keys; they are reported below.
        item = node.items.get("source")
        source = _read_source(item, "source", Problems("")) if item else ""
        # Whether a key belongs to a source is unknown while the source is.
        keys = _keys_of(source, source_keys(source) if source else _all_source_keys())
        found = keys.read_mapping(node, problems)
    own = {key.name: found[key.name] for key in source_keys(source)}
    params = own["params"] if source_kind(source) == "python" else own
    return Values(found.line, {**found.values, "source": source, "params": params}, found.lines)


def _keys_of(source: str, more: Iterable[Key]) -> Keys:
    return Keys((*MODEL_KEYS, *more), f"a model from '{source}'" if source else "a model")


def _all_source_keys() -> Iterable[Key]:
    """The keys of all sources; only with the source it is known when one has an effect."""
    sources = [*(f"zoo:{name}" for name in catalog.modules("models")), *EXAMPLES.values()]
    keys = {key.name: key._replace(only=()) for source in sources for key in source_keys(source)}
    return keys.values()


def model_definition() -> JsonObject:
    """The JSON Schema of a model."""
    rules: list[JsonObject] = [
        {
            "if": {"required": [key.name]},
            "then": {"properties": {"source": {"pattern": PATTERNS[kind]}}},
        }
        for kind, source in EXAMPLES.items()
        for key in source_keys(source)
    ]
    rules.append({"dependentRequired": {"training": ["dataset"]}})
    mapping = _keys_of("", _all_source_keys()).schema()
    return {"anyOf": [_source_schema(), mapping | {"allOf": rules}]}


def misplaced(name: str) -> str:
    """Where a key belongs that stands beside `model` and only some models may have, or ""."""
    if name not in {key.name for source in EXAMPLES.values() for key in source_keys(source)}:
        return ""
    return f"write it inside the model, as in 'model: {{source: …, {name}: …}}'"


MODEL = Type(_read_model, lambda: {"$ref": "#/$defs/model"})
